"""Scopes: one filter for lists, counts and cards, by position or as the member's own setting says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from storage import members
from storage.tables_camp import departments
from tests.teacher.conftest import Enrol, at


@pytest.fixture
async def house_of_departments(camp: Any, enrol: Enrol) -> Any:
    """growth(1) has north(2), which has campus(3); south(4) is its neighbour. 林 sits in north, 周 in campus, 吴 in south."""
    async with camp.tx() as tx:
        rows = [(1, "growth", None), (2, "north", 1), (3, "campus", 2), (4, "south", 1)]
        for number, name, parent in rows:
            await tx.conn.execute(insert(departments).values(id=number, name=name, parent_id=parent))
        for userid, department in (("chen", 2), ("lin", 2), ("zhou", 3), ("wu", 4)):
            member = await members.find(tx, userid)
            await members.change(tx, member.id, department_id=department)
    await enrol("北", "lin")
    await enrol("校", "zhou")
    await enrol("南", "wu")
    camp.now = at("12-01 23:00")
    return camp


async def sees(camp: Any, userid: str, scope: str | None) -> set[str]:
    """Whom the member finds in the roster; every other answer must agree with it."""
    async with camp.tx() as tx:
        member = await members.find(tx, userid)
        await members.change(tx, member.id, scope=scope)
    (roster,) = await camp.member_says(userid, "名单 read7-01")
    names = {line.split()[1] for line in roster.splitlines() if line.startswith("#")}
    (absent,) = await camp.member_says(userid, "缺勤 1 read7-01")
    assert {line.split()[1] for line in absent.splitlines() if line.startswith("#")} == names
    assert f"缺勤 {len(names)}/{len(names)} 人" in absent
    (classes,) = await camp.member_says(userid, "我的班")
    assert f"到课 0/{len(names)}" in classes
    for number, name in ((1, "北"), (2, "校"), (3, "南")):
        (card,) = await camp.member_says(userid, f"学员 #{number}")
        assert card.startswith(f"#{number} {name}\n") == (name in names)
        (found,) = await camp.member_says(userid, f"学员 {name}")
        assert found.startswith(f"#{number} {name}\n") == (name in names)
    return names


@pytest.mark.parametrize(
    ("userid", "scope", "names"),
    [
        ("lin", None, {"北"}),
        ("lin", "self", {"北"}),
        ("lin", "department", {"北"}),
        ("lin", "below", {"北", "校"}),
        ("lin", "all", {"北", "校", "南"}),
        ("zhou", "department", {"校"}),
        ("zhou", "below", {"校"}),
        ("chen", None, {"北", "校", "南"}),
        ("chen", "department", {"北"}),
        ("chen", "below", {"北", "校"}),
        # 何 is in no department: their own scope can only shrink.
        ("he", "all", {"北", "校", "南"}),
    ],
)
async def test_scope(house_of_departments: Any, userid: str, scope: str | None, names: set[str]) -> None:
    assert await sees(house_of_departments, userid, scope) == names


async def test_a_department_moved_changes_what_is_seen_at_once(house_of_departments: Any) -> None:
    assert await sees(house_of_departments, "lin", "below") == {"北", "校"}
    async with house_of_departments.tx() as tx:
        await tx.conn.execute(departments.update().where(departments.c.id == 4).values(parent_id=3))
    assert await sees(house_of_departments, "lin", "below") == {"北", "校", "南"}


async def test_a_directory_that_runs_in_a_circle_ends(house_of_departments: Any) -> None:
    async with house_of_departments.tx() as tx:
        await tx.conn.execute(departments.update().where(departments.c.id == 1).values(parent_id=3))
    assert await sees(house_of_departments, "lin", "below") == {"北", "校", "南"}


async def test_a_member_without_a_department_sees_their_own(house_of_departments: Any) -> None:
    async with house_of_departments.tx() as tx:
        member = await members.find(tx, "lin")
        await members.change(tx, member.id, department_id=None)
    assert await sees(house_of_departments, "lin", "below") == {"北"}


async def test_a_cohort_without_own_learners_is_not_there(camp: Any, enrol: Enrol) -> None:
    await enrol("小雨")
    async with camp.tx() as tx:
        await members.change(tx, (await members.find(tx, "he")).id, scope="self")
    (answer,) = await camp.member_says("he", "名单")
    assert answer.startswith("你名下还没有营期")
    assert await camp.member_says("he", "我的班") == [answer]
    assert await camp.member_says("he", "未进群") == [answer]
    assert await camp.member_says("he", "缺勤 1") == [answer]
