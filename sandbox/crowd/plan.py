"""The file of a crowd: who comes, by which ways, with which habits, how fast. Everything wrong is told at once, in Chinese."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.people import Impossible

MOST = 20_000
MANNERS = ("link", "menu", "text")
_LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/\S*")


@dataclass(frozen=True)
class Way:
    """One way in: a member is added (with the channel's `state`), or a code is scanned; then one of `groups` is joined."""

    share: float
    member: str
    state: str
    scan: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Habits:
    """Chances from 0 to 1; `by` are shares of MANNERS; the two spans are lessons (first, last)."""

    join_group: float = 0.0
    attend: tuple[float, ...] = (1.0,)
    by: tuple[float, float, float] = (0.0, 0.0, 1.0)
    text: str = "签到{lesson}"
    finish: float = 0.0
    finish_text: str = "完课{lesson}"
    ask: float = 0.0
    questions: tuple[str, ...] = ("提问 今天的作业在哪里交？",)
    vanish: float = 0.0
    vanish_after: tuple[int, int] = (1, 1)
    delete_teacher: float = 0.0
    delete_after: tuple[int, int] = (1, 1)

    def attends(self, place: int) -> float:
        """The chance for the lesson at this place of the row, from 0; behind the end the last one counts."""
        return self.attend[min(place, len(self.attend) - 1)]


@dataclass(frozen=True)
class Pay:
    share: float = 0.0
    amount_fen: int = 0
    course: str = "课程"
    payee: str = ""
    ingest_url: str = ""
    ingest_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Plan:
    """A whole crowd; `per_second`, `burst` and `parallel` bound it in real time."""

    total: int
    seed: int
    name: str
    id: str
    ways: tuple[Way, ...]
    calendar: bool
    lessons: tuple[int, ...]
    per_second: float
    burst: int
    parallel: int
    habits: Habits
    pay: Pay

    def id_of(self, n: int) -> str:
        return self.id.format(n=n)

    def name_of(self, n: int) -> str:
        return self.name.format(n=n)

    @property
    def names(self) -> re.Pattern[str]:
        """What finds the names of this crowd in a text."""
        before, after = re.split(r"\{n(?::[^}]*)?\}", self.name, maxsplit=1)
        return re.compile(re.escape(before) + r"\d+" + re.escape(after))


class _Table:
    """One table of the file: takes key by key, gathers what is wrong, and at the end what nobody asked for."""

    def __init__(self, name: str, values: Any, faults: list[str]) -> None:
        self._name = name
        self._faults = faults
        self._values: dict[str, Any] = dict(values) if isinstance(values, Mapping) else {}
        if not isinstance(values, Mapping):
            self.wrong("", "要是一节")

    def wrong(self, key: str, words: str) -> None:
        self._faults.append(f"{self._name}{key}：{words}")

    def take(self, key: str, default: Any) -> Any:
        return self._values.pop(key, default)

    def text(self, key: str, default: str) -> str:
        value = self.take(key, default)
        if not isinstance(value, str):
            self.wrong(key, "要是文字")
            return default
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        return self._within(key, self.take(key, default), default, low, high)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.number(key, default, low, high)
        if value != int(value):
            self.wrong(key, "要是整数")
        return int(value)

    def chance(self, key: str, default: float = 0.0) -> float:
        return self.number(key, default, 0, 1)

    def chances(self, key: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """One chance, or one for each lesson."""
        value = self.take(key, list(default))
        return tuple(self._within(key, one, 0, 0, 1) for one in (value if isinstance(value, list) and value else [value]))

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.take(key, list(default))
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(key, "要是一列文字")
            return default
        return tuple(value)

    def lessons(self, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
        value = self.take(key, list(default))
        found = value if isinstance(value, list) and value else [value]
        return tuple(int(self._within(key, one, 1, 1, 1000)) for one in found)

    def span(self, key: str) -> tuple[int, int]:
        """A lesson, or the first and the last of several."""
        found = self.lessons(key, (1,))
        if len(found) > 2 or found[0] > found[-1]:
            self.wrong(key, "写一个数，或从小到大两个数")
        return found[0], found[-1]

    def pattern(self, key: str, default: str, slot: str) -> str:
        """A text with `{slot}` in it, and no other slot."""
        value = self.text(key, default)
        try:
            if value.format(**{slot: 1}) == value.format(**{slot: 2}):
                raise ValueError
        except (ValueError, KeyError, IndexError, AttributeError):
            self.wrong(key, f"里面要有 {{{slot}}}，别的花括号不行")
            return default
        return value

    def end(self) -> None:
        for key in self._values:
            self.wrong(key, "没有这一项")

    def _within(self, key: str, value: Any, default: float, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.wrong(key, f"要在 {low:g} 到 {high:g} 之间")
            return default
        return float(value)


def read_plan(text: str) -> Plan:
    """The plan of a TOML text; Impossible with every fault."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Impossible(f"不是合法的 TOML：{error}") from None
    faults: list[str] = []
    top = _Table("", tables, faults)
    pace = _Table("pace.", top.take("pace", {}), faults)
    found = top.take("ways", [])
    ways = [_way(_Table(f"ways[{place}].", way, faults)) for place, way in enumerate(found if isinstance(found, list) else [])]
    if not ways:
        top.wrong("ways", "至少写一个报名入口")
    when = top.text("when", "calendar")
    if when not in ("calendar", "now"):
        top.wrong("when", "只能是 calendar 或 now")
    plan = Plan(
        total=top.whole("total", 100, 1, MOST),
        seed=top.whole("seed", 1, 0, 2**31),
        name=top.pattern("name", "学员{n:04}", "n"),
        id=top.pattern("id", "wmCrowd{n:06}", "n"),
        ways=tuple(ways),
        calendar=when == "calendar",
        lessons=top.lessons("lessons", (1,)),
        per_second=pace.number("per_second", 50, 0.1, 10_000),
        burst=pace.whole("burst", 50, 1, 10_000),
        parallel=pace.whole("parallel", 64, 1, 1_000),
        habits=_habits(_Table("habits.", top.take("habits", {}), faults)),
        pay=_pay(_Table("pay.", top.take("pay", {}), faults)),
    )
    pace.end()
    top.end()
    if faults:
        raise Impossible("；".join(faults))
    return plan


def _way(table: _Table) -> Way:
    way = Way(
        table.number("share", 1, 0, 1e6),
        table.text("member", ""),
        table.text("state", ""),
        table.text("scan", ""),
        table.texts("groups", ()),
    )
    if bool(way.member) == bool(way.scan):
        table.wrong("", "member 和 scan 写一个")
    table.end()
    return way


def _habits(table: _Table) -> Habits:
    usual = Habits()
    by = _Table("habits.by.", table.take("by", {"text": 1}), table._faults)
    shares = tuple(by.number(manner, 0, 0, 1e6) for manner in MANNERS)
    by.end()
    if not sum(shares):
        table.wrong("by", "至少一种签到方式要大于 0")
    habits = Habits(
        join_group=table.chance("join_group"),
        attend=table.chances("attend", usual.attend),
        by=(shares[0], shares[1], shares[2]),
        text=table.pattern("text", usual.text, "lesson"),
        finish=table.chance("finish"),
        finish_text=table.pattern("finish_text", usual.finish_text, "lesson"),
        ask=table.chance("ask"),
        questions=table.texts("questions", usual.questions) or usual.questions,
        vanish=table.chance("vanish"),
        vanish_after=table.span("vanish_after"),
        delete_teacher=table.chance("delete_teacher"),
        delete_after=table.span("delete_after"),
    )
    table.end()
    return habits


def _pay(table: _Table) -> Pay:
    pay = Pay(
        table.chance("share"),
        table.whole("amount_fen", 0, 0, 10_000_000),
        table.text("course", Pay.course),
        table.text("payee", ""),
        table.text("ingest_url", ""),
        table.text("ingest_secret", ""),
    )
    if pay.share and not pay.amount_fen:
        table.wrong("amount_fen", "付多少钱（分）")
    if bool(pay.ingest_url) != bool(pay.ingest_secret):
        table.wrong("ingest_url", "和 ingest_secret 要一起写")
    if pay.ingest_url and not _LOOPBACK.fullmatch(pay.ingest_url):
        table.wrong("ingest_url", "只能是本机的地址")
    table.end()
    return pay
