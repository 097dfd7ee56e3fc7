"""The digest as the groups read it: the counts, who is absent with masked names, and what the class teachers do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from camp.digest_words import head, left_group, masked
from camp.group_post import Post, tell, tell_class
from camp.messages import Message, text
from camp.phrases import Say, say_in
from camp.policy import Policy
from storage import cohorts
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.members import Member
from storage.rosters import LessonLine


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
    steps = say("staff_room.absent_next", seq=lesson.seq), say("staff_room.absent_next_here", seq=lesson.seq)
    called = [one for one in teachers.values() if one.id in missing]
    words, here = _with_steps([*total, *missing.values()], steps if missing else ())
    mentions = [one.userid for one in called if one.active]
    post = Post("teachers", words, f"{key}:group", cohort.id, concerned=list(teachers.values()), mentions=mentions, here=here)
    readers = await tell(tx, policy, post)
    for group in await cohorts.class_groups_of(tx, cohort.id):
        own = [line for line in lines if line.class_teacher_id == group.class_teacher_id]
        if own:
            teacher = teachers[group.class_teacher_id]
            rest = [missing[teacher.id]] if teacher in called else []
            known = [head(say, cohort, lesson, own), *left_group(say, own), *rest]
            words, here = _with_steps(known, steps if rest else ())
            await tell_class(
                tx, policy, group, Post("teachers", words, f"{key}:class:{group.id}", concerned=[teacher], here=here)
            )
    return readers


def _with_steps(lines: Sequence[str], steps: Sequence[str]) -> tuple[Message, Message]:
    """The lines with what to do next, as the app's readers do it, and as those of a group with the robot."""
    in_app, here = steps or ("", "")
    return text("\n".join([*lines, in_app]).rstrip()), text("\n".join([*lines, here]).rstrip())


def _absent(say: Say, teacher: Member, lines: Sequence[LessonLine]) -> str:
    """`林老师 未到：#3 缺**、#7 周**`, a few of them; empty when all came."""
    absent = [line for line in lines if line.class_teacher_id == teacher.id and line.to_attend and not line.attended]
    if not absent:
        return ""
    return say("staff_room.absent", teacher=teacher.shown, names=masked(say, absent))
