"""为什么: where one learner is and why, from the placement that put them there, with the facts of that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from camp.policy import Policy
from camp.rule_words import settings_of
from camp.rules.decide import Facts, decide
from camp.rules.rule import Moment, Rule
from storage import cohorts, enrolments, journal, members, placements
from storage.cohorts import Camp
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.journal import Entry
from storage.learners import Learner

_STORY = 200
# What changes where a learner is, or who looks after them; and that they were reminded.
_TELLING = (
    *("pooled", "given_up", "claimed", "returned", "sold", "sale_confirmed", "refunded", "unplaced", "moved", "switched"),
    "nudged",
)


@dataclass(frozen=True)
class Placed:
    """What a closing decided: `rule` by name, the facts then, when, and who confirmed (a name, or empty for the clock)."""

    cohort_name: str
    camp: Camp
    rule: str
    moment: str
    from_place: str
    to_place: str
    facts: Facts
    at: datetime
    confirmed_by: str
    undone: bool


@dataclass(frozen=True)
class Event:
    """Something that happened since: its journal kind, who did it (a name), and what was noted."""

    at: datetime
    kind: str
    by: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Explanation:
    """`placed` is None where no closing has decided about the learner yet.

    `today`: the rule that holds now, on the facts of the placement, else on those of this moment as if the cohort closed.
    """

    learner: Learner
    enrolment: Enrolment
    cohort_name: str
    camp: Camp
    placed: Placed | None
    today: Rule | None
    since: tuple[Event, ...]


async def explain(tx: Tx, policy: Policy, learner: Learner) -> Explanation | None:
    """Why this learner is where they are; None without any enrolment."""
    enrolment = await enrolments.current(tx, learner.id)
    if enrolment is None:
        return None
    cohort = await cohorts.load_cohort(tx, enrolment.cohort_id)
    row = await placements.newest(tx, learner.id)
    placed = None
    if row is not None:
        placed = Placed(
            cohort_name=row.cohort_name,
            camp=await cohorts.load_camp(tx, row.camp_id),
            rule=row.rule,
            moment=row.moment,
            from_place=row.from_place,
            to_place=row.to_place,
            facts=Facts(row.attended, row.completed, row.paid_count),
            at=row.at,
            confirmed_by=await _name_of(tx, row.confirmed_by or ""),
            undone=row.closing_state == "undone",
        )
    camp = await cohorts.load_camp(tx, cohort.camp_id)
    since = placed.at if placed else enrolment.enrolled_at
    told = [e for e in await journal.story(tx, learner.id, _STORY) if e.kind in _TELLING and e.at >= since]
    return Explanation(
        learner,
        enrolment,
        cohort.name,
        camp,
        placed,
        _rule_today(policy, enrolment, camp, placed),
        tuple([await _event(tx, e) for e in reversed(told)]),
    )


def _rule_today(policy: Policy, enrolment: Enrolment, camp: Camp, placed: Placed | None) -> Rule | None:
    if placed is not None:
        return decide(policy.rulebook.of(Moment(placed.moment)), placed.facts, settings_of(placed.camp))
    facts = Facts(enrolment.attended, enrolment.completed, enrolment.paid_count)
    return decide(policy.rulebook.of(Moment.COHORT_CLOSED), facts, settings_of(camp))


async def _event(tx: Tx, entry: Entry) -> Event:
    return Event(entry.at, entry.kind, await _name_of(tx, entry.by), entry.detail)


async def _name_of(tx: Tx, by: str) -> str:
    """`member:lin` → the member's name; anything else as it stands, the clock as nothing."""
    if not by.startswith("member:"):
        return "" if by == "clock" else by
    member = await members.find(tx, by.removeprefix("member:"))
    return member.shown if member else by.removeprefix("member:")
