"""Which rule decides about one learner: the pure twin of storage.rule_sql, used where one case is at hand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from camp.rules.rule import Rule

_OPERATORS: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Facts(NamedTuple):
    """What the rules look at: lessons attended and completed, purchases that were not refunded."""

    attended: int
    completed: int
    paid: int


def decide(rules: Sequence[Rule], facts: Facts, settings: Mapping[str, int]) -> Rule | None:
    """The first rule whose conditions all hold, or None. `settings` are the camp's numbers; KeyError for an unknown name."""
    return next((rule for rule in rules if holds(rule, facts, settings)), None)


def holds(rule: Rule, facts: Facts, settings: Mapping[str, int]) -> bool:
    """Whether all conditions of the rule hold."""
    known = facts._asdict()
    return all(_OPERATORS[op](known[fact], settings[value] if isinstance(value, str) else value) for fact, op, value in rule.when)
