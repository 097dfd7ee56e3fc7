"""camp.toml: read and checked as a whole, then made true in the database; applying it twice changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from camp.phrases import Say
from camp.policy import Policy
from camp.rules.declared import CheckinWindow, Declared, read_declared
from camp.rules.declared_checks import check_declared
from camp.rules.toml_lines import line_of, lines_of, syntax_fault
from camp.rules.toml_table import Finding
from storage import declaration
from storage.database import Tx
from storage.declaration import Tally

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
        raise DeclarationError(faults, lines)
    return Parsed(declared, tuple(findings), lines)


async def apply(tx: Tx, policy: Policy, parsed: Parsed) -> Changes:
    """Makes the declaration true; the caller's transaction makes it all or nothing."""
    declared = parsed.declared
    departments = await declaration.departments_by_name(tx)
    people = await declaration.save_staff(tx, declared.staff, departments)
    camps = await declaration.save_camps(tx, declared.camps)
    cohorts = await declaration.save_cohorts(tx, declared.cohorts, camps.ids)
    lessons = await declaration.save_lessons(tx, declared.cohorts, cohorts.ids)
    groups = await declaration.save_class_groups(tx, declared.cohorts, cohorts.ids, people.ids)
    channels = await declaration.save_channels(tx, declared.channels, camps.ids)
    saved = {
        "camps": camps,
        "cohorts": cohorts,
        "lessons": lessons,
        "class_groups": groups,
        "channels": channels,
        "staff": people,
    }
    notes = [*parsed.warnings, *_unknown_departments(declared, departments)]
    for noun in ("staff", "cohorts", "lessons"):
        if saved[noun].kept:
            notes.append(Finding("", f"kept_{noun}", {"names": "、".join(saved[noun].kept)}, warning=True))
    return Changes({noun: each.tally for noun, each in saved.items()}, tuple(notes))


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
    return [
        Finding(f"{one.path}.department", "unknown_department", {"name": one.department}, warning=True)
        for one in (*declared.channels, *declared.staff)
        if one.department and one.department not in known
    ]
