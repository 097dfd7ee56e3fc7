"""The statements that make a camp of many learners, for both databases. Who does what follows from the learner's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.million import Layout

LESSONS = 5
PER_TEACHER = 500
SALES = 10
# Members by id: the manager, the salespeople, then the class teachers.
BOSS, FIRST_SALES, FIRST_TEACHER = 1, 2, 2 + SALES
_DAY = 86_400_000_000
# Common surnames and characters of given names, so that a search by name finds what it would find.
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰雨婷宇轩梓涵子墨浩然欣怡晨曦思琪"


def teachers(layout: Layout) -> int:
    return max(2, layout.learners // PER_TEACHER)


def statements(kind: str, layout: Layout, now: int) -> list[str]:
    """In their order; `now` is epoch microseconds: the lessons of the open cohorts are over, their close is due."""
    return [*_staff(kind, layout), *_calendar(kind, layout, now), *_people(kind, layout, now), *_sequences(kind)]


def _series(kind: str, upto: int) -> str:
    if kind == "postgres":
        return f"generate_series(1, {upto}) AS n(i)"
    return f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {upto}) SELECT i FROM n) AS n"


def _staff(kind: str, layout: Layout) -> list[str]:
    into = "INSERT INTO members (id, userid, userid_key, name, disabled, position)"
    return [
        f"{into} VALUES (1, 'boss', 'boss', '陈主管', false, 'manager')",
        f"{into} SELECT {FIRST_SALES} - 1 + i, 'sales' || i, 'sales' || i, '销售' || i, false, 'sales'"
        f" FROM {_series(kind, SALES)}",
        f"{into} SELECT {FIRST_TEACHER} - 1 + i, 'teacher' || i, 'teacher' || i, '班主任' || i, false, 'class_teacher'"
        f" FROM {_series(kind, teachers(layout))}",
    ]


def _calendar(kind: str, layout: Layout, now: int) -> list[str]:
    """One camp; the open cohorts began eight days ago, the closed ones a week earlier each; then the next one."""
    cohorts, closed, later = layout.cohorts, layout.closed, layout.cohorts + 1
    start = f"{now - 8 * _DAY} - CASE WHEN i <= {closed} THEN ({closed} - i + 1) * {7 * _DAY} ELSE 0 END"
    lesson = f"c.starts_at + (n.i - 1) * {_DAY}"
    return [
        "INSERT INTO camps (id, code, name, warm_lessons, sale_window_days) VALUES (1, 'read', '阅读营', 4, 10)",
        "INSERT INTO channels (id, code, name) VALUES (1, 'dy01', '抖音投放'), (2, 'wx01', '朋友圈')",
        "INSERT INTO cohorts (id, camp_id, code, name, starts_at, closes_at, enrol_until, next_code, closed_at)"
        f" SELECT i, 1, 'read-' || i, '阅读营第' || i || '期', {start}, {start} + {7 * _DAY}, {start} + {_DAY}, 'next',"
        f" CASE WHEN i <= {closed} THEN {start} + {7 * _DAY} END FROM {_series(kind, cohorts)}",
        "INSERT INTO cohorts (id, camp_id, code, name, starts_at, closes_at, enrol_until)"
        f" VALUES ({later}, 1, 'next', '下一期', {now + 7 * _DAY}, {now + 14 * _DAY}, {now + 8 * _DAY})",
        "INSERT INTO lessons (cohort_id, seq, title, starts_at, ends_at, checkin_opens_at, checkin_closes_at,"
        " reminded_at, digested_at)"
        f" SELECT c.id, n.i, '第' || n.i || '课', {lesson}, {lesson} + {_DAY // 24}, {lesson} - {_DAY // 48},"
        f" {lesson} + {_DAY // 8}, {now}, {now} FROM cohorts c, {_series(kind, LESSONS)} ORDER BY c.id, n.i",
        # A cohort belongs to as many class teachers as it has times 500 learners; all of them are there for the next one.
        "INSERT INTO class_groups (cohort_id, code, class_teacher_id)"
        f" SELECT ((i - 1) * {PER_TEACHER}) / {layout.cohort_size} + 1, 'G' || i, {FIRST_TEACHER} - 1 + i"
        f" FROM {_series(kind, teachers(layout))} WHERE ((i - 1) * {PER_TEACHER}) / {layout.cohort_size} < {cohorts}",
        f"INSERT INTO class_groups (cohort_id, code, class_teacher_id) SELECT {later}, 'N' || i, {FIRST_TEACHER} - 1 + i"
        f" FROM {_series(kind, teachers(layout))}",
    ]


def _people(kind: str, layout: Layout, now: int) -> list[str]:
    teacher = f"{FIRST_TEACHER} + (i - 1) / {PER_TEACHER}"
    cohort = f"(i - 1) / {layout.cohort_size} + 1"
    over = f"{cohort} <= {layout.closed}"
    seq = "l.seq"
    came = f"{_attended('e.id')} >= {seq}"
    began = f"{now - 8 * _DAY}"
    numbers = _series(kind, layout.learners)
    return [
        f"INSERT INTO learners (id, external_userid, name, owner_id, created_at) SELECT i, 'wm' || (100000000 + i), {_name()},"
        f" {teacher}, {began} FROM {numbers}",
        "INSERT INTO identities (kind, value, learner_id) SELECT 'external_userid', external_userid, id FROM learners",
        "INSERT INTO follows (learner_id, member_id, added_at, channel_code)"
        f" SELECT i, {teacher}, {began}, 'dy01' FROM {numbers}",
        "INSERT INTO enrolments (id, learner_id, cohort_id, class_group_id, class_teacher_id, channel_id, source, enrolled_at,"
        " in_group_at, place, place_at, grade, attended, completed, paid_count, paid_fen)"
        f" SELECT i, i, {cohort}, (i - 1) / {PER_TEACHER} + 1, {teacher}, 1 + i % 2, 'contact', {began},"
        f" CASE WHEN i % 10 < 8 THEN {began} END,"
        f" CASE WHEN {_paid('i')} THEN 'paid' WHEN {over} AND {_attended('i')} = 0 THEN 'next_cohort'"
        f" WHEN {over} THEN 'conversion' ELSE 'class' END, {began}, CASE WHEN {over} AND {_attended('i')} > 0 THEN 'A' END,"
        f" {_attended('i')}, {_completed('i')}, CASE WHEN {_paid('i')} THEN 1 ELSE 0 END,"
        f" CASE WHEN {_paid('i')} THEN 199900 ELSE 0 END FROM {numbers}",
        "INSERT INTO attendance (enrolment_id, lesson_id, watched_seconds, attended, completed)"
        f" SELECT e.id, l.id, CASE WHEN {came} THEN 2400 ELSE 0 END, {came}, {_completed('e.id')} >= {seq}"
        " FROM enrolments e JOIN lessons l ON l.cohort_id = e.cohort_id ORDER BY e.id, l.id",
        "INSERT INTO orders (order_no, learner_id, enrolment_id, course, amount_fen, refunded_fen, paid_at, source)"
        f" SELECT 'S' || i, i, i, '系统课', 199900, 0, {now - _DAY}, 'shop' FROM {numbers} WHERE {_paid('i')}",
        "INSERT INTO pool_entries (enrolment_id, learner_id, pool, grade, attended, rule, entered_at, state)"
        f" SELECT i, i, 'conversion', 'A', {_attended('i')}, 'warm', {now - 7 * _DAY} - i,"
        f" CASE WHEN i % 3 = 0 THEN 'open' ELSE 'withdrawn' END"
        f" FROM {numbers} WHERE {over} AND {_attended('i')} > 0 AND NOT {_paid('i')}",
        f"INSERT INTO journal (learner_id, enrolment_id, at, kind, by, detail) SELECT i, i, {began}, 'enrolled', 'wecom', '{{}}'"
        f" FROM {numbers}",
    ]


def _sequences(kind: str) -> list[str]:
    """PostgreSQL counts on from what was written by number."""
    if kind == "sqlite":
        return []
    tables = ("members", "camps", "channels", "cohorts", "learners", "enrolments")
    return [f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))" for table in tables]


def _dice(i: str) -> str:
    return f"(({i} % 100 * 7919) % 100)"  # PostgreSQL counts in 32 bits here


def _attended(i: str) -> str:
    steps = " ".join(f"WHEN {_dice(i)} < {below} THEN {number}" for number, below in enumerate((25, 40, 50, 60, 80)))
    return f"(CASE {steps} ELSE 5 END)"


def _completed(i: str) -> str:
    return f"(CASE WHEN {_dice(i)} < 40 THEN 0 ELSE {_attended(i)} - 1 END)"


def _paid(i: str) -> str:
    return f"({_dice(i)} >= 90 AND {i} % 2 = 0)"


def _name() -> str:
    def pick(letters: str, number: str) -> str:
        return f"substr('{letters}', CAST(({number}) % {len(letters)} AS integer) + 1, 1)"

    return f"{pick(_SURNAMES, 'i')} || {pick(_GIVEN, 'i / 20')} || {pick(_GIVEN, 'i / 860 + i')}"
