"""The schedule before the look-alike: real tasks on the owners' phones, real ceilings, the clock moved from hour to hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.wecom import client, errors, tokens
from camp.declaration import apply, parse_text
from tests.loopback import LONG, ZONE, Camp, open_camp

CAMP = """
[[camps]]
code = "sop"
name = "阅读营"
[[camps.messages]]
code = "notice"
kind = "lesson_notice"
lesson = "every"
before = 30
text = "{lesson} {lesson_time} 开始，点下面签到。"
attach = [{ type = "checkin" }]
[[camps.messages]]
code = "material"
kind = "material"
lesson = "every"
after = 15
text = "{lesson} 的资料"
[[camps.messages]]
code = "offer"
kind = "offer"
day = 6
at = "20:30"
text = "{class}班结营优惠"
"""
LESSON = '[[cohorts.lessons]]\nseq = {n}\ntitle = "第{n}课"\nstarts_at = {at}\nminutes = 60\n'
GROUPS = """
[[cohorts.class_groups]]
code = "A"
chat_id = "wrFaultsA"
class_teacher = "lin"
[[staff]]
userid = "lin"
position = "class_teacher"
[[staff]]
userid = "chen"
position = "manager"
"""


@pytest.fixture
async def camp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Camp]:
    """A group may receive three messages a month; waits of the wire are short."""
    monkeypatch.setattr(errors, "MINUTE_S", 0.3)
    monkeypatch.setattr(tokens, "DROP_WINDOW_S", 1.0)
    monkeypatch.setattr(client.WeComClient.__init__, "__defaults__", (0.6,))
    monkeypatch.setenv("WECAMP_GROUP_MESSAGES__PER_MONTH", "3")
    async with open_camp(tmp_path) as opened:
        yield opened


async def declare(camp: Camp, lessons: int = 7) -> datetime:
    """A cohort of so many evenings that begins on the third of the next month, by which the clock stands; its first lesson."""
    now = datetime.fromtimestamp(camp.stage.clock.now(), ZONE)
    first = (now.replace(day=1) + timedelta(days=32)).replace(day=3, hour=19, minute=0, second=0, microsecond=0)
    evenings = [first + timedelta(days=n) for n in range(lessons)]
    cohort = (
        '[[cohorts]]\ncode = "sop-01"\nname = "阅读营第1期"\ncamp = "sop"\n'
        f"starts_at = {first.replace(hour=0).isoformat()}\ncloses_at = {(evenings[-1] + timedelta(hours=4)).isoformat()}\n"
    )
    sat = "".join(LESSON.format(n=n + 1, at=at.isoformat()) for n, at in enumerate(evenings))
    async with camp.house.database.write() as tx:
        await apply(tx, camp.policy, parse_text(CAMP + cohort + sat + GROUPS, camp.policy))
    await camp.jump_to(first.replace(hour=9))
    await camp.quiet()
    return first


async def tasks(camp: Camp) -> list[dict[str, Any]]:
    """What lies on 林's phone, the oldest first."""
    found: list[dict[str, Any]] = (await camp.corp.see("/mass?userid=lin"))["tasks"]
    return [task for task in reversed(found) if task["chat_type"] == "group"]


async def state_of(camp: Camp, msgid: str) -> str:
    return str((await camp.rows("SELECT state FROM group_messages WHERE msgid = :m", m=msgid))[0].state)


async def comes(camp: Camp, number: int) -> dict[str, Any]:
    """The newest task once there are so many, and the bot knows that it stands."""

    async def there() -> bool:
        known = await camp.count("SELECT count(*) FROM group_messages WHERE msgid IS NOT NULL")
        return len(await tasks(camp)) == number and known == number

    await camp.until(there, f"task {number}")
    return (await tasks(camp))[-1]


async def tap(camp: Camp, task: dict[str, Any]) -> None:
    """林 sends it; the bot reads what became of it at its next look."""
    await camp.corp.act(f"/mass/{task['msgid']}/send", userid="lin")
    await camp.jump_to(datetime.fromtimestamp(camp.stage.clock.now(), ZONE) + timedelta(minutes=6))

    async def read() -> bool:
        return await state_of(camp, task["msgid"]) != "waiting"

    await camp.until(read, "the result is read", LONG)


async def test_a_lesson_evening_from_the_notice_to_the_check_in(camp: Camp) -> None:
    first = await declare(camp)
    yu, lin = camp.learners["周小雨"], camp.members["lin"]
    await yu.joins("wrFaultsA", "item")
    await camp.quiet()
    await camp.jump_to(first - timedelta(minutes=30))
    task = await comes(camp, 1)
    assert task["text"] == "第1课 19:00 开始，点下面签到。"
    await lin.hears("群发已备好：notice（第1课）", "点一下发送", "本月还剩 2 条", within=LONG)
    # The reminder of the same minute asks for the same tap, and for no link posted by hand.
    await lin.hears("还有 30 分钟", "带签到链接的群发正在备|群发已备好（里面有签到链接）", within=LONG)
    assert not any("发到班群" in str(bubble["text"]) for bubble in await lin.screen())
    await tap(camp, task)
    assert await state_of(camp, task["msgid"]) == "sent"
    posts = await camp.corp.chat(yu.id, "group:wrFaultsA")
    (link,) = [bubble["data"]["url"] for bubble in posts if bubble["kind"] == "link"]
    await camp.jump_to(first + timedelta(minutes=1))
    await camp.corp.act("/kf/enter", external_userid=yu.id, url=link)

    async def attended() -> bool:
        return await camp.count("SELECT count(*) FROM attendance WHERE attended") == 1

    await camp.until(attended, "the link of the notice checks in")
    await camp.ask(lin, "群发 sop-01", "已发 1，等点发送 0", "notice（第1课） A班：.*已发")


async def test_a_week_with_three_left_sends_what_matters_and_never_a_fourth(camp: Camp) -> None:
    first = await declare(camp)
    lin, chen = camp.members["lin"], camp.members["chen"]
    plan = await camp.ask(chen, "预演 sop-01", "每群每月最多 3 条，现在还剩 A班 3")
    assert "offer：发 1 个群，发完还剩 0" in plan
    assert "notice（第3课）：1 个群不发：额度不够，让给更要紧的" in plan
    sent = 0
    for day in range(7):
        for moment in (first - timedelta(minutes=30), first + timedelta(minutes=75), first + timedelta(minutes=90)):
            await camp.jump_to(moment + timedelta(days=day))
            await camp.quiet()
            waiting = [task for task in await tasks(camp) if task["state"] == "waiting"]
            for task in waiting:
                await comes(camp, sent + 1)
                await tap(camp, task)
                sent += 1
    assert [task["text"] for task in await tasks(camp)] == [
        "第1课 19:00 开始，点下面签到。",
        "第2课 19:00 开始，点下面签到。",
        "A班结营优惠",
    ]
    assert await camp.count("SELECT count(*) FROM group_messages WHERE state = 'sent'") == 3
    assert await camp.count("SELECT count(*) FROM group_messages WHERE why = 'budget'") == 7 + 5
    told = [bubble["text"] for bubble in await lin.screen() if "没发到" in bubble["text"]]
    assert len(told) == 12
    assert "本月群发只剩 2 条，留给 notice（第2课）、offer" in told[0]


async def test_who_does_not_tap_is_reminded_by_wecom_and_the_task_is_taken_back(camp: Camp) -> None:
    first = await declare(camp, 1)
    await camp.jump_to(first - timedelta(minutes=30))
    task = await comes(camp, 1)
    for minutes in range(5, 120, 5):
        await camp.jump_to(first + timedelta(minutes=minutes - 30))
        await camp.quiet()
    assert [(one["state"], one["reminded"]) for one in await tasks(camp) if one["msgid"] == task["msgid"]] == [("cancelled", 2)]

    async def known() -> bool:
        return await camp.count("SELECT count(*) FROM group_messages WHERE state = 'cancelled' AND closed_at IS NOT NULL") == 1

    await camp.until(known, "the bot knows that it is taken back")
    await camp.members["lin"].hears("没有人点发送", "没占额度", within=LONG)


async def test_an_answer_that_is_lost_makes_no_second_task(camp: Camp) -> None:
    first = await declare(camp, 1)
    await camp.corp.act("/faults", path="externalcontact/add_msg_template", cut="after", times=1)
    await camp.jump_to(first - timedelta(minutes=30))

    async def unsure() -> bool:
        return await camp.count("SELECT count(*) FROM group_messages WHERE state = 'unsure'") == 1

    await camp.until(unsure, "nobody knows whether it counted")
    await camp.jump_to(first - timedelta(minutes=28))
    task = await comes(camp, 1)
    assert await state_of(camp, task["msgid"]) == "waiting"
    await camp.quiet()
    assert len(await tasks(camp)) == 1


async def test_a_group_that_changes_hands_while_the_task_waits(camp: Camp) -> None:
    """The old owner's task is taken back and told; 现在发 gives it to the new one."""
    first = await declare(camp, 1)
    await camp.jump_to(first - timedelta(minutes=30))
    task = await comes(camp, 1)
    await camp.corp.act("/groups/wrFaultsA/owner", userid="wu")
    await camp.quiet()
    await camp.jump_to(first - timedelta(minutes=20))
    await camp.members["chen"].hears("备任务的人已不是群主", within=LONG)
    assert [one["state"] for one in await tasks(camp) if one["msgid"] == task["msgid"]] == ["cancelled"]
    await camp.ask(camp.members["chen"], "现在发 sop-01 notice", "A班：正在备")
    await camp.members["wu"].hears("群发已备好：notice（第1课）", within=LONG)


async def test_what_the_owner_sent_by_hand_shows_as_the_ceiling(camp: Camp) -> None:
    """The administrator allows one a day; 林 has used it up by hand, which no API tells beforehand."""
    first = await declare(camp, 2)
    await camp.corp.act("/mass/rules", allowance="day")
    await camp.jump_to(first - timedelta(minutes=40))
    await camp.corp.act("/mass", userid="lin", text="自己发的", receivers=["wrFaultsA"])
    await camp.jump_to(first - timedelta(minutes=30))

    async def ours() -> bool:
        return any(task["text"].startswith("第1课") for task in await tasks(camp))

    await camp.until(ours, "the notice is prepared")
    (task,) = [task for task in await tasks(camp) if task["text"].startswith("第1课")]

    async def stands() -> bool:
        return await camp.count("SELECT count(*) FROM group_messages WHERE state = 'waiting'") == 1

    await camp.until(stands, "the bot knows that it stands")
    await tap(camp, task)
    assert await state_of(camp, task["msgid"]) == "ceiling"
    await camp.members["chen"].hears("已到企业微信上限", within=LONG)
