"""[[camps.messages]]: every fault at once with its line and its remedy; applying twice changes nothing, on both databases."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from camp.declaration import DeclarationError, apply, parse, parse_text, to_lines
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.group_message import Goal, GroupMessage, from_plain
from storage import camp_messages, cohorts
from storage.database import Database
from tests.messages.conftest import MATERIAL, NOTICE, OFFER, declared

GOAL = '\n[[camps.messages]]\ncode = "g"\nkind = "material"\nlesson = 2\nafter = 30\ntext = "x"\nuntil = {{ {goal} }}\n'
FULL = """
[[camps.messages]]
code = "full"
kind = "offer"
must = true
close = 0
at = "12:00"
text = '''第一行
{cohort} {{留着的花括号}}'''
only = ["A"]
until = { orders = 30 }
[[camps.messages.attach]]
type = "link"
title = "优惠"
url = "https://example.com/offer"
picture = "https://example.com/offer.png"
[[camps.messages.attach]]
type = "picture"
url = "https://wework.qpic.cn/x"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        parse_text(text, Policy())
    return to_lines(say_in("zh"), caught.value.faults, caught.value.lines)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ('kind = "promo"', "没有“promo”，可以是：offer、lesson_notice、material"),
        ('text = "{lesson} 见"', "lesson 要知道是哪一课：给这条群发写 lesson，或去掉它"),
        ('text = "{name} 见"', "没有占位“name”，可以用：camp、cohort"),
        ('text = "{ 见"', "花括号只用来写占位"),
        ('text = "{cohort:d} 见"', "花括号只用来写占位"),
        ('at = "25:00"', '应为一天里的时间，例如 "19:00"'),
        ('at = "23:00"', "23:00 在本营的免打扰时间（22:00–08:00）里"),
        ("lesson = 2", "什么时候发要写一个、也只写一个"),
        ("before = 5", "按天发的群发要写 at"),
        ('only = "A"', "应写成列表 [ … ]"),
        ("until = { attended = 90 }", "attended 要说是哪一课的"),
        ("until = { attended = 190, lesson = 1 }", "应在 1 到 100 之间"),
        ("until = { paid = 50, orders = 3 }", "目标要写一个、也只写一个"),
        ('attach = [{ type = "checkin" }]', "checkin 要知道是哪一课"),
        ('attach = [{ type = "link", title = "a", url = "offer" }]', "应为 https:// 开头的链接"),
        ("quiet = 3", "没有“quiet”这一项"),
    ],
)
def test_each_fault_names_the_rule_and_the_remedy(key: str, words: str) -> None:
    name = key.split(" = ")[0]
    lines = [line for line in OFFER.strip().splitlines() if not line.startswith(f"{name} =")]
    text = declared("\n" + "\n".join([*lines, key]) + "\n", camp='quiet_from = "22:00"\nquiet_to = "08:00"')
    found = faults(text)
    assert any(words in line for line in found), found


def test_several_faults_are_told_together_with_their_lines() -> None:
    broken = NOTICE.replace("before = 30", 'before = 30\nafter = 3\nat = "19:00"') + OFFER.replace("{class}", "{klass}") + OFFER
    found = faults(declared(broken, camp='quiet_from = "22:00"\nskip_dates = ["2026-12-04"]'))
    for words in ("要写一个、也只写一个：before", "没有占位“klass”", "“offer”重复了", "要一起写", "应为日期的列表"):
        assert any(words in line for line in found), (words, found)
    assert all(line.startswith("第 ") for line in found), found


def test_a_class_or_a_lesson_that_is_not_there_is_a_warning() -> None:
    text = declared(NOTICE.replace('"every"', '9\nonly = ["C"]'))
    parsed = parse_text(text, Policy())
    words = to_lines(say_in("zh"), parsed.warnings, parsed.lines)
    assert any("没有第9课" in line for line in words)
    assert any("没有班 C" in line for line in words)


def test_everything_declared_survives_the_database() -> None:
    parsed = parse(tomllib.loads(declared(FULL, NOTICE, GOAL.format(goal="completed = 80"))), Policy())
    (full, notice, goal) = (one.message for one in parsed.declared.camps[0].messages)
    assert full == GroupMessage(
        code="full",
        kind="offer",
        text="第一行\n{cohort} {{留着的花括号}}",
        must=True,
        close=0,
        at="12:00",
        only=("A",),
        goal=Goal("orders", 30),
        attach=(
            {
                "type": "link",
                "title": "优惠",
                "url": "https://example.com/offer",
                "picture": "https://example.com/offer.png",
            },
            {"type": "picture", "url": "https://wework.qpic.cn/x"},
        ),
    )
    assert goal.goal == Goal("completed", 80)
    assert [from_plain(one.to_plain()) for one in (full, notice, goal)] == [full, notice, goal]


async def test_applying_twice_changes_nothing_and_what_is_left_out_stays(database: Database) -> None:
    policy, text = Policy(), declared(NOTICE, FULL, camp="skip_dates = [2026-12-04]")
    async with database.write() as tx:
        first = await apply(tx, policy, parse_text(text, policy))
    assert first.tallies["messages"].added == 2
    assert first.tallies["rhythms"].added == 1
    async with database.write() as tx:
        again = await apply(tx, policy, parse_text(text, policy))
    assert not again.any
    async with database.write() as tx:
        less = await apply(tx, policy, parse_text(declared(NOTICE, MATERIAL), policy))
    assert less.tallies["messages"].added == 1
    (note,) = [line for line in to_lines(say_in("zh"), less.notes, {}) if "群发" in line]
    assert "不要了请写 disabled = true" in note
    assert "full" in note
    async with database.read() as tx:
        camp = await cohorts.find_camp(tx, "read7")
        assert camp is not None
        kept = (await camp_messages.of_camps(tx, [camp.id]))[camp.id]
        assert [one.code for one in kept] == ["notice", "full", "material"]
        assert (await camp_messages.rhythm_of(tx, camp.id)).skip_dates == frozenset()


async def test_only_what_changed_counts_from_now_on(database: Database) -> None:
    policy = Policy()
    async with database.write() as tx:
        await apply(tx, policy, parse_text(declared(NOTICE, OFFER), policy))
        before = {one.code: one.changed_at for one in (await camp_messages.of_camps(tx, [1]))[1]}
    async with database.write() as tx:
        await apply(tx, policy, parse_text(declared(NOTICE, OFFER.replace("20:00", "20:30")), policy))
        after = {one.code: one.changed_at for one in (await camp_messages.of_camps(tx, [1]))[1]}
    assert after["notice"] == before["notice"]
    assert after["offer"] > before["offer"]


def test_the_example_declares_a_week_without_a_fault() -> None:
    text = (Path(__file__).parents[2] / "camp.example.toml").read_text(encoding="utf-8")
    parsed = parse_text(text, replace(Policy()))
    (camp,) = parsed.declared.camps
    assert len(camp.messages) >= 5
    assert not [finding for finding in parsed.warnings if ".messages" in finding.path]
