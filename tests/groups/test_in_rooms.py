"""In a staff group bound to a class: 退群 and 群数据 mean that class, and nobody reads a learner's name there."""

from __future__ import annotations

from typing import Any

import pytest

from storage import group_members, learners
from tests.conftest import House
from tests.groups.conftest import GROUP
from tests.rooms.conftest import Staff, attend, camp, enrol, speak, staff, staff_by_url  # noqa: F401


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


async def made(house: House) -> None:
    """WeCom makes the code and says where it is."""
    await house.answer("group.add_join_way", {"config_id": "jw1"})
    await house.answer("group.get_join_way", {"qr_code": "https://wework.qpic.cn/x", "chat_ids": [GROUP]})


async def test_the_code_comes_into_the_group_that_asked_and_to_nobody_else(bound: Staff) -> None:
    house = bound.house
    assert "A班 的入群码正在做，图片几秒后发到这里" in (await bound.says("chen", "入群码")).text
    before = len(await house.sent("aibot.say"))
    await made(house)
    [shown] = (await house.sent("aibot.say"))[before:]
    assert (shown["group"], shown["message"]["type"]) == (True, "join_code")
    assert shown["message"]["picture"]["qr_code"] == "https://wework.qpic.cn/x"
    assert "A班" in shown["message"]["picture"]["title"]
    assert await house.sent("app.message") == await house.sent("media.join_code") == []
    # It is there: the next who asks sees it at once, in the app as before.
    again = await bound.says("lin", "入群码")
    assert "https://wework.qpic.cn/x" in again.text
    assert again.alone == {}
    assert "发到应用消息里" in (await house.member_says("lin", "入群码 read7-01 A"))[0]
    await house.answer("media.join_code", {"media_id": "M1"})
    sent = (await house.sent("app.message"))[-1]
    assert (sent["to"], sent["message"]) == (["lin"], {"type": "image", "media_id": "M1"})


async def test_a_code_the_group_cannot_be_shown_goes_to_who_asked_in_words(bound: Staff) -> None:
    house = bound.house
    await bound.says("chen", "入群码")
    await bound.said_all()
    await made(house)
    await house.answer("aibot.say", ok=False, errcode=93006)
    told = [sent for sent in await house.sent("app.message") if "https://wework.qpic.cn/x" in sent["message"]["text"]]
    assert [sent["to"] for sent in told] == [["chen"]]


async def test_a_code_wecom_refuses_is_explained_in_the_group(bound: Staff) -> None:
    await bound.says("chen", "入群码")
    before = len(await bound.house.sent("aibot.say"))
    await bound.house.answer("group.add_join_way", ok=False, errcode=40058)
    [said] = (await bound.house.sent("aibot.say"))[before:]
    assert "40058" in said["message"]["text"]


async def test_by_url_the_group_hears_that_the_picture_comes_by_app(staff_by_url: Staff) -> None:  # noqa: F811
    house = staff_by_url.house
    async with house.tx() as tx:
        await group_members.change_group(tx, 1, chat_id=GROUP)
    assert "图片几秒后发到应用消息里" in (await staff_by_url.says("chen", "入群码 read7-01 A")).text
    await made(house)
    await house.answer("media.join_code", {"media_id": "M1"})
    sent = (await house.sent("app.message"))[-1]
    assert (sent["to"], sent["message"]) == (["chen"], {"type": "image", "media_id": "M1"})
