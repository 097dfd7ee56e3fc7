"""After each lesson its digest comes unasked, with the right names and the offer to remind who was missing."""

import re

from sandbox.story import cast
from sandbox.story.cast import attends
from sandbox.story.story import Story

_COUNTS = re.compile(r"到课 (\d+)/(\d+) · 完课 (\d+)")
_LATE = 30.0


async def play(story: Story, seq: int) -> None:
    await story.together(*(_digest(story, teacher, seq) for teacher in cast.GROUP_OF), _total(story, seq))


async def _digest(story: Story, userid: str, seq: int) -> None:
    """The class teacher hears who came, who did not, who finished; who left before the lesson counts for nothing."""
    teacher = story.members[userid]
    bubble = await teacher.hears(f"^第{seq}课[^\n]*到课 \\d+/\\d+ · 完课 \\d+", within=_LATE)
    words = str(bubble["text"])
    staying = cast.in_class(userid, seq)
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


async def _total(story: Story, seq: int) -> None:
    """The manager gets the sum."""
    await story.members["chen"].hears(f"^第{seq}课", "林老师：到课", "何老师：到课", within=_LATE)
