"""Trouble on demand: API answers that fail, hang or are cut off; callbacks that get lost, doubled or late."""

from dataclasses import dataclass
from typing import Any

CALLBACK_KINDS = ("lose", "double", "delay")


@dataclass
class ApiFault:
    """What the next `times` calls of `path` meet ("*" is every path). Exactly one kind of trouble is set.

    `cut` "before" drops the connection before the call acts, "after" once it has acted (the answer is lost).
    `hang_s` waits that many real seconds and then acts as usual.
    """

    path: str
    times: int
    errcode: int | None = None
    http_status: int | None = None
    hang_s: float | None = None
    cut: str | None = None


@dataclass
class CallbackFault:
    """What the next `times` callbacks meet; `delay_s` (real seconds) belongs to kind "delay"."""

    kind: str
    times: int
    delay_s: float = 1.0


class Faults:
    """The queue; the first fault that fits is used up first."""

    def __init__(self) -> None:
        self.api: list[ApiFault] = []
        self.callbacks: list[CallbackFault] = []

    def add(self, wanted: dict[str, Any]) -> None:
        """Queue one fault as the control API words it; ValueError says what is wrong with it."""
        times = int(wanted.get("times", 1))
        if times < 1:
            raise ValueError("times must be ≥ 1")
        if "kind" in wanted:
            if wanted["kind"] not in CALLBACK_KINDS:
                raise ValueError(f"kind must be one of {', '.join(CALLBACK_KINDS)}")
            self.callbacks.append(CallbackFault(wanted["kind"], times, float(wanted.get("delay_s", 1.0))))
            return
        troubles = [name for name in ("errcode", "http_status", "hang_s", "cut") if wanted.get(name)]
        if len(troubles) != 1:
            raise ValueError("a fault needs kind, or path with exactly one of errcode, http_status, hang_s, cut")
        trouble = troubles[0]
        value = "after" if wanted[trouble] is True else wanted[trouble]
        if trouble == "cut" and value not in ("before", "after"):
            raise ValueError('cut must be "before", "after" or true (after)')
        path = str(wanted.get("path", "*")).removeprefix("/").removeprefix("cgi-bin/")
        fault = ApiFault(path, times)
        setattr(fault, trouble, {"hang_s": float, "cut": str}.get(trouble, int)(value))
        self.api.append(fault)

    def take_api(self, path: str) -> ApiFault | None:
        for fault in self.api:
            if fault.path in ("*", path):
                fault.times -= 1
                self.api = [left for left in self.api if left.times > 0]
                return fault
        return None

    def take_callback(self) -> CallbackFault | None:
        if not self.callbacks:
            return None
        fault = self.callbacks[0]
        fault.times -= 1
        self.callbacks = [left for left in self.callbacks if left.times > 0]
        return fault

    def clear(self) -> None:
        self.api.clear()
        self.callbacks.clear()
