"""Rules as SQL: the conditions of a rule become clauses, a list of rules becomes one CASE, so a sweep is one statement.

camp.rules.decide is the same in Python; a property test holds the two together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, and_, case, literal, null, true

from storage.tables_camp import camps, enrolments
from storage.tables_closing import placements

Values = Mapping[str, ColumnElement[int]]


class RuleLike(Protocol):
    """What SQL needs of a rule (camp.rules.rule.Rule has it): `when` holds (fact, operator, number or camp setting)."""

    @property
    def name(self) -> str: ...
    @property
    def when(self) -> Sequence[tuple[str, str, int | str]]: ...
    @property
    def move(self) -> str: ...
    @property
    def grade(self) -> str | None: ...
    @property
    def tag(self) -> str | None: ...
    @property
    def todo(self) -> str | None: ...


class UnknownName(ValueError):
    """A rule speaks of a fact, an operator or a camp setting that does not exist."""


# The facts as they are now, and as they were when a closing placed the enrolment.
LIVE: Values = {"attended": enrolments.c.attended, "completed": enrolments.c.completed, "paid": enrolments.c.paid_count}
THEN: Values = {"attended": placements.c.attended, "completed": placements.c.completed, "paid": placements.c.paid_count}
# What the right side may name instead of a number; the query has to join `camps`.
SETTINGS: Values = {"warm_lessons": camps.c.warm_lessons, "sale_window_days": camps.c.sale_window_days}

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def decided_name(rules: Sequence[RuleLike], facts: Values = LIVE, settings: Values = SETTINGS) -> ColumnElement[Any]:
    """The name of the first rule whose conditions all hold, NULL when none does."""
    return decided(rules, [rule.name for rule in rules], facts, settings)


def decided_place(rules: Sequence[RuleLike], facts: Values = LIVE, settings: Values = SETTINGS) -> ColumnElement[Any]:
    """The place the deciding rule moves to, NULL when none decides."""
    return decided(rules, [str(rule.move) for rule in rules], facts, settings)


def decided(
    rules: Sequence[RuleLike], results: Sequence[Any], facts: Values = LIVE, settings: Values = SETTINGS
) -> ColumnElement[Any]:
    """What is said (`results`, one for each rule: a text, an expression or None) by the first rule that holds, else NULL."""
    if not rules:
        return null()
    said = [
        null() if result is None else result if isinstance(result, ColumnElement) else literal(result, String())
        for result in results
    ]
    return case(*zip((_holds(rule, facts, settings) for rule in rules), said, strict=True), else_=null())


def with_settings(**numbers: int) -> Values:
    """The camp settings with some replaced by a number: what a rehearsal asks."""
    unknown = numbers.keys() - SETTINGS.keys()
    if unknown:
        raise UnknownName(f"unknown camp setting {sorted(unknown)}")
    return {**SETTINGS, **{name: literal(number) for name, number in numbers.items()}}


def _holds(rule: RuleLike, facts: Values, settings: Values) -> ColumnElement[bool]:
    return and_(true(), *(_clause(rule.name, *condition, facts, settings) for condition in rule.when))


def _clause(name: str, fact: str, op: str, value: int | str, facts: Values, settings: Values) -> ColumnElement[bool]:
    if fact not in facts:
        raise UnknownName(f"rule {name}: unknown fact {fact!r}, known are {', '.join(facts)}")
    if op not in _OPERATORS:
        raise UnknownName(f"rule {name}: unknown operator {op!r}, known are {' '.join(_OPERATORS)}")
    if isinstance(value, str) and value not in settings:
        raise UnknownName(f"rule {name}: unknown setting {value!r}, known are {', '.join(settings)}")
    right = settings[value] if isinstance(value, str) else value
    clause: ColumnElement[bool] = _OPERATORS[op](facts[fact], right)
    return clause
