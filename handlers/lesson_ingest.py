"""Signed events about lessons: watched seconds, completion, graded homework."""

from __future__ import annotations

from typing import Any

from camp import attendance
from camp.lesson_event import LessonEvent, park_malformed, place_event, whole_number
from camp.messages import text
from camp.outgoing import to_learner
from camp.phrases import say_in
from camp.roster import lesson_name
from camp.rules.attendance import ACCEPTED_SCORE
from handlers.core.context import Ctx
from handlers.core.router import Router
from storage.outbox import Priority

router = Router()

_A_DAY_S = 86_400
_COMMENT_CHARACTERS = 300


@router.fact("ingest.attendance.summary")
async def watched(ctx: Ctx) -> None:
    """Watched seconds of one poll; the largest of all polls counts."""
    seconds = whole_number(ctx.fact.body, "watched_seconds", _A_DAY_S)
    if seconds is None:
        await park_malformed(ctx.tx, ctx.policy, ctx.fact.body, "watched_seconds")
        return
    event = await place_event(ctx.tx, ctx.policy, ctx.fact.body)
    if event is not None:
        await attendance.watched(ctx.tx, ctx.policy, event.enrolment, event.lesson, seconds, **_said(event))


@router.fact("ingest.completion.finished")
async def finished(ctx: Ctx) -> None:
    event = await place_event(ctx.tx, ctx.policy, ctx.fact.body)
    if event is not None:
        await attendance.finish(ctx.tx, ctx.policy, event.enrolment, event.lesson, **_said(event))


@router.fact("ingest.homework.graded")
async def graded(ctx: Ctx) -> None:
    """A score 0 to 100; the learner hears it if we may still speak to them."""
    score = whole_number(ctx.fact.body, "score", 100)
    if score is None:
        await park_malformed(ctx.tx, ctx.policy, ctx.fact.body, "score")
        return
    event = await place_event(ctx.tx, ctx.policy, ctx.fact.body)
    if event is None:
        return
    comment = ctx.fact.body.get("comment")
    words = comment[:_COMMENT_CHARACTERS] if isinstance(comment, str) and comment.strip() else None
    await attendance.grade(ctx.tx, ctx.policy, event.enrolment, event.lesson, score, words, **_said(event))
    await to_learner(ctx.tx, ctx.policy, event.learner, text(_graded_words(ctx, event, score, words)), priority=Priority.NOTICE)


def _said(event: LessonEvent) -> dict[str, Any]:
    return {"source": event.source, "at": event.occurred_at, "before": event.known}


def _graded_words(ctx: Ctx, event: LessonEvent, score: int, comment: str | None) -> str:
    say = say_in(ctx.policy.language)
    if score >= ACCEPTED_SCORE:
        verdict = say("progress.graded_passed")
    else:
        verdict = say("progress.graded_again", pass_score=ACCEPTED_SCORE, seq=event.lesson.seq)
    words = say("progress.graded", lesson=lesson_name(say, event.lesson), score=score, verdict=verdict)
    return f"{words}\n{say('progress.graded_comment', comment=comment)}" if comment else words
