"""Statements whose text never changes are built once: to build one anew takes three times as long as to run it on a key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

# Of both it is what they have in common that is used: ON CONFLICT and `excluded`.
Upsert = PostgresInsert | SqliteInsert


def built_once(build: Callable[P, S]) -> Callable[P, tuple[S, dict[str, Any]]]:
    """For a function that builds a statement from values: a call gives what `execute` takes, statement and values.

    Each argument is a bound parameter of its name, and one that is a collection stands for all its values in an IN. So it must
    not be None where that would mean IS NULL, nor in an UPDATE have the name of a column that is set.
    """
    names = tuple(signature(build).parameters)
    ready: list[S] = []

    @wraps(build)
    def with_values(*args: P.args, **kwargs: P.kwargs) -> tuple[S, dict[str, Any]]:
        values = {**dict(zip(names, args, strict=False)), **kwargs}
        if not ready:
            make: Callable[..., S] = build
            many = {name: not isinstance(value, str) and isinstance(value, Collection) for name, value in values.items()}
            ready.append(make(**{name: bindparam(name, expanding=many[name]) for name in names}))
        return ready[0], values

    return with_values


def insert_into(dialect: str, table: Table) -> Upsert:
    """An INSERT that knows ON CONFLICT, of the database in use."""
    return pg_insert(table) if dialect == "postgresql" else sqlite_insert(table)


def in_few_lengths(ids: Sequence[T]) -> list[T]:
    """The ids, the last of them again and again up to a power of two: each length of an IN is another statement to prepare."""
    return [*ids, *[ids[-1]] * ((1 << (len(ids) - 1).bit_length()) - len(ids))] if ids else []
