"""⑥ Where everybody went: the bot's own answers, the phones, the books."""

import asyncio
import csv
import re
from typing import Any

from sandbox.story import cast
from sandbox.story.calendar import FIRST
from sandbox.story.cast import End
from sandbox.story.story import Story

# What the sales chapter adds to the close.
SOLD_LATER = ("周小雨", "胡一鸣")
_BUSY = 40.0
_QUEUES = (
    ("inbox", "failed", "收件箱里没有处理失败的"),
    ("outbox", "dead", "发件箱里没有发不出去的"),
    ("outbox", "expired", "发件箱里没有过期没发的"),
)


async def play(story: Story) -> None:
    await story.chapter("⑥ 漏斗与去向")
    await story.together(_funnel(story), _roster(story, "lin"), _roster(story, "he"), _books(story))
    await story.together(_look_alike(story))


def end_of(pupil: cast.Pupil) -> End:
    return End.PAID if pupil.name in SOLD_LATER else pupil.end


async def _funnel(story: Story) -> None:
    chen = story.members["chen"]
    words = await chen.asks(f"漏斗 {FIRST}", "漏斗", "报名", within=_BUSY)
    story.reports["funnel"] = words
    wanted = funnel_of(cast.FIRST_COHORT)
    found = {step: int(number) for step, number in re.findall(r"(报名|进群|到课|完课|成交) (\d+) ·", words)}
    story.checklist.equal("漏斗：报名、进群、到课、完课、成交", found, wanted)
    revenue = wanted["成交"] * 1999
    story.checklist.check(f"漏斗：成交额 {revenue} 元", f"{revenue:,}" in words or str(revenue) in words, words)
    story.reports["quota"] = await chen.asks("配额", "配额", within=_BUSY)


def funnel_of(pupils: tuple[cast.Pupil, ...]) -> dict[str, int]:
    """What the funnel must say of these learners at the end."""
    return {
        "报名": len(pupils),
        "进群": sum(pupil.in_group for pupil in pupils),
        "到课": sum(pupil.attended > 0 for pupil in pupils),
        "完课": sum(bool(pupil.finishes or pupil.caught_up) for pupil in pupils),
        "成交": sum(end_of(pupil) is End.PAID for pupil in pupils),
    }


async def _roster(story: Story, userid: str) -> None:
    """The class teacher's list names everybody with the right place and the right number of lessons."""
    teacher = story.members[userid]
    words = await teacher.asks(f"名单 {FIRST}", "共 ", within=_BUSY)
    places = dict(re.findall(r"#\d+ (\S+) 到\d+ 完\d+[^\n]*?\[([^\]未]+)\]", words))
    lessons = {name: int(number) for name, number in re.findall(r"#\d+ (\S+) 到(\d+)", words)}
    for pupil in cast.of_teacher(userid):
        story.reports[f"place:{pupil.name}"] = places.get(pupil.name, "？")
    mine = cast.of_teacher(userid)
    wrong = {p.name: places.get(p.name) for p in mine if places.get(p.name) != end_of(p).value}
    story.checklist.check(f"{teacher.name} 的 {len(mine)} 位学员都在该在的地方", not wrong, wrong)
    miscounted = {p.name: (lessons.get(p.name), p.attended) for p in mine if lessons.get(p.name) != p.attended}
    story.checklist.check(f"{teacher.name} 的学员到课数都对（含链接点了机器人回不了话的）", not miscounted, miscounted)


async def _books(story: Story) -> None:
    """Nothing failed and nothing is stuck, by the operator's own commands."""
    await asyncio.gather(_export(story), *(_queue(story, *one) for one in _QUEUES))


async def _export(story: Story) -> None:
    """The report for the office says the same as the chat."""
    file = story.directory / f"{FIRST}.csv"
    await story.terminal.run("export", FIRST, "--out", str(file))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = {row["学员"]: (row["去向"], int(row["到课"])) for row in csv.DictReader(lines)}
    wanted = {pupil.name: (end_of(pupil).value, pupil.attended) for pupil in cast.FIRST_COHORT}
    differing = {name: found.get(name) for name in wanted | found if found.get(name) != wanted.get(name)}
    story.checklist.check(f"wecamp export 的 {len(wanted)} 行和聊天里说的一样", not differing, differing)


async def _queue(story: Story, queue: str, state: str, name: str) -> None:
    words = await story.terminal.run(queue, "list", "--state", state, aloud=False)
    story.checklist.check(f"{name}（wecamp {queue} list --state {state}）", "没有记录" in words, words)


async def _look_alike(story: Story) -> None:
    """What only WeCom's side can know."""
    await story.rest()
    world = await story.world()
    callbacks, dropped = world["counters"]["callbacks"], world["counters"]["dropped_app_messages"]
    story.checklist.equal("没有一条回调丢失", callbacks["lost"], 0)
    story.checklist.equal("没有一条应用消息因超频被企业微信丢弃", dropped, 0)
    _tags(story, world)
    await _robots(story)
    calls = await story.corp.see("/calls")
    refused = [f"{call['path']} {call['errcode']}" for call in calls if call["errcode"]]
    story.reports["refused"] = "、".join(sorted(set(refused)))
    story.reports["calls"] = str(len(calls))
    story.reports["callbacks"] = str(callbacks["delivered"])
    story.checklist.equal("企业微信没有拒绝过一次调用", sorted(set(refused)), [])


async def _robots(story: Story) -> None:
    """The internal groups heard of every lesson and of the hand-off, without anybody's name."""
    posts = [str(post["text"]) for group in (await story.corp.see("/robots")).values() for post in group]
    told = [seq for seq in range(1, cast.LESSONS + 1) if any(post.startswith(f"第{seq}课") for post in posts)]
    story.checklist.equal("老师群的机器人报了每节课", told, list(range(1, cast.LESSONS + 1)))
    story.checklist.check("销售群的机器人报了移交", any("转化公海" in post for post in posts), posts)
    named = [pupil.name for pupil in cast.PUPILS if any(pupil.name in post for post in posts)]
    story.checklist.equal("群机器人的话里没有学员全名", named, [])


def _tags(story: Story, world: dict[str, Any]) -> None:
    """Channel, camp and state tags are marked in WeCom as the bot's truth says, and each tag was made once."""
    names = [(tag["group"], tag["name"]) for tag in world["tags"]]
    story.checklist.equal("每个标签在企业微信里只建了一次", len(names), len(set(names)))
    wanted = {name: {pupil.name for pupil in cast.PUPILS if pupil.channel == code} for code, name in cast.CHANNELS.items()}
    wanted["未到课"] = {p.name for p in cast.FIRST_COHORT if p.end is End.NEXT_COHORT and not p.why}
    wanted["待转化"] = {p.name for p in cast.FIRST_COHORT if p.end is End.SALE_WINDOW}
    wanted["高意向"] = {p.name for p in cast.FIRST_COHORT if end_of(p) is End.CONVERSION and not p.why}
    wanted["已成交"] = {p.name for p in cast.FIRST_COHORT if end_of(p) is End.PAID}
    wanted["意向高"] = {"孙婉清"}
    people = {pupil.id: pupil.name for pupil in cast.PUPILS}
    for name, who in wanted.items():
        marked = {people[mark["external_userid"]] for tag in world["tags"] if tag["name"] == name for mark in tag["marks"]}
        story.checklist.equal(f"标签“{name}”正好打在 {len(who)} 人身上", sorted(marked), sorted(who))
