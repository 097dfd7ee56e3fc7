"""The camp's schedule: at its moment each message becomes one task for each class group, once, in the name of its owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from camp.rules.allowance import Allowance
from storage import cohorts, members
from storage.tables_camp import class_groups
from storage.tables_camp import cohorts as cohorts_table
from tests.messages.conftest import COHORT, MATERIAL, NOTICE, OFFER, Stage, at, declared


async def test_a_lesson_notice_becomes_one_task_for_each_group_with_the_check_in_link(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE))
    assert await stage.pass_time("12-01 18:29") == []
    first, second = await stage.pass_time("12-01 18:30")
    assert (first["userid"], first["chat_ids"]) == ("lin", ["wrA"])
    assert (second["userid"], second["chat_ids"]) == ("zhou", ["wrB"])
    assert first["text"] == "第1课 19:00 开始，点下面签到。"
    (link,) = first["attached"]
    assert link["title"] == "签到：第1课"
    assert link["url"].startswith("https://work.weixin.qq.com/kfid/kfc1?scene_param=l1.")
    assert (await stage.heard("lin"))[-1] == (
        "群发已备好：notice（第1课） → 阅读营一期 A班\n到「群发助手」点一下发送（20:00 前，过时自动撤销）。"
        "发完本月还剩 30 条。\n内容：第1课 19:00 开始，点下面签到。"
    )
    assert await stage.pass_time("12-01 18:31") == []
    assert len(await stage.pass_time("12-02 18:30")) == 2


async def test_a_week_with_a_budget_of_three_gives_the_important_their_place(stage: Stage) -> None:
    """Five notices, five materials and an offer, three messages a month: the offer and the first two notices are sent."""
    stage.house.configure(allowance=Allowance(per_month=3))
    await stage.house.apply(declared(NOTICE, MATERIAL, OFFER.replace("text", 'only = ["A"]\ntext')))
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "预演 阅读营一期：2 个班群，每群每月最多 3 条，现在还剩 A班 3、B班 3。" in plan
    assert "18:30 notice（第1课）：发 2 个群，发完还剩 2" in plan
    assert "20:15 material（第1课）：2 个群不发：额度不够，让给更要紧的" in plan
    assert "18:30 notice（第3课）：发 1 个群，发完还剩 0；1 个群不发：额度不够，让给更要紧的" in plan
    assert "20:00 offer：发 1 个群，发完还剩 0" in plan
    sent: list[tuple[str, str]] = []
    for day in range(1, 8):
        for hour in ("18:30", "20:00", "20:15"):
            for task in await stage.pass_time(f"12-0{day} {hour}"):
                sent.append((task["chat_ids"][0], task["text"][:5]))
            await stage.look(f"12-0{day} {hour[:3]}{int(hour[3:]) + 10}", tapped=True)
    assert sent == [
        ("wrA", "第1课 1"),
        ("wrB", "第1课 1"),
        ("wrA", "第2课 1"),
        ("wrB", "第2课 1"),
        ("wrB", "第3课 1"),
        ("wrA", "A班结营优"),
    ]
    told = [words for words in await stage.heard("lin") if "没发到" in words]
    assert (
        told[0]
        == "material（第1课） 没发到 阅读营一期 A班：本月群发只剩 2 条，留给 notice（第2课）、offer。一定要发请用“现在发”。"
    )
    states = await stage.states()
    assert sum(state == "sent" for *_, state, _ in states) == 6
    assert {why for *_, state, why in states if state == "skipped"} == {"budget"}
    for group in ("A", "B"):
        assert sum(state == "sent" for code, *_, state, _ in states if code == group) == 3


async def test_what_must_be_sent_goes_before_a_more_important_kind(stage: Stage) -> None:
    stage.house.configure(allowance=Allowance(per_month=1))
    await stage.house.apply(declared(MATERIAL.replace('lesson = "every"', "lesson = 5\nmust = true"), OFFER))
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "20:15 material（第5课）：发 2 个群，发完还剩 0" in plan
    assert "20:00 offer：2 个群不发" in plan


async def test_a_narrowed_day_and_week_are_kept(stage: Stage) -> None:
    stage.house.configure(allowance=Allowance(per_day=1, per_week=4))
    await stage.house.apply(declared(NOTICE, MATERIAL))
    sent = 0
    for day in range(1, 6):
        for hour in ("18:30", "20:15"):
            sent += len(await stage.pass_time(f"12-0{day} {hour}"))
            await stage.look(f"12-0{day} {hour[:3]}{int(hour[3:]) + 10}", tapped=True)
    assert sent == 2 * 4  # from Tuesday, four a week for each of two groups, one a day


async def test_quiet_hours_put_off_what_still_makes_sense_and_drop_the_rest(stage: Stage) -> None:
    early = NOTICE.replace('"every"', "1").replace("before = 30", "before = 840")  # 05:00
    late = MATERIAL.replace('"every"', "1").replace("after = 15", "after = 150")  # 22:30, pointless after midnight
    await stage.house.apply(declared(early, late, camp='quiet_from = "22:00"\nquiet_to = "08:00"'))
    assert await stage.pass_time("12-01 05:00") == []
    assert len(await stage.pass_time("12-01 08:00")) == 2
    assert await stage.pass_time("12-01 22:30") == []
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "免打扰时间" in plan
    assert await stage.pass_time("12-02 08:00") == []


async def test_skip_dates_are_skipped_and_said(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE, camp="skip_dates = [2026-12-02]"))
    assert await stage.pass_time("12-02 18:30") == []
    (plan,) = await stage.house.member_says("lin", "预演")
    assert "12-02（第2天）\n18:30 notice（第2课）：2 个群不发：停发日" in plan
    assert len(await stage.pass_time("12-03 18:30")) == 2


async def test_what_was_declared_after_its_moment_is_not_made_up_for(stage: Stage) -> None:
    stage.house.now = at("12-02 18:45")
    await stage.house.apply(declared(NOTICE))
    assert await stage.pass_time("12-02 18:46") == []
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "notice（第2课）：2 个群不发：声明或改动时已经过点" in plan
    assert len(await stage.pass_time("12-03 18:30")) == 2


async def test_a_bot_that_was_down_is_late_a_little_and_tells_when_it_is_too_late(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE))
    assert len(await stage.pass_time("12-01 19:40")) == 2
    assert await stage.pass_time("12-02 20:40") == []
    line = "notice（第2课） → 阅读营一期 {}班 到点时机器人没在运行，没有备。还要发请用“现在发”。"
    assert (await stage.heard("chen"))[-1] == line.format("A、B")
    assert (await stage.heard("zhou"))[-1] == line.format("B")
    before = len(await stage.heard("chen"))
    assert await stage.pass_time("12-02 20:41") == []
    assert len(await stage.heard("chen")) == before


async def test_a_changed_declaration_counts_from_then_on_and_sends_nothing_twice(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE))
    assert len(await stage.pass_time("12-01 18:30")) == 2
    stage.house.now = at("12-01 18:40")
    await stage.house.apply(declared(NOTICE.replace("before = 30", "before = 10")))
    assert await stage.pass_time("12-01 18:50") == []
    assert await stage.pass_time("12-02 18:30") == []
    assert len(await stage.pass_time("12-02 18:50")) == 2
    await stage.house.apply(declared(NOTICE.replace("before = 30", "before = 10\ndisabled = true")))
    assert await stage.pass_time("12-03 18:50") == []


async def test_a_lesson_put_off_is_announced_again(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE))
    assert len(await stage.pass_time("12-01 18:30")) == 2
    await stage.house.apply(declared(NOTICE, cohort=COHORT.replace("2026-12-01T19:00", "2026-12-01T21:00")))
    again = await stage.pass_time("12-01 20:30")
    assert [task["text"] for task in again] == ["第1课 21:00 开始，点下面签到。"] * 2


async def test_only_some_classes_and_days_around_the_camp(stage: Stage) -> None:
    before = OFFER.replace("day = 6", 'day = 0\nonly = ["B"]').replace('"offer"\nkind', '"hello"\nkind')
    after = OFFER.replace("day = 6", "close = 2").replace('"offer"\nkind', '"bye"\nkind')
    await stage.house.apply(declared(before, after))
    (hello,) = await stage.pass_time("11-30 20:00")
    assert hello["chat_ids"] == ["wrB"]
    assert await stage.pass_time("12-08 20:00") == []
    assert len(await stage.pass_time("12-09 20:00")) == 2


async def test_hours_are_those_of_the_camps_own_clock_when_it_changes(stage: Stage) -> None:
    """New York, the night of 8 March 2026: 02:30 does not exist, 19:00 is an hour earlier in UTC."""
    awake = replace(stage.house.policy.nudge, quiet_from=time(0), quiet_to=time(0))
    stage.house.configure(zone=ZoneInfo("America/New_York"), nudge=awake)
    cohort = COHORT.replace("2026-12-01T00:00:00+08:00", "2026-03-07T00:00:00")
    cohort = cohort.replace("2026-12-07T23:00:00+08:00", "2026-03-09T23:00:00")
    cohort = cohort[: cohort.index("[[cohorts.lessons]]")] + cohort[cohort.index("[[cohorts.class_groups]]") :]
    messages = [
        f'[[camps.messages]]\ncode = "m{day}{hour[:2]}"\nkind = "material"\nday = {day}\nat = "{hour}"\ntext = "早"\n'
        for day in (1, 2, 3)
        for hour in ("02:30", "19:00")
    ]
    stage.house.now = at("12-01 00:00").replace(year=2026, month=3, day=1)
    await stage.house.apply(declared(*messages, cohort=cohort))
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "02:30 m102" in plan
    assert "03:30 m202" in plan
    assert "02:30 m302" in plan
    stage.house.now = at("12-01 00:00").replace(month=3, day=8, hour=22, minute=59)
    await stage.house.tick("group_messages")
    assert await stage.waiting("contact.mass_owner") is None
    stage.house.now = stage.house.now.replace(hour=23, minute=0)
    await stage.house.tick("group_messages")
    assert await stage.waiting("contact.mass_owner") is not None


async def test_an_owner_of_several_groups_hears_once_and_another_class_teacher_whose_tap_is_waited_for(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE))
    stage.owners = {"wrA": "lin", "wrB": "lin"}
    before = len(await stage.heard("lin"))
    assert [task["userid"] for task in await stage.pass_time("12-01 18:30")] == ["lin", "lin"]
    (ready,) = (await stage.heard("lin"))[before:]
    assert ready.startswith("群发已备好：notice（第1课） → 阅读营一期 A、B班\n到「群发助手」各点一下发送，共 2 个任务（20:00 前")
    assert "→ 阅读营一期 B班，等群主 林 在「群发助手」点发送（20:00 前）。发完本月还剩 30 条。" in (await stage.heard("zhou"))[-1]


async def test_a_large_cohort_has_its_turn_over_some_beats(stage: Stage) -> None:
    groups = "".join(f'[[cohorts.class_groups]]\ncode = "G{n}"\nchat_id = "wrG{n}"\nclass_teacher = "lin"\n' for n in range(120))
    await stage.house.apply(declared(NOTICE, cohort=COHORT + groups))
    stage.owners |= {f"wrG{n}": "lin" for n in range(120)}
    assert len(await stage.pass_time("12-01 18:30")) == 100
    assert len(await stage.pass_time("12-01 18:31")) == 22
    assert await stage.pass_time("12-01 18:32") == []
    assert len({task["chat_ids"][0] for task in await stage.tasks()}) == 122


async def test_a_group_that_overflowed_gets_what_its_class_gets(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE.replace("before", 'only = ["A"]\nbefore')))
    async with stage.house.tx() as tx:
        (first, _) = await cohorts.class_groups_of(tx, 1)
        row = {"cohort_id": 1, "code": "A-2", "chat_id": "wrA2", "class_teacher_id": first.class_teacher_id}
        await tx.conn.execute(insert(class_groups).values(**row, overflow_of=first.id))
    stage.owners["wrA2"] = "lin"
    assert [task["chat_ids"] for task in await stage.pass_time("12-01 18:30")] == [["wrA"], ["wrA2"]]


async def test_a_cohort_closed_early_says_no_more_but_what_follows_the_close(stage: Stage) -> None:
    bye = OFFER.replace("day = 6", "close = 1").replace('"offer"\nkind', '"bye"\nkind')
    await stage.house.apply(declared(NOTICE, bye))
    await stage.pass_time("12-03 18:30")
    async with stage.house.tx() as tx:
        await tx.conn.execute(update(cohorts_table).values(closed_at=at("12-03 18:45")))
    await stage.look("12-03 18:50", tapped=False)
    assert len(await stage.house.sent("contact.mass_cancel")) == 2
    assert await stage.pass_time("12-04 18:30") == []
    (plan,) = await stage.house.member_says("chen", "预演 read7-01")
    assert "notice（第4课）：2 个群不发：已结营" in plan
    assert len(await stage.pass_time("12-08 20:00")) == 2


async def test_a_class_without_a_group_is_told_once(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE, cohort=COHORT.replace('chat_id = "wrB"\n', "")))
    assert len(await stage.pass_time("12-01 18:30")) == 1
    await stage.pass_time("12-01 18:31")
    told = [words for words in await stage.heard("chen") if "还没写群" in words]
    assert len(told) == 1


async def test_an_owner_nobody_knows_or_who_left_is_told_with_the_remedy(stage: Stage) -> None:
    await stage.house.apply(declared(NOTICE))
    stage.owners = {"wrA": "", "wrB": "gone"}
    async with stage.house.tx() as tx:
        gone = await members.ensure(tx, "gone", name="吴")
        await members.change(tx, gone.id, left_at=tx.now)
    assert await stage.pass_time("12-01 18:30") == []
    no_owner, left = (await stage.heard("chen"))[-2:]
    assert "没有群主" in no_owner
    assert "转让群主" in no_owner
    assert "的群主 吴 已离职或停用" in left
    assert "离职继承" in left
    assert [state for *_, state, _ in await stage.states()] == ["failed", "failed"]
    stage.owners = {"wrA": "lin", "wrB": "zhou"}
    stage.house.now = at("12-01 18:40")
    await stage.house.member_says("chen", "现在发 read7-01 notice")
    await stage.answer_owners()
    assert {task["userid"] for task in await stage.tasks()} == {"lin", "zhou"}
    assert {task["text"] for task in await stage.tasks()} == {"第1课 19:00 开始，点下面签到。"}
    assert len(await stage.pass_time("12-02 18:30")) == 2  # the next lesson has its own turn
