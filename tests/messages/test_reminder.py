"""Before a lesson its class teacher has one prompt: where a message of the camp brings the link, nothing is posted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from camp.rules.allowance import Allowance
from storage import attendance, cohorts, enrolments, learners
from tests.messages.conftest import COHORT, MATERIAL, NOTICE, ONE, Stage, declared, seated

BY_HAND = "发到班群，一点就签到：https://work.weixin.qq.com/kfid/kfc1?scene_param=l1."
PLAIN = NOTICE.replace('attach = [{ type = "checkin" }]', "")
NAMED = PLAIN.replace("点下面签到", "签到：{checkin_link}")
READY = "群发已备好（里面有签到链接），到「群发助手」点一下发送即可。"


async def reminded(stage: Stage, userid: str = "lin") -> list[str]:
    """What the class teacher is told to do about the link, below who is reminded: the lines of the last reminder."""
    await stage.house.tick("lesson_reminder")
    return [words for words in await stage.heard(userid) if "提醒不到" in words][-1].splitlines()[2:]


@pytest.fixture
async def taught(stage: Stage) -> Stage:
    """One learner of 林's who has not come; the lesson begins at 19:00 and is reminded of at 18:30."""
    await stage.house.apply(declared())
    await seated(stage, 1)
    return stage


@pytest.mark.parametrize("message", [NOTICE, NAMED])
async def test_a_task_that_waits_for_a_tap_is_all_there_is_to_do(taught: Stage, message: str) -> None:
    await taught.house.apply(declared(message))
    await taught.pass_time("12-01 18:30")
    assert await reminded(taught) == [READY]
    prompts = [words for words in await taught.heard("lin") if "点一下发送" in words]
    assert prompts[0].startswith("群发已备好：notice（第1课） → 阅读营一期 A班")
    assert not any("发到班群" in words for words in await taught.heard("lin"))


async def test_one_that_is_being_made_at_this_moment_is_said_to_come(taught: Stage) -> None:
    await taught.house.apply(declared(NOTICE))
    await taught.tick("12-01 18:30")
    assert await reminded(taught) == ["带签到链接的群发正在备，备好到「群发助手」点一下发送即可。"]


async def test_the_reminder_may_be_sent_before_the_beat_that_makes_it(taught: Stage) -> None:
    await taught.house.apply(declared(NOTICE))
    taught.house.now += timedelta(days=1, hours=6, minutes=30)
    assert await taught.states() == []
    assert await reminded(taught) == ["带签到链接的群发正在备，备好到「群发助手」点一下发送即可。"]


async def test_one_that_comes_before_the_lesson_is_told_with_its_moment(taught: Stage) -> None:
    await taught.house.apply(declared(NOTICE.replace("before = 30", "before = 10")))
    await taught.tick("12-01 18:30")
    assert await reminded(taught) == ["带签到链接的群发 18:50 备好，到时在「群发助手」点一下发送即可。"]


async def test_one_that_was_sent_leaves_nothing_to_do(taught: Stage) -> None:
    await taught.house.apply(declared(NOTICE.replace("before = 30", 'at = "12:00"')))
    await taught.pass_time("12-01 12:00")
    await taught.look("12-01 12:06", tapped=True)
    await taught.tick("12-01 18:30")
    assert await reminded(taught) == ["签到链接已群发到班群。"]


@pytest.mark.parametrize(
    "message",
    [
        PLAIN,  # no link in it
        NOTICE.replace("before = 30", "after = 15"),
        NOTICE.replace('lesson = "every"', "lesson = 2"),
        NOTICE.replace('lesson = "every"', 'lesson = "every"\nonly = ["B"]'),
        NOTICE.replace('lesson = "every"', 'lesson = "every"\ndisabled = true'),
    ],
)
async def test_what_brings_no_link_in_time_leaves_it_to_the_teacher(taught: Stage, message: str) -> None:
    await taught.house.apply(declared(message))
    await taught.pass_time("12-01 18:30")
    (line,) = await reminded(taught)
    assert line.startswith(BY_HAND)


async def test_one_whose_goal_is_met_leaves_it_to_the_teacher(taught: Stage) -> None:
    """Half of the class is there already, which is all the message asks for; the other learner has not come."""
    await taught.house.apply(declared(NOTICE.replace("before = 30", "before = 10\nuntil = { attended = 50 }")))
    async with taught.house.tx() as tx:
        second = await learners.add(tx, external_userid="wmX", name="到了的")
        first = await enrolments.current(tx, 1)
        assert first is not None
        seat = {"cohort_id": first.cohort_id, "class_group_id": first.class_group_id, "class_teacher_id": first.class_teacher_id}
        await enrolments.add(tx, learner_id=second.id, source="contact", in_group_at=tx.now, place="class", **seat)
        there, lesson = await enrolments.current(tx, second.id), await cohorts.find_lesson(tx, first.cohort_id, 1)
        assert there is not None
        assert lesson is not None
        await attendance.save(tx, there.id, lesson.id, attended=True, completed=False, checked_in_at=tx.now)
    await taught.tick("12-01 18:30")
    (line,) = await reminded(taught)
    assert line.startswith(BY_HAND)


async def test_one_left_out_for_want_of_allowance_leaves_it_to_the_teacher(taught: Stage) -> None:
    taught.house.configure(allowance=Allowance(per_month=1))
    must = MATERIAL.replace('code = "material"', 'code = "material"\nmust = true')
    await taught.house.apply(declared(NOTICE, must))
    await taught.pass_time("12-01 18:30")
    assert any("没发到" in words for words in await taught.heard("lin"))
    (line,) = await reminded(taught)
    assert line.startswith(BY_HAND)


async def test_one_that_failed_leaves_it_to_the_teacher_until_it_is_posted_by_hand(taught: Stage) -> None:
    taught.house.configure(remind_before=(timedelta(minutes=30), timedelta(minutes=20)))
    await taught.house.apply(declared(ONE))
    taught.owners["wrA"] = ""
    await taught.pass_time("12-01 18:30")
    (line,) = await reminded(taught)
    assert line.startswith(BY_HAND)
    taught.owners["wrA"] = "lin"
    await taught.house.member_says("chen", "现在发 read7-01 notice A")
    await taught.answer_owners()
    await taught.house.answer("contact.mass_send", {"msgid": "again", "failed": []})
    await taught.tick("12-01 18:40")
    assert await reminded(taught) == [READY]


async def test_where_somebody_else_owns_the_group_the_teacher_hears_whose_tap_it_is(taught: Stage) -> None:
    await taught.house.apply(declared(ONE))
    taught.owners["wrA"] = "zhou"
    await taught.pass_time("12-01 18:30")
    assert await reminded(taught) == ["群发已备好（里面有签到链接），到「群发助手」点一下发送即可（由群主 周 点）。"]


async def test_classes_of_one_teacher_that_fare_differently_are_named(taught: Stage) -> None:
    await taught.house.apply(declared(ONE, cohort=COHORT.replace("zhou", "lin")))
    await taught.pass_time("12-01 18:30")
    ready, by_hand = await reminded(taught)
    assert ready == f"A班：{READY}"
    assert by_hand.startswith(f"B班：{BY_HAND}")


async def test_without_the_kf_link_the_reminder_says_what_is_missing(taught: Stage) -> None:
    async with taught.house.tx() as tx:
        await tx.conn.exec_driver_sql("UPDATE kf_accounts SET link_url = NULL")
    await taught.house.apply(declared(NOTICE))
    await taught.pass_time("12-01 18:30")
    (line,) = await reminded(taught)
    assert "微信客服账号未接通" in line
