"""The one door for witnesses: a teacher's mark, and counts that never drift."""

from __future__ import annotations

from typing import Any

import pytest

from camp import attendance
from storage import cohorts, enrolments, members


async def test_a_teachers_mark_counts_and_keeps_its_reason(class_of_one: Any) -> None:
    async with class_of_one.tx() as tx:
        enrolment = await enrolments.load(tx, 1)
        lesson = await cohorts.find_lesson(tx, enrolment.cohort_id, 1)
        lin = await members.find(tx, "lin")
        assert lesson is not None
        assert lin is not None
        first = await attendance.mark_by_teacher(tx, class_of_one.policy, enrolment, lesson, member=lin, reason="手机没电")
        again = await attendance.mark_by_teacher(tx, class_of_one.policy, enrolment, lesson, member=lin, reason="手机没电")
    assert (first.newly_attended, first.attended) == (True, 1)
    assert (again.newly_attended, again.attended) == (False, 1)
    assert (await class_of_one.rows("select teacher_mark_reason, attended from attendance"))[0] == ("手机没电", 1)
    story = await class_of_one.rows('select kind, "by" from journal order by id desc limit 1')
    assert tuple(story[0]) == ("marked", "member:lin")


async def test_several_witnesses_of_one_lesson_count_once(class_of_one: Any) -> None:
    await class_of_one.learner_says("wm_zhang", "签到")
    async with class_of_one.tx() as tx:
        enrolment = await enrolments.load(tx, 1)
        lesson = await cohorts.find_lesson(tx, enrolment.cohort_id, 1)
        assert lesson is not None
        heard = await attendance.watched(tx, class_of_one.policy, enrolment, lesson, 3000, source="live")
        assert (heard.attended, heard.completed) == (1, 1)
        heard = await attendance.grade(tx, class_of_one.policy, enrolment, lesson, 90, None, source="live")
        assert (heard.attended, heard.completed) == (1, 1)


async def test_a_lesson_of_another_cohort_is_a_bug(class_of_one: Any) -> None:
    async with class_of_one.tx() as tx:
        other = await cohorts.find_cohort(tx, "read7-02")
        assert other is not None
        lesson = await cohorts.find_lesson(tx, other.id, 1)
        assert lesson is not None
        with pytest.raises(ValueError, match="not of the cohort"):
            await attendance.finish(tx, class_of_one.policy, await enrolments.load(tx, 1), lesson, at=tx.now)
