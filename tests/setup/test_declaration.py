"""camp.toml: applied whole or not at all, twice without effect, every fault named with its place."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from camp.declaration import Changes, DeclarationError, apply, parse, parse_text, to_lines
from camp.phrases import PHRASES, say_in
from camp.policy import Policy
from storage.cohorts import cohorts_of, find_channel, lessons_of

from .conftest import CAMP

POLICY = Policy()
EXAMPLE = Path(__file__).parents[2] / "camp.example.toml"


async def declare(house: Any, text: str) -> Changes:
    async with house.tx() as tx:
        return await apply(tx, house.policy, parse_text(text, house.policy))


def faults(text: str) -> dict[str, str]:
    with pytest.raises(DeclarationError) as caught:
        parse_text(text, POLICY)
    return {fault.path: fault.code for fault in caught.value.faults}


async def test_applying_twice_changes_nothing(house: Any) -> None:
    first = await declare(house, CAMP)
    assert {noun: tally.added for noun, tally in first.tallies.items()} == {
        "camps": 1,
        "cohorts": 2,
        "lessons": 2,
        "class_groups": 1,
        "rhythms": 0,
        "messages": 0,
        "channels": 1,
        "staff": 2,
    }
    assert not (await declare(house, CAMP)).any


async def test_defaults(house: Any) -> None:
    await declare(house, CAMP)
    async with house.tx() as tx:
        first, second = await cohorts_of(tx)
        one, two = await lessons_of(tx, first.id)
        channel = await find_channel(tx, "dy01")
    assert first.name == "read7-01"
    assert first.enrol_until == two.starts_at, "the start of the second lesson"
    assert second.enrol_until == second.closes_at, "no lessons yet"
    assert two.starts_at == datetime(2026, 12, 2, 11, 0, tzinfo=UTC), "no offset: the camp's zone"
    assert one.checkin_opens_at == one.starts_at - timedelta(minutes=30)
    assert one.checkin_closes_at == one.ends_at + timedelta(hours=2)
    assert channel is not None
    assert channel.camp_id == first.camp_id, "the only camp"


async def test_a_moved_lesson_is_reminded_of_and_summed_up_again(house: Any) -> None:
    await declare(house, CAMP)
    await house.fact("tick.lesson_reminder", {"occurrence": "x"})
    async with house.tx() as tx:
        from sqlalchemy import update

        from storage.tables_camp import lessons

        await tx.conn.execute(update(lessons).values(reminded_at=tx.now, digested_at=tx.now))
    changes = await declare(house, CAMP.replace("2026-12-01T19:00:00+08:00", "2026-12-03T19:00:00+08:00"))
    assert changes.tallies["lessons"].changed == 1
    marks = await house.rows("select seq, reminded_at is null, digested_at is null from lessons order by seq")
    assert [tuple(row) for row in marks] == [(1, 1, 1), (2, 0, 0)]


async def test_a_chat_goes_where_the_file_says(house: Any) -> None:
    await declare(house, CAMP)
    moved = CAMP.replace('code = "A"\nchat_id = "wrA"', 'code = "A"\nchat_id = "wrNew"').replace(
        "[[channels]]", '[[cohorts.class_groups]]\ncode = "B"\nchat_id = "wrA"\nclass_teacher = "LIN"\n[[channels]]'
    )
    await declare(house, moved)
    rows = await house.rows("select code, chat_id from class_groups order by code")
    assert [tuple(row) for row in rows] == [("A", "wrNew"), ("B", "wrA")]
    assert not (await declare(house, moved)).any


async def test_what_the_file_leaves_out_stays_and_is_told(house: Any) -> None:
    await declare(house, CAMP)
    shorter = CAMP[: CAMP.index('[[staff]]\nuserid = "zhou"')]
    changes = await declare(house, shorter)
    assert not changes.any
    assert any("zhou" in line for line in to_lines(say_in("zh"), changes.notes, None))
    disabled = CAMP.replace('position = "sales"', 'position = "sales"\ndisabled = true')
    assert (await declare(house, disabled)).tallies["staff"].changed == 1
    assert not any("zhou" in line for line in to_lines(say_in("zh"), (await declare(house, shorter)).notes, None))


async def test_staff_known_to_the_directory_keep_their_name(house: Any) -> None:
    async with house.tx() as tx:
        from storage import members

        await members.ensure(tx, "Lin", name="林老师")
    await declare(house, CAMP)
    assert not (await declare(house, CAMP)).any
    rows = await house.rows("select userid, name, position from members where userid_key = 'lin'")
    assert [tuple(row) for row in rows] == [("lin", "林老师", "class_teacher")]


@pytest.mark.parametrize(
    ("before", "after", "path", "code"),
    [
        ('name = "7天阅读营"', "", "camps[0].name", "missing"),
        ("warm_lessons = 2", 'warm_lessons = "2"', "camps[0].warm_lessons", "not_whole"),
        ("warm_lessons = 2", "warm_lesson = 2", "camps[0].warm_lesson", "unknown_key_near"),
        ("warm_lessons = 2", "warm_lessons = 0", "camps[0].warm_lessons", "out_of_range"),
        ('code = "read7-01"', 'code = "read 7"', "cohorts[0].code", "no_spaces"),
        ('next = "read7-02"', 'next = "read7-01"', "cohorts[0].next", "next_is_itself"),
        ("2026-12-11T00", "2026-11-11T00", "cohorts[0].next", "next_not_later"),
        ("closes_at = 2026-12-07T23", "closes_at = 2026-11-30T23", "cohorts[0].closes_at", "closes_before_start"),
        ("minutes = 60", "minutes = 0.5", "cohorts[0].lessons[0].minutes", "not_whole"),
        ("minutes = 60", "minutes = 0", "cohorts[0].lessons[0].minutes", "out_of_range"),
        ("minutes = 60", "minutes = true", "cohorts[0].lessons[0].minutes", "not_whole"),
        ("seq = 2", "seq = 1", "cohorts[0].lessons[1].seq", "twice"),
        ("2026-12-01T19:00:00+08:00", "2026-12-01", "cohorts[0].lessons[0].starts_at", "date_only"),
        ("2026-12-01T19:00:00+08:00", '"soon"', "cohorts[0].lessons[0].starts_at", "not_moment"),
        ("2026-12-01T19:00:00+08:00", "0026-12-01T19:00:00+08:00", "cohorts[0].lessons[0].starts_at", "odd_year"),
        (
            "minutes = 60",
            "minutes = 60\ncheckin_closes_at = 2026-12-01T18:00:00+08:00",
            "cohorts[0].lessons[0].checkin_closes_at",
            "checkin_backwards",
        ),
        ('userid = "lin"', 'userid = "lina"', "cohorts[0].class_groups[0].class_teacher", "teacher_not_staff"),
        ('userid = "zhou"', 'userid = "LIN"', "staff[1].userid", "twice"),
        ('position = "sales"', 'position = "boss"', "staff[1].position", "not_one_of"),
        ('position = "sales"', "", "staff[1].position", "missing"),
        ('name = "抖音投放"', 'name = "抖音\\n投放"', "channels[0].name", "not_one_line"),
        ('name = "抖音投放"', 'name = "x"\ncamp = "write7"', "channels[0].camp", "unknown_camp"),
        ("[[channels]]", '[[camps]]\ncode = "b"\nname = "B"\n[[channels]]', "channels[0].camp", "channel_needs_camp"),
        ("[[channels]]", "[[chanels]]", "chanels", "unknown_key_near"),
        ('[[staff]]\nuserid = "zhou"\nposition = "sales"', "[extra]", "extra", "unknown_key"),
    ],
)
def test_each_fault_is_named(before: str, after: str, path: str, code: str) -> None:
    assert before in CAMP
    assert faults(CAMP.replace(before, after, 1)) == {path: code}


def test_codes_differ_by_more_than_case() -> None:
    text = CAMP.replace('next = "read7-02"', "").replace("read7-02", "READ7-01")
    assert faults(text) == {"cohorts[1].code": "twice"}


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = CAMP.replace("minutes = 45", "minutes = -1").replace('camp = "read7"', 'camp = "raed7"').replace('"sales"', '"boss"')
    with pytest.raises(DeclarationError) as caught:
        parse_text(text, POLICY)
    lines = to_lines(say_in("zh"), caught.value.faults, caught.value.lines)
    assert [line.partition("：")[0] for line in lines] == [
        "第 8 行 cohorts[0].camp",
        "第 21 行 cohorts[0].lessons[1].minutes",
        "第 28 行 cohorts[1].camp",
        "第 39 行 staff[1].position",
    ]


def test_broken_toml_names_its_line() -> None:
    with pytest.raises(DeclarationError) as caught:
        parse_text("[[camps]]\ncode = \n", POLICY)
    assert to_lines(say_in("zh"), caught.value.faults, caught.value.lines)[0].startswith("第 2 行：不是合法的 TOML")


@pytest.mark.parametrize(
    "tables", [{}, {"camps": 3}, {"camps": [3]}, {"cohorts": [{"lessons": {}}]}, {"staff": [{"userid": []}]}]
)
def test_shapes_nobody_expects_are_faults_and_no_crash(tables: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError):
        parse(tables, POLICY)


def test_the_example_is_right() -> None:
    parsed = parse(tomllib.loads(EXAMPLE.read_text("utf-8")), POLICY)
    assert parsed.warnings == ()
    assert all(cohort.lessons and cohort.class_groups for cohort in parsed.declared.cohorts)


def test_a_cohort_without_lessons_is_worth_a_look() -> None:
    [warning] = [one for one in parse_text(CAMP, POLICY).warnings if one.code == "no_lessons"]
    assert warning.path == "cohorts[1]"


def test_every_finding_has_words() -> None:
    import inspect
    import re

    from camp.rules import declared, declared_checks, toml_table

    source = "".join(inspect.getsource(module) for module in (declared, declared_checks, toml_table))
    codes = set(re.findall(r'(?:fault|warn)\([^"]*?(?:"[a-z_]*", )?"([a-z_]+)"', source))
    codes |= set(re.findall(r'Finding\([^\n]*?, "([a-z_]+)"', source))
    assert len(codes) > 25
    assert {f"declaration.{code}" for code in codes} <= PHRASES.keys()
