"""报名, 换期, 退订, 恢复, 帮助."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text


async def test_signing_up_in_the_only_camp(camp: Any) -> None:
    (answer,) = await camp.learner_says("wm_zhang", "我要报名")
    assert answer.split("\n")[0] == "报名成功：阅读营一期，12-01 00:00 开课，共 3 节课。"
    assert "班主任：lin" in answer
    assert (await camp.learner_says("wm_zhang", "报名"))[0].startswith("你已报名“阅读营一期”，12-01 00:00 开课")
    assert (await camp.rows("select count(*), max(source) from enrolments"))[0] == (1, "kf")
    told = (await camp.sent("app.message"))[-1]
    assert told["to"] == ["lin"]
    assert "在客服里报名了“阅读营一期”" in told["message"]["text"]


async def test_several_camps_are_a_menu_and_a_tap_equals_typing(camp: Any) -> None:
    from tests.learner.conftest import CAMP, WRITE_CAMP

    await camp.apply(CAMP + WRITE_CAMP)
    (answer,) = await camp.learner_says("wm_zhang", "报名")
    assert answer.split("\n") == ["想报哪个营？点一下：", "阅读营（12-01 00:00 开课）", "写作营（12-01 00:00 开课）"]
    items = (await camp.sent("kf.message"))[-1]["message"]["items"]
    assert items[1][0] == "cmd:报名 write"
    (done,) = await camp.learner_says("wm_zhang", items[1][1], menu_id=items[1][0])
    assert "报名成功：写作营一期" in done


async def test_what_cannot_be_signed_up_for(camp: Any, at: Any) -> None:
    assert await camp.learner_says("wm_zhang", "报名 游泳营") == ["没有叫“游泳营”的营。可报：阅读营。"]
    camp.now = at(4, 10)
    assert (await camp.learner_says("wm_zhang", "报名 read7-01"))[0].startswith("“阅读营一期”的报名已在 12-03 00:00 截止。")
    assert "报名成功：阅读营二期" in (await camp.learner_says("wm_zhang", "报名"))[0]
    camp.now = at(30, 10)
    assert "现在没有开放报名的营期" in (await camp.learner_says("wm_other", "报名"))[0]
    assert "“阅读营”现在没有开放报名的营期" in (await camp.learner_says("wm_other", "报名 阅读营"))[0]


async def test_a_phone_number_finds_the_earlier_sign_up(camp: Any) -> None:
    await camp.fact(
        "ingest.enrolment.added",
        {
            "event_id": "e1",
            "type": "enrolment.added",
            "source": "shop",
            "occurred_at": "2026-12-01T10:00:00+08:00",
            "subject": {"phone": "13800138000"},
            "camp": "read7",
            "name": "张三",
        },
    )
    (answer,) = await camp.learner_says("wm_zhang", "报名 138 0013 8000")
    assert answer.startswith("你已报名“阅读营一期”")
    assert answer.endswith("手机号已登记。")
    rows = await camp.rows("select external_userid, phone_sealed from learners")
    assert [row[0] for row in rows] == ["wm_zhang"]
    assert "13800138000" not in rows[0][1]
    assert "✓" in (await camp.learner_says("wm_zhang", "签到"))[0]


async def test_a_number_that_is_no_phone_number(camp: Any) -> None:
    (answer,) = await camp.learner_says("wm_zhang", "报名 1380013")
    assert answer.startswith("没看懂手机号：“1380013”")
    assert not await camp.rows("select 1 from enrolments")


async def test_changing_to_the_next_cohort(class_of_one: Any) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", "换期")
    assert answer.split("\n") == ["可以换到下面的营期，点一下就换：", "阅读营二期（12-14 00:00 开课）"]
    (key, label), *_ = (await class_of_one.sent("kf.message"))[-1]["message"]["items"]
    (done,) = await class_of_one.learner_says("wm_zhang", label, menu_id=key)
    assert done == "已换到“阅读营二期”，12-14 00:00 开课。班主任：lin。"
    rows = await class_of_one.rows(
        "select c.code, e.place from enrolments e join cohorts c on c.id = e.cohort_id order by c.code"
    )
    assert [tuple(row) for row in rows] == [("read7-01", "next_cohort"), ("read7-02", "class")]
    assert any("lin" in m["to"] and "二期" in m["message"]["text"] for m in await class_of_one.sent("app.message"))
    # Lesson numbers mean the new cohort from now on.
    assert "12-14 18:30 开放" in (await class_of_one.learner_says("wm_zhang", "签到1"))[0]


async def test_changes_that_are_refused(class_of_one: Any, at: Any) -> None:
    says = class_of_one.learner_says
    assert (await says("wm_zhang", "换期 春季营"))[0] == "没有叫“春季营”的营期。可换：阅读营二期。"
    assert (await says("wm_zhang", "换期 read7-01"))[0] == "你已经在“阅读营一期”了，不用换。"
    assert "还没有报名" in (await says("wm_nobody", "换期"))[0]
    async with class_of_one.tx() as tx:
        await tx.conn.execute(text("update enrolments set paid_count = 1"))
    assert (await says("wm_zhang", "换期 read7-02"))[0].startswith("你已购课")
    assert (await says("wm_zhang", "换期"))[0].startswith("你已购课")
    class_of_one.now = at(20, 10)
    assert "没有更晚的" in (await says("wm_zhang", "换期"))[0]
    assert "只能换到同一个营里更晚的" in (await says("wm_zhang", "换期 read7-02"))[0]
    assert (await class_of_one.rows("select count(*) from enrolments"))[0] == (1,)


async def test_unsubscribing_and_resuming(class_of_one: Any) -> None:
    (answer,) = await class_of_one.learner_says("wm_zhang", "退订")
    assert answer.startswith("已退订")
    assert (await class_of_one.rows("select place from enrolments"))[0] == ("left",)
    assert "退订了" in (await class_of_one.sent("app.message"))[-1]["message"]["text"]
    assert (await class_of_one.learner_says("wm_zhang", "别发了"))[0].startswith("你已经退订了")
    assert "提醒：已退订" in (await class_of_one.learner_says("wm_zhang", "我的"))[0]
    assert (await class_of_one.learner_says("wm_zhang", "恢复"))[0].startswith("已恢复")
    assert (await class_of_one.rows("select place from enrolments"))[0] == ("class",)
    assert (await class_of_one.learner_says("wm_zhang", "恢复"))[0].startswith("你没有退订")


async def test_who_unsubscribed_and_comes_to_a_lesson_is_in_class_again(class_of_one: Any) -> None:
    await class_of_one.learner_says("wm_zhang", "退订")
    assert "签到成功" in (await class_of_one.learner_says("wm_zhang", "签到"))[0]
    assert (await class_of_one.rows("select place from enrolments"))[0] == ("class",)
    assert (await class_of_one.rows("select unsubscribed_at is not null from learners"))[0] == (1,)


async def test_help_names_every_command(camp: Any) -> None:
    from handlers._learner_desk import learner_commands

    (answer,) = await camp.learner_says("wm_zhang", "？")
    for command in learner_commands():
        assert command.usage[0] in answer
    assert "用法：签到 [课] [口令]\n例如：签到3" in (await camp.learner_says("wm_zhang", "帮助 签到"))[0]
    assert "checkin [lesson]" in (await camp.learner_says("wm_zhang", "help"))[0]


async def test_unknown_words_get_a_suggestion(camp: Any) -> None:
    assert "是不是想说“签到”？" in (await camp.learner_says("wm_zhang", "签道"))[0]
    assert "回复“帮助”" in (await camp.learner_says("wm_zhang", "今天下雨"))[0]
