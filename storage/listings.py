"""The long answer a person is paging through: one per conversation, kept a while."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import delete, select, update

from storage.database import Tx
from storage.statement import Upsert, insert_into
from storage.tables_loop import listings


async def keep(tx: Tx, conversation: str, pages: list[str], until: datetime) -> None:
    """Keeps the pages that follow the one just shown, in place of any older listing of the conversation."""
    row = {"conversation": conversation, "pages": pages, "next_page": 0, "expires_at": until}
    await tx.conn.execute(_keep(tx.dialect), row)


@lru_cache
def _keep(dialect: str) -> Upsert:
    row = insert_into(dialect, listings)
    kept = {name: row.excluded[name] for name in ("pages", "next_page", "expires_at")}
    return row.on_conflict_do_update(index_elements=["conversation"], set_=kept)


async def turn(tx: Tx, conversation: str) -> tuple[str, int, int] | None:
    """The next page, its number (the first shown was 1) and how many there are; None when there is nothing more."""
    row = (await tx.conn.execute(select(listings).where(listings.c.conversation == conversation))).one_or_none()
    if row is None or row.expires_at <= tx.now or row.next_page >= len(row.pages):
        return None
    await tx.conn.execute(update(listings).where(listings.c.conversation == conversation).values(next_page=row.next_page + 1))
    return row.pages[row.next_page], row.next_page + 2, len(row.pages) + 1


async def forget_expired(tx: Tx) -> int:
    """Deletes listings nobody can page through any more."""
    return (await tx.conn.execute(delete(listings).where(listings.c.expires_at <= tx.now))).rowcount
