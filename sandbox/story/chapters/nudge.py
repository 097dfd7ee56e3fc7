"""Who has not come is reminded by one mass send: the bot offers it, the class teacher taps send, somebody comes after all."""

import asyncio
import re
from datetime import timedelta

from sandbox.story import cast
from sandbox.story.cast import NUDGE, NUDGED, NUDGER, Pupil
from sandbox.story.chapters.checking_in import come
from sandbox.story.person import Member
from sandbox.story.story import Story

_BUSY = 40.0
_LATE = timedelta(minutes=30)
_LOOKED = timedelta(minutes=35)  # when the bot has asked WeCom whom the task reached


def missing() -> tuple[Pupil, ...]:
    """Who is absent from the lesson when the class teacher looks."""
    came = [p for p in cast.in_class(NUDGER, NUDGED) if p.lessons.get(NUDGED, NUDGE) != NUDGE]
    return tuple(pupil for pupil in cast.in_class(NUDGER, NUDGED) if pupil not in came)


async def play(story: Story) -> None:
    starts, ends = story.calendar.starts(NUDGED), story.calendar.ends(NUDGED)
    await story.jump(starts + _LATE, "上课半小时，班主任看谁没来", ends)
    await story.together(_remind(story))
    await story.jump(starts + _LOOKED, "机器人问企业微信：群发到了几个人", ends)
    await story.together(_result(story), _marks_by_hand(story), _rates(story))


async def _remind(story: Story) -> None:
    teacher, away = story.members[NUDGER], missing()
    before = len(await teacher.screen())
    absent = await teacher.asks(f"缺勤 {NUDGED}", f"第{NUDGED}课", "课程进行中", within=_BUSY)
    here = [pupil.name for pupil in cast.in_class(NUDGER, NUDGED) if pupil not in away]
    names = [pupil.name for pupil in away]
    story.checklist.names(f"“缺勤 {NUDGED}”上着课就能查：没来的正好 {len(away)} 人", absent, names, here)
    card = await teacher.card("群发提醒", f"可群发提醒 {len(away)} 人", since=before, within=_BUSY)
    await teacher.presses(card, "群发提醒")
    await teacher.hears("群发助手", f"{len(away)} 人", since=before, within=_BUSY)
    await teacher.sends(await teacher.task())
    await _seen(story, teacher, away)
    await asyncio.gather(*(_comes_after_all(story, pupil) for pupil in away if pupil.lessons.get(NUDGED) == NUDGE))


async def _comes_after_all(story: Story, pupil: Pupil) -> None:
    await come(story, pupil, NUDGED)
    story.checklist.check(f"{pupil.name} 收到群发，点链接来上课了", True)


async def _seen(story: Story, teacher: Member, away: tuple[Pupil, ...]) -> None:
    """Everybody who was missing has it on their phone, once."""
    got = {}
    for pupil in away:
        chat = await story.corp.chat(pupil.id, f"contact:{teacher.id}")
        got[pupil.name] = len([b for b in chat if b["from"] == teacher.id and "还没看到你" in b["text"]])
    wrong = {name: number for name, number in got.items() if number != 1}
    story.checklist.check(f"{teacher.name} 点一次发送，{len(away)} 位缺勤学员各收到一条", not wrong, wrong)


async def _result(story: Story) -> None:
    teacher, away = story.members[NUDGER], missing()
    told = str((await teacher.hears(f"第{NUDGED}课[^\n]*群发提醒：已发", within=_BUSY))["text"])
    found = re.search(r"已发 (\d+)", told)
    story.checklist.equal("群发结果回到班主任：已发几人", int(found[1]) if found else None, len(away))


async def _marks_by_hand(story: Story) -> None:
    """One had a reason: the class teacher's word counts as well."""
    await story.members[NUDGER].asks(
        f"补签 {story.number('孙婉清')} {NUDGED} 手机没电，在同学家看完", "已补签", "到课 2", within=_BUSY
    )


async def _rates(story: Story) -> None:
    await story.learners["周小雨"].asks(f"评分{NUDGED} 5 讲得很清楚", "谢谢", "5 分")
