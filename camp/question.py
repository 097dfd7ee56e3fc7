"""Questions (提问): from the learner in kf to their class teacher in the app, and the answer back when it can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from camp.harmless import Ours
from camp.messages import cut, text
from camp.outgoing import Reach, to_learner, to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import enrolments, journal, learners, members, questions
from storage.database import Tx
from storage.learners import Learner
from storage.members import Member
from storage.outbox import Priority
from storage.questions import Question

_QUOTED_BYTES = 90


async def ask(tx: Tx, policy: Policy, learner: Learner, words: str, *, at: datetime) -> tuple[Question, Member | None]:
    """Keeps the question and hands it to the one who looks after the learner; None when the corp has nobody at all."""
    member = await who_answers(tx, policy, learner)
    question = await questions.add(tx, learner.id, member.id if member else None, words, at)
    await journal.record(tx, learner.id, "asked", by="learner", at=at, question=question.id, text=words)
    if member is not None:
        say = say_in(policy.language)
        notice = say("question.to_member", name=learner.shown, learner=learner.id, question=question.id, text=words)
        await to_members(tx, [member.userid], text(notice), dedup_key=f"question:{question.id}")
    return question, member


async def who_answers(tx: Tx, policy: Policy, learner: Learner) -> Member | None:
    """The class teacher, else the owner, else the fallback owner, else a manager or operator: the first who is still active."""
    enrolment = await enrolments.current(tx, learner.id)
    for member_id in (enrolment.class_teacher_id if enrolment else None, learner.owner_id):
        member = await members.load(tx, member_id) if member_id else None
        if member is not None and member.active:
            return member
    fallback = await members.find(tx, policy.fallback_owner) if policy.fallback_owner else None
    if fallback is not None and fallback.active:
        return fallback
    return next(iter(await members.with_position(tx, "manager", "operator")), None)


async def answer(tx: Tx, policy: Policy, question: Question, member: Member, words: str) -> Reach:
    """Keeps the answer (its time included) and sends it now, or with the learner's next message when the window is shut."""
    await questions.change(tx, question.id, answer=words, answered_at=tx.now, answered_by=member.id)
    waited = int((tx.now - question.asked_at).total_seconds())
    await journal.record(
        tx,
        question.learner_id,
        "answered",
        by=f"member:{member.userid}",
        question=question.id,
        text=words,
        waited_seconds=waited,
    )
    learner = await learners.load(tx, question.learner_id)
    assert learner is not None
    kept = await questions.load(tx, question.id)
    assert kept is not None
    return await _deliver(tx, policy, learner, kept, member)


async def deliver_kept(tx: Tx, policy: Policy, external_userid: str) -> int:
    """Sends the answers that waited for the learner to write again; returns how many went out."""
    sent = 0
    for question in await questions.undelivered_of(tx, external_userid):
        learner = await learners.load(tx, question.learner_id)
        assert learner is not None
        member = await members.load(tx, question.answered_by) if question.answered_by else None
        if await _deliver(tx, policy, learner, question, member) is not Reach.SENT:
            break
        sent += 1
    return sent


async def take_back(tx: Tx, policy: Policy, learner: Learner, refused: Sequence[Question]) -> None:
    """WeCom refused answers after all: they wait again, and who answered is told to write in WeChat."""
    for question in refused:
        await questions.change(tx, question.id, delivered_at=None)
        member = await members.load(tx, question.answered_by) if question.answered_by else None
        if member is not None:
            words = say_in(policy.language)(
                "question.not_delivered", name=learner.shown, learner=learner.id, question=question.id
            )
            await to_members(tx, [member.userid], text(words), dedup_key=f"question-kept:{question.id}:{tx.cause_id}")


async def refused_by(tx: Tx, learner_id: int, *, question_id: int | None, failed_at: datetime) -> list[Question]:
    """The answers a refusal is about: the one it names, else (an event names none) those sent within the minute before."""
    if question_id is not None:
        question = await questions.load(tx, question_id)
        return [question] if question is not None and question.delivered_at is not None else []
    return await questions.delivered_since(tx, learner_id, failed_at - timedelta(minutes=1))


async def _deliver(tx: Tx, policy: Policy, learner: Learner, question: Question, member: Member | None) -> Reach:
    words = say_in(policy.language)(
        "question.answer",
        name=member.shown if member else "",
        answer=Ours(question.answer or ""),
        question=cut(question.text, _QUOTED_BYTES),
    )
    reach = await to_learner(
        tx,
        policy,
        learner,
        text(words),
        priority=Priority.REPLY,
        expires_after=timedelta(hours=48),
        context={"question_id": question.id},
    )
    if reach is Reach.SENT:
        await questions.change(tx, question.id, delivered_at=tx.now)
    return reach
