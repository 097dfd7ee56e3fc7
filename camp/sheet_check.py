"""What a row of a sheet would do, before anybody confirms it: new, changed, known, or bad with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from camp.identity import identities_in
from camp.policy import Policy
from camp.rules.sheet_cell import masked
from camp.scope import scope_of
from storage import cohorts, sheet_lookups
from storage.cohorts import Cohort
from storage.database import Tx
from storage.members import Member
from storage.scopes import Range, Scope
from storage.sheet_lookups import Pair
from storage.sheets import Fate, SheetRow


@dataclass(frozen=True)
class Sender:
    """Who sent the sheet, and how far their rights reach; `groups`: the class groups in their scope."""

    member: Member
    scope: Scope
    groups: frozenset[int]

    @property
    def sees_all(self) -> bool:
        return self.scope.range is Range.ALL


@dataclass(frozen=True)
class People:
    """Whom the rows name: the identities of each row by its number, and the learner behind each that is known."""

    pairs: Mapping[int, Sequence[Pair]]
    learners: Mapping[Pair, int]

    def found(self, n: int) -> list[int]:
        """The learners a row's identities belong to, each once, the most reliable first."""
        ids = [self.learners[pair] for pair in self.pairs.get(n, ()) if pair in self.learners]
        return list(dict.fromkeys(ids))

    def complete(self, n: int) -> bool:
        """Whether every identity of the row is known to be one and the same learner's."""
        return all(pair in self.learners for pair in self.pairs.get(n, ())) and len(self.found(n)) == 1


async def sender_of(tx: Tx, member: Member) -> Sender:
    scope = scope_of(member)
    return Sender(member, scope, frozenset(await sheet_lookups.groups_within(tx, scope)))


async def people_in(tx: Tx, policy: Policy, rows: Sequence[SheetRow]) -> People:
    pairs = {row.n: identities_in(policy, row.body["subject"]) for row in rows if row.body.get("subject")}
    return People(pairs, await sheet_lookups.learners_by(tx, {pair for some in pairs.values() for pair in some}))


async def cohort_of(tx: Tx, row: SheetRow) -> Cohort | SheetRow:
    """The cohort a row names, by code or name; the row as bad when there is none."""
    name = str(row.body["cohort"])
    found = await cohorts.find_cohort(tx, name)
    if found is not None:
        return found
    known = "、".join(cohort.code for cohort in (await cohorts.cohorts_of(tx)) if cohort.closed_at is None)
    return bad(row, "unknown_cohort", text=name, known=known[:200])


def bad(row: SheetRow, problem: str, **values: str | int) -> SheetRow:
    """The row with what is wrong with it: the phrase `sheet.row_<problem>` and its values, `text` what the sheet says."""
    said = {name: masked(value) if name == "text" and isinstance(value, str) else value for name, value in values.items()}
    return replace(row, fate=Fate.BAD, body={}, faults=[*row.faults, ["", problem, said]])


def fated(row: SheetRow, fate: Fate, **found: Any) -> SheetRow:
    """The row with its fate, and what was found for it."""
    return replace(row, fate=fate, body={**row.body, **found})
