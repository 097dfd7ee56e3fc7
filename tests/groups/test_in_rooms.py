"""In a staff group bound to a class: 退群 and 群数据 mean that class, and nobody reads a learner's name there."""

from __future__ import annotations

from typing import Any

import pytest

from storage import group_members, learners
from tests.groups.conftest import GROUP
from tests.rooms.conftest import Staff, attend, camp, enrol, speak, staff  # noqa: F401


@pytest.fixture
async def bound(staff: Staff, enrol: Any) -> Staff:  # noqa: F811
    """The staff group is bound to class A of the first cohort, out of which somebody went."""
    number = await enrol("欧阳晓燕")
    async with staff.house.tx() as tx:
        learner = await learners.load(tx, number)
        assert learner is not None
        assert learner.external_userid is not None
        await group_members.change_group(tx, 1, chat_id=GROUP)
        await group_members.join(tx, 1, [learner.external_userid], tx.now)
        await group_members.leave(tx, 1, [learner.external_userid], tx.now, 0)
    await staff.says("lin", "绑定 read7-01 A")
    return staff


async def test_who_left_is_masked(bound: Staff) -> None:
    heard = await bound.says("lin", "退群")
    assert "A班 退群 1 人" in heard.text
    assert "#1 欧** A班 自己退的" in heard.text
    assert "晓燕" not in heard.text
    assert "欧阳晓燕" in "".join((await bound.says("lin", "退群 read7-01 A", chat_id="")).alone["lin"])


async def test_counts_come_into_the_group_that_asked(bound: Staff) -> None:
    assert "正在问企业微信" in (await bound.says("lin", "群数据")).text
    before = len(await bound.house.sent("aibot.say"))
    await bound.house.answer("group.statistics", {"days": []})
    [said] = (await bound.house.sent("aibot.say"))[before:]
    assert said["group"]
    assert "A班 群数据" in said["message"]["text"]


async def test_the_code_is_said_to_be_on_its_way_and_the_picture_goes_to_who_asked(bound: Staff) -> None:
    house = bound.house
    assert "A班 的入群码正在做" in (await bound.says("chen", "入群码")).text
    await house.answer("group.add_join_way", {"config_id": "jw1"})
    await house.answer("group.get_join_way", {"qr_code": "https://wework.qpic.cn/x", "chat_ids": [GROUP]})
    await house.answer("media.join_code", {"media_id": "M1"})
    sent = (await house.sent("app.message"))[-1]
    assert (sent["to"], sent["message"]) == (["chen"], {"type": "image", "media_id": "M1"})
