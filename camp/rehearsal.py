"""试算: what another number in a rule would have moved in past cohorts and would move in running ones. Nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camp.closing import FROM
from camp.policy import Policy
from camp.rule_words import with_number
from camp.rules.rule import Moment, Rule
from storage import rehearsals, rule_sql
from storage.database import Tx
from storage.rehearsals import Shift


@dataclass(frozen=True)
class CohortRehearsal:
    """One cohort: how many the rule's place gets now and would get, and the moves between places."""

    name: str
    closed: bool
    total: int
    now: int
    then: int
    moves: tuple[Shift, ...]


@dataclass(frozen=True)
class Rehearsal:
    """`setting` is the camp setting that was varied, None when it was a number inside the rule or nothing at all."""

    rule: Rule
    number: int | None
    setting: str | None
    cohorts: tuple[CohortRehearsal, ...]


def find_rule(policy: Policy, words: str) -> Rule | None:
    """A rule that can be rehearsed, by name; without a name the first that depends on a setting of the camp."""
    rules = [rule for rule in policy.rulebook.rules if rule.moment in FROM]
    if words:
        return next((rule for rule in rules if rule.name.casefold() == words.casefold()), None)
    return next((rule for rule in rules if any(isinstance(value, str) for _, _, value in rule.when)), None)


async def rehearse(tx: Tx, policy: Policy, rule: Rule, number: int | None) -> Rehearsal:
    """Compares today's rules with the same ones where `rule` has this number."""
    moment = Moment(rule.moment)
    now = policy.rulebook.of(moment)
    setting, then = (None, now) if number is None else with_number(now, rule, number)
    settings = rule_sql.with_settings(**{setting: number}) if setting and number is not None else rule_sql.SETTINGS
    shifts = await rehearsals.closed_cohorts(tx, moment, now, then, settings)
    if moment is Moment.COHORT_CLOSED:
        shifts += await rehearsals.open_cohorts(tx, FROM[moment], now, then, settings)
    return Rehearsal(rule, number, setting, tuple(_by_cohort(rule, shifts)))


def _by_cohort(rule: Rule, shifts: Sequence[Shift]) -> list[CohortRehearsal]:
    found = []
    for key in dict.fromkeys((s.cohort_id, s.cohort_name, s.closed) for s in shifts):
        own = [s for s in shifts if (s.cohort_id, s.cohort_name, s.closed) == key]
        found.append(
            CohortRehearsal(
                name=key[1],
                closed=key[2],
                total=sum(s.number for s in own),
                now=sum(s.number for s in own if s.here == rule.move),
                then=sum(s.number for s in own if s.there == rule.move),
                moves=tuple(s for s in own if s.here != s.there),
            )
        )
    return found
