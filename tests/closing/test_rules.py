"""Rules decide alike in Python and in SQL; unknown names are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Integer, create_engine, literal, select

from bot.settings import DEFAULT_RULES
from camp.place_words import whole_percents
from camp.rule_words import with_number
from camp.rules.claiming import ClaimFacts, ClaimRefusal, may_claim
from camp.rules.decide import Facts, decide
from camp.rules.mask import mask_name
from camp.rules.place import Place
from camp.rules.rule import FACTS, OPERATORS, Condition, Moment, Rule
from camp.rules.spread import plan_spread
from storage.rule_sql import UnknownName, decided_name, decided_place

SETTINGS = {"warm_lessons": 4, "sale_window_days": 10}
CLOSE = tuple(rule for rule in DEFAULT_RULES if rule.moment is Moment.COHORT_CLOSED)

numbers = st.integers(0, 8)
conditions = st.builds(
    Condition, st.sampled_from(FACTS), st.sampled_from(OPERATORS), st.one_of(numbers, st.sampled_from(sorted(SETTINGS)))
)
some_rules = st.lists(st.tuples(st.lists(conditions, max_size=3), st.sampled_from(list(Place))), max_size=4).map(
    lambda parts: tuple(
        Rule(name=f"r{i}", moment=Moment.COHORT_CLOSED, when=tuple(when), move=move) for i, (when, move) in enumerate(parts)
    )
)


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    ("attended", "paid", "expected"),
    [
        (0, 0, "no-show"),
        (1, 0, "lukewarm"),
        (3, 0, "lukewarm"),
        (4, 0, "warm"),
        (7, 0, "warm"),
        (0, 1, None),
        (7, 2, None),
    ],
)
def test_the_default_rules_at_the_close(attended: int, paid: int, expected: str | None) -> None:
    rule = decide(CLOSE, Facts(attended, attended, paid), SETTINGS)
    assert (rule.name if rule else None) == expected


@run_settings(max_examples=200, deadline=None)
@given(
    rules=some_rules,
    facts=st.builds(Facts, numbers, numbers, numbers),
    settings=st.fixed_dictionaries(dict.fromkeys(SETTINGS, numbers)),
)
def test_sql_and_python_decide_alike(
    database: Connection, rules: tuple[Rule, ...], facts: Facts, settings: dict[str, int]
) -> None:
    columns = {name: literal(value, Integer) for name, value in facts._asdict().items()}
    camp = {name: literal(value, Integer) for name, value in settings.items()}
    query = select(decided_name(rules, columns, camp), decided_place(rules, columns, camp))
    by_sql = tuple(database.execute(query).one())
    rule = decide(rules, facts, settings)
    assert by_sql == ((rule.name, rule.move) if rule else (None, None))


@pytest.mark.parametrize(
    "condition", [Condition("mood", ">", 1), Condition("attended", "~", 1), Condition("attended", ">", "hot_lessons")]
)
def test_unknown_names_are_refused(condition: Condition) -> None:
    with pytest.raises(UnknownName, match="rule odd"):
        decided_name([Rule("odd", Moment.COHORT_CLOSED, (condition,), Place.WAITING)])


def test_a_number_replaces_the_setting_or_the_first_number() -> None:
    warm = next(rule for rule in CLOSE if rule.name == "warm")
    no_show = next(rule for rule in CLOSE if rule.name == "no-show")
    assert with_number(CLOSE, warm, 3) == ("warm_lessons", CLOSE)
    setting, changed = with_number(CLOSE, no_show, 2)
    assert setting is None
    assert changed[CLOSE.index(no_show)].when[0] == Condition("attended", "=", 2)


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 40), min_size=1), st.integers(0, 60))
def test_a_crowd_fills_the_smallest_groups_first(loads: dict[int, int], number: int) -> None:
    plan = plan_spread(loads, number)
    assert sum(plan.values()) == number
    full = {group: loads[group] + plan[group] for group in loads}
    filled = [full[group] for group in loads if plan[group]]
    assert all(max(filled) <= load + 1 for load in full.values()) if filled else number == 0


def test_nobody_takes_in_a_crowd() -> None:
    assert plan_spread({}, 5) == {}


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_shares_add_up_to_a_hundred(counts: list[int]) -> None:
    assert sum(whole_percents(counts)) == (100 if sum(counts) else 0)


NOW = datetime(2026, 12, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"state": "claimed"}, ClaimRefusal.TAKEN),
        ({"state": "claimed", "mine": True}, ClaimRefusal.MINE),
        ({"state": "sold"}, ClaimRefusal.SOLD),
        ({"state": "withdrawn"}, ClaimRefusal.WITHDRAWN),
        ({"held": 5}, ClaimRefusal.QUOTA),
        ({"claimed_today": 3}, ClaimRefusal.DAY_CAP),
        ({"returned_at": datetime(2026, 12, 5, 0, 1, tzinfo=UTC)}, ClaimRefusal.COOL_DOWN),
        ({"returned_at": datetime(2026, 12, 5, tzinfo=UTC)}, None),
        ({"held": 5, "state": "sold"}, ClaimRefusal.SOLD),
    ],
)
def test_who_may_claim(changes: dict[str, Any], expected: ClaimRefusal | None) -> None:
    facts = {"state": "open", "mine": False, "held": 4, "limit": 5, "claimed_today": 2, "per_day": 3, **changes}
    assert may_claim(ClaimFacts(**facts), NOW) is expected


@pytest.mark.parametrize(("name", "shown"), [("张小明", "张**"), ("  李", "李**"), ("", "学**")])
def test_a_name_before_the_claim(name: str, shown: str) -> None:
    assert mask_name(name) == shown
