"""The real bot and the look-alike: a staff room lives through a camp, a robot is removed, a picture arrives whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.cli.doctor_rooms import say_rooms
from bot.settings import load_settings
from camp.declaration import apply, parse_text
from camp.group_post import Post, tell
from camp.messages import text
from camp.phrases import say_in
from storage import silent_robots
from tests.loopback import Camp, open_camp

MORE = """
[wecom.robots.bosses]
key = "key-bosses"
for = "managers"
"""


@pytest.fixture
async def camp(tmp_path: Path) -> AsyncIterator[Camp]:
    async with open_camp(tmp_path, MORE) as opened:
        await opened.corp.act("/robots", key="key-bosses", name="主管群")
        yield opened


async def room(camp: Camp, who: str) -> dict[str, Any] | None:
    """The staff room on a member's phone."""
    chats = (await camp.corp.see(f"/phone/{who}"))["chats"]
    return next((chat for chat in chats if chat["name"].endswith("班务群")), None)


async def posts(camp: Camp, key: str) -> list[dict[str, Any]]:
    """What a robot posted into its group."""
    return list((await camp.corp.see("/robots"))[key])


async def enrol(camp: Camp) -> None:
    for learner in camp.learners.values():
        await learner.adds("lin", "dy01")
        await learner.joins("wrFaultsA", "item")
    await camp.quiet()


async def test_a_room_lives_through_a_camp(camp: Camp) -> None:
    await enrol(camp)
    chen = camp.members["chen"]
    await chen.asks("建群 read-01", "正在建「阅读营第1期 班务群」")
    await chen.hears("「阅读营第1期 班务群」已建好，4 人")
    await camp.quiet()
    for who in ("lin", "wu", "zhao", "chen"):
        found = await room(camp, who)
        assert found is not None, who
        assert [message["kind"] for message in found["messages"]] == ["text"]
    # The lesson is over: nobody came, and the room reads it with masked names, 林 called by name.
    await camp.jump_to(camp.first_lesson + timedelta(minutes=61))
    await camp.until(lambda: _says(camp, "wu", "林老师 未到：#1 周**、#2 李**"), "the digest stands in the room")
    found = await room(camp, "lin")
    assert found is not None
    assert found["messages"][-1]["data"]["mentioned_list"] == ["lin"]
    # 白 takes the class over in the middle of the camp.
    await camp.corp.act("/members", userid="bai", name="白老师", position="class_teacher")
    async with camp.house.database.write() as tx:
        await apply(tx, camp.policy, parse_text(_handed_over(camp), camp.policy))
    (chat,) = camp.stage.appchats.all.values()
    camp.house.worker.wake()

    async def in_step() -> bool:
        return sorted(chat.userlist) == ["bai", "chen", "lin", "wu", "zhao"]

    # 林 still looks after the learners who are in the class: both are in.
    await camp.until(in_step, "the new class teacher is in the room")
    assert await camp.count("SELECT count(*) FROM outbox WHERE call = 'appchat.create'") == 1


async def _says(camp: Camp, who: str, words: str) -> bool:
    found = await room(camp, who)
    return found is not None and any(words in message["text"] for message in found["messages"])


def _handed_over(camp: Camp) -> str:
    first = camp.first_lesson
    return f"""
[[camps]]
code = "read"
name = "阅读营"
warm_lessons = 1
[[cohorts]]
code = "read-01"
camp = "read"
name = "阅读营第1期"
starts_at = {first.isoformat()}
closes_at = {(first + timedelta(days=2)).isoformat()}
[[cohorts.class_groups]]
code = "A"
chat_id = "wrFaultsA"
class_teacher = "bai"
[[staff]]
userid = "bai"
position = "class_teacher"
"""


async def test_a_robot_is_removed_and_sales_hear_in_the_app(camp: Camp) -> None:
    await enrol(camp)
    lin, wu, zhao, chen = (camp.members[who] for who in ("lin", "wu", "zhao", "chen"))
    await lin.asks("放弃 1 不来了", "公海")
    await camp.quiet()
    assert len(await posts(camp, "key-sales")) == 1
    await camp.corp.act("/robots/销售群/remove")
    await lin.asks("放弃 2 不来了", "公海")
    for person in (wu, zhao):
        await person.hears("群机器人 sales 不在群里了", r"转化公海 \+1 人")
    await chen.hears("群机器人 sales 发不出去", "93000")
    await camp.quiet()
    assert len(await posts(camp, "key-sales")) == 1
    # The next one goes to the app at once; the operators are not told again today.
    await wu.asks("领取 1", "领取成功|已领取|#1")
    await wu.asks("退回 1 联系不上", "退回")
    await zhao.hears("群机器人 sales 不在群里了", r"退回公海：周\*\*")
    await camp.quiet()
    assert await camp.count("SELECT count(*) FROM outbox WHERE call = 'robot.message'") == 2
    said = [bubble for bubble in await camp.corp.screen("member", "chen") if "群机器人 sales 发不出去" in bubble["text"]]
    assert len(said) == 1


async def test_the_funnel_of_a_closed_cohort_is_a_picture_in_the_managers_group(camp: Camp) -> None:
    await enrol(camp)
    await camp.jump_to(camp.first_lesson + timedelta(days=2, minutes=1))
    await camp.members["chen"].asks("确认结营 read-01", "结营")
    await camp.quiet()
    told = await posts(camp, "key-bosses")
    (picture,) = [post for post in told if post["kind"] == "image"]
    assert any("结营报告" in post["text"] for post in told)
    # The look-alike takes no picture whose md5 does not fit.
    async with aiohttp.ClientSession() as session, session.get(await _picture_url(camp)) as answer:
        content = await answer.read()
    assert content.startswith(b"\x89PNG")
    assert picture["text"] == "［图片］"


async def _picture_url(camp: Camp) -> str:
    chats = (await camp.corp.see("/phone/chen"))["chats"]
    (shown,) = [message for chat in chats for message in chat["messages"] if message["kind"] == "image"]
    return str(URL(camp.corp.url).join(URL(shown["data"]["url"])))


async def test_twenty_posts_a_minute_and_no_more(camp: Camp) -> None:
    async with camp.house.database.write() as tx:
        for number in range(25):
            await tell(tx, camp.policy, Post("sales", text(f"第{number}条"), f"many:{number}"))
    camp.house.lanes.wake({"robot:sales"})
    for number in range(1, 26):
        await camp.until(lambda number=number: _posted(camp, number), f"post {number}")  # type: ignore[misc]
        await camp.jump_to(datetime.fromtimestamp(camp.stage.clock.now() + 3.2, UTC))
    at = [post["at"] for post in await posts(camp, "key-sales")]
    assert all(later - sooner >= 60 for sooner, later in zip(at, at[20:], strict=False))
    assert await camp.count("SELECT count(*) FROM lane_closings") == 0


async def _posted(camp: Camp, number: int) -> bool:
    return len(await posts(camp, "key-sales")) >= number


async def test_doctor_shows_robots_and_rooms_and_gives_a_robot_its_next_chance(
    camp: Camp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, say = load_settings(tmp_path / "config.toml"), say_in("zh")
    await camp.corp.act("/robots/销售群/remove")
    async with camp.house.database.write() as tx:
        for name in ("sales", "bosses"):
            await silent_robots.silence(tx, name, 93000)
    await camp.members["chen"].asks("建群 read-01", "正在建")
    await camp.members["chen"].hears("已建好")
    await say_rooms(settings, say)
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("✗ 群机器人 sales → 销售：发不了（群机器人的 key 无效或机器人已被移除")
    assert told[1:] == ["· 群机器人 bosses → 主管：可以发", "· 班务群 read-01「阅读营第1期 班务群」：4 人"]
    async with camp.house.database.read() as tx:
        assert await silent_robots.all_silent(tx) == {"sales": 93000}
    assert await posts(camp, "key-bosses") == [], "to look is not to post"


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"errcode": -1}, {"http_status": 502}])
async def test_whatever_becomes_of_the_answer_it_is_one_room_with_everybody_in_it(camp: Camp, fault: dict[str, Any]) -> None:
    for path in ("appchat/create", "appchat/get", "appchat/update", "appchat/send"):
        await camp.corp.act("/faults", path=path, times=1, **fault)
    await camp.members["chen"].asks("建群 read-01", "正在建")
    await camp.members["chen"].hears("已建好，4 人")
    await camp.quiet()
    (chat,) = camp.stage.appchats.all.values()
    assert sorted(chat.userlist) == ["chen", "lin", "wu", "zhao"]
    found = await room(camp, "wu")
    assert found is not None
    assert found["messages"][0]["text"].startswith("这里是 阅读营第1期 的班务群")
