"""A rule is data: conditions on named facts, then what follows. storage.rule_sql turns conditions into SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from camp.rules.place import Place


class Moment(StrEnum):
    """When a rule is looked at."""

    COHORT_CLOSED = "cohort_closed"
    SALE_WINDOW_ENDED = "sale_window_ended"
    RENEWAL_DUE = "renewal_due"


class Condition(NamedTuple):
    """`fact op value`; the value is a number or the name of a camp setting (`warm_lessons`)."""

    fact: str
    op: str
    value: int | str


@dataclass(frozen=True)
class Rule:
    """The first rule whose conditions all hold decides.

    `grade` sorts the pool, `tag` is marked in WeCom, `todo` goes to the class teacher, `title` is the rule in words.
    """

    name: str
    moment: Moment
    when: tuple[Condition, ...]
    move: Place
    grade: str | None = None
    tag: str | None = None
    todo: str | None = None
    title: str = ""


FACTS = ("attended", "completed", "paid")  # paid = number of purchases
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class RuleBook:
    rules: tuple[Rule, ...] = field(default_factory=tuple)

    def of(self, moment: Moment) -> tuple[Rule, ...]:
        """The rules of one moment, in order."""
        return tuple(rule for rule in self.rules if rule.moment == moment)
