"""③ Five lessons of a minute each, seconds apart: everybody checks in their own way, and life goes on meanwhile."""

from collections.abc import Awaitable
from datetime import timedelta

from sandbox.story import cast
from sandbox.story.calendar import SECOND_NAME
from sandbox.story.cast import CHOOSE, LESSONS, LINK, MENU, Pupil
from sandbox.story.chapters.before_class import post_links
from sandbox.story.chapters.meanwhile import scenes
from sandbox.story.story import Story


async def play(story: Story) -> None:
    gap = int(story.calendar.gap.total_seconds())
    await story.chapter(f"③ 上课：{LESSONS} 节课，每节 1 分钟，隔 {gap} 秒开一节")
    plays: list[Awaitable[None]] = [post_links(story, teacher) for teacher in cast.GROUP_OF]
    plays += [_attend(story, pupil) for pupil in cast.FIRST_COHORT if pupil.lessons]
    plays += [_late_comer(story), *scenes(story)]
    await story.together(*plays)


async def _attend(story: Story, pupil: Pupil) -> None:
    learner, calendar = story.learner(pupil), story.calendar
    await story.until(calendar.opens(1))
    await _stumble(story, pupil)
    for seq, way in sorted(pupil.lessons.items()):
        await story.until(calendar.opens(seq))
        await _check_in(story, pupil, seq, way)
        if seq in pupil.finishes:
            await story.until(calendar.starts(seq))
            await learner.asks(f"完课{seq}", f"第{seq}课", "已记完课")
    if pupil.name == "邓佳宁":
        await story.until(calendar.closes(1) + timedelta(seconds=1))
        await learner.asks("签到1", "签到已在", "关闭")
        await learner.asks("完课1", "已记完课")


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


async def _stumble(story: Story, pupil: Pupil) -> None:
    """What goes wrong first: too early, the wrong passphrase, none at all."""
    learner = story.learner(pupil)
    if pupil.name == "刘可心":
        await learner.asks("签到5", "第5课", "还没开放签到")
    if pupil.name == "郑一诺":
        await story.until(story.calendar.opens(3))
        await learner.asks("签到3 夏雨", "口令不对")
    if pupil.name == "马嘉懿":
        await story.until(story.calendar.opens(3))
        await learner.asks("签到3", "要口令")


async def _late_comer(story: Story) -> None:
    """Who comes when the second lesson has begun belongs to the next cohort."""
    pupil = cast.pupil_named("冯宇航")
    await story.until(story.calendar.starts(2) + timedelta(seconds=1))
    learner = story.learner(pupil)
    await learner.adds(pupil.teacher, pupil.channel)
    await learner.welcome(SECOND_NAME)
