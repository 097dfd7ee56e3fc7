"""What a camp.toml declares, as plain values, and how it is read: pure, from parsed TOML to values and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from camp.rules.declared_message import DeclaredMessage, DeclaredRhythm, read_message, read_rhythm
from camp.rules.toml_table import UNREAD, Finding, Table

POSITIONS = ("class_teacher", "sales", "manager", "operator")
SCOPES = ("self", "department", "below", "all")
WEEK_IN_MINUTES = 7 * 24 * 60


@dataclass(frozen=True)
class DeclaredCamp:
    path: str
    code: str
    name: str
    warm_lessons: int
    sale_window_days: int
    rhythm: DeclaredRhythm | None = None
    messages: tuple[DeclaredMessage, ...] = ()
    staff_room: bool = False


@dataclass(frozen=True)
class DeclaredLesson:
    path: str
    seq: int  # 0 when it could not be read
    title: str
    starts_at: datetime
    ends_at: datetime
    checkin_opens_at: datetime
    checkin_closes_at: datetime
    passphrase: str | None


@dataclass(frozen=True)
class DeclaredGroup:
    path: str
    code: str
    chat_id: str | None
    class_teacher: str
    join_url: str | None


@dataclass(frozen=True)
class DeclaredCohort:
    path: str
    code: str
    camp: str
    name: str
    starts_at: datetime
    closes_at: datetime
    enrol_until: datetime
    next: str | None
    lessons: tuple[DeclaredLesson, ...]
    class_groups: tuple[DeclaredGroup, ...]
    staff_room: bool | None = None  # None: as its camp says


@dataclass(frozen=True)
class DeclaredChannel:
    path: str
    code: str
    name: str
    camp: str | None
    department: str | None


@dataclass(frozen=True)
class DeclaredStaff:
    path: str
    userid: str
    position: str
    name: str | None
    scope: str | None
    department: str | None
    disabled: bool
    quota: int | None


@dataclass(frozen=True)
class Declared:
    """A whole camp.toml. With faults among the findings its values are placeholders in places and must not be applied."""

    camps: tuple[DeclaredCamp, ...]
    cohorts: tuple[DeclaredCohort, ...]
    channels: tuple[DeclaredChannel, ...]
    staff: tuple[DeclaredStaff, ...]


@dataclass(frozen=True)
class CheckinWindow:
    """The default window of a lesson: how long before its start it opens and after its end it closes."""

    opens_before: timedelta
    closes_after: timedelta


def read_declared(tables: Mapping[str, Any], zone: ZoneInfo, window: CheckinWindow) -> tuple[Declared, list[Finding]]:
    """The values of a parsed camp.toml and everything wrong with their shape."""
    findings: list[Finding] = []
    root = Table(dict(tables), "", findings, zone)
    declared = Declared(
        camps=tuple(_camp(table) for table in root.tables("camps")),
        cohorts=tuple(_cohort(table, window) for table in root.tables("cohorts")),
        channels=tuple(_channel(table) for table in root.tables("channels")),
        staff=tuple(_staff(table) for table in root.tables("staff")),
    )
    root.finish()
    if not tables:
        root.fault("", "nothing")
    return declared, findings


def _camp(table: Table) -> DeclaredCamp:
    camp = DeclaredCamp(
        path=table.path,
        code=table.text("code", limit=64, spaces=False),
        name=table.text("name", limit=128),
        warm_lessons=table.number("warm_lessons", 1, 999, 4) or 0,
        sale_window_days=table.number("sale_window_days", 0, 365, 10) or 0,
        rhythm=read_rhythm(table),
        messages=tuple(read_message(each) for each in table.tables("messages")),
        staff_room=table.flag("staff_room"),
    )
    table.finish()
    return camp


def _cohort(table: Table, window: CheckinWindow) -> DeclaredCohort:
    code = table.text("code", limit=64, spaces=False)
    lessons = tuple(_lesson(each, window) for each in table.tables("lessons"))
    closes_at = table.moment("closes_at") or UNREAD
    cohort = DeclaredCohort(
        path=table.path,
        code=code,
        camp=table.text("camp", limit=64),
        name=table.text("name", limit=128, required=False) or code,
        starts_at=table.moment("starts_at") or UNREAD,
        closes_at=closes_at,
        enrol_until=table.moment("enrol_until", required=False) or _default_enrol_until(lessons, closes_at),
        next=table.text("next", limit=64, required=False) or None,
        lessons=lessons,
        class_groups=tuple(_group(each) for each in table.tables("class_groups")),
        staff_room=table.flag("staff_room") if table.has("staff_room") else None,
    )
    table.finish()
    return cohort


def _default_enrol_until(lessons: Sequence[DeclaredLesson], closes_at: datetime) -> datetime:
    """The start of the second lesson; of the only one; the close where there is none."""
    starts = sorted(lesson.starts_at for lesson in lessons)
    return starts[1] if len(starts) > 1 else starts[0] if starts else closes_at


def _lesson(table: Table, window: CheckinWindow) -> DeclaredLesson:
    starts_at = table.moment("starts_at") or UNREAD
    ends_at = starts_at + timedelta(minutes=table.number("minutes", 1, WEEK_IN_MINUTES) or 0)
    opens_at = table.moment("checkin_opens_at", required=False) or starts_at - window.opens_before
    closes_at = table.moment("checkin_closes_at", required=False) or ends_at + window.closes_after
    lesson = DeclaredLesson(
        path=table.path,
        seq=table.number("seq", 1, 999) or 0,
        title=table.text("title", limit=128),
        starts_at=starts_at,
        ends_at=ends_at,
        checkin_opens_at=opens_at,
        checkin_closes_at=closes_at,
        passphrase=table.text("passphrase", limit=64, required=False) or None,
    )
    if UNREAD not in (starts_at, opens_at, closes_at) and closes_at <= opens_at:
        table.fault("checkin_closes_at", "checkin_backwards")
    table.finish()
    return lesson


def _group(table: Table) -> DeclaredGroup:
    group = DeclaredGroup(
        path=table.path,
        code=table.text("code", limit=32, spaces=False),
        chat_id=table.text("chat_id", limit=64, spaces=False, required=False) or None,
        class_teacher=table.text("class_teacher", limit=64, spaces=False),
        join_url=table.text("join_url", limit=2048, spaces=False, required=False) or None,
    )
    if group.join_url and not group.join_url.startswith(("https://", "http://")):
        table.fault("join_url", "not_url")
    table.finish()
    return group


def _channel(table: Table) -> DeclaredChannel:
    channel = DeclaredChannel(
        path=table.path,
        code=table.text("code", limit=64, spaces=False),
        name=table.text("name", limit=128),
        camp=table.text("camp", limit=64, required=False) or None,
        department=_department(table),
    )
    table.finish()
    return channel


def _staff(table: Table) -> DeclaredStaff:
    staff = DeclaredStaff(
        path=table.path,
        userid=table.text("userid", limit=64, spaces=False),
        position=table.choice("position", POSITIONS),
        name=table.text("name", limit=64, required=False) or None,
        scope=table.choice("scope", SCOPES, required=False) or None,
        department=_department(table),
        disabled=table.flag("disabled"),
        quota=table.number("quota", 0, 100_000, required=False),
    )
    table.finish()
    return staff


def _department(table: Table) -> str | None:
    """A directory department by name or by id; both kept as text."""
    return table.text_or_number("department", limit=128) or None
