"""Learners found by name, within what the reader may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.engine import Row

from storage.database import Tx
from storage.scopes import Range, Scope, learner_within
from storage.tables_camp import cohorts, enrolments, learners

# A search inside names looks at so many learners where there is no smaller circle.
_NEWEST = 20_000
_ESCAPE = "/"


@dataclass(frozen=True)
class NamedLearner:
    """A learner found by name, `exact` when it is the whole name; `cohort_code` is that of the newest enrolment."""

    learner_id: int
    name: str
    exact: bool
    cohort_code: str | None


async def named(tx: Tx, scope: Scope, words: str, limit: int) -> list[NamedLearner]:
    """The learners whose name holds these words, whole names first; case does not matter.

    Who sees all learners finds whole names and beginnings among all of them, and words inside a name among the newest: such
    words have no index that serves two characters, on neither database.
    """
    if scope.range is Range.ALL:
        rows = await _anywhere(tx, words, limit)
    else:
        values = {"wanted": words.lower(), "part": _escaped(words.lower()), "most": limit, **scope.values}
        rows = (await tx.conn.execute(_named_within(scope.shape), values)).all()
    found = {row.id: NamedLearner(row.id, row.name, bool(row.exact), row.code) for row in rows}
    return sorted(found.values(), key=lambda one: (not one.exact, one.learner_id))[:limit]


async def _anywhere(tx: Tx, words: str, limit: int) -> Sequence[Row[Any]]:
    name, wanted = func.lower(learners.c.name), words.lower()
    newest = select(func.max(learners.c.id)).correlate(None).scalar_subquery() - _NEWEST
    inside = and_(learners.c.id > newest, name.contains(wanted, autoescape=True))
    # The index knows names as they are written; who has a case writes it in one of these ways.
    spellings = dict.fromkeys((words, wanted, words.upper(), words.title()))
    searches = [*(learners.c.name == one for one in spellings), *(_begins(tx, one) for one in spellings), inside]
    return [row for search in searches for row in await tx.conn.execute(_named(search, name == wanted, limit))]


@lru_cache
def _named_within(scope: Scope) -> Select[Any]:
    name = func.lower(learners.c.name)
    search = and_(name.contains(bindparam("part"), escape=_ESCAPE), learner_within(scope))
    return _named(search, name == bindparam("wanted"), bindparam("most"))


def _escaped(words: str) -> str:
    """With nothing in it that LIKE takes for anything else."""
    return re.sub(rf"[{_ESCAPE}%_]", rf"{_ESCAPE}\g<0>", words)


def _named(search: ColumnElement[bool], exact: ColumnElement[bool], limit: Any) -> Select[Any]:
    some = select(learners.c.id, learners.c.name, exact.label("exact")).where(search)
    some = some.order_by(exact.desc(), learners.c.id).limit(limit)
    first = some.subquery()
    one = enrolments.alias("one")
    newest = (
        select(one.c.id)
        .where(one.c.learner_id == first.c.id)
        .order_by(one.c.enrolled_at.desc(), one.c.id.desc())
        .limit(1)
        .correlate(first)
        .scalar_subquery()
    )
    return (
        select(first, cohorts.c.code)
        .select_from(first)
        .outerjoin(enrolments, enrolments.c.id == newest)
        .outerjoin(cohorts, cohorts.c.id == enrolments.c.cohort_id)
    )


def _begins(tx: Tx, words: str) -> ColumnElement[bool]:
    """By the index: PostgreSQL's compares by characters only with these operators, SQLite's always does."""
    name, after = learners.c.name, words + chr(0x10FFFF)
    if tx.dialect == "postgresql":
        return and_(name.op("~>=~", is_comparison=True)(words), name.op("~<~", is_comparison=True)(after))
    return and_(name >= words, name < after)
