"""What the database says when no fault of a statement is to blame: it is busy, it is away, or it takes no write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError


class StorageBusy(Exception):
    """The database is locked or refused a concurrent change; nothing was written, the same work may be tried again.

    `reason` is for operators and names nothing of the data.
    """

    reason = "another process holds the database"


class StorageAway(StorageBusy):
    """The database cannot be reached or cannot write (a restart, a full disk); whether the last commit stands is not known.

    Everything the loop writes is made to be tried again: facts have their dedup_key, rows their state.
    """

    def __init__(self, kind: str, reason: str = "the database does not answer") -> None:
        super().__init__(f"{kind}: {reason}")
        self.reason = reason


@asynccontextmanager
async def plain_faults() -> AsyncIterator[None]:
    """Of the faults that come out of this block, those of the database as a whole as StorageBusy or StorageAway."""
    try:
        yield
    except DBAPIError as error:
        if is_busy(error):
            raise StorageBusy(type(error.orig).__name__) from error
        if (reason := away_reason(error)) is not None:
            raise StorageAway(type(error.orig).__name__, reason) from error
        raise


def is_busy(error: DBAPIError) -> bool:
    """Whether the error means "try the same again": SQLite's lock, PostgreSQL's serialisation failure or deadlock."""
    if _sqlstate(error) is not None:
        return _sqlstate(error) in {"40001", "40P01", "55P03"}
    text = str(error.orig).lower()
    return "database is locked" in text or "database table is locked" in text or "database is busy" in text


# What SQLite says when no write can succeed, for whoever asks.
_SQLITE_AWAY = {
    "disk is full": "the disk is full or fails",
    "disk i/o error": "the disk is full or fails",
    "readonly database": "the database is read-only",
    "unable to open database": "the database file cannot be opened",
}


def away_reason(error: DBAPIError) -> str | None:
    """Why the database is out of reach, or takes no write, for everybody and not only for this statement; None when it does."""
    state = _sqlstate(error)
    if state is not None and state[:2] == "53":
        return "the disk is full or fails" if state == "53100" else "the database has no room for more work"
    if state == "25006":
        return "the database is read-only"
    if error.connection_invalidated or (state is not None and (state[:2] == "08" or state[:3] == "57P")):
        return "the database does not answer"
    text = str(error.orig).lower()
    return next((reason for words, reason in _SQLITE_AWAY.items() if words in text), None)


def is_away(error: DBAPIError) -> bool:
    """Whether no fault of this statement is to blame."""
    return away_reason(error) is not None


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
