"""camp.toml: read and checked as a whole, then made true in the database; applying it twice changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from camp import join_code, staff_room
from camp.contact import ask_enrol_waiting
from camp.phrases import Say
from camp.policy import Policy
from camp.rules.declared import (
    CheckinWindow,
    Declared,
    DeclaredCamp,
    DeclaredChannel,
    DeclaredCohort,
    DeclaredGroup,
    DeclaredLesson,
    DeclaredStaff,
    read_declared,
)
from camp.rules.declared_checks import check_declared
from camp.rules.toml_lines import line_of, lines_of, syntax_fault
from camp.rules.toml_table import Finding
from storage import declaration
from storage.database import Tx
from storage.declaration import Saved, Tally

__all__ = ["Changes", "DeclarationError", "Parsed", "apply", "parse", "parse_text", "to_lines"]


@dataclass(frozen=True)
class Parsed:
    """A camp.toml without faults; `warnings` are worth a look, `lines` maps paths to lines of the file where known."""

    declared: Declared
    warnings: tuple[Finding, ...] = ()
    lines: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Changes:
    """What applying changed, per noun, and notes for the operator (warnings, and what the file does not mention any more)."""

    tallies: Mapping[str, Tally]
    notes: tuple[Finding, ...]

    @property
    def any(self) -> bool:
        return any(tally.added or tally.changed for tally in self.tallies.values())


class DeclarationError(Exception):
    """A camp.toml that cannot be applied; `faults` holds every reason, `lines` the lines where they are known."""

    def __init__(self, faults: Sequence[Finding], lines: Mapping[str, int] | None = None) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.code}" for fault in faults))
        self.faults = tuple(faults)
        self.lines = lines or {}


def parse_text(text: str, policy: Policy) -> Parsed:
    """A camp.toml's text; raises DeclarationError with every fault and its line."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, line = syntax_fault(str(error))
        fault = Finding("", "syntax", {"reason": reason})
        raise DeclarationError([fault], {"": line} if line else {}) from None
    return parse(tables, policy, lines_of(text))


def parse(tables: Mapping[str, Any], policy: Policy, lines: Mapping[str, int] | None = None) -> Parsed:
    """A parsed camp.toml; raises DeclarationError with every fault."""
    window = CheckinWindow(policy.checkin_opens_before, policy.checkin_closes_after)
    declared, findings = read_declared(tables, policy.zone, window)
    findings += check_declared(declared)
    faults = [finding for finding in findings if not finding.warning]
    if faults:
        faults.sort(key=lambda fault: line_of(fault.path, lines or {}) or 0)
        raise DeclarationError(faults, lines)
    return Parsed(declared, tuple(findings), lines)


async def apply(tx: Tx, policy: Policy, parsed: Parsed) -> Changes:
    """Makes the declaration true; the caller's transaction makes it all or nothing."""
    declared = parsed.declared
    departments = await declaration.departments_by_name(tx)
    staff = await declaration.save_staff(tx, [_staff_row(one, departments) for one in declared.staff])
    camps = await declaration.save_camps(tx, [_camp_row(camp) for camp in declared.camps])
    cohorts = await declaration.save_cohorts(tx, [_cohort_row(one, camps.ids[one.camp,]) for one in declared.cohorts])
    cohort_id = {one.code: cohorts.ids[one.code,] for one in declared.cohorts}
    lesson_rows = [_lesson_row(each, cohort_id[one.code]) for one in declared.cohorts for each in one.lessons]
    group_rows = [
        _group_row(each, cohort_id[one.code], staff.ids[each.class_teacher.lower(),])
        for one in declared.cohorts
        for each in one.class_groups
    ]
    saved = {
        "camps": camps,
        "cohorts": cohorts,
        "lessons": await declaration.save_lessons(tx, lesson_rows),
        "class_groups": await declaration.save_class_groups(tx, group_rows),
        "rhythms": await declaration.save_rhythms(tx, _rhythm_rows(declared, camps.ids)),
        "messages": await declaration.save_messages(tx, _message_rows(declared, camps.ids)),
        "channels": await declaration.save_channels(tx, [_channel_row(one, camps.ids) for one in declared.channels]),
        "staff": staff,
    }
    await _rooms(tx, policy, declared, cohort_id)
    notes = [*parsed.warnings, *_unknown_departments(declared, departments), *await _kept(tx, saved)]
    changes = Changes({noun: each.tally for noun, each in saved.items()}, tuple(notes))
    if changes.any:
        # Learners and events that waited for a cohort of this file need not wait for the night.
        await ask_enrol_waiting(tx)
        await join_code.ask_comparison(tx)
    return changes


async def _rooms(tx: Tx, policy: Policy, declared: Declared, cohort_id: Mapping[str, int]) -> None:
    """Staff rooms that are declared and not there yet; those that are follow the staff."""
    by_camp = {camp.code: camp.staff_room for camp in declared.camps}
    for one in declared.cohorts:
        if by_camp[one.camp] if one.staff_room is None else one.staff_room:
            await staff_room.declare(tx, policy, cohort_id[one.code])
    await staff_room.keep_all_in_step(tx, policy)


async def _kept(tx: Tx, saved: Mapping[str, Saved]) -> list[Finding]:
    """What the database holds and the file does not mention: it stays, and the operator is told."""
    cohort_ids = set(saved["cohorts"].ids.values())
    camp_ids = set(saved["camps"].ids.values())
    kept = {
        "kept_staff": await declaration.staff_besides(tx, {key[0] for key in saved["staff"].ids}),
        "kept_cohorts": await declaration.cohorts_besides(tx, {key[0] for key in saved["cohorts"].ids}),
        "kept_lessons": [
            f"{code} #{seq}" for code, seq in await declaration.lessons_besides(tx, cohort_ids, saved["lessons"].ids.keys())
        ],
        "kept_messages": await declaration.messages_besides(tx, camp_ids, saved["messages"].ids.keys()),
    }
    return [Finding("", code, {"names": "、".join(names)}, warning=True) for code, names in kept.items() if names]


def to_lines(say: Say, findings: Sequence[Finding], lines: Mapping[str, int] | None) -> list[str]:
    """Findings in words: `第 12 行 cohorts[0].lessons[2].minutes：应为整数`."""
    shown = []
    for finding in findings:
        line = line_of(finding.path, lines or {})
        where = [say("declaration.line", line=line) if line else "", finding.path]
        words = say(f"declaration.{finding.code}", **finding.values)
        shown.append("：".join(part for part in (" ".join(w for w in where if w), words) if part))
    return shown


def _unknown_departments(declared: Declared, known: Mapping[str, int]) -> list[Finding]:
    named = [(one.path, one.department) for one in declared.channels]
    named += [(one.path, one.department) for one in declared.staff]
    return [
        Finding(f"{path}.department", "unknown_department", {"name": name}, warning=True)
        for path, name in named
        if name and name not in known
    ]


def _staff_row(one: DeclaredStaff, departments: Mapping[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "userid": one.userid,
        "userid_key": one.userid.lower(),
        "position": one.position,
        "scope": one.scope,
        "disabled": one.disabled,
        "quota": one.quota,
    }
    # A name or department the file does not give is the directory's to tell.
    if one.name:
        row["name"] = one.name
    if one.department and one.department in departments:
        row["department_id"] = departments[one.department]
    return row


def _camp_row(camp: DeclaredCamp) -> dict[str, Any]:
    return {
        "code": camp.code,
        "name": camp.name,
        "warm_lessons": camp.warm_lessons,
        "sale_window_days": camp.sale_window_days,
    }


def _rhythm_rows(declared: Declared, camp_ids: Mapping[Any, int]) -> list[dict[str, Any]]:
    """Camps that say nothing to their groups need no row."""
    return [
        {
            "camp_id": camp_ids[camp.code,],
            "quiet_from": camp.rhythm.quiet_from,
            "quiet_to": camp.rhythm.quiet_to,
            "skip_dates": [day.isoformat() for day in camp.rhythm.skip_dates],
        }
        for camp in declared.camps
        if camp.rhythm is not None and (camp.messages or camp.rhythm.quiet_from or camp.rhythm.skip_dates)
    ]


def _message_rows(declared: Declared, camp_ids: Mapping[Any, int]) -> list[dict[str, Any]]:
    return [
        {
            "camp_id": camp_ids[camp.code,],
            "code": one.message.code,
            "plan": one.message.to_plain(),
            "disabled": one.disabled,
        }
        for camp in declared.camps
        for one in camp.messages
    ]


def _cohort_row(cohort: DeclaredCohort, camp_id: int) -> dict[str, Any]:
    return {
        "camp_id": camp_id,
        "code": cohort.code,
        "name": cohort.name,
        "starts_at": cohort.starts_at,
        "closes_at": cohort.closes_at,
        "enrol_until": cohort.enrol_until,
        "next_code": cohort.next,
    }


def _lesson_row(lesson: DeclaredLesson, cohort_id: int) -> dict[str, Any]:
    return {
        "cohort_id": cohort_id,
        "seq": lesson.seq,
        "title": lesson.title,
        "starts_at": lesson.starts_at,
        "ends_at": lesson.ends_at,
        "checkin_opens_at": lesson.checkin_opens_at,
        "checkin_closes_at": lesson.checkin_closes_at,
        "passphrase": lesson.passphrase,
    }


def _group_row(group: DeclaredGroup, cohort_id: int, class_teacher_id: int) -> dict[str, Any]:
    return {
        "cohort_id": cohort_id,
        "code": group.code,
        "chat_id": group.chat_id,
        "class_teacher_id": class_teacher_id,
        "join_url": group.join_url,
        "overflow_of": None,  # a chat that opened by itself and is declared is a class of its own
    }


def _channel_row(channel: DeclaredChannel, camp_ids: Mapping[Any, int]) -> dict[str, Any]:
    only = next(iter(camp_ids.values()))
    return {
        "code": channel.code,
        "name": channel.name,
        "camp_id": camp_ids[channel.camp,] if channel.camp else only,
        "department": channel.department,
    }
