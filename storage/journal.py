"""The story of each learner: every change with its time, its actor and its reason; appended, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from storage.database import Tx
from storage.later import write_later
from storage.tables_camp import journal

_RECORD = insert(journal)


@dataclass(frozen=True)
class Entry:
    at: datetime
    kind: str
    by: str
    detail: dict[str, Any]


async def record(
    tx: Tx, learner_id: int, kind: str, *, by: str, enrolment_id: int | None = None, at: datetime | None = None, **detail: Any
) -> None:
    """Appends one entry. `by`: learner, member:<userid>, rule:<name>, wecom, or an ingest source."""
    row = {"learner_id": learner_id, "enrolment_id": enrolment_id, "at": at or tx.now, "kind": kind, "by": by, "detail": detail}
    await write_later(tx, _RECORD, row)


async def story(tx: Tx, learner_id: int, limit: int = 50) -> list[Entry]:
    """The newest entries first."""
    rows = await tx.conn.execute(
        select(journal).where(journal.c.learner_id == learner_id).order_by(journal.c.id.desc()).limit(limit)
    )
    return [Entry(r.at, r.kind, r.by, r.detail) for r in rows]
