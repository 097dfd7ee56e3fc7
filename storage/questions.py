"""Questions of learners (提问): who is to answer, the answer, and when it reached the learner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, insert, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.statement import built_once
from storage.tables_camp import identities, questions


@dataclass(frozen=True)
class Question:
    """`delivered_at` is empty while the answer waits for the learner to write again."""

    id: int
    learner_id: int
    member_id: int | None
    text: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None
    answered_by: int | None
    delivered_at: datetime | None


async def add(tx: Tx, learner_id: int, member_id: int | None, words: str, asked_at: datetime) -> Question:
    result = await tx.conn.execute(
        insert(questions)
        .values(learner_id=learner_id, member_id=member_id, text=words, asked_at=asked_at)
        .returning(questions.c.id)
    )
    question = await load(tx, result.scalar_one())
    assert question is not None
    return question


async def load(tx: Tx, question_id: int) -> Question | None:
    row = (await tx.conn.execute(select(questions).where(questions.c.id == question_id))).one_or_none()
    return None if row is None else _to_question(row)


async def change(tx: Tx, question_id: int, **columns: Any) -> None:
    """Sets columns of `questions`."""
    await tx.conn.execute(update(questions).where(questions.c.id == question_id).values(**columns))


async def open_of(tx: Tx, learner_id: int) -> list[Question]:
    """The learner's questions nobody has answered, the oldest first."""
    rows = await tx.conn.execute(
        select(questions).where(questions.c.learner_id == learner_id, questions.c.answered_at.is_(None)).order_by(questions.c.id)
    )
    return [_to_question(r) for r in rows]


async def undelivered_of(tx: Tx, external_userid: str) -> list[Question]:
    """Answers that wait for the learner to write again, the oldest first."""
    return [_to_question(r) for r in await tx.conn.execute(*_undelivered(external_userid))]


async def delivered_since(tx: Tx, learner_id: int, moment: datetime) -> list[Question]:
    """Answers handed to the road since that moment: those a late refusal by WeCom may be about."""
    rows = await tx.conn.execute(
        select(questions).where(questions.c.learner_id == learner_id, questions.c.delivered_at >= moment).order_by(questions.c.id)
    )
    return [_to_question(r) for r in rows]


@built_once
def _undelivered(external_userid: str) -> Select[Any]:
    theirs = and_(identities.c.kind == "external_userid", identities.c.value == external_userid)
    return (
        select(questions)
        .join(identities, identities.c.learner_id == questions.c.learner_id)
        .where(theirs, questions.c.answered_at.is_not(None), questions.c.delivered_at.is_(None))
        .order_by(questions.c.id)
    )


def _to_question(r: Row[Any]) -> Question:
    return Question(r.id, r.learner_id, r.member_id, r.text, r.asked_at, r.answer, r.answered_at, r.answered_by, r.delivered_at)
