"""Who writes in kf: all that each message needs to know of them, by one statement, and that they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update

from storage import kf
from storage.database import Tx
from storage.enrolments import NEWEST_FIRST
from storage.later import KNOWS, UNREAD, write_later
from storage.learners import Learner, to_learner
from storage.statement import built_once
from storage.tables_camp import enrolments, identities, learners, questions
from storage.tables_loop import kf_windows

# Messages may come in another order than they were written.
_SEEN, _SEEN_IN = (
    update(people)
    .where(people.c.id == bindparam("of"), or_(people.c.last_seen_at.is_(None), people.c.last_seen_at < bindparam("moment")))
    .values(last_seen_at=bindparam("moment"))
    .execution_options(**UNREAD)
    for people in (learners, enrolments)
)


@dataclass(frozen=True)
class Speaker:
    """`enrolment_id`: the enrolment that counts now; `kept`: whether an answer waits for them to write again."""

    learner: Learner
    enrolment_id: int | None = None
    kept: bool = False


async def find(tx: Tx, external_userid: str) -> Speaker | None:
    """By external_userid; their kf window is known from then on."""
    row = (await tx.conn.execute(*_speaker(external_userid))).one_or_none()
    if row is None:
        return None
    kf.know(tx, row.id, row)
    return Speaker(to_learner(row), row.enrolment_id, row.kept)


async def seen(tx: Tx, speaker: Speaker, at: datetime) -> None:
    """Notes on the learner and their enrolment that they were there; nothing in the house asks for it before the next message."""
    who = speaker.learner
    if who.last_seen_at is None or who.last_seen_at < at:
        await write_later(tx, _SEEN, {"of": who.id, "moment": at})
        if speaker.enrolment_id is not None:
            await write_later(tx, _SEEN_IN, {"of": speaker.enrolment_id, "moment": at})


@built_once
def _speaker(external_userid: str) -> Select[Any]:
    current = select(enrolments.c.id).where(enrolments.c.learner_id == learners.c.id).order_by(*NEWEST_FIRST).limit(1)
    waits = and_(questions.c.answered_at.is_not(None), questions.c.delivered_at.is_(None))
    theirs = identities.join(learners, learners.c.id == identities.c.learner_id)
    return (
        select(
            learners,
            *(kf_windows.c[name] for name in kf.WINDOW_COLUMNS),
            current.scalar_subquery().label("enrolment_id"),
            exists().where(questions.c.learner_id == learners.c.id, waits).label("kept"),
        )
        .select_from(theirs.outerjoin(kf_windows, kf_windows.c.learner_id == learners.c.id))
        .where(identities.c.kind == "external_userid", identities.c.value == external_userid)
        .execution_options(**KNOWS)
    )
