"""回答: the class teacher answers a learner's question; it goes out in kf, or waits while WeChat lets us say nothing."""

from __future__ import annotations

from camp import question
from camp.outgoing import Reach
from camp.when import day_and_time_near
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import enrolments, learners, members, questions
from storage.learners import Learner
from storage.questions import Question

router = Router()

# With the question quoted below it, one kf message (2048 bytes, doc 94677).
ANSWER_CHARACTERS = 500


@router.staff(
    "回答",
    "回复",
    "answer",
    positions=TEACHER,
    usage=("回答 #问题编号 内容", "answer #question text"),
    example=("回答 #8 作业发到这里就行", "answer #8 just send it here"),
    summary=("回答学员的提问", "answer a learner's question"),
    in_groups=True,
)
async def answer(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    words = rest.need_text(ctx.say("question.answer_text"), ANSWER_CHARACTERS)
    found = await questions.load(ctx.tx, number)
    learner = await learners.load(ctx.tx, found.learner_id) if found else None
    if found is None or learner is None:
        return Reply.text(ctx.say("question.unknown", question=number))
    refusal = await _refusal(ctx, found, learner)
    if refusal is not None:
        return Reply.text(refusal)
    reach = await question.answer(ctx.tx, ctx.policy, found, ctx.member, words)
    key = {Reach.SENT: "question.sent", Reach.BUDGET_SPENT: "question.kept_spent"}.get(reach, "question.kept")
    return Reply.text(ctx.say(key, name=learner.shown, learner=learner.id))


async def _refusal(ctx: StaffCtx, found: Question, learner: Learner) -> str | None:
    """Who was asked, who looks after the learner now, and managers and operators may answer; once."""
    enrolment = await enrolments.current(ctx.tx, learner.id)
    mine = {found.member_id, learner.owner_id, enrolment.class_teacher_id if enrolment else None}
    if ctx.member.id not in mine and ctx.member.position == "class_teacher":
        asked = await members.load(ctx.tx, found.member_id) if found.member_id else None
        named = asked.shown if asked else ctx.say("learner.no_teacher")
        return ctx.say("question.not_yours", question=found.id, name=learner.shown, learner=learner.id, member=named)
    if found.answered_at is None:
        return None
    by = await members.load(ctx.tx, found.answered_by) if found.answered_by else ctx.member
    at = day_and_time_near(ctx.policy, found.answered_at, ctx.now)
    return ctx.say("question.answered_before", question=found.id, member=by.shown, at=at, name=learner.shown)
