"""What time brings: reminders before a lesson, the digest after it, and the hourly housekeeping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from storage import learners
from tests.teacher.conftest import Enrol, at


async def to(camp: Any, userid: str) -> list[str]:
    return [m["message"]["text"] for m in await camp.sent("app.message") if m["to"] == [userid]]


async def test_reminder_reaches_who_can_be_reached_and_tells_the_teacher(camp: Any, enrol: Enrol, speak: Any) -> None:
    camp.now = at("12-01 18:00")
    rain, ming, spent, quiet = await enrol("小雨"), await enrol("阿明"), await enrol("聊完了"), await enrol("没说过话")
    moved = await enrol("换走的", place="next_cohort")
    gone = await enrol("退订的")
    await enrol("周的", "zhou")
    for learner_id, messages in ((rain, 0), (ming, 3), (spent, 4), (moved, 0), (gone, 0)):
        await speak(learner_id, messages)
    async with camp.tx() as tx:
        await learners.change(tx, gone, unsubscribed_at=tx.now)
    await camp.tick("lesson_reminder")
    assert await camp.sent("kf.message") == []
    camp.now = at("12-01 18:30")
    await camp.tick("lesson_reminder")
    sent = await camp.sent("kf.message")
    assert [m["to"] for m in sent] == ["wm-小雨", "wm-阿明"]
    assert sent[0]["message"]["head"] == "第1课 开课啦 19:00 开始，还有 30 分钟。"
    assert sent[0]["message"]["items"] == [["checkin:1", "签到1"], ["cmd:课表", "课表"]]
    # The last of the five stays for the answer to what the learner writes.
    counts = [tuple(r) for r in await camp.rows("select learner_id, sent_since from kf_windows order by learner_id")]
    assert counts == [(rain, 1), (ming, 4), (spent, 4), (moved, 0), (gone, 0)]
    (notice,) = await to(camp, "lin")
    assert "已提醒 2 人；3 人提醒不到" in notice
    assert "发到班群，一点就签到：https://work.weixin.qq.com/kfid/kfc1?scene_param=l1." in notice
    (other,) = await to(camp, "zhou")
    assert "已提醒 0 人；1 人提醒不到" in other
    assert quiet


async def test_reminder_goes_out_once_and_expires_with_the_lesson(camp: Any, enrol: Enrol, speak: Any) -> None:
    camp.now = at("12-01 18:40")
    await speak(await enrol("小雨"))
    for _ in range(3):
        await camp.tick("lesson_reminder")
    assert len(await camp.sent("kf.message")) == 1
    rows = await camp.rows("select call, expires_at, dedup_key from outbox")
    assert {row.expires_at for row in rows} == {int(at("12-01 20:00").timestamp()) * 1_000_000}
    assert any(row.dedup_key.startswith("remind:1:30:") for row in rows)


async def test_reminder_of_a_running_lesson_says_so_and_of_an_ended_one_is_not_sent(camp: Any, enrol: Enrol, speak: Any) -> None:
    camp.now = at("12-01 19:20")
    await speak(await enrol("小雨"))
    await camp.tick("lesson_reminder")
    assert (await camp.sent("kf.message"))[0]["message"]["head"] == "第1课 开课啦 已经开始了（19:00）。"
    camp.now = at("12-02 20:30")
    await camp.tick("lesson_reminder")
    assert len(await camp.sent("kf.message")) == 1


async def test_several_reminders_before_one_lesson_and_overlapping_lessons(camp: Any, enrol: Enrol, speak: Any) -> None:
    camp.configure(remind_before=(timedelta(minutes=60), timedelta(minutes=10)))
    camp.now = at("12-02 17:00")
    await speak(await enrol("小雨"))
    heads = []
    for moment in ("18:00", "18:30", "18:50", "19:20"):
        camp.now = at(f"12-02 {moment}")
        await camp.tick("lesson_reminder")
        heads = [m["message"]["head"].split(" ")[0] for m in await camp.sent("kf.message")]
    # Four are left to send while one is kept, so nobody is reminded a fifth time.
    assert heads == ["第2课", "第3课", "第2课", "第3课"]


async def test_a_learner_taps_the_reminder_and_is_checked_in(camp: Any, enrol: Enrol, speak: Any) -> None:
    camp.now = at("12-01 18:40")
    await speak(await enrol("小雨"))
    await camp.tick("lesson_reminder")
    ((menu_id, label), (schedule_id, schedule)) = (await camp.sent("kf.message"))[0]["message"]["items"]
    camp.now = at("12-01 19:05")
    (answer,) = await camp.learner_says("wm-小雨", label, menu_id=menu_id)
    assert "签到成功" in answer
    (timetable,) = await camp.learner_says("wm-小雨", schedule, menu_id=schedule_id)
    assert "12-05 19:00" in timetable


async def test_digest_names_who_came_who_did_not_and_who_finished_once(camp: Any, enrol: Enrol, attend: Any) -> None:
    camp.now = at("12-01 12:00")
    rain, ming, _, theirs = await enrol("小雨"), await enrol("阿明"), await enrol("缺席的"), await enrol("周的", "zhou")
    camp.now = at("12-01 19:30")
    await attend(rain, 1, completed=True)
    await attend(ming, 1)
    await attend(theirs, 1)
    await camp.tick("lesson_digest")
    assert await camp.sent("app.message") == []
    camp.now = at("12-01 20:00")
    await enrol("晚到的")
    await camp.tick("lesson_digest")
    await camp.tick("lesson_digest")
    (mine,) = await to(camp, "lin")
    assert mine.splitlines() == [
        "第1课 开课啦：到课 2/3 · 完课 1（阅读营一期）",
        "签到开放到 22:00，之后名单可能还会变。",
        "未到 1 人：",
        "#3 缺席的",
        "到课未完课 1 人：",
        "#2 阿明",
        "完课 1 人：",
        "#1 小雨",
    ]
    (other,) = await to(camp, "zhou")
    assert "全部到课，没有缺勤。" in other
    assert "还没有人完课。" in other
    (total,) = await to(camp, "chen")
    assert total.splitlines() == [
        "第1课 开课啦：到课 3/4 · 完课 1（阅读营一期）",
        "林：到课 2/3 · 完课 1",
        "周：到课 1/1 · 完课 0",
        "签到开放到 22:00，之后名单可能还会变。",
    ]
    (posted,) = await camp.sent("robot.message")
    assert posted["robot"] == "teachers"
    assert "小雨" not in posted["message"]["text"]


async def test_overlapping_lessons_have_a_digest_each_at_their_own_end(camp: Any, enrol: Enrol) -> None:
    await enrol("小雨")
    heads = []
    for moment in ("12-01 20:00", "12-02 19:59", "12-02 20:00", "12-02 20:30"):
        camp.now = at(moment)
        await camp.tick("lesson_digest")
        heads = [words.split("：")[0] for words in await to(camp, "lin")]
    assert heads == ["第1课 开课啦", "第2课", "第3课 加餐直播"]


async def test_a_long_digest_is_cut_to_three_pages_and_says_where_the_rest_is(camp: Any, enrol: Enrol) -> None:
    for number in range(300):
        await enrol(f"学员甲乙丙丁{number}")
    camp.now = at("12-01 20:00")
    await camp.tick("lesson_digest")
    pages = await to(camp, "lin")
    assert len(pages) == 3
    assert all(len(page.encode()) <= 2048 for page in pages)
    assert pages[0].startswith("第1课 开课啦：到课 0/300 · 完课 0")
    assert pages[2].endswith("名单太长，其余回复“缺勤 1”“未完课 1”查看。")


async def test_a_digest_nobody_waits_for_any_more_is_not_sent(camp: Any, enrol: Enrol) -> None:
    await enrol("小雨")
    camp.now = at("12-03 12:00")
    await camp.tick("lesson_digest")
    assert [words.split("：")[0] for words in await to(camp, "lin")] == ["第2课", "第3课 加餐直播"]


async def test_housekeeping_forgets_only_what_is_over(camp: Any, enrol: Enrol) -> None:
    for number in range(100):
        await enrol(f"学员甲乙丙丁{number}")
    await camp.member_says("lin", "名单")
    assert len(await camp.rows("select 1 from listings")) == 1
    await camp.tick("housekeeping")
    assert len(await camp.rows("select 1 from listings")) == 1
    camp.now += timedelta(hours=1)
    await camp.tick("housekeeping")
    assert await camp.rows("select 1 from listings") == []
