"""Trouble on demand: API answers that fail, hang, are cut off or are junk; callbacks that get lost, doubled, late or odd.

A fault has either `times` (it strikes so often and is gone) or `chance` (0..1, it stays until removed). Chance is thrown
with dice of its own per fault and path, seeded: with one seed a run is repeatable, however calls of several paths mix.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

CALLBACK_KINDS = {
    "lose": "all tries are lost",
    "fail": "the first try is lost on the way, WeCom tries again",
    "double": "the same event is sent twice",
    "delay": "sent `delay_s` real seconds late",
    "reorder": "held back until the next one has gone out",
    "twins": "this event and the next one carry the same CreateTime",
    "skew": "timestamp and CreateTime are `skew_s` seconds off",
}
API_TROUBLES = ("errcode", "http_status", "hang_s", "cut", "junk")
FAULT_KEYS = " ".join(["path", *API_TROUBLES, "kind", "delay_s", "skew_s", "times", "chance"])  # how a fault is ordered


@dataclass
class Fault:
    """What every fault has. `dice` is by path, made at the first throw."""

    id: str
    times: int | None
    chance: float | None
    dice: dict[str, Random] = field(default_factory=dict)

    def wording(self) -> dict[str, Any]:
        """As the control API gives it: what was ordered, and the `times` that are left."""
        known = {name: value for name, value in vars(self).items() if name != "dice"}
        return {name: value for name, value in known.items() if value is not None}

    def strikes(self, seed: int, where: str) -> bool:
        if self.chance is None:
            return True
        if where not in self.dice:
            words = sorted((name, value) for name, value in self.wording().items() if name != "id")
            self.dice[where] = Random(f"{seed} {where} {words}")
        return self.dice[where].random() < self.chance


@dataclass
class ApiFault(Fault):
    """What calls of `path` meet ("*" is every path). Exactly one kind of trouble is set.

    `cut` "before" drops the connection before the call acts, "after" once it has acted (the answer is lost).
    `hang_s` waits that many real seconds and then acts as usual. `junk` answers HTTP 200 with something that is not JSON,
    as a proxy in between does; the call has not acted (our choice).
    """

    path: str = "*"
    errcode: int | None = None
    http_status: int | None = None
    hang_s: float | None = None
    cut: str | None = None
    junk: bool | None = None

    @property
    def words(self) -> str:
        """The trouble for readers of the logs, as "cut after"."""
        return " ".join(f"{name} {getattr(self, name)}" for name in API_TROUBLES if getattr(self, name) is not None)


@dataclass
class CallbackFault(Fault):
    """What callbacks meet: one of CALLBACK_KINDS."""

    kind: str = ""
    delay_s: float | None = None
    skew_s: float | None = None


def _how_often(wanted: dict[str, Any]) -> tuple[int | None, float | None]:
    """(times, chance), one of them None."""
    if wanted.get("chance") is None:
        times = int(wanted.get("times", 1))
        if times < 1:
            raise ValueError("times 至少是 1")
        return times, None
    if wanted.get("times") is not None:
        raise ValueError("times 和 chance 只能写一个")
    chance = float(wanted["chance"])
    if not 0 <= chance <= 1:
        raise ValueError("chance 要在 0 到 1 之间")
    return None, chance


def _trouble(wanted: dict[str, Any]) -> dict[str, Any]:
    """The one trouble of an API fault, {name: value}."""
    troubles = [name for name in API_TROUBLES if wanted.get(name)]
    if len(troubles) != 1:
        raise ValueError(f"故障要有 kind，或者 path 加上 {'、'.join(API_TROUBLES)} 中的一个")
    name = troubles[0]
    if name != "cut":
        return {name: {"hang_s": float, "junk": bool}.get(name, int)(wanted[name])}
    if wanted["cut"] not in ("before", "after", True):
        raise ValueError('cut 只能是 "before"、"after" 或 true（after）')
    return {"cut": "after" if wanted["cut"] is True else wanted["cut"]}


class Faults:
    """The weather: a queue per side; the first fault that fits and strikes is used. One call meets one fault at most."""

    def __init__(self, seed: int = 0, changed: Callable[[], None] = lambda: None) -> None:
        self.seed = seed
        self.ip_trusted = True  # False: calls with a token are refused with 60020
        self.api: list[ApiFault] = []
        self.callbacks: list[CallbackFault] = []
        self._changed = changed
        self._serial = 0

    def add(self, wanted: dict[str, Any]) -> str:
        """Queue one fault as the control API words it and answer its id; ValueError says in Chinese what is wrong with it."""
        times, chance = _how_often(wanted)
        fault_id = f"f{self._serial + 1}"
        if "kind" in wanted:
            self.callbacks.append(self._callback_fault(wanted, fault_id, times, chance))
        else:
            path = str(wanted.get("path", "*")).removeprefix("/").removeprefix("cgi-bin/")
            self.api.append(ApiFault(fault_id, times, chance, path=path, **_trouble(wanted)))
        self._serial += 1
        self._changed()
        return fault_id

    @staticmethod
    def _callback_fault(wanted: dict[str, Any], fault_id: str, times: int | None, chance: float | None) -> CallbackFault:
        kind = wanted["kind"]
        if kind not in CALLBACK_KINDS:
            raise ValueError(f"kind 只能是 {'、'.join(CALLBACK_KINDS)}")
        fault = CallbackFault(fault_id, times, chance, kind=kind)
        if kind == "delay":
            fault.delay_s = float(wanted.get("delay_s", 1.0))
        if kind == "skew":
            fault.skew_s = float(wanted.get("skew_s", 600.0))
        return fault

    def take_api(self, path: str) -> ApiFault | None:
        """What this call meets."""
        for fault in self.api:
            if fault.path in ("*", path) and fault.strikes(self.seed, path):
                self._use(fault)
                return fault
        return None

    def take_callback(self, spared: str = "") -> CallbackFault | None:
        """What this callback meets; faults of the kind `spared` wait for a later one."""
        for fault in self.callbacks:
            if fault.kind != spared and fault.strikes(self.seed, "callback"):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        self._keep(lambda left: left.times is None or left.times > 0)
        self._changed()

    def _keep(self, wanted: Callable[[Fault], bool]) -> None:
        self.api = [fault for fault in self.api if wanted(fault)]
        self.callbacks = [fault for fault in self.callbacks if wanted(fault)]

    def remove(self, fault_id: str) -> bool:
        """Take one fault back; False when it is not there (any more)."""
        before = len(self.api) + len(self.callbacks)
        self._keep(lambda fault: fault.id != fault_id)
        self._changed()
        return len(self.api) + len(self.callbacks) < before

    def clear(self) -> None:
        """Fair weather: no fault is left, and the IP is trusted."""
        self._keep(lambda fault: False)
        self.ip_trusted = True
        self._changed()

    def sow(self, seed: int) -> None:
        """New dice for every fault."""
        self.seed = seed
        for fault in [*self.api, *self.callbacks]:
            fault.dice.clear()
        self._changed()

    def trust_ip(self, trusted: bool) -> None:
        self.ip_trusted = trusted
        self._changed()
