"""What staff wrote down about a learner: 备注 by a class teacher (note), 跟进 by a salesperson (follow_up)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from storage.database import Tx
from storage.tables_camp import members, notes


@dataclass(frozen=True)
class Note:
    """`author` is the name of the member, or the userid while the directory has not told it."""

    at: datetime
    kind: str
    author: str
    text: str


async def add(tx: Tx, learner_id: int, member_id: int, kind: str, words: str) -> None:
    await tx.conn.execute(insert(notes).values(learner_id=learner_id, member_id=member_id, kind=kind, text=words, at=tx.now))


async def newest(tx: Tx, learner_id: int, limit: int) -> list[Note]:
    """The newest first."""
    query = (
        select(notes.c.at, notes.c.kind, notes.c.text, members.c.name, members.c.userid)
        .join(members, members.c.id == notes.c.member_id)
        .where(notes.c.learner_id == learner_id)
        .order_by(notes.c.id.desc())
        .limit(limit)
    )
    return [Note(r.at, r.kind, r.name or r.userid, r.text) for r in await tx.conn.execute(query)]
