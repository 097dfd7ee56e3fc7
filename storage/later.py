"""Rows that nobody has asked for yet are written together: those of a worker's batch wait for its end, or for a statement that
names their table.

A statement costs SQLite some ten microseconds, SQLAlchemy eighty and PostgreSQL a journey; of these there is one a batch.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.sql.dml import UpdateBase

if TYPE_CHECKING:
    from storage.database import Tx

# Per statement, which is built once, its rows by a key.
Later = dict[UpdateBase, dict[Any, dict[str, Any]]]

# Execution options: of a statement that takes what waits into account by itself,
KNOWS = {"knows_what_waits": True}
# and of one that writes what no other statement of the transaction depends on.
UNREAD = {"written_unread": True}
_waiting: WeakKeyDictionary[Connection, Later] = WeakKeyDictionary()


def put_off(tx: Tx) -> None:
    """From now on rows of this transaction may wait; whoever began it calls `write_out` before its end."""
    assert tx.conn.sync_connection is not None
    tx.later = _waiting[tx.conn.sync_connection] = {}


async def write_later(tx: Tx, statement: UpdateBase, *rows: dict[str, Any], key: Any = None) -> None:
    """Runs the statement with these rows, if need be later; one with the same `key` that still waits is replaced."""
    if not rows:
        return
    if tx.later is None:
        await tx.conn.execute(statement, rows)
        return
    waiting = tx.later.setdefault(statement, {})
    for row in rows:
        waiting[len(waiting) if key is None else key] = row


def what_waits(tx: Tx, statement: UpdateBase, key: Any) -> dict[str, Any] | None:
    """The row that waits, to be changed by whoever put it there."""
    return None if tx.later is None else tx.later.get(statement, {}).get(key)


async def write_out(tx: Tx) -> None:
    """Writes all that waits, in the order in which it was first put off."""
    while tx.later:
        statement = next(iter(tx.later))
        await tx.conn.execute(statement, list(tx.later.pop(statement).values()))


def watch_waiting(engine: Engine) -> None:
    """Before a statement of this engine runs, what waits for the tables it names is written."""

    @event.listens_for(engine, "before_cursor_execute")
    def _asked(connection: Connection, _cursor: Any, words: str, _values: Any, context: Any, _many: bool) -> None:
        if not (later := _waiting.get(connection)) or context.execution_options.get("knows_what_waits"):
            return
        asked = [statement for statement in later if (name := _name(statement)) and name in words]
        for statement, rows in [(statement, later.pop(statement)) for statement in asked]:
            connection.execute(statement, list(rows.values()))

    for end in ("rollback", "commit"):
        event.listen(engine, end, _forget)


@lru_cache
def _name(statement: UpdateBase) -> str | None:
    """Of the table, where it is asked for by its name."""
    return None if statement.get_execution_options().get("written_unread") else cast("Table", statement.table).name


def _forget(connection: Connection, *_: Any) -> None:
    _waiting.pop(connection, None)
