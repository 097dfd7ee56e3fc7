"""What a bound group shows in full is not said again 1:1 to those who read there; what the group refuses is not lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import members, robot_talks
from tests.rooms.conftest import GROUP, Staff
from tests.teacher.conftest import Enrol, at


@pytest.fixture
async def lesson(staff: Staff, enrol: Enrol) -> Staff:
    """陈, the manager, bound the group and so reads there; 欧阳晓燕 of 林's class did not come to the first lesson."""
    await staff.says("chen", "@营长 绑定 read7-01")
    await enrol("欧阳晓燕")
    await staff.said_all()
    staff.house.now = at("12-01 20:40")
    return staff


async def told(staff: Staff, userid: str, words: str) -> list[str]:
    """What the app told this member with these words in it."""
    sent = [sent for sent in await staff.house.sent("app.message") if userid in sent["to"]]
    return [sent["message"]["text"] for sent in sent if words in sent["message"]["text"]]


async def shown(staff: Staff, words: str, chat_id: str = GROUP) -> list[str]:
    """What the robot said in the group with these words in it."""
    said = [said for said in await staff.house.sent("aibot.say") if said["chat_id"] == chat_id]
    return [said["message"]["text"] for said in said if words in said["message"]["text"]]


async def test_a_manager_reads_the_digest_in_the_group_and_not_again_alone(lesson: Staff) -> None:
    await lesson.house.tick("lesson_digest")
    (digest,) = await shown(lesson, "到课 0/1")
    assert "欧**" in digest
    assert await told(lesson, "chen", "到课 0/1") == []
    # Only the class teacher needs to know who it was.
    (own,) = await told(lesson, "lin", "到课 0/1")
    assert "欧阳晓燕" in own


async def test_a_manager_nobody_has_seen_in_the_group_hears_it_in_the_app(lesson: Staff) -> None:
    async with lesson.house.tx() as tx:
        await members.ensure(tx, "gao", name="高")
        await members.change(tx, (await members.ensure(tx, "gao")).id, position="manager")
    await lesson.house.tick("lesson_digest")
    assert len(await told(lesson, "gao", "到课 0/1")) == 1
    assert await told(lesson, "chen", "到课 0/1") == []


async def test_who_was_not_seen_there_for_a_month_hears_it_in_the_app_again(lesson: Staff) -> None:
    async with lesson.house.database.write(at("12-01 20:40") - timedelta(days=31)) as tx:
        await robot_talks.note_reader(tx, GROUP, "chen")
    await lesson.house.tick("lesson_digest")
    assert len(await told(lesson, "chen", "到课 0/1")) == 1


async def test_a_digest_the_group_refuses_reaches_those_it_was_for_and_the_binder_hears_why(lesson: Staff) -> None:
    house = lesson.house
    await house.tick("lesson_digest")
    await house.answer("aibot.say", ok=False, errcode=93006)
    for userid in ("lin", "chen"):
        (instead,) = await told(lesson, userid, "改发到这里")
        assert instead.startswith("（绑定 阅读营一期 的群里发不进去，改发到这里）")
        assert "欧**" in instead
        assert "到应用里发“缺勤 1”" in instead
    assert await told(lesson, "wang", "到课") == []
    (why,) = await told(lesson, "chen", "说不了话")
    assert "93006" in why
    assert "@我" in why
    # The robot is known to be silent there now: the next lesson's digest takes the other road at once, and the why is told once.
    house.now = at("12-02 21:30")
    await house.tick("lesson_digest")
    assert len(await told(lesson, "chen", "第2课")) == 1
    assert await shown(lesson, "第2课") == []
    assert len(await told(lesson, "chen", "说不了话")) == 1


async def test_two_groups_that_refuse_it_make_one_message(lesson: Staff) -> None:
    await lesson.says("chen", "@营长 绑定 read7-01", "chatSecond")
    await lesson.said_all()
    await lesson.house.tick("lesson_digest")
    for _ in range(2):
        await lesson.house.answer("aibot.say", ok=False, errcode=93006)
    assert len(await told(lesson, "chen", "改发到这里")) == 1
    assert len(await told(lesson, "lin", "改发到这里")) == 1
    assert len(await told(lesson, "chen", "说不了话")) == 2


async def test_a_connection_that_is_gone_loses_no_digest_and_blames_no_group(lesson: Staff) -> None:
    await lesson.house.tick("lesson_digest")
    await lesson.house.answer("aibot.say", ok=False, expired=True)
    assert len(await told(lesson, "chen", "改发到这里")) == 1
    assert await told(lesson, "chen", "说不了话") == []


async def test_the_class_teacher_gets_what_the_group_of_the_class_refused(staff: Staff, enrol: Enrol) -> None:
    await staff.says("chen", "@营长 绑定 read7-01 A")
    await enrol("欧阳晓燕")
    await staff.said_all()
    staff.house.now = at("12-01 20:40")
    await staff.house.tick("lesson_digest")
    await staff.house.answer("aibot.say", ok=False, errcode=93006)
    assert len(await told(staff, "lin", "绑定 阅读营一期 A班 的群里发不进去")) == 1
    assert len(await told(staff, "chen", "说不了话")) == 1
    # The total of all classes is another thing than what the class's group reads.
    assert len(await told(staff, "chen", "林：到课 0/1")) == 1


async def test_a_hand_off_the_group_refuses_reaches_the_salespeople(staff: Staff, enrol: Enrol, attend: Any) -> None:
    await staff.says("chen", "@营长 绑定 公海")
    number = await enrol("欧阳晓燕")
    for seq in (1, 2, 3, 4):
        await attend(number, seq)
    await staff.said_all()
    staff.house.now = at("12-07 23:10")
    await staff.says("chen", "@营长 结营 read7-01", "chatOther")
    await staff.says("chen", "@营长 确认结营 read7-01", "chatOther")
    await staff.said_all(but_in=GROUP)
    await staff.house.answer("aibot.say", ok=False, errcode=93006)
    (instead,) = await told(staff, "wang", "改发到这里")
    assert instead.startswith("（绑定 转化公海 的群里发不进去，改发到这里）")
    assert "欧阳" not in instead
    assert len(await told(staff, "chen", "说不了话")) == 1


async def test_the_closing_report_comes_once(lesson: Staff) -> None:
    lesson.house.now = at("12-07 23:10")
    await lesson.says("chen", "@营长 结营")
    await lesson.says("chen", "@营长 确认结营")
    (report,) = await shown(lesson, "结营报告")
    assert "撤销结营" in report
    assert await told(lesson, "chen", "结营报告") == []


async def test_by_url_nothing_is_said_in_the_group_and_so_everybody_hears_it(staff_by_url: Staff, enrol: Enrol) -> None:
    await staff_by_url.says("chen", "@营长 绑定 read7-01")
    await enrol("欧阳晓燕")
    staff_by_url.house.now = at("12-01 20:40")
    await staff_by_url.house.tick("lesson_digest")
    assert len(await told(staff_by_url, "chen", "到课 0/1")) == 1
