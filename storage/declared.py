"""What hardly ever changes is read once in a transaction: camps, cohorts, lessons, class groups, channels, members.

The worker asks for the same few rows with every fact of a batch. What was read stays with the connection in use until the
transaction writes to that table or takes anything back; the next transaction reads anew, so a change by others is soon seen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Hashable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, event

if TYPE_CHECKING:
    from storage.database import Tx

P = ParamSpec("P")
T = TypeVar("T")

# Execution option of a statement that changes nothing of what is read once of its table.
LEAVES_KNOWN = {"leaves_known": True}

# Per connection in use: table, then query and arguments, then what it returned.
_known: WeakKeyDictionary[Connection, dict[str, dict[Hashable, Any]]] = WeakKeyDictionary()


def read_once(
    table: Table,
) -> Callable[[Callable[Concatenate[Tx, P], Awaitable[T]]], Callable[Concatenate[Tx, P], Coroutine[Any, Any, T]]]:
    """For a query of this table and no other, whose answer depends on nothing but its arguments."""

    def wrap(query: Callable[Concatenate[Tx, P], Awaitable[T]]) -> Callable[Concatenate[Tx, P], Coroutine[Any, Any, T]]:
        @wraps(query)
        async def ask(tx: Tx, *args: P.args, **kwargs: P.kwargs) -> T:
            assert tx.conn.sync_connection is not None
            known = _known.setdefault(tx.conn.sync_connection, {})
            key = (query.__qualname__, *map(_frozen, args), *((name, _frozen(value)) for name, value in sorted(kwargs.items())))
            if key not in known.get(table.name, {}):
                answer = await query(tx, *args, **kwargs)
                known = _known.setdefault(tx.conn.sync_connection, {})  # the query itself may have made it forget
                known.setdefault(table.name, {})[key] = answer
            kept: Any = known[table.name][key]
            # A list belongs to whoever asked for it.
            given: T = kept.copy() if type(kept) in (list, dict) else kept
            return given

        return cast("Callable[Concatenate[Tx, P], Coroutine[Any, Any, T]]", ask)

    return wrap


def watch(engine: Engine) -> None:
    """Forgets what a statement of this engine may have changed."""

    @event.listens_for(engine, "after_execute")
    def _written(connection: Connection, statement: Any, *_: Any) -> None:
        if connection not in _known:
            return
        if getattr(statement, "is_dml", False) and not statement.get_execution_options().get("leaves_known"):
            _known[connection].pop(statement.table.name, None)
        elif getattr(statement, "is_text", False):
            _forget(connection)

    for end in ("rollback_savepoint", "rollback", "commit"):
        event.listen(engine, end, _forget)


def _forget(connection: Connection, *_: Any) -> None:
    _known.pop(connection, None)


def _frozen(value: Any) -> Hashable:
    """A collection of ids as a key."""
    frozen: Hashable = value if isinstance(value, str | int) or value is None else tuple(sorted(value))
    return frozen
