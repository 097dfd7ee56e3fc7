"""Lines of a digest that all its readers have: which lesson, how many came and finished, who left the group meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from camp.phrases import Say
from camp.roster import lesson_name
from camp.rules.mask import mask_name
from storage.cohorts import Cohort, Lesson
from storage.rosters import LessonLine

_NAMES = 6


def head(say: Say, cohort: Cohort, lesson: Lesson, lines: Sequence[LessonLine]) -> str:
    return say("digest.head", lesson=lesson_name(say, lesson), cohort=cohort.name, counts=counts(say, lines))


def counts(say: Say, lines: Sequence[LessonLine]) -> str:
    return say(
        "digest.counts",
        attended=sum(line.attended for line in lines),
        learners=sum(line.to_attend for line in lines),
        completed=sum(line.completed for line in lines),
    )


def left_group(say: Say, lines: Sequence[LessonLine]) -> list[str]:
    """`课中退群 2 人：#3 缺**、#7 周**`, a few of them, as a group may read it; no line where nobody left."""
    gone = [line for line in lines if line.left_group]
    if not gone:
        return []
    return [say("digest.left_group", number=len(gone), names=masked(say, gone))]


def masked(say: Say, lines: Sequence[LessonLine]) -> str:
    """`#3 缺**、#7 周**`, a few of them and how many there are."""
    names = "、".join(say("teacher.person", id=line.learner_id, name=mask_name(line.name or "")) for line in lines[:_NAMES])
    return names if len(lines) <= _NAMES else say("staff_room.and_more", names=names, number=len(lines))
