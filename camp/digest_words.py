"""The first line of a digest: which lesson, how many came, how many finished."""

from __future__ import annotations

from collections.abc import Sequence

from camp.phrases import Say
from camp.roster import lesson_name
from storage.cohorts import Cohort, Lesson
from storage.rosters import LessonLine


def head(say: Say, cohort: Cohort, lesson: Lesson, lines: Sequence[LessonLine]) -> str:
    return say("digest.head", lesson=lesson_name(say, lesson), cohort=cohort.name, counts=counts(say, lines))


def counts(say: Say, lines: Sequence[LessonLine]) -> str:
    return say(
        "digest.counts",
        attended=sum(line.attended for line in lines),
        learners=sum(line.to_attend for line in lines),
        completed=sum(line.completed for line in lines),
    )
