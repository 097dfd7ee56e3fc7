"""What staff hear as a group: in the staff room, by the robot of their department, or each of them; once, and never lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camp.group_post import Post, tell
from camp.messages import text
from camp.rules.route import Route, nearest, route_of
from camp.start import on_start
from storage import cohorts, directory, enrolments, learners, members, robot_talks, rooms
from storage.robot_turns import chat_of
from tests.staff_rooms.conftest import School

ROUTES = (
    Route("general", "teachers"),
    Route("north", "teachers", "北方部"),
    Route("by-number", "teachers", "7"),
    Route("sales", "sales"),
    Route("unused", None),
)


@pytest.mark.parametrize(
    ("audience", "departments", "expected"),
    [
        ("teachers", (), ["general"]),
        ("teachers", ("3", "阅读组", "2", "北方部", "1", "公司"), ["north"]),
        ("teachers", ("7", "写作组", "2", "北方部"), ["by-number"]),
        ("teachers", ("9", "别处"), ["general"]),
        ("sales", ("2", "北方部"), ["sales"]),
        ("managers", (), []),
    ],
)
def test_the_nearest_department_has_the_route(audience: str, departments: tuple[str, ...], expected: list[str]) -> None:
    assert [route.name for route in nearest(ROUTES, audience, departments)] == expected


async def learner(school: School, name: str, teacher: str = "lin") -> None:
    async with school.tx() as tx:
        added = await learners.add(tx, external_userid=f"wm-{name}", name=name)
        cohort, member = await cohorts.find_cohort(tx, "read7-01"), await members.find(tx, teacher)
        assert cohort is not None
        assert member is not None
        await enrolments.add(
            tx,
            learner_id=added.id,
            cohort_id=cohort.id,
            class_group_id=None,
            class_teacher_id=member.id,
            source="contact",
            in_group_at=tx.now,
            place="class",
        )


async def digest(school: School) -> None:
    """The first lesson is over, nobody came."""
    school.now = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    await school.tick("lesson_digest")


async def test_the_digest_stands_in_the_staff_room_with_masked_names_and_what_to_do(school: School) -> None:
    await school.open_room()
    await learner(school, "张小雨")
    await learner(school, "李明", "zhou")
    await digest(school)
    hello, post = await school.sent("appchat.send")
    assert post["to"] == hello["to"]
    assert post["message"]["text"].splitlines() == [
        "第1课 开课啦：到课 0/2 · 完课 0（阅读营一期）",
        "林：到课 0/1 · 完课 0",
        "周：到课 0/1 · 完课 0",
        "签到开放到 22:00，之后名单可能还会变。",
        "林 未到：#1 张**",
        "周 未到：#2 李**",
        "班主任到应用里发“缺勤 1”看名单，“催课 1”一键提醒。",
    ]
    assert post["mentions"] == ["lin", "zhou"]
    # Nobody hears it twice: no robot, and 陈 reads it in the room, where 高 is not.
    assert await school.sent("robot.message") == []
    assert not [words for words in await school.told("chen") if "到课" in words]
    assert len([words for words in await school.told("gao") if "到课" in words]) == 1
    assert "张小雨" in "".join(await school.told("lin"))


async def test_a_post_the_room_refuses_reaches_those_in_it_and_the_operators_hear_why_once(school: School) -> None:
    await school.open_room()
    await learner(school, "张小雨")
    await school.answer("appchat.send", ok=False, errcode=-7)  # the greeting: nothing to do with the digest
    await digest(school)
    await school.answer("appchat.send", ok=False, errcode=86003)
    assert await school.room() == ("gone", 86003)
    for userid in ("lin", "zhou", "chen", "wu", "mei"):
        (heard,) = [words for words in await school.told(userid) if "#1 张**" in words and words.startswith("（「")]
        assert heard.startswith("（「阅读营一期 班务群」发不进去，改发到这里）")
    assert sum("已经没有了" in words for words in await school.told("he")) == 1


async def test_after_the_room_is_gone_the_robot_speaks_again(school: School) -> None:
    await school.open_room()
    await school.answer("appchat.send", ok=False, errcode=86003)
    await learner(school, "张小雨")
    await digest(school)
    (post,) = await school.sent("robot.message")
    assert (post["robot"], post["mentions"]) == ("teachers", ["lin"])


async def test_a_removed_robot_is_told_once_and_its_people_hear_by_app_until_a_restart(school: School) -> None:
    await learner(school, "张小雨")
    await digest(school)
    await school.answer("robot.message", ok=False, errcode=93000)
    for userid in ("lin", "zhou", "bai"):
        (heard,) = [words for words in await school.told(userid) if "#1 张**" in words]
        assert heard.startswith("（群机器人 teachers 不在群里了，改发到这里）")
    assert not [words for words in await school.told("wu") if "到课" in words]
    # What comes next goes the same way without asking WeCom, and is said once a day.
    async with school.tx() as tx:
        for _ in range(2):
            await tell(tx, school.policy, Post("teachers", text("第二件事"), "second"))
    assert len(await school.sent("robot.message")) == 1
    assert sum("第二件事" in words for words in await school.told("bai")) == 1
    assert sum("群机器人 teachers 发不出去" in words for words in await school.told("he")) == 1
    async with school.tx() as tx:
        await on_start(tx, school.policy)
        await tell(tx, school.policy, Post("teachers", text("第三件事"), "third"))
    assert (await school.sent("robot.message"))[-1]["message"]["text"] == "第三件事"


@pytest.mark.parametrize("errcode", [-9, 40058, 93001, 93004, 93008])
async def test_other_ways_for_a_robot_to_be_gone(school: School, errcode: int) -> None:
    await learner(school, "张小雨")
    await digest(school)
    await school.answer("robot.message", ok=False, errcode=errcode)
    assert [tuple(row) for row in await school.rows("SELECT name, errcode FROM silent_robots")] == [("teachers", errcode)]
    assert any("改发到这里" in words for words in await school.told("lin"))


async def test_a_post_that_came_too_late_is_not_sent_a_day_later(school: School) -> None:
    await learner(school, "张小雨")
    await digest(school)
    await school.answer("robot.message", ok=False, expired=True)
    assert not any("改发到这里" in words for words in await school.told("lin"))
    assert await school.rows("SELECT name FROM silent_robots") == []


async def test_a_department_has_its_own_robot_and_its_own_people(school: School) -> None:
    school.configure(
        robots=(Route("general", "teachers"), Route("north", "teachers", "北方部"), Route("bosses", "managers"), Route("x", None))
    )
    async with school.tx() as tx:
        await directory.keep_departments(tx, [(1, "公司", 0), (2, "北方部", 1), (3, "北方阅读组", 2)])
        await directory.meet_members(tx, 3, [("lin", "林")], school.now)
        await directory.meet_members(tx, 1, [("zhou", "周"), ("bai", "白")], school.now)
    await learner(school, "张小雨")
    await digest(school)
    posts = await school.sent("robot.message")
    assert [post["robot"] for post in posts] == ["north", "bosses"]
    assert not [words for words in await school.told("chen") if "到课" in words], "the managers read it in their group"
    await school.answer("robot.message", ok=False, errcode=93000)
    assert sum("群机器人 north" in words for words in await school.told("lin")) == 1
    for userid in ("zhou", "bai"):
        assert "群机器人 north" not in "".join(await school.told(userid))


async def test_without_any_group_a_return_to_the_pool_is_told_to_sales(school: School) -> None:
    school.configure(robots=())
    await learner(school, "张小雨")
    await school.member_says("lin", "放弃 1 不来了")
    await school.member_says("wu", "领取 1")
    await school.member_says("wu", "退回 1 联系不上")
    (heard,) = [words for words in await school.told("mei") if "退回公海" in words]
    assert "张**" in heard
    assert not [words for words in await school.told("wu") if words.startswith("退回公海")]


def test_a_robot_called_after_an_audience_speaks_to_it() -> None:
    assert [route.audience for route in (route_of("sales"), route_of("报喜"))] == ["sales", None]


async def test_a_long_post_is_several_and_nothing_is_cut_off(school: School) -> None:
    lines = [f"第{number}行 {'好' * 60}" for number in range(40)]
    async with school.tx() as tx:
        await tell(tx, school.policy, Post("teachers", text("\n".join(lines)), "long", mentions=["lin"]))
    posts = await school.sent("robot.message")
    assert len(posts) > 1
    assert [line for post in posts for line in post["message"]["text"].split("\n")] == lines
    assert [post["mentions"] for post in posts] == [[]] * (len(posts) - 1) + [["lin"]]


async def test_a_group_bound_to_the_cohort_hears_it_instead_of_the_staff_room(school: School) -> None:
    school.configure(robot="socket")
    await school.open_room()
    async with school.tx() as tx:
        chen, cohort = await members.find(tx, "chen"), await cohorts.find_cohort(tx, "read7-01")
        assert chen is not None
        assert cohort is not None
        (group, _) = await cohorts.class_groups_of(tx, cohort.id)
        await rooms.bind(tx, "wrcCohort", chen.id, cohort_id=cohort.id)
        await rooms.bind(tx, "wrcClass", chen.id, cohort_id=cohort.id, class_group_id=group.id)
        for chat_id in ("wrcCohort", "wrcClass"):
            await robot_talks.note(tx, chat_of("", chat_id), chat_id)
    await learner(school, "张小雨")
    await learner(school, "李明", "zhou")
    await digest(school)
    whole, own = await school.sent("aibot.say")
    assert (whole["chat_id"], own["chat_id"]) == ("wrcCohort", "wrcClass")
    assert "张**" in whole["message"]["text"]
    assert "李**" in whole["message"]["text"]
    assert "张**" in own["message"]["text"]
    assert "李**" not in own["message"]["text"]
    assert len(await school.sent("appchat.send")) == 1, "the greeting and no more"
    assert await school.sent("robot.message") == []


async def test_managers_without_a_robot_of_their_department_hear_in_the_app(school: School) -> None:
    school.configure(robots=(Route("north", "managers", "北方部"),))
    async with school.tx() as tx:
        await directory.keep_departments(tx, [(1, "公司", 0), (2, "北方部", 1)])
        await directory.meet_members(tx, 2, [("chen", "陈")], school.now)
    await learner(school, "张小雨")
    await digest(school)
    assert [post["robot"] for post in await school.sent("robot.message")] == ["north"]
    assert not [words for words in await school.told("chen") if "到课" in words]
    assert len([words for words in await school.told("gao") if "到课" in words]) == 1


async def test_a_room_that_refuses_is_tried_again_by_the_night(school: School) -> None:
    await school.open_room()
    await school.answer("appchat.send", ok=False, errcode=60011)
    assert await school.room() == ("refused", 60011)
    assert sum("请检查应用可见范围" in words for words in await school.told("he")) == 1
    await school.night()
    await school.answer("appchat.get", {"owner": "chen", "members": ["lin", "zhou", "chen", "wu", "mei"]})
    assert await school.room() == ("open", None)
    assert await school.sent("appchat.update") == []


async def test_a_manager_who_read_it_in_the_room_does_not_hear_it_again_for_a_removed_robot(school: School) -> None:
    school.configure(robots=(Route("bosses", "managers"),))
    await school.open_room()
    await learner(school, "张小雨")
    await digest(school)
    await school.answer("robot.message", ok=False, errcode=93000)
    assert not [words for words in await school.told("chen") if "到课" in words]
    assert len([words for words in await school.told("gao") if "到课" in words]) == 1
