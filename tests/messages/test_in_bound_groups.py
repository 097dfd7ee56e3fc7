"""群发 typed in a bound group: the tasks of that cohort or class, also when nothing waits for a tap any more."""

from __future__ import annotations

import pytest

from storage import cohorts, follows, join_ways, members
from tests.messages.conftest import COHORT, NOTICE, Stage, at, declared, seated
from tests.rooms.conftest import Staff

# Another cohort of the camp, a month later, whose group 林 runs too.
LATER = COHORT.replace("2026-12", "2027-01").replace("read7-01", "read7-02").replace("阅读营一期", "阅读营二期")
LATER = LATER.replace("wrA", "wrC").replace("wrB", "wrD")


@pytest.fixture
async def staff(stage: Stage) -> Staff:
    """Three groups of staff, bound to the cohort, to class A of it, and to the other cohort."""
    stage.house.configure(robot="socket")
    await stage.house.apply(declared(NOTICE, cohort=COHORT + LATER))
    staff = Staff(stage.house, "socket")
    for chat_id, what in (("c1", "read7-01"), ("cA", "read7-01 A"), ("c2", "read7-02"), ("pool", "公海")):
        await staff.says("chen", f"@营长 绑定 {what}", chat_id)
    return staff


async def test_it_answers_for_the_cohort_or_the_class_also_after_everything_was_sent(stage: Stage, staff: Staff) -> None:
    assert (await staff.says("lin", "@营长 群发", "c1")).group == [
        "阅读营一期 还没有到点的班群群发。往后的安排看“预演 read7-01”。"
    ]
    await stage.pass_time("12-01 18:30")
    waiting = (await staff.says("lin", "@营长 群发", "cA")).text
    assert waiting.splitlines() == [
        "群发 阅读营一期 A班：已发 0，等点发送 1，没发成 0",
        "12-01 18:30 notice（第1课） A班：等 林 点发送",
    ]
    await stage.look("12-01 18:36", tapped=True)
    whole = (await staff.says("chen", "@营长 群发", "c1")).text
    assert whole.splitlines() == [
        "群发 阅读营一期：已发 2，等点发送 0，没发成 0",
        "12-01 18:30 notice（第1课） B班：18:35 已发",
        "12-01 18:30 notice（第1课） A班：18:35 已发",
    ]
    # The same words as with the cohort named elsewhere.
    assert (await stage.house.member_says("chen", "群发 read7-01")) == [whole]
    assert "A班：18:35 已发" in (await staff.says("chen", "@营长 群发", "cA")).text
    assert "B班" not in (await staff.says("chen", "@营长 群发", "cA")).text
    assert "阅读营二期 还没有到点的班群群发" in (await staff.says("chen", "@营长 群发", "c2")).text
    # In a group that is about no cohort, and alone, it is what waits for the tap of whoever asks.
    for chat_id in ("pool", ""):
        heard = await staff.says("lin", "@营长 群发" if chat_id else "群发", chat_id)
        (words,) = heard.group or heard.alone["lin"]
        assert words.startswith("群发：今天已发 0 人，本月 0 人次\n没有等你点发送的任务。")


async def test_of_a_class_are_all_its_chats_also_those_that_opened_behind_it(stage: Stage, staff: Staff) -> None:
    async with stage.house.tx() as tx:
        root = await cohorts.load_class_group(tx, 1)
        await join_ways.add_overflow(tx, root, code="A-2", chat_id="wrA2", chat_name="A 2", owner="lin")
    stage.owners["wrA2"] = "lin"
    await stage.pass_time("12-01 18:30")
    whole = (await staff.says("lin", "@营长 群发", "cA")).text
    assert whole.splitlines() == [
        "群发 阅读营一期 A班：已发 0，等点发送 2，没发成 0",
        "12-01 18:30 notice（第1课） A-2班：等 林 点发送",
        "12-01 18:30 notice（第1课） A班：等 林 点发送",
    ]


async def test_what_was_posted_by_hand_is_listed_too(stage: Stage, staff: Staff) -> None:
    await stage.pass_time("12-01 18:30")
    await stage.look("12-01 18:36", tapped=True)
    await staff.says("chen", "@营长 现在发 notice A", "c1")
    told = (await staff.says("chen", "@营长 群发", "cA")).text
    assert told.splitlines()[0] == "群发 阅读营一期 A班：已发 1，等点发送 1，没发成 0"
    assert told.splitlines()[1].endswith("notice（第1课） A班：正在备")


async def test_the_reminders_of_its_lessons_stand_below(stage: Stage, staff: Staff) -> None:
    await seated(stage, 2)
    async with stage.house.tx() as tx:
        lin = await members.find(tx, "lin")
        assert lin is not None
        for number in (1, 2):
            await follows.begin(tx, number, lin.id, None, tx.now)
    stage.house.now = at("12-01 19:30")
    await staff.says("lin", "@营长 催课 1", "c1")
    await stage.house.answer("contact.mass_send", {"msgid": "nudge", "failed": []})
    for chat_id in ("c1", "cA"):
        line = (await staff.says("lin", "@营长 群发", chat_id)).text.splitlines()[-1]
        assert line == "19:30 第1课 没到课 2 人：等点发送，在「群发助手」"
    await staff.says("chen", "@营长 绑定 read7-01 B", "cA")
    assert "没到课" not in (await staff.says("chen", "@营长 群发", "cA")).text
    assert "没到课" not in (await staff.says("lin", "@营长 群发", "c2")).text
