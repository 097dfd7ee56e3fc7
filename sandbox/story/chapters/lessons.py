"""③ Five lessons of a minute each, seconds apart: everybody checks in their own way while class teachers work."""

import asyncio
import re
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from sandbox.story import cast
from sandbox.story.calendar import SECOND_NAME, camp_toml, live
from sandbox.story.cast import CHOOSE, LESSONS, LINK, MENU, Pupil
from sandbox.story.chapters.classroom import teach_he, teach_lin
from sandbox.story.story import Story

_URL = re.compile(r"https?://\S+scene_param=\S+")


async def play(story: Story) -> None:
    await story.chapter(f"③ 上课：{LESSONS} 节课，每节 1 分钟，隔 4 秒开一节")
    # However slow this machine is, the lessons begin when the bot knows of them.
    story.calendar = live(datetime.now(UTC), timedelta(seconds=2 + 1.2 * story.terminal.slowest))
    file = story.directory / "camp.toml"
    file.write_text(camp_toml(story.calendar), encoding="utf-8")
    loop = asyncio.get_running_loop()
    story.lesson_links = {(t, n): loop.create_future() for t in cast.GROUP_OF for n in range(1, LESSONS + 1)}
    await story.together(story.terminal.run("apply", str(file)))
    plays: list[Awaitable[None]] = [_links(story, teacher) for teacher in cast.GROUP_OF]
    plays += [_attend(story, pupil) for pupil in cast.FIRST_COHORT if pupil.lessons]
    plays += [_late_comer(story), _pays(story), teach_lin(story), teach_he(story)]
    await story.together(*plays)


async def _links(story: Story, userid: str) -> None:
    """A class teacher is reminded of each lesson, with the link to post in the group."""
    teacher = story.members[userid]
    for seq in range(1, LESSONS + 1):
        bubble = await teacher.hears(f"第{seq}课[^\n]*\n", "scene_param=", within=60)
        found = _URL.search(str(bubble["text"]))
        assert found is not None
        story.lesson_links[userid, seq].set_result(found[0])


async def _attend(story: Story, pupil: Pupil) -> None:
    learner, calendar = story.learner(pupil), story.calendar
    await story.until(calendar.opens(1))
    await _before(story, pupil)
    for seq, way in sorted(pupil.lessons.items()):
        await story.until(calendar.opens(seq))
        await _check_in(story, pupil, seq, way)
        if seq in pupil.finishes:
            await story.until(calendar.starts(seq))
            await learner.asks(f"完课{seq}", f"第{seq}课", "已记完课")
    await _after(story, pupil)


async def _check_in(story: Story, pupil: Pupil, seq: int, way: str) -> None:
    learner, done = story.learner(pupil), (f"第{seq}课|Lesson {seq}", "签到成功|Checked in")
    if way == LINK:
        await learner.taps_link(await story.lesson_link(pupil.teacher, seq), *done)
    elif way == MENU:
        await learner.taps(f"签到{seq}", *done)
    elif way == CHOOSE:
        await learner.taps_link(story.welcome_link(pupil.name), "点一下你上的那节")
        await learner.taps(f"第{seq}课", *done)
    else:
        await learner.asks(way, *done)


async def _before(story: Story, pupil: Pupil) -> None:
    """What goes wrong first."""
    learner = story.learner(pupil)
    if pupil.name == "刘可心":
        await learner.asks("签到5", "第5课", "还没开放签到")
    if pupil.name == "郑一诺":
        await story.until(story.calendar.opens(3))
        await learner.asks("签到3 夏雨", "口令不对")
    if pupil.name == "马嘉懿":
        await story.until(story.calendar.opens(3))
        await learner.asks("签到3", "要口令")


async def _after(story: Story, pupil: Pupil) -> None:
    """What somebody does once their lessons are checked in."""
    learner, calendar = story.learner(pupil), story.calendar
    if pupil.name == "周小雨":
        await learner.asks("评分2 5 讲得很清楚", "谢谢", "5 分")
        await learner.asks("作业1 我读了《小王子》第一章，最喜欢狐狸。", "收到", "第1课")
        await learner.asks("提问 作业交到哪里？", "林老师")
        await learner.asks("进度", f"到课 {pupil.attended}/5 · 完课 5/5")
    if pupil.name == "吴子涵":
        await learner.asks("签到1", "已经签到过")
        await learner.asks("评分1 4", "4 分")
        await learner.asks("进度", f"到课 {pupil.attended}/5 · 完课 2/5")
    if pupil.name == "高铭泽":
        await learner.asks("退订", "已退订")
        await story.members["he"].hears("高铭泽", "退订")
    if pupil.name == "邓佳宁":
        await story.until(calendar.closes(1) + timedelta(seconds=1))
        await learner.asks("签到1", "签到已在", "关闭")
        await learner.asks("完课1", "已记完课")


async def _late_comer(story: Story) -> None:
    """Who comes when the second lesson has begun belongs to the next cohort."""
    pupil = cast.pupil_named("冯宇航")
    await story.until(story.calendar.starts(2) + timedelta(seconds=1))
    learner = story.learner(pupil)
    await learner.adds(pupil.teacher, pupil.channel)
    await learner.welcome(SECOND_NAME)


async def _pays(story: Story) -> None:
    """One learner buys in the shop while lessons run."""
    await story.until(story.calendar.starts(4))
    pupil = cast.pupil_named("王浩然")
    await story.corp.tell(f"商城 → 机器人：{pupil.name} 付款 1999 元（签名事件 order.paid，发了两遍）")
    order = {"order_no": "SO-1001", "amount_fen": 199_900, "course": "系统阅读课"}
    await story.shop.sends("order.paid", {"external_userid": pupil.id}, **order)
    await story.members["lin"].hears("成交", pupil.name, "系统阅读课", within=40)
