"""The schedule on either database: two nodes prepare at once and make one task, budgets and results are counted alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from camp.group_message_goal import is_met
from camp.policy import Policy
from camp.rules.allowance import Allowance
from camp.rules.group_message import Goal
from storage import attendance, cohorts, enrolments, group_messages, kf, members
from storage.database import Database
from storage.group_messages import State
from storage.scopes import Range, Scope
from tests.conftest import KF, House
from tests.messages.conftest import MATERIAL, NOTICE, STAFF, Stage, at, declared, seated


@pytest.fixture
async def stage(database: Database) -> Stage:
    house = House(database, Policy(open_kfid=KF, link_key=b"test-link-key", allowance=Allowance(per_month=2)))
    house.now = at("11-30 12:00")
    async with house.tx() as tx:
        for userid, (name, _) in STAFF.items():
            await members.ensure(tx, userid, name=name)
        await kf.account(tx, KF)
        await kf.change_account(tx, KF, link_url="https://work.weixin.qq.com/kfid/kfc1")
    await house.apply(declared(NOTICE, MATERIAL))
    return Stage(house)


async def test_a_day_of_it(stage: Stage) -> None:
    assert len(await stage.pass_time("12-01 18:30")) == 2
    assert await stage.pass_time("12-01 18:31") == []
    await stage.look("12-01 18:40", tapped=True)
    assert await stage.pass_time("12-01 20:15") == []
    assert [state for *_, state, _ in await stage.states()] == ["sent", "sent", "skipped", "skipped"]
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "每群每月最多 2 条，现在还剩 A班 1、B班 1" in plan
    assert await stage.house.member_says("chen", "停发 read7-01 notice") == [
        "阅读营一期 不再发 notice。恢复请发“恢复 read7-01 notice”。"
    ]
    assert len(await stage.pass_time("12-02 20:15")) == 2  # what was kept for the notices is free
    await stage.look("12-02 20:25", tapped=False)


@pytest.mark.parametrize("what", ["attended", "completed", "paid", "orders"])
async def test_a_goal_is_measured(stage: Stage, what: str) -> None:
    two = await seated(stage, 2)
    goal = Goal(what, 2 if what == "orders" else 100, 1)

    async def met() -> bool:
        async with stage.house.tx() as tx:
            (group, _) = await cohorts.class_groups_of(tx, 1)
            return await is_met(tx, goal, group, 1)

    for number, enrolment_id in enumerate(two):
        assert not await met(), number
        async with stage.house.tx() as tx:
            await attendance.save(tx, enrolment_id, 1, attended=True, completed=True, checked_in_at=tx.now)
            await enrolments.change(tx, enrolment_id, paid_count=1)
    assert await met()


async def test_the_same_turn_is_taken_once_and_counted_while_it_waits(stage: Stage) -> None:
    house = stage.house
    house.now = at("12-01 18:30")
    turn: dict[str, Any] = {"message_id": 1, "class_group_id": 1, "seq": 1, "anchor": at("12-01 19:00")}
    async with house.tx() as tx:
        first = await group_messages.add(
            tx, **turn, until=tx.now + timedelta(hours=1), state=State.ASKED, chat_id="wrA", text="x"
        )
        assert first is not None
        assert await group_messages.add(tx, **turn, until=tx.now, state=State.SKIPPED, why="late") is None
        assert [row.id for row in await group_messages.of_chats(tx, ["wrA"], tx.now)] == [first]
        lin = await members.find(tx, "lin")
        zhou = await members.find(tx, "zhou")
        assert lin is not None
        assert zhou is not None
        assert [row.id for row in await group_messages.open_within(tx, Scope(Range.SELF, lin.id))] == [first]
        assert await group_messages.open_within(tx, Scope(Range.SELF, zhou.id)) == []
        assert await group_messages.decided(tx, 1, tx.now - timedelta(days=1)) == {(1, 1, turn["anchor"]): 1}
        await group_messages.change(tx, first, state=State.SENT, sent_at=tx.now, closed_at=tx.now)
        assert await group_messages.of_chats(tx, ["wrA"], tx.now + timedelta(seconds=1)) == []
