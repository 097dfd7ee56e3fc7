"""④ After each lesson its digest comes unasked, with the right names."""

import re

from sandbox.story import cast
from sandbox.story.cast import LESSONS, Pupil
from sandbox.story.story import Story

_COUNTS = re.compile(r"到课 (\d+)/(\d+) · 完课 (\d+)")
_LATE = 30.0


async def play(story: Story) -> None:
    await story.chapter("④ 下课：每节课后的小结，不用问")
    plays = [_digest(story, teacher, seq) for seq in range(1, LESSONS + 1) for teacher in cast.GROUP_OF]
    await story.until(story.calendar.ends(1))
    await story.together(*plays)
    await story.together(_totals(story))


async def _digest(story: Story, userid: str, seq: int) -> None:
    """The class teacher hears who came, who did not, who finished; who left before the lesson ended counts for nothing."""
    await story.until(story.calendar.ends(seq))
    teacher = story.members[userid]
    bubble = await teacher.hears(f"^第{seq}课[^\n]*到课 \\d+/\\d+ · 完课 \\d+", within=_LATE)
    words = str(bubble["text"])
    staying = [pupil for pupil in cast.of_teacher(userid) if pupil.why not in ("退订", "换期")]
    came = [pupil for pupil in staying if attends(pupil, seq)]
    finished = [pupil for pupil in staying if seq in pupil.finishes]
    counts = _COUNTS.search(words)
    assert counts is not None
    found = (int(counts[1]), int(counts[3]))
    story.checklist.equal(f"{teacher.name} 第{seq}课小结：到课、完课人数", found, (len(came), len(finished)))
    absent = re.search(r"^未到 \d+ 人：$(.*?)(?=^\S*完课|\Z)", words, re.M | re.S)
    missing = [pupil.name for pupil in staying if not attends(pupil, seq)]
    here = [pupil.name for pupil in came]
    story.checklist.names(f"{teacher.name} 第{seq}课小结：没来的点了名，来了的没有", absent[1] if absent else "", missing, here)


def attends(pupil: Pupil, seq: int) -> bool:
    return seq in pupil.lessons or seq in pupil.marked


async def _totals(story: Story) -> None:
    """The manager and the class teachers' group get the sum of each lesson, without names in the group."""
    chen = story.members["chen"]
    for seq in range(1, LESSONS + 1):
        await chen.hears(f"第{seq}课", "林老师", "何老师", within=_LATE)
    await story.ear.wait_for(0, lambda line: line["kind"] == "robot" and line["what"].startswith(f"第{LESSONS}课"), _LATE)
    robots = await story.corp.see("/robots")
    posts = [str(post["text"]) for group in robots.values() for post in group]
    told = [seq for seq in range(1, LESSONS + 1) if any(post.startswith(f"第{seq}课") for post in posts)]
    story.checklist.equal("老师内部群的机器人发了每节课的小结", told, list(range(1, LESSONS + 1)))
    named = [pupil.name for pupil in cast.PUPILS if any(pupil.name in post for post in posts)]
    story.checklist.equal("群机器人的小结里没有学员姓名", named, [])
