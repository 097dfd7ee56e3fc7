"""The error table against the fact sheet (section 2.2), and the words for operators."""

from __future__ import annotations

import re

import pytest

from bot.wecom.error_words import WORDS
from bot.wecom.errors import (
    LOCAL_CODES,
    TABLE,
    UNKNOWN_ATTEMPTS,
    Outcome,
    attempts_allowed,
    classify,
    explain,
    wait_seconds,
)

# Copied from the sheet: class letter, then its codes. "P or C" (50002) is C; "P / S" (90500-90509) is split by meaning.
SHEET = {
    "R": "-1 6000 41063 41096 45033 95007",
    "T": "40001 40014 42001",
    "W": "40128 41053 41094 45009 95001 95002 95013 95018 95019 95031 130101",
    "C": """40013 40056 40057 40098 41045 41054 41055 41095 43012 48002 48005 48006 48007 48009 50001 50002 50003 60011 60020
        84074 93000 93001 93004 93008 95003 95005 95011 95012 95014 95017 95023 95026 95027 301002 301052 301053 701008 853006""",
    "S": "40071 40100 41048 41051 41093 90507 90508",
    "P": """40003 40007 40008 40029 40031 40035 40050 40058 40063 40068 40096 40097 40099 41035 41041 41044 41047 41050 41058
        41064 41091 42014-42050 45001 45002 45029 60111 60140 81013 81017 84061 86001 86003 86215-86220 90500-90506 90509 90511
        95000 95004 95008 95016 301021 610001-610018 846605 846608""",
}
LETTERS = {
    "R": Outcome.RETRY,
    "T": Outcome.TOKEN,
    "W": Outcome.WAIT,
    "C": Outcome.CONFIG,
    "S": Outcome.SUCCESS,
    "P": Outcome.PERMANENT,
}


def spread(text: str) -> list[int]:
    codes: list[int] = []
    for first, last in re.findall(r"(-?\d+)(?:-(\d+))?", text):
        codes += range(int(first), int(last or first) + 1)
    return codes


@pytest.mark.parametrize("letter", SHEET)
def test_every_code_of_the_sheet_has_its_class(letter: str) -> None:
    assert {code: classify(code) for code in spread(SHEET[letter])} == dict.fromkeys(spread(SHEET[letter]), LETTERS[letter])


def test_the_table_holds_nothing_else() -> None:
    listed = {code for text in SHEET.values() for code in spread(text)}
    assert set(TABLE) - listed - LOCAL_CODES == {0}


def test_unknown_codes_are_tried_a_few_times() -> None:
    assert classify(999_999) is Outcome.RETRY
    assert attempts_allowed(999_999) == UNKNOWN_ATTEMPTS
    assert attempts_allowed(-1) == 3
    assert attempts_allowed(-2) is None


def test_settled_codes_win() -> None:
    assert classify(999_999, {999_999}) is Outcome.SUCCESS
    assert classify(40058, {40058}) is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("errcode", "errmsg", "seconds"),
    [
        (45009, "api freq out of limit", 60),
        (45009, "api freq out of limit, hint: [..] more than 150000 per HOUR", 3600),
        (45009, "接口每日调用次数超限", 86400),
        (45009, "每小时", 3600),
        (45009, "limit per minute, blocked till next day", 86400),
        (130101, "", 60),
        (95001, "", 600),
    ],
)
def test_waits(errcode: int, errmsg: str, seconds: float) -> None:
    assert wait_seconds(errcode, errmsg) == seconds


@pytest.mark.parametrize("code", [c for c, outcome in TABLE.items() if outcome is Outcome.CONFIG])
def test_every_configuration_fault_is_explained(code: int) -> None:
    zh, en = explain(code)
    assert code in WORDS
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert "\n" not in zh + en
    assert len(zh) < 90


def test_unknown_codes_are_named() -> None:
    assert all("424242" in line for line in explain(424242))
    assert "可信IP" in explain(60020)[0]
    assert "可调用接口的应用" in explain(48002)[0]
