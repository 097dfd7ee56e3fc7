"""The digest as the groups read it: the counts, who is absent with masked names, and what the class teachers do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from camp.digest_words import head
from camp.group_post import Post, tell, tell_class
from camp.messages import text
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.rules.mask import mask_name
from storage import cohorts
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.members import Member
from storage.rosters import LessonLine

_NAMES = 6


async def tell_groups(
    tx: Tx,
    policy: Policy,
    cohort: Cohort,
    lesson: Lesson,
    total: Sequence[str],
    teachers: Mapping[int, Member],
    lines: Sequence[LessonLine],
    *,
    key: str,
) -> frozenset[str]:
    """The total to the cohort's groups, to those of a class what concerns it; the userids known to read the total there."""
    say = say_in(policy.language)
    absent = {one.id: _absent(say, one, lines) for one in teachers.values()}
    missing = {member_id: words for member_id, words in absent.items() if words}
    body = [*total, *missing.values()]
    words = text("\n".join([*body, say("staff_room.absent_next", seq=lesson.seq)] if missing else body))
    next_here = say("staff_room.absent_next_here", seq=lesson.seq)
    here = text("\n".join([*body, next_here] if missing else body))
    called = [one.userid for one in teachers.values() if one.active and one.id in missing]
    post = Post("teachers", words, f"{key}:group", cohort.id, concerned=list(teachers.values()), mentions=called, here=here)
    readers = await tell(tx, policy, post)
    for group in await cohorts.class_groups_of(tx, cohort.id):
        own = [line for line in lines if line.class_teacher_id == group.class_teacher_id]
        if own:
            rest = [missing[group.class_teacher_id], next_here] if group.class_teacher_id in missing else []
            mine = text("\n".join([head(say, cohort, lesson, own), *rest]))
            await tell_class(tx, policy, group.id, mine, key=f"{key}:class:{group.id}")
    return readers


def _absent(say: Say, teacher: Member, lines: Sequence[LessonLine]) -> str:
    """`林老师 未到：#3 缺**、#7 周**`, a few of them; empty when all came."""
    absent = [line for line in lines if line.class_teacher_id == teacher.id and line.to_attend and not line.attended]
    if not absent:
        return ""
    names = "、".join(say("teacher.person", id=line.learner_id, name=mask_name(line.name or "")) for line in absent[:_NAMES])
    if len(absent) > _NAMES:
        names = say("staff_room.and_more", names=names, number=len(absent))
    return say("staff_room.absent", teacher=teacher.shown, names=names)
