"""Many new rows by one statement whose text is the same for any number of them; rows whose key is known are left out.

SQLAlchemy's own way makes each row a dict of parameters, and on PostgreSQL each number of rows another statement to prepare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import Table, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert

from storage.database import Tx


async def add_new(
    tx: Tx, table: Table, key: str, each: Mapping[str, Sequence[Any]], every: Mapping[str, Any], *, lock: int | None = None
) -> int:
    """Stores rows of which `each` has a value per row and `every` one for all; returns how many had a `key` nobody had before.

    Ids rise in the order of the rows. `lock` is an advisory lock that PostgreSQL takes before it draws them, and keeps until the
    transaction ends.
    """
    if tx.dialect == "postgresql":
        stored = await tx.conn.execute(_from_arrays(table, key, tuple(each), tuple(every), lock), {**each, **every})
    else:
        text, places = _row_by_row(table, key, (*each, *every), tx.conn.dialect)
        columns = [map(write, each[name]) if name in each else repeat(write(every[name])) for name, write in places]
        stored = await tx.conn.exec_driver_sql(text, list(zip(*columns, strict=False)))
    return stored.rowcount


@lru_cache
def _from_arrays(table: Table, key: str, each: tuple[str, ...], every: tuple[str, ...], lock: int | None) -> Insert:
    kinds = {name: table.c[name].type for name in (*each, *every)}
    arrays = func.unnest(*(bindparam(name, type_=ARRAY(kinds[name], dimensions=1)) for name in each))
    columns = [column(name, kinds[name]) for name in each]
    given = arrays.table_valued(*columns, with_ordinality="place").render_derived(name="given")
    shared = [bindparam(name, type_=kinds[name]) for name in every]
    # Its ORDER BY comes before the ids are drawn, and all it reads, the lock among it, before that.
    rows = select(*(given.c[name] for name in each), *shared).select_from(given).order_by(given.c.place)
    if lock is not None:
        rows = rows.join(select(func.pg_advisory_xact_lock(lock).label("taken")).cte("line"), true())
    return pg_insert(table).from_select(list(kinds), rows).on_conflict_do_nothing(index_elements=[key])


@lru_cache
def _row_by_row(
    table: Table, key: str, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    """The text for one row; for each place in it the column, and what makes of a value what the database takes."""
    row = sqlite_insert(table).values({name: bindparam(name) for name in names}).on_conflict_do_nothing(index_elements=[key])
    built = row.compile(dialect=dialect)
    assert isinstance(built, SQLCompiler)
    assert built.positiontup is not None
    writers = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for name in names}
    return str(built), [(name, writers[name]) for name in built.positiontup]


def _as_it_is(value: Any) -> Any:
    return value
