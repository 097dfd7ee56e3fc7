"""Joining and leaving class groups: the list of an event when versions fit, a read of the whole group otherwise."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
async def at_v1(front: Any) -> Any:
    """Group A is known in the state v1, empty; wm1 is enrolled and not in it."""
    await front.adds("wm1")
    await front.group("add_member", "wrA", ["lin"], "v0", "v1")
    await front.group_is("wrA", "v1")
    return front


async def seat(front: Any, who: str) -> tuple[Any, ...]:
    [row] = await front.house.rows(
        "select g.code, m.userid, e.in_group_at is not null, e.left_group_at is not null from enrolments e"
        " join learners l on l.id = e.learner_id join class_groups g on g.id = e.class_group_id"
        " join members m on m.id = e.class_teacher_id where l.external_userid = :who",
        who=who,
    )
    return tuple(row)


async def test_a_fitting_event_is_applied_from_its_list(at_v1: Any) -> None:
    assert await seat(at_v1, "wm1") == ("A", "lin", 0, 0)
    await at_v1.group("add_member", "wrA", ["wm1"], "v1", "v2")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 0)
    await at_v1.group("del_member", "wrA", ["wm1"], "v2", "v3")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 1)
    await at_v1.group("add_member", "wrA", ["wm1"], "v3", "v4")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 0)
    assert len(await at_v1.house.sent("group.get")) == 1
    assert (await at_v1.house.rows("select member_version from class_groups where chat_id = 'wrA'"))[0][0] == "v4"


@pytest.mark.parametrize(
    ("people", "last", "current"),
    [(["wm1"], "v7", "v8"), ([], "v1", "v2"), (["wm1"], "", "")],
    ids=["version gap", "no list", "no versions"],
)
async def test_anything_else_reads_the_group(at_v1: Any, people: list[str], last: str, current: str) -> None:
    await at_v1.group("add_member", "wrA", people, last, current)
    assert await seat(at_v1, "wm1") == ("A", "lin", 0, 0)
    await at_v1.group_is("wrA", current or "v2", "wm1")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 0)


async def test_a_read_that_shows_an_older_state_is_repeated_until_it_is_there(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm1"], "v7", "v8")
    await at_v1.group_is("wrA", "v1")
    await at_v1.group_is("wrA", "v7")
    await at_v1.group_is("wrA", "v8", "wm1")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 0)
    assert len(await at_v1.house.sent("group.get")) == 4


async def test_a_read_is_repeated_at_most_three_times(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm1"], "v7", "v8")
    for _ in range(4):
        await at_v1.group_is("wrA", "v7")
    assert len(await at_v1.house.sent("group.get")) == 5


async def test_who_is_missing_in_the_read_has_left(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm1"], "v1", "v2")
    await at_v1.group("del_member", "wrA", [], "v2", "v3")
    await at_v1.group_is("wrA", "v3")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 1)


async def test_the_class_teacher_follows_the_group_they_sit_in(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrB", ["wm1"], "x0", "x1")
    await at_v1.group_is("wrB", "x1", "wm1")
    assert await seat(at_v1, "wm1") == ("B", "he", 1, 0)
    assert (await at_v1.story(1))[-2:] == ["joined_group", "class_teacher"]


async def test_leaving_one_of_two_groups_leaves_them_in_the_other(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm1"], "v1", "v2")
    await at_v1.group("add_member", "wrB", ["wm1"], "x0", "x1")
    await at_v1.group_is("wrB", "x1", "wm1")
    await at_v1.group("del_member", "wrB", ["wm1"], "x1", "x2")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 0)


async def test_a_stranger_who_joins_is_enrolled_while_the_cohort_takes_learners(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm2", "lin"], "v1", "v2")
    assert await seat(at_v1, "wm2") == ("A", "lin", 1, 0)
    assert len(await at_v1.enrolments()) == 2
    at_v1.house.now = at_v1.house.now.replace(day=7)
    await at_v1.group("add_member", "wrA", ["wm3"], "v2", "v3")
    assert len(await at_v1.enrolments()) == 2
    rows = await at_v1.house.rows("select external_userid from group_members order by external_userid")
    assert [row[0] for row in rows] == ["wm2", "wm3"]


async def test_joining_first_and_adding_later_is_one_learner_in_the_group(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm2"], "v1", "v2")
    await at_v1.adds("wm2", "he")
    assert await seat(at_v1, "wm2") == ("A", "lin", 1, 0)
    assert len(await at_v1.enrolments()) == 2


async def test_names_come_with_the_members_of_the_group(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", [], "v1", "v2")
    await at_v1.group_is("wrA", "v2", "wm1")
    assert (await at_v1.house.rows("select name from learners"))[0].name == "名wm1"


async def test_a_dismissed_group_is_empty_and_other_changes_are_harmless(at_v1: Any) -> None:
    await at_v1.group("add_member", "wrA", ["wm1"], "v1", "v2")
    for detail in ("change_owner", "change_name", "change_notice"):
        await at_v1.group(detail, "wrA", [])
    await at_v1.group("add_member", "wrNotOurs", ["wm9"], "v1", "v2")
    await at_v1.house.event("change_external_chat", "create", ChatId="wrNotOurs")
    await at_v1.house.event("change_external_chat", "dismiss", ChatId="wrNotOurs")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 0)
    await at_v1.house.event("change_external_chat", "dismiss", ChatId="wrA")
    assert await seat(at_v1, "wm1") == ("A", "lin", 1, 1)
    assert len(await at_v1.house.rows("select * from learners")) == 1


async def test_who_signed_up_elsewhere_and_joins_late_is_recognised_by_the_unionid(at_v1: Any) -> None:
    await at_v1.signs_up_elsewhere("e1", {"unionid": "un2"}, cohort="read7-01")
    at_v1.house.now = at_v1.house.now.replace(day=7)
    await at_v1.group("add_member", "wrA", ["wm2"], "v8", "v9")
    person = {"id": "wm2", "type": 2, "join_time": 0, "join_scene": 3, "name": "小雨", "state": "", "unionid": "un2"}
    await at_v1.house.answer(
        "group.get", {"chat_id": "wrA", "name": "", "owner": "lin", "member_version": "v9", "members": [person]}
    )
    assert await seat(at_v1, "wm2") == ("A", "lin", 1, 0)


async def test_who_joins_late_and_is_recognised_only_when_they_add_the_teacher_sits_there(at_v1: Any) -> None:
    await at_v1.signs_up_elsewhere("e1", {"unionid": "un2"}, cohort="read7-01")
    at_v1.house.now = at_v1.house.now.replace(day=7)
    await at_v1.group("add_member", "wrA", ["wm2"], "v1", "v2")
    await at_v1.adds("wm2", "he")
    await at_v1.told("wm1")
    await at_v1.told("wm2", "小雨", unionid="un2")
    assert await seat(at_v1, "wm2") == ("A", "lin", 1, 0)
    assert len(await at_v1.enrolments()) == 2


async def test_the_first_event_of_a_group_counts_at_once_and_the_rest_is_read(front: Any) -> None:
    """A bot that starts beside a running group: nothing waits for the read, and a read that tells nothing changes nothing."""
    await front.adds("wm1")
    await front.group("add_member", "wrA", ["wm1"], "v0", "v1")
    assert await seat(front, "wm1") == ("A", "lin", 1, 0)
    await front.house.answer("group.get", {})
    assert await seat(front, "wm1") == ("A", "lin", 1, 0)
    await front.group("del_member", "wrA", ["wm1"], "v1", "v2")
    assert await seat(front, "wm1") == ("A", "lin", 1, 1)
