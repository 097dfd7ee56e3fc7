"""Sheets: each is one file that somebody sent to the robot, from its coming to its import; its rows are kept only so long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.engine import Row

from storage.columns import to_dict
from storage.database import Tx
from storage.statement import built_once
from storage.tables_sheets import sheet_rows, sheets


class State(StrEnum):
    """Where a sheet is."""

    FETCHING = "fetching"  # being downloaded and read
    CHECKING = "checking"  # its rows are being compared with what we know
    SHOWN = "shown"  # the preview waits for a tap
    APPLYING = "applying"
    DONE = "done"
    DROPPED = "dropped"  # its sender gave it up, or sent it again
    REFUSED = "refused"  # it cannot be imported, its sender was told why
    EXPIRED = "expired"  # nobody tapped in time


class Fate(StrEnum):
    """What becomes of a row; the first four are what the check says."""

    READ = "read"  # not checked yet
    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"
    BAD = "bad"
    DONE = "done"
    PARKED = "parked"  # taken in; it waits until the person it is about is known


# What an import applies.
TO_APPLY = (Fate.NEW, Fate.CHANGED)
_SPENT = (State.DROPPED, State.REFUSED, State.EXPIRED)

_ADD_ROWS = insert(sheet_rows)
_SETTLE = update(sheet_rows).where(sheet_rows.c.sheet_id == bindparam("of"), sheet_rows.c.n == bindparam("at"))


@dataclass(frozen=True)
class Sheet:
    """`counts`: rows by fate, as the check found them; `unread`: sheets of the same file that were not."""

    id: int
    name: str
    member_id: int
    turn: int | None
    state: State
    sha256: str | None
    kind: str | None
    counts: Mapping[str, int]
    sent_at: datetime
    shown_at: datetime | None
    confirmed_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True)
class SheetRow:
    """`n`: its number in the file."""

    n: int
    fate: Fate
    body: dict[str, Any]
    faults: list[list[Any]]


async def add(tx: Tx, *, name: str, member_id: int, turn: int | None) -> Sheet:
    row = {"name": name, "member_id": member_id, "turn": turn, "state": State.FETCHING, "counts": {}, "sent_at": tx.now}
    return _to_sheet((await tx.conn.execute(insert(sheets).values(row).returning(sheets))).one())


async def load(tx: Tx, sheet_id: int) -> Sheet | None:
    row = (await tx.conn.execute(*_by_id(sheet_id))).one_or_none()
    return None if row is None else _to_sheet(row)


async def change(tx: Tx, sheet_id: int, **columns: Any) -> None:
    """Sets columns of `sheets`."""
    await tx.conn.execute(update(sheets).where(sheets.c.id == sheet_id).values(**columns))


async def move(tx: Tx, sheet_id: int, old: State, new: State, **columns: Any) -> bool:
    """From one state to the next; False when it was not in the old one any more."""
    here = and_(sheets.c.id == sheet_id, sheets.c.state == old)
    return (await tx.conn.execute(update(sheets).where(here).values(state=new, **columns))).rowcount > 0


async def confirmed_before(tx: Tx, sha256: str) -> Sheet | None:
    """The import of a file of exactly this content, if there was one."""
    query = select(sheets).where(sheets.c.sha256 == sha256, sheets.c.confirmed_at.is_not(None)).order_by(sheets.c.id).limit(1)
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else _to_sheet(row)


async def imported(tx: Tx, member_id: int | None, limit: int) -> list[Sheet]:
    """The newest imports, of one member or of all."""
    query = select(sheets).where(sheets.c.confirmed_at.is_not(None)).order_by(sheets.c.id.desc()).limit(limit)
    if member_id is not None:
        query = query.where(sheets.c.member_id == member_id)
    return [_to_sheet(row) for row in await tx.conn.execute(query)]


async def shown_to(tx: Tx, member_id: int) -> list[Sheet]:
    """The sheets of a member that wait for their tap."""
    query = select(sheets).where(sheets.c.member_id == member_id, sheets.c.state == State.SHOWN).order_by(sheets.c.id)
    return [_to_sheet(row) for row in await tx.conn.execute(query)]


async def stale(tx: Tx, before: datetime) -> list[Sheet]:
    """The sheets that came before then and are not over."""
    waiting = sheets.c.state.in_([State.FETCHING, State.CHECKING, State.SHOWN])
    rows = await tx.conn.execute(select(sheets).where(waiting, sheets.c.sent_at < before).order_by(sheets.c.id))
    return [_to_sheet(row) for row in rows]


async def add_rows(tx: Tx, sheet_id: int, rows: Sequence[SheetRow]) -> None:
    if rows:
        await tx.conn.execute(
            _ADD_ROWS,
            [{"sheet_id": sheet_id, "n": r.n, "fate": r.fate, "body": r.body, "faults": r.faults or None} for r in rows],
        )


async def rows_after(tx: Tx, sheet_id: int, after: int, limit: int, fates: Sequence[Fate]) -> list[SheetRow]:
    """The next rows of these fates behind row `after`, in order."""
    return [_to_row(row) for row in await tx.conn.execute(*_after(sheet_id, after, limit, list(fates)))]


async def load_row(tx: Tx, sheet_id: int, n: int) -> SheetRow | None:
    row = (await tx.conn.execute(*_one_row(sheet_id, n))).one_or_none()
    return None if row is None else _to_row(row)


async def settle_rows(tx: Tx, sheet_id: int, rows: Sequence[SheetRow]) -> None:
    """Writes fate, body and faults of these rows."""
    if rows:
        await tx.conn.execute(
            _SETTLE,
            [{"of": sheet_id, "at": r.n, "fate": r.fate, "body": r.body, "faults": r.faults or None} for r in rows],
        )


async def fates(tx: Tx, sheet_id: int) -> dict[str, int]:
    """How many rows of each fate there are."""
    query = select(sheet_rows.c.fate, func.count()).where(sheet_rows.c.sheet_id == sheet_id).group_by(sheet_rows.c.fate)
    return {fate: number for fate, number in await tx.conn.execute(query)}


async def forget_rows(tx: Tx, sheet_id: int) -> None:
    """Deletes the rows of a sheet that is over, but for those an operator may still retry."""
    still = and_(exists().where(sheets.c.id == sheet_id, sheets.c.state == State.DONE), sheet_rows.c.fate.in_(TO_APPLY))
    await tx.conn.execute(delete(sheet_rows).where(sheet_rows.c.sheet_id == sheet_id, ~still))


async def forget_spent(tx: Tx, older_than: timedelta) -> None:
    """Deletes rows of sheets that ended long ago, whatever became of them."""
    old = and_(sheets.c.sent_at < tx.now - older_than, sheets.c.state.in_([State.DONE, *_SPENT]))
    await tx.conn.execute(delete(sheet_rows).where(sheet_rows.c.sheet_id.in_(select(sheets.c.id).where(old))))


@built_once
def _by_id(sheet_id: int) -> Select[Any]:
    return select(sheets).where(sheets.c.id == sheet_id)


@built_once
def _one_row(sheet_id: int, at: int) -> Select[Any]:
    return select(sheet_rows).where(sheet_rows.c.sheet_id == sheet_id, sheet_rows.c.n == at)


@built_once
def _after(of: int, behind: int, limit: int, which: Sequence[Fate]) -> Select[Any]:
    wanted = and_(sheet_rows.c.sheet_id == of, sheet_rows.c.n > behind, sheet_rows.c.fate.in_(which))
    return select(sheet_rows).where(wanted).order_by(sheet_rows.c.n).limit(limit)


def _to_sheet(row: Row[Any]) -> Sheet:
    values = dict(row._mapping)
    return Sheet(**{**values, "state": State(row.state), "counts": to_dict(row.counts)})


def _to_row(row: Row[Any]) -> SheetRow:
    return SheetRow(row.n, Fate(row.fate), to_dict(row.body), list(row.faults or []))
