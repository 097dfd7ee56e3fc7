"""The same close by hand: the SQL a database person would write for these rules, for all cohorts at once, in one transaction.

It knows the rules by heart, the camp's numbers and the shape of the data, asks nothing and tells nobody. It writes every row the
product writes per learner. On SQLite it has 64 MiB of cache, which is what the product may use beyond itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import time
from typing import Any

from bench.million import Layout, file_of, plain_postgres

_RULE = "CASE WHEN e.attended = 0 THEN 'no-show' WHEN e.attended >= 4 THEN 'warm' ELSE 'lukewarm' END"
_PLACE = "CASE WHEN {attended} = 0 THEN 'next_cohort' WHEN {attended} >= 4 THEN 'conversion' ELSE 'sale_window' END"
_TAG = "CASE WHEN e.attended = 0 THEN '未到课' WHEN e.attended >= 4 THEN '高意向' ELSE '待转化' END"
# Who is decided about: in class and not paid; the closing of their cohort has the cohort's number.
_WHO = "e.place = 'class' AND e.paid_count = 0 AND e.cohort_id <= {cohorts}"


def _statements(kind: str, layout: Layout, now: int) -> list[str]:
    who = _WHO.format(cohorts=layout.cohorts)
    place, json = _PLACE.format(attended="e.attended"), "::jsonb" if kind == "postgres" else ""
    detail = f'\'{{"closing": \' || e.cohort_id || \', "rule": "\' || {_RULE} || \'", "to": "\' || {place} || \'"}}\''
    return [
        "INSERT INTO closings (id, cohort_id, moment, state, proposed_at, proposed_counts, task_id, confirmed_at, confirmed_by,"
        f" progress_id, finished_at) SELECT id, id, 'cohort_closed', 'done', {now}, '{{}}', 'cohort_closed-' || id, {now},"
        f" 'member:boss', 0, {now} FROM cohorts WHERE id <= {layout.cohorts}",
        f"UPDATE cohorts SET closed_at = {now} WHERE id <= {layout.cohorts}",
        "INSERT INTO placements (closing_id, enrolment_id, rule, from_place, to_place, attended, completed, paid_count, at)"
        f" SELECT e.cohort_id, e.id, {_RULE}, 'class', {place}, e.attended, e.completed, e.paid_count, {now}"
        f" FROM enrolments e WHERE {who} ORDER BY e.cohort_id, e.id",
        "INSERT INTO pool_entries (enrolment_id, learner_id, pool, grade, attended, rule, entered_at, state)"
        f" SELECT e.id, e.learner_id, 'conversion', 'A', e.attended, 'warm', {now}, 'open'"
        f" FROM enrolments e WHERE {who} AND e.attended >= 4",
        "INSERT INTO enrolments (learner_id, cohort_id, class_group_id, class_teacher_id, channel_id, source, enrolled_at, place,"
        " place_at, attended, completed, paid_count, paid_fen)"
        f" SELECT e.learner_id, g.cohort_id, g.id, e.class_teacher_id, e.channel_id, 'moved', {now}, 'class', {now}, 0, 0, 0, 0"
        " FROM enrolments e JOIN class_groups g ON g.class_teacher_id = e.class_teacher_id"
        f" AND g.cohort_id = {layout.cohorts + 1} WHERE {who} AND e.attended = 0",
        "INSERT INTO todos (member_id, learner_id, kind, text, dedup_key, created_at)"
        " SELECT e.class_teacher_id, e.learner_id, 'closing', '联系一下：整期没来上课',"
        f" 'cohort_closed-' || e.cohort_id || ':' || e.id, {now} FROM enrolments e WHERE {who} AND e.attended = 0",
        "INSERT INTO journal (learner_id, enrolment_id, at, kind, by, detail)"
        f" SELECT e.learner_id, e.id, {now}, 'placed', 'rule:' || {_RULE}, ({detail}){json} FROM enrolments e WHERE {who}",
        "INSERT INTO tag_marks (learner_id, group_name, name, wanted, by, at)"
        f" SELECT e.learner_id, '营伴状态', {_TAG}, true, 'closing', {now} FROM enrolments e WHERE {who}",
        f"UPDATE enrolments SET place = {_PLACE.format(attended='attended')}, grade = CASE WHEN attended >= 4 THEN 'A' END,"
        f" place_at = {now} WHERE place = 'class' AND paid_count = 0 AND cohort_id <= {layout.cohorts}",
    ]


async def close_by_hand(kind: str, url: str, layout: Layout, now: int) -> float:
    """Closes every cohort; returns the seconds it took."""
    statements = _statements(kind, layout, now)
    if kind == "sqlite":
        return await asyncio.to_thread(_in_file, url, statements)
    async with plain_postgres(url) as connection:
        begun = time.perf_counter()
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
        return time.perf_counter() - begun


def _in_file(url: str, statements: list[str]) -> float:
    connection = sqlite3.connect(file_of(url), isolation_level=None)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
        return time.perf_counter() - begun
    finally:
        connection.close()


# What must be the same after any of the closes: all but ids and moments, which each gives as it comes.
_ROWS = {
    "enrolments": "learner_id, cohort_id, class_group_id, class_teacher_id, channel_id, source, place, grade, attended",
    "placements": "enrolment_id, rule, from_place, to_place, attended, completed, paid_count",
    "pool_entries": "enrolment_id, learner_id, pool, grade, attended, rule, state",
    "todos": "member_id, learner_id, kind, text",
    "journal": "learner_id, enrolment_id, kind, by",
    "tag_marks": "learner_id, group_name, name, wanted, by",
}


async def books(kind: str, url: str) -> dict[str, tuple[int, str]]:
    """Of each table the close writes: how many rows, and a digest of them in order."""
    if kind == "sqlite":
        return await asyncio.to_thread(_books_of_file, url)
    told = {}
    async with plain_postgres(url) as connection, connection.transaction():
        for table, columns in _ROWS.items():
            told[table] = await _digest_cursor(connection, f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3")
    return told


async def _digest_cursor(connection: Any, query: str) -> tuple[int, str]:
    number, digest = 0, hashlib.sha256()
    async for row in connection.cursor(query, prefetch=10_000):
        number += 1
        digest.update(repr([int(value) if isinstance(value, bool) else value for value in row]).encode())
    return number, digest.hexdigest()


def _books_of_file(url: str) -> dict[str, tuple[int, str]]:
    connection = sqlite3.connect(file_of(url))
    told = {}
    try:
        for table, columns in _ROWS.items():
            number, digest = 0, hashlib.sha256()
            for row in connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3"):
                number += 1
                digest.update(repr(list(row)).encode())
            told[table] = (number, digest.hexdigest())
    finally:
        connection.close()
    return told
