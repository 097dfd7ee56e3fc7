"""The cast: everybody's end follows from what they do, and all ends together are the whole cohort."""

from collections import Counter

import pytest

from bot.cli import demo
from sandbox.story import cast
from sandbox.story.cast import LINK, MENU, NUDGE, OWN, End, Pupil
from sandbox.story.chapters import nudge
from sandbox.story.chapters.ending import SOLD_LATER, funnel_of


def test_about_two_dozen_learners_everyone_once() -> None:
    assert len(cast.PUPILS) == 24
    assert len({pupil.name for pupil in cast.PUPILS}) == len({pupil.id for pupil in cast.PUPILS}) == 24


@pytest.mark.parametrize("pupil", cast.FIRST_COHORT, ids=lambda pupil: pupil.name)
def test_an_end_is_what_the_rules_say_unless_a_person_decided(pupil: Pupil) -> None:
    if pupil.why:
        assert pupil.why in ("成交", "放弃", "退订", "换期")
    else:
        assert pupil.end is cast.rule_end(pupil.attended, paid=False)


def test_every_way_out_is_taken_and_they_add_up() -> None:
    assert cast.ends() == Counter({End.CONVERSION: 7, End.SALE_WINDOW: 7, End.NEXT_COHORT: 5, End.PAID: 3, End.LEFT: 1})
    assert sum(cast.ends().values()) == len(cast.FIRST_COHORT) == 23
    assert sum(len(cast.who_ends(end)) for end in End) == 23


@pytest.mark.parametrize("pupil", cast.PUPILS, ids=lambda pupil: pupil.name)
def test_habits_make_sense(pupil: Pupil) -> None:
    assert pupil.teacher in cast.GROUP_OF
    assert set(pupil.lessons) | set(pupil.marked) | set(pupil.finishes) | set(pupil.caught_up) <= set(range(1, cast.LESSONS + 1))
    assert not set(pupil.lessons) & set(pupil.marked)
    spoken = [way for way in pupil.lessons.values() if way not in (LINK, MENU, OWN, NUDGE)]
    assert all(spoken)
    assert cast.PASSPHRASE in pupil.lessons.get(cast.PASSPHRASE_LESSON, cast.PASSPHRASE)


def test_many_ways_to_check_in() -> None:
    ways = {way for pupil in cast.PUPILS for way in pupil.lessons.values()}
    assert {LINK, MENU, OWN, NUDGE, cast.PASSPHRASE} < ways
    assert len(ways) > 12


@pytest.mark.parametrize(
    ("attended", "paid", "end"),
    [
        (0, False, End.NEXT_COHORT),
        (1, False, End.SALE_WINDOW),
        (3, False, End.SALE_WINDOW),
        (4, False, End.CONVERSION),
        (5, False, End.CONVERSION),
        (0, True, End.PAID),
        (5, True, End.PAID),
    ],
)
def test_rule_end(attended: int, paid: bool, end: End) -> None:
    assert cast.rule_end(attended, paid) is end


def test_the_funnel_counts_people() -> None:
    funnel = funnel_of(cast.FIRST_COHORT)
    assert funnel == {"报名": 23, "进群": 21, "到课": 17, "完课": 6, "成交": 3 + len(SOLD_LATER)}
    assert funnel_of(()) == dict.fromkeys(funnel, 0)


def test_who_is_nudged_is_missing_and_some_come_after_all() -> None:
    away = nudge.missing()
    assert {pupil.name for pupil in away} > {pupil.name for pupil in cast.PUPILS if NUDGE in pupil.lessons.values()}
    assert {seq for pupil in cast.PUPILS for seq, way in pupil.lessons.items() if way == NUDGE} == {cast.NUDGED}
    assert {pupil.teacher for pupil in away} == {cast.NUDGER}
    assert sum(pupil.lessons.get(cast.NUDGED) == NUDGE for pupil in away) >= 2


def test_who_left_is_on_no_later_list() -> None:
    names = [{pupil.name for pupil in cast.in_class("he", seq)} for seq in range(1, cast.LESSONS + 1)]
    assert ["高铭泽" in listed for listed in names] == [True, True, False, False, False]
    assert not any("许知远" in listed for listed in names)


def test_each_of_the_four_phones_shows_somebody_of_the_story() -> None:
    assert cast.SEEN["learner"] in {pupil.id for pupil in cast.PUPILS}
    positions = {one.userid: one.position for one in cast.STAFF}
    assert [positions[cast.SEEN[phone]] for phone in ("teacher", "sales", "manager")] == ["class_teacher", "sales", "manager"]
    assert "&".join(f"{phone}={who}" for phone, who in cast.SEEN.items()) == demo.CAST
