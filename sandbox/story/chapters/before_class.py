"""② Class teachers look at their classes before the first lesson."""

import re

from sandbox.story import cast
from sandbox.story.story import Story

_PERSON = re.compile(r"#(\d+) ([^\s　]+)")


async def play(story: Story) -> None:
    await story.chapter("② 课前：班主任看班")
    await story.together(_look(story, "lin"), _look(story, "he"))


async def _look(story: Story, userid: str) -> None:
    teacher = story.members[userid]
    mine = [pupil for pupil in cast.of_teacher(userid) if pupil.why != "换期"]
    inside = sum(pupil.in_group for pupil in mine)
    wanted = f"学员 {len(mine)} · 在群 {inside} · 未进群 {len(mine) - inside}"
    words = await teacher.asks("我的班", "学员 ")
    story.checklist.check(f"{teacher.name} 的“我的班”：{wanted}", wanted in words, words)
    roster = await teacher.asks("名单", "共 ")
    learn_numbers(story, roster)
    story.checklist.names(f"{teacher.name} 的名单里每人都在，只在一处", roster, [pupil.name for pupil in mine])
    outside = [pupil.name for pupil in mine if not pupil.in_group]
    answer = await teacher.asks("未进群", "未进群 ")
    here = [pupil.name for pupil in mine if pupil.in_group]
    story.checklist.names(f"{teacher.name} 的未进群正好是 {'、'.join(outside)}", answer, outside, here)


def learn_numbers(story: Story, roster: str) -> None:
    """Remembers the #numbers of a list."""
    for number, name in _PERSON.findall(roster):
        story.numbers[name] = int(number)
