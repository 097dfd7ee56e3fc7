"""Rules as an operator writes them (`when = ["attended >= warm_lessons", "paid = 0"]`), and those used where none are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from camp.rules.place import Place
from camp.rules.rule import FACTS, Condition, Moment, Rule, RuleBook

# Values a condition may name instead of a number: settings of the camp in camp.toml.
CAMP_VALUES = ("warm_lessons",)
# Where a rule may send somebody: the other places are entered by an act of a person (sold, unsubscribed).
MOVES = (Place.CLASS, Place.SALE_WINDOW, Place.CONVERSION, Place.NEXT_COHORT, Place.WAITING, Place.RENEWAL, Place.PAID)
_CONDITION = re.compile(r"\s*([a-z_]+)\s*(!=|<=|>=|=|<|>)\s*([a-z_]+|\d{1,6})\s*")


class RuleFault(ValueError):
    """A condition that cannot be read; `phrase` is a key of camp.phrases with its values."""

    def __init__(self, phrase: str, **values: str) -> None:
        super().__init__(phrase)
        self.phrase = phrase
        self.values = values


def to_condition(words: str) -> Condition:
    """`attended >= 4` or `attended >= warm_lessons` as a condition; raises RuleFault."""
    match = _CONDITION.fullmatch(words)
    if match is None:
        raise RuleFault("settings.rule_syntax", text=words[:60])
    fact, op, value = match.groups()
    if fact not in FACTS:
        raise RuleFault("settings.rule_fact", name=fact, known="、".join(FACTS))
    if value.isdigit():
        return Condition(fact, op, int(value))
    if value not in CAMP_VALUES:
        raise RuleFault("settings.rule_value", name=value, known="、".join(CAMP_VALUES))
    return Condition(fact, op, value)


def to_book(declared: Sequence[Rule]) -> RuleBook:
    """The declared rules; a moment for which none is declared keeps the rules of DEFAULT_RULES."""
    named = {rule.moment for rule in declared}
    return RuleBook((*declared, *(rule for rule in DEFAULT_RULES if rule.moment not in named)))


def _when(*conditions: str) -> tuple[Condition, ...]:
    return tuple(to_condition(words) for words in conditions)


DEFAULT_RULES = (
    Rule(
        name="no-show",
        title="一节课没到、没付款 → 转下一期",
        moment=Moment.COHORT_CLOSED,
        when=_when("attended = 0", "paid = 0"),
        move=Place.NEXT_COHORT,
        tag="未到课",
        todo="联系一下：整期没来上课",
    ),
    Rule(
        name="warm",
        title="到课够多、没付款 → 转化公海",
        moment=Moment.COHORT_CLOSED,
        when=_when("attended >= warm_lessons", "paid = 0"),
        move=Place.CONVERSION,
        grade="A",
        tag="高意向",
    ),
    Rule(
        name="lukewarm",
        title="到过课但不多、没付款 → 班主任先跟进一个销售期",
        moment=Moment.COHORT_CLOSED,
        when=_when("attended >= 1", "attended < warm_lessons", "paid = 0"),
        move=Place.SALE_WINDOW,
        tag="待转化",
    ),
    Rule(
        name="lukewarm-ended",
        title="销售期结束还没付款 → 转化公海",
        moment=Moment.SALE_WINDOW_ENDED,
        when=_when("paid = 0"),
        move=Place.CONVERSION,
        grade="B",
        tag="销售期未成交",
    ),
)
