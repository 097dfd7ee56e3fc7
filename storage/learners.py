"""Learners: one row a person, found by any identity WeCom or an outside system knows them by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, insert, select, update
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.statement import Upsert, built_once, insert_into
from storage.tables_camp import identities, learners

_ADD = insert(learners).returning(learners)
_CHANGE = update(learners).where(learners.c.id == bindparam("of"))


@dataclass(frozen=True)
class Learner:
    """`id` is the number people type as #12. `phone_sealed` is ciphertext; nothing here opens it."""

    id: int
    external_userid: str | None
    name: str | None
    phone_sealed: str | None
    owner_id: int | None
    unreachable_at: datetime | None
    unsubscribed_at: datetime | None
    created_at: datetime
    last_seen_at: datetime | None

    @property
    def shown(self) -> str:
        """The name, or a stand-in while WeCom has not told it."""
        return self.name or f"学员{self.id}"


async def load(tx: Tx, learner_id: int) -> Learner | None:
    row = (await tx.conn.execute(*_by_id(learner_id))).one_or_none()
    return None if row is None else to_learner(row)


async def find(tx: Tx, kind: str, value: str) -> Learner | None:
    """By identity: kind `external_userid`, `unionid` or `phone` (its keyed hash)."""
    row = (await tx.conn.execute(*_by_identity(kind, value))).one_or_none()
    return None if row is None else to_learner(row)


async def add(tx: Tx, *, external_userid: str | None = None, name: str | None = None, owner_id: int | None = None) -> Learner:
    """A new learner; with an external_userid it becomes the first identity."""
    row = {"external_userid": external_userid, "name": name, "owner_id": owner_id, "created_at": tx.now}
    learner = to_learner((await tx.conn.execute(_ADD, row)).one())
    if external_userid:
        await add_identity(tx, learner.id, "external_userid", external_userid)
    return learner


async def add_identity(tx: Tx, learner_id: int, kind: str, value: str) -> bool:
    """Ties an identity to the learner; one that is tied already (to anybody) stays as it is: False."""
    tied = await tx.conn.execute(_tie(tx.dialect), {"kind": kind, "value": value, "learner_id": learner_id})
    return tied.rowcount > 0


async def change(tx: Tx, learner_id: int, **columns: Any) -> None:
    """Sets columns of `learners` (name, owner_id, unreachable_at, unsubscribed_at, last_seen_at, …)."""
    await tx.conn.execute(_CHANGE, {**columns, "of": learner_id})


@built_once
def _by_id(learner_id: int) -> Select[Any]:
    return select(learners).where(learners.c.id == learner_id)


@built_once
def _by_identity(kind: str, value: str) -> Select[Any]:
    named = and_(identities.c.kind == kind, identities.c.value == value)
    return select(learners).join(identities, identities.c.learner_id == learners.c.id).where(named)


@lru_cache
def _tie(dialect: str) -> Upsert:
    return insert_into(dialect, identities).on_conflict_do_nothing(index_elements=["kind", "value"])


def to_learner(r: Row[Any]) -> Learner:
    """A row that holds the columns of `learners`."""
    return Learner(
        r.id,
        r.external_userid,
        r.name,
        r.phone_sealed,
        r.owner_id,
        r.unreachable_at,
        r.unsubscribed_at,
        r.created_at,
        r.last_seen_at,
    )
