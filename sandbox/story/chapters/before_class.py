"""② Before class: class teachers look at their classes; the operator applies the same file again."""

import re

from sandbox.story import cast
from sandbox.story.story import Story

_PERSON = re.compile(r"#(\d+) ([^\s　]+)")


async def play(story: Story) -> None:
    await story.chapter("② 课前：班主任看班")
    await story.together(_apply_again(story), _look(story, "lin"), _look(story, "he"), _too_early(story))


async def _apply_again(story: Story) -> None:
    again = await story.terminal.run("apply", str(story.camp_file))
    story.checklist.check("再 apply 一次没有变化", "没有变化" in again, again)


async def _too_early(story: Story) -> None:
    await story.learners["刘可心"].asks("签到5", "第5课", "还没开放签到")


async def _look(story: Story, userid: str) -> None:
    teacher = story.members[userid]
    mine = cast.in_class(userid, 1)
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
