"""How `[[camps.messages]]` of a camp.toml and the camp's quiet hours are read, and what has to fit together in them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from string import Formatter
from typing import Any

from camp.rules.group_message import KINDS, Goal, GroupMessage, Rhythm
from camp.rules.toml_table import Finding, Table

# What a text may name; those of a lesson only where the message belongs to one.
PLACEHOLDERS = ("camp", "cohort", "class", "teacher", "close_time")
LESSON_PLACEHOLDERS = ("lesson", "lesson_time", "checkin_link")
ATTACHED = ("checkin", "link", "picture")
_GOALS = ("attended", "completed", "paid", "orders")
_TEXT, _TITLE, _DESC, _URL = 1200, 40, 160, 2048
_MOST_ATTACHED = 9  # doc 92135
_A_DAY = 24 * 60


@dataclass(frozen=True)
class DeclaredRhythm:
    """None where the file leaves a camp its quiet hours to the config."""

    path: str
    quiet_from: str | None
    quiet_to: str | None
    skip_dates: tuple[date, ...]


@dataclass(frozen=True)
class DeclaredMessage:
    path: str
    message: GroupMessage
    disabled: bool


def read_rhythm(camp: Table) -> DeclaredRhythm:
    """`quiet_from`, `quiet_to` and `skip_dates` of a camp."""
    quiet_from, quiet_to = camp.clock("quiet_from", required=False), camp.clock("quiet_to", required=False)
    if bool(quiet_from) != bool(quiet_to):
        camp.fault("quiet_to" if quiet_from else "quiet_from", "quiet_half")
    days = []
    for day in camp.several("skip_dates"):
        if type(day) is date:
            days.append(day)
        else:
            camp.fault("skip_dates", "not_dates")
    return DeclaredRhythm(camp.path, quiet_from or None, quiet_to or None, tuple(sorted(set(days))))


def read_message(table: Table) -> DeclaredMessage:
    kind = table.choice("kind", KINDS)
    message = GroupMessage(
        code=table.text("code", limit=32, spaces=False),
        kind=kind or KINDS[-1],
        text=table.text("text", limit=_TEXT, lines=True),
        must=table.flag("must"),
        **_moment(table),
        attach=tuple(_attached(table)),
        only=_classes(table),
        goal=_goal(table),
    )
    disabled = table.flag("disabled")
    _check_words(table, message)
    table.finish()
    return DeclaredMessage(table.path, message, disabled)


def check_messages(
    messages: Sequence[DeclaredMessage], rhythm: DeclaredRhythm | None, classes: Collection[str], lessons: Collection[int]
) -> Iterator[Finding]:
    """What does not fit the camp: an hour at which nobody is to be disturbed, classes and lessons that no cohort has."""
    for one in messages:
        message, path = one.message, one.path
        if rhythm is not None and rhythm.quiet_from and rhythm.quiet_to and message.at:
            quiet = Rhythm(time.fromisoformat(rhythm.quiet_from), time.fromisoformat(rhythm.quiet_to))
            if quiet.is_quiet(time.fromisoformat(message.at)):
                values = {"at": message.at, "start": rhythm.quiet_from, "end": rhythm.quiet_to}
                yield Finding(f"{path}.at", "message_in_quiet", values)
        unknown = [code for code in message.only if code.lower() not in classes]
        if unknown:
            yield Finding(f"{path}.only", "message_class", {"names": "、".join(unknown)}, warning=True)
        if message.lesson and message.lesson not in lessons:
            yield Finding(f"{path}.lesson", "message_lesson", {"seq": message.lesson}, warning=True)


def _moment(table: Table) -> dict[str, Any]:
    given = [name for name in ("day", "lesson", "close") if table.has(name)]
    if len(given) != 1:
        table.fault("", "message_when")
    lesson = 0 if table.is_word("lesson", "every") else table.number("lesson", 1, 999, required=False)
    found = {
        "day": table.number("day", -30, 365, required=False),
        "lesson": lesson,
        "close": table.number("close", -30, 31, required=False),
        "before": table.number("before", 0, _A_DAY, required=False),
        "after": table.number("after", 0, _A_DAY, required=False),
        "at": table.clock("at", required=False) or None,
    }
    hours = [name for name in ("before", "after", "at") if table.has(name)]
    if given == ["lesson"] and len(hours) != 1:
        table.fault("", "message_lesson_hour")
    elif given in (["day"], ["close"]) and hours != ["at"]:
        table.fault("", "message_day_hour")
    return found


def _attached(table: Table) -> Iterator[dict[str, Any]]:
    parts = table.tables("attach")
    if len(parts) > _MOST_ATTACHED:
        table.fault("attach", "message_attached", limit=_MOST_ATTACHED)
    for part in parts:
        kind = part.choice("type", ATTACHED)
        found: dict[str, Any] = {"type": kind}
        if kind in ("checkin", "link"):
            found["title"] = part.text("title", limit=_TITLE, required=kind == "link")
            found["desc"] = part.text("desc", limit=_DESC, required=False)
        if kind in ("link", "picture"):
            found["url"] = _address(part, "url", required=True)
        if kind == "link":
            found["picture"] = _address(part, "picture", required=False)
        if kind == "checkin" and not table.has("lesson"):
            part.fault("type", "message_needs_lesson", name=kind)
        part.finish()
        yield {name: value for name, value in found.items() if value}


def _address(part: Table, key: str, *, required: bool) -> str:
    url = part.text(key, limit=_URL, spaces=False, required=required)
    if url and not url.startswith(("https://", "http://")):
        part.fault(key, "not_url")
    return url


def _classes(table: Table) -> tuple[str, ...]:
    codes = table.several("only")
    if not all(isinstance(code, str) and code.strip() for code in codes):
        table.fault("only", "not_texts")
        return ()
    return tuple(code.strip() for code in codes)


def _goal(table: Table) -> Goal | None:
    """`until = { attended = 90 }`: one of four, with the lesson where the message has none of its own."""
    until = table.table("until")
    if until is None:
        return None
    given = [name for name in _GOALS if until.has(name)]
    numbers = {name: until.number(name, 1, 1_000_000 if name == "orders" else 100, required=False) for name in _GOALS}
    lesson = until.number("lesson", 1, 999, required=False)
    until.finish()
    if len(given) != 1:
        until.fault("", "goal_one", known="、".join(_GOALS))
        return None
    of_lesson = given[0] in ("attended", "completed")
    if of_lesson and lesson is None and not table.has("lesson"):
        until.fault("", "goal_lesson", name=given[0])
    return Goal(given[0], numbers[given[0]] or 0, lesson if of_lesson else None)


def _check_words(table: Table, message: GroupMessage) -> None:
    try:
        fields = [field[1:] for field in Formatter().parse(message.text) if field[1] is not None]
        if any(spec or conversion for _, spec, conversion in fields):
            raise ValueError("a format")
    except ValueError:
        table.fault("text", "message_braces")
        return
    known = PLACEHOLDERS + LESSON_PLACEHOLDERS
    for name in dict.fromkeys(field[0] or "" for field in fields):
        if name not in known:
            table.fault("text", "message_placeholder", name=name, known="、".join(known))
        elif name in LESSON_PLACEHOLDERS and message.lesson is None:
            table.fault("text", "message_needs_lesson", name=name)
