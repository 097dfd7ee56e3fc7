"""② Before class: class teachers look at their classes while the operator moves the lessons to now."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from sandbox.story import cast
from sandbox.story.calendar import camp_toml, live
from sandbox.story.cast import LESSONS
from sandbox.story.story import Story

_PERSON = re.compile(r"#(\d+) ([^\s　]+)")
_URL = re.compile(r"https?://\S+scene_param=\S+")


async def play(story: Story) -> None:
    await story.chapter("② 课前：班主任看班，运营把课提到现在，提醒发出")
    # However slow this machine is, the lessons begin when the bot knows of them.
    story.calendar = live(datetime.now(UTC), timedelta(seconds=2 + 1.2 * story.terminal.slowest))
    loop = asyncio.get_running_loop()
    story.lesson_links = {(t, n): loop.create_future() for t in cast.GROUP_OF for n in range(1, LESSONS + 1)}
    await story.together(_reschedule(story), _look(story, "lin"), _look(story, "he"))


async def _reschedule(story: Story) -> None:
    file = story.directory / "camp.toml"
    file.write_text(camp_toml(story.calendar), encoding="utf-8")
    await story.terminal.run("apply", str(file))


async def _look(story: Story, userid: str) -> None:
    teacher = story.members[userid]
    mine = [pupil for pupil in cast.of_teacher(userid) if pupil.why != "换期"]
    inside = sum(pupil.in_group for pupil in mine)
    wanted = f"学员 {len(mine)} · 在群 {inside} · 未进群 {len(mine) - inside}"
    words = await teacher.asks("我的班", "学员 ")
    story.checklist.check(f"{teacher.name} 的“我的班”：{wanted}", wanted in words, words)
    roster = await teacher.asks("名单", "共 ")
    _learn_numbers(story, roster)
    story.checklist.names(f"{teacher.name} 的名单里每人都在", roster, [pupil.name for pupil in mine])
    outside = [pupil.name for pupil in mine if not pupil.in_group]
    answer = await teacher.asks("未进群", "未进群 ")
    here = [pupil.name for pupil in mine if pupil.in_group]
    story.checklist.names(f"{teacher.name} 的“未进群”正好是 {'、'.join(outside)}", answer, outside, here)


def _learn_numbers(story: Story, roster: str) -> None:
    """Remembers the #numbers of a list."""
    for number, name in _PERSON.findall(roster):
        story.numbers[name] = int(number)


async def post_links(story: Story, userid: str) -> None:
    """A class teacher is reminded of each lesson, and posts the check-in link of the reminder in the class group."""
    teacher = story.members[userid]
    for seq in range(1, LESSONS + 1):
        bubble = await teacher.hears(f"^第{seq}课[^\n]*\n", "scene_param=", within=60)
        found = _URL.search(str(bubble["text"]))
        assert found is not None
        story.lesson_links[userid, seq].set_result(found[0])
