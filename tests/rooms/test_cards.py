"""Cards in groups and in the robot's chat: a tap there is a tap in the app, and a card that is over is over everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from camp import card, robot
from camp.messages import card as to_card
from camp.messages import text
from camp.room import rooms_of
from storage import members, todos
from storage.database import Tx
from storage.rooms import Room
from tests.conftest import House
from tests.rooms.conftest import GROUP, Staff
from tests.teacher.conftest import Enrol, at


async def push(tx: Tx, house: House, room: Room, key: str) -> bool:
    return await robot.push(tx, house.policy, chat_id=room.chat_id, message=text("日报"), dedup_key=key, otherwise=[])


async def task_of(staff: Staff, kind: str, chat_id: str | None) -> str:
    """The newest card of the kind that stands there."""
    return [row.task_id for row in await staff.cards(kind) if row.chat_id == chat_id][-1]


@pytest.fixture
async def waiting(staff: Staff, enrol: Enrol) -> int:
    """Somebody in the conversion pool, with a claim card in the sales people's app and in the pool's group; their number."""
    await staff.says("chen", "@营长 绑定 公海")
    number = await enrol("欧阳晓燕")
    await staff.house.member_says("lin", f"放弃 #{number}")
    return number


async def test_two_tap_a_claim_in_the_group_one_wins_and_the_other_is_told(staff: Staff, waiting: int) -> None:
    task_id = await task_of(staff, "claim", GROUP)
    won = await staff.taps("wang", "claim:1", task_id)
    assert won.group == []
    assert "欧阳晓燕" in won.alone["wang"][0]
    (face,) = won.updates
    assert face["buttons"] == []
    assert "王" in face["text"]
    late = await staff.taps("chen", "claim:1", task_id)
    assert "王" in late.alone["chen"][0]
    assert "欧阳晓燕" not in late.alone["chen"][0]
    # The card dies at that tap too, should the first change have come too late.
    assert late.updates == [face]
    first = next(p for p in await staff.house.sent("aibot.say") if p["how"] == "update")
    assert first["userids"] == []  # for everybody
    assert (await staff.house.rows("SELECT owner_id FROM pool_entries WHERE id = 1"))[0].owner_id is not None


async def test_a_claim_in_the_app_is_told_in_the_group(staff: Staff, waiting: int) -> None:
    app_card = await task_of(staff, "claim", None)
    before = len(await staff.house.sent("aibot.say"))
    await staff.house.click("wang", "claim:1", app_card)
    below = (await staff.house.sent("aibot.say"))[before:]
    assert [(p["to"], p["how"]) for p in below] == [([f"room:{GROUP}"], "push")]
    assert "王" in below[0]["message"]["text"]
    assert all(row.closed_at is not None for row in await staff.cards("claim"))


async def test_a_claim_in_the_group_kills_the_card_in_the_app(staff: Staff, waiting: int) -> None:
    await staff.house.answer("app.message", {"response_code": "code-of-send"})
    await staff.taps("wang", "claim:1", await task_of(staff, "claim", GROUP))
    (update,) = await staff.house.sent("app.update_card")
    assert update["card"]["buttons"] == []
    assert update["response_code"] == "code-of-send"


async def test_a_nudge_is_offered_where_it_was_asked_and_started_by_a_tap_there(
    staff: Staff, enrol: Enrol, befriend: Any
) -> None:
    numbers = [await enrol(name) for name in ("欧阳晓燕", "诸葛明轩")]
    await befriend(*numbers)
    staff.house.now = at("12-01 20:40")
    shown = await staff.says("lin", "@营长 缺勤 1 read7-01")
    assert "欧**" in shown.text
    assert any("[" in words for words in shown.group), shown.group
    assert shown.alone == {}
    task_id = await task_of(staff, "nudge", GROUP)
    other = await staff.taps("zhou", "nudge:absent:1", task_id)
    assert "这张卡片是给林的" in other.alone["zhou"][0]
    assert other.updates == []
    done = await staff.taps("lin", "nudge:absent:1", task_id)
    assert len(await staff.house.sent("contact.mass_send")) == 1
    (face,) = done.updates
    assert face["buttons"] == []
    assert done.group == []
    again = await staff.taps("lin", "nudge:absent:1", task_id)
    assert len(await staff.house.sent("contact.mass_send")) == 1
    assert again.alone["lin"]


async def test_the_verdict_card_stands_in_the_group_of_the_cohort_and_in_the_managers_app(staff: Staff, enrol: Enrol) -> None:
    await enrol("欧阳晓燕")
    await staff.says("he", "@营长 绑定 read7-01")
    staff.house.now = at("12-07 23:10")
    await staff.house.tick("cohort_close")
    stands = {row.chat_id for row in await staff.cards("verdict")}
    assert stands == {None, GROUP}
    told = await staff.taps("lin", "close:1", await task_of(staff, "verdict", GROUP))
    assert "需要岗位" in told.alone["lin"][0]
    done = await staff.taps("chen", "close:1", await task_of(staff, "verdict", GROUP))
    assert done.updates[0]["buttons"] == []
    assert "陈" in done.updates[0]["text"]
    assert all(row.closed_at is not None for row in await staff.cards("verdict"))
    assert "欧阳" not in str(await staff.house.sent("aibot.say"))


async def test_a_manager_who_asks_in_the_group_gets_the_card_there_and_not_twice(staff: Staff, enrol: Enrol) -> None:
    await enrol("欧阳晓燕")
    await staff.says("chen", "@营长 绑定 read7-01")
    staff.house.now = at("12-07 22:00")
    asked = await staff.says("chen", "@营长 结营")
    assert "[确认" in asked.text
    assert asked.alone == {}
    assert [row.chat_id for row in await staff.cards("verdict")] == [GROUP]


async def test_by_url_the_card_and_the_words_are_one_answer(staff_by_url: Staff, enrol: Enrol, befriend: Any) -> None:
    number = await enrol("欧阳晓燕")
    await befriend(number)
    staff_by_url.house.now = at("12-01 20:40")
    shown = await staff_by_url.says("lin", "@营长 缺勤 1 read7-01")
    assert "欧**" in shown.text
    (row,) = await staff_by_url.cards("nudge")
    done = await staff_by_url.taps("lin", "nudge:absent:1", row.task_id)
    (face,) = done.updates
    assert face["buttons"] == []


async def test_where_the_robot_cannot_speak_unasked_the_caller_is_told_so(staff_by_url: Staff) -> None:
    house = staff_by_url.house
    await staff_by_url.says("chen", "@营长 绑定 read7-01")
    async with house.tx() as tx:
        (room,) = await rooms_of(tx, cohort_id=1)
        assert not await push(tx, house, room, "digest:1")
        assert not await card.show_in_room(tx, house.policy, room, "verdict", "1", to_card("t1", "结营"))
    assert await staff_by_url.cards("verdict") == []


async def test_rooms_of_a_cohort_a_class_and_a_pool(staff: Staff) -> None:
    for chat_id, words in (("c1", "read7-01"), ("c2", "read7-01 A"), ("c3", "公海"), ("c4", "read7-02")):
        await staff.says("chen", f"@营长 绑定 {words}", chat_id)
    async with staff.house.tx() as tx:
        assert [room.chat_id for room in await rooms_of(tx, cohort_id=1)] == ["c1"]
        assert [room.chat_id for room in await rooms_of(tx, cohort_id=1, class_group_id=1)] == ["c1", "c2"]
        assert [room.chat_id for room in await rooms_of(tx, pool="conversion")] == ["c3"]
        assert await rooms_of(tx) == []
        (room,) = await rooms_of(tx, cohort_id=2)
        assert await push(tx, staff.house, room, "digest:2")
        assert await push(tx, staff.house, room, "digest:2")
    pushed = [p for p in await staff.house.sent("aibot.say") if p["how"] == "push"]
    assert [p["to"] for p in pushed] == [["room:c4"]]


async def test_to_dos_are_ticked_off_by_a_button_and_only_by_whose_they_are(staff: Staff, enrol: Enrol) -> None:
    rain = await enrol("欧阳晓燕")
    async with staff.house.tx() as tx:
        lin = await members.find(tx, "lin")
        assert lin is not None
        await todos.add(tx, lin.id, kind="manual", text="联系欧阳晓燕家长", dedup_key="t1", learner_id=rain)
        await todos.add(tx, lin.id, kind="manual", text="发资料", dedup_key="t2")
    shown = await staff.says("lin", "@营长 待办")
    assert "联系欧阳晓燕家长" in shown.alone["lin"][0]
    assert "欧阳晓燕" not in shown.text
    assert f"1：#{rain} 欧**" in shown.text
    assert "[完成 2]" in shown.text
    task_id = await task_of(staff, "todo", GROUP)
    other = await staff.taps("zhou", "todo:1", task_id)
    assert other.alone["zhou"] == ["你没有编号 1 的待办。回复“待办”看编号。"]
    assert other.updates == []
    done = await staff.taps("lin", "todo:1", task_id)
    assert [button[0] for button in done.updates[0]["buttons"]] == ["todo:2"]
    last = await staff.taps("lin", "todo:2", task_id)
    assert last.updates[0]["buttons"] == []
    assert "都做完了" in last.updates[0]["text"]
    assert await staff.house.rows("SELECT id FROM todos WHERE done_at IS NULL") == []


async def test_asking_again_leaves_one_card_alive_and_a_tap_on_the_older_one_says_what_it_did(
    staff: Staff, enrol: Enrol, befriend: Any
) -> None:
    await befriend(await enrol("欧阳晓燕"))
    staff.house.now = at("12-01 20:40")
    await staff.says("lin", "@营长 缺勤 1 read7-01")
    again = await staff.says("lin", "@营长 缺勤 1 read7-01")
    assert len(again.group) == 2  # the list and its card
    old, new = await staff.cards("nudge")
    assert old.closed_at is not None
    assert new.closed_at is None
    # In the group the older card still looks as if it could be tapped (WeCom changes it at a tap alone).
    tapped = await staff.taps("lin", "nudge:absent:1", old.task_id)
    assert len(await staff.house.sent("contact.mass_send")) == 1
    (face,) = tapped.updates
    assert (face["buttons"], face["text"]) == ([], "已发起（1 人），任务建好会告诉你")
    assert tapped.group == ["群发提醒：第1课 开课啦：已发起（1 人），任务建好会告诉你"]  # below the newer card
    # The newer one starts no second task, and its face says why not.
    (face,) = (await staff.taps("lin", "nudge:absent:1", new.task_id)).updates
    assert face["buttons"] == []
    assert "的群发任务正在建（1 人）" in face["text"]
    assert len(await staff.house.sent("contact.mass_send")) == 1


async def test_a_userid_in_another_case_is_the_same_person(staff: Staff, enrol: Enrol) -> None:
    await enrol("欧阳晓燕")
    await staff.says("Chen", "@营长 绑定 read7-01")
    staff.house.now = at("12-07 22:00")
    asked = await staff.says("CHEN", "@营长 结营")
    assert "[确认" in asked.text
    assert [row.chat_id for row in await staff.cards("verdict")] == [GROUP]


async def test_in_a_group_of_a_class_a_managers_tap_reminds_that_class_only(staff: Staff, enrol: Enrol, befriend: Any) -> None:
    own, other = await enrol("欧阳晓燕"), await enrol("诸葛明轩", "zhou")
    await befriend(own)
    await befriend(other, teacher="zhou")
    await staff.says("chen", "@营长 绑定 read7-01 A")
    staff.house.now = at("12-01 20:40")
    shown = await staff.says("chen", "@营长 缺勤 1")
    assert f"#{own} " in shown.text
    assert f"#{other} " not in shown.text
    await staff.taps("chen", "nudge:absent:1", await task_of(staff, "nudge", GROUP))
    (task,) = await staff.house.sent("contact.mass_send")
    assert task["external_userids"] == ["wm-欧阳晓燕"]
