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
    absent = re.search(r"^未到 \d+ 人：$(.*?)(?=^\S*完课|\Z)", words, re.M | re.S)
    missing = [pupil.name for pupil in staying if not attends(pupil, seq)]
    here = [pupil.name for pupil in came]
    named = [name for name in (*missing, *here) if absent and name in absent[1]]
    seen, wanted = (*found, sorted(named)), (len(came), len(finished), sorted(missing))
    story.checklist.equal(f"{teacher.name} 的第{seq}课小结：到课 {len(came)}、完课 {len(finished)}，缺勤名单", seen, wanted)


def attends(pupil: Pupil, seq: int) -> bool:
    return seq in pupil.lessons or seq in pupil.marked


async def _totals(story: Story) -> None:
    """The manager gets the sum of each lesson."""
    for seq in range(1, LESSONS + 1):
        await story.members["chen"].hears(f"^第{seq}课", "林老师：到课", "何老师：到课", within=_LATE)
