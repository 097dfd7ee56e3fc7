"""What WeChat customer service (kf) must remember: the pull cursor per account, and each learner's open window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Update, bindparam, or_, select, update
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Tx
from storage.declared import read_once
from storage.later import what_waits, write_later
from storage.statement import Upsert, built_once, insert_into
from storage.tables_loop import kf_accounts, kf_windows

# Doc 94677: 5 messages within 48 h after the learner's last message, then silence until the learner writes again.
WINDOW = timedelta(hours=48)
MESSAGES = 5

WINDOW_COLUMNS = ("open_kfid", "learner_spoke_at", "sent_since", "closed_at")
_CHANGE_ACCOUNT = update(kf_accounts).where(kf_accounts.c.open_kfid == bindparam("of"))
_PULL_AGAIN = _CHANGE_ACCOUNT.where(kf_accounts.c.pulling.is_(True), kf_accounts.c.pulling_at >= bindparam("after")).values(
    again=True, token=bindparam("token"), token_at=bindparam("token_at")
)


@dataclass(frozen=True)
class Account:
    """One kf account: `pulling` while a kf.sync is on its way, `again` when a callback arrived meanwhile."""

    open_kfid: str
    cursor: str | None
    token: str | None
    token_at: datetime | None
    pulling: bool
    again: bool
    link_url: str | None
    pulling_at: datetime | None = None


@dataclass(frozen=True)
class Window:
    """A learner's kf window. `left` messages may still be sent until `until`; 0 and None when it is shut."""

    open_kfid: str
    left: int
    until: datetime | None


async def account(tx: Tx, open_kfid: str) -> Account:
    """The account's row, made when it is new; held to the end of the transaction, so that two nodes never begin a pull each."""
    row = (await tx.conn.execute(*_account(open_kfid))).one_or_none()
    if row is None:
        new = insert_into(tx.dialect, kf_accounts).values(open_kfid=open_kfid, pulling=False, again=False)
        await tx.conn.execute(new.on_conflict_do_nothing())
        row = (await tx.conn.execute(*_account(open_kfid))).one()
    return _to_account(row)


@read_once(kf_accounts)
async def link_url(tx: Tx, open_kfid: str) -> str | None:
    """The account's link, once WeCom told it."""
    query = select(kf_accounts.c.link_url).where(kf_accounts.c.open_kfid == open_kfid)
    url: str | None = (await tx.conn.execute(query)).scalar_one_or_none()
    return url


async def known_accounts(tx: Tx) -> list[str]:
    """The ids of all accounts that were ever pulled."""
    rows = await tx.conn.execute(select(kf_accounts.c.open_kfid).where(kf_accounts.c.cursor.is_not(None)))
    return [row.open_kfid for row in rows]


async def not_pulled_since(tx: Tx, moment: datetime) -> list[Account]:
    """The accounts whose last pull began before `moment`, and those never pulled."""
    rows = await tx.conn.execute(
        select(kf_accounts).where(or_(kf_accounts.c.pulling_at.is_(None), kf_accounts.c.pulling_at <= moment)).with_for_update()
    )
    return [_to_account(row) for row in rows]


async def pull_again(tx: Tx, open_kfid: str, token: str | None, begun_after: datetime) -> bool:
    """Notes the token for the next pull where one is on its way that was asked for after that moment; else changes nothing."""
    noted = await tx.conn.execute(_PULL_AGAIN, {"of": open_kfid, "after": begun_after, "token": token, "token_at": tx.now})
    return noted.rowcount > 0


async def change_account(tx: Tx, open_kfid: str, **columns: Any) -> None:
    """Sets columns of `kf_accounts`."""
    await tx.conn.execute(_CHANGE_ACCOUNT, {**columns, "of": open_kfid})


async def window(tx: Tx, learner_id: int) -> Window | None:
    """The learner's window at `tx.now`; None when they never wrote to kf."""
    if learner_id not in tx.windows:
        know(tx, learner_id, (await tx.conn.execute(*_window(learner_id))).one_or_none())
    row = tx.windows[learner_id]
    if row is None:
        return None
    until = row["learner_spoke_at"] + WINDOW if row["learner_spoke_at"] else None
    if until is None or until <= tx.now or row["closed_at"] is not None:
        return Window(row["open_kfid"], 0, None)
    return Window(row["open_kfid"], max(0, MESSAGES - row["sent_since"]), until)


def know(tx: Tx, learner_id: int, row: Row[Any] | None) -> None:
    """Keeps what a statement found of a window: its WINDOW_COLUMNS, empty where there is none. What waits is newer."""
    waits = what_waits(tx, _opened(tx.dialect), learner_id)
    found = None if row is None or row.open_kfid is None else {name: getattr(row, name) for name in WINDOW_COLUMNS}
    tx.windows[learner_id] = found if waits is None else waits


async def learner_spoke(tx: Tx, learner_id: int, open_kfid: str, at: datetime) -> None:
    """The learner wrote: the window opens for 48 h and the count starts anew (an older message changes nothing)."""
    row = {"learner_id": learner_id, "open_kfid": open_kfid, "learner_spoke_at": at, "sent_since": 0, "closed_at": None}
    if tx.later is None or learner_id not in tx.windows:
        opened = (await tx.conn.execute(_spoke(tx.dialect), row)).one_or_none()
        if opened is not None:
            know(tx, learner_id, opened)
        return
    known = tx.windows[learner_id]
    if known is None or known["learner_spoke_at"] is None or known["learner_spoke_at"] <= at:
        tx.windows[learner_id] = row
        await write_later(tx, _opened(tx.dialect), row, key=learner_id)


async def spend(tx: Tx, learner_id: int, messages: int = 1) -> None:
    """Counts messages handed to the lane."""
    waits = what_waits(tx, _opened(tx.dialect), learner_id)
    if waits is not None:
        waits["sent_since"] += messages
        return
    tx.windows.pop(learner_id, None)
    await tx.conn.execute(*_spend(learner_id, messages))


async def spend_each(tx: Tx, learner_ids: Sequence[int]) -> None:
    """Counts one message handed to the lane for each of these learners."""
    tx.windows.clear()
    for start in range(0, len(learner_ids), 500):  # a statement holds a limited number of values
        some = kf_windows.c.learner_id.in_(learner_ids[start : start + 500])
        await tx.conn.execute(update(kf_windows).where(some).values(sent_since=kf_windows.c.sent_since + 1))


async def shut(tx: Tx, learner_id: int) -> None:
    """WeCom refused (95002, session over): nothing more until the learner writes again."""
    tx.windows.pop(learner_id, None)
    await tx.conn.execute(update(kf_windows).where(kf_windows.c.learner_id == learner_id).values(closed_at=tx.now))


async def offer_welcome(tx: Tx, learner_id: int, open_kfid: str, code: str, until: datetime) -> None:
    """Keeps the welcome code of an enter_session event (doc 95122: one message, 20 s)."""
    tx.windows.pop(learner_id, None)
    row = insert_into(tx.dialect, kf_windows).values(
        learner_id=learner_id, open_kfid=open_kfid, sent_since=0, welcome_code=code, welcome_until=until
    )
    await tx.conn.execute(
        row.on_conflict_do_update(
            index_elements=["learner_id"], set_={"open_kfid": open_kfid, "welcome_code": code, "welcome_until": until}
        )
    )


async def take_welcome(tx: Tx, learner_id: int) -> str | None:
    """The welcome code that may still be used, handed out once; None otherwise."""
    tx.windows.pop(learner_id, None)
    row = (await tx.conn.execute(*_window(learner_id))).one_or_none()
    if row is None or row.welcome_code is None:
        return None
    await tx.conn.execute(
        update(kf_windows).where(kf_windows.c.learner_id == learner_id).values(welcome_code=None, welcome_until=None)
    )
    code: str = row.welcome_code
    return code if row.welcome_until > tx.now else None


@built_once
def _window(learner_id: int) -> Select[Any]:
    return select(kf_windows).where(kf_windows.c.learner_id == learner_id)


@built_once
def _account(open_kfid: str) -> Select[Any]:
    return select(kf_accounts).where(kf_accounts.c.open_kfid == open_kfid).with_for_update()


@built_once
def _spend(learner: int, messages: int) -> Update:
    return update(kf_windows).where(kf_windows.c.learner_id == learner).values(sent_since=kf_windows.c.sent_since + messages)


@lru_cache
def _opened(dialect: str) -> Upsert:
    row = insert_into(dialect, kf_windows)
    return row.on_conflict_do_update(
        index_elements=["learner_id"],
        set_={name: row.excluded[name] for name in WINDOW_COLUMNS},
        where=kf_windows.c.learner_spoke_at.is_(None) | (kf_windows.c.learner_spoke_at <= row.excluded.learner_spoke_at),
    )


@lru_cache
def _spoke(dialect: str) -> ReturningInsert[Any]:
    return _opened(dialect).returning(*kf_windows.c)


def _to_account(row: Row[Any]) -> Account:
    return Account(row.open_kfid, row.cursor, row.token, row.token_at, row.pulling, row.again, row.link_url, row.pulling_at)
