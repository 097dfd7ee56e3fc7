"""提问: a learner's question goes to the class teacher, the answer comes back here."""

from __future__ import annotations

from camp import question
from handlers._learner_desk import said_at
from handlers.core.context import LearnerCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import Router
from storage import questions

router = Router()

# Fits one app message with the name, the number and how to answer around it (2048 bytes, doc 90236).
QUESTION_CHARACTERS = 500


@router.learner(
    "提问",
    "问题",
    "请问",
    "咨询",
    "我想问",
    "ask",
    "question",
    usage=("提问 内容", "ask text"),
    example=("提问 作业交到哪里？", "ask where do I hand in homework?"),
    summary=("问班主任", "ask your class teacher"),
)
async def ask(ctx: LearnerCtx, rest: Rest) -> Reply:
    if rest.empty:
        waiting = await questions.open_of(ctx.tx, ctx.learner.id)
        lines = [ctx.say("question.how"), *([ctx.say("question.waiting", number=len(waiting))] if waiting else [])]
        return Reply.text("\n".join(lines))
    words = rest.text(QUESTION_CHARACTERS)
    _, member = await question.ask(ctx.tx, ctx.policy, ctx.learner, words, at=said_at(ctx))
    if member is None:
        return Reply.text(ctx.say("question.nobody"))
    return Reply.text(ctx.say("question.asked", member=member.shown))
