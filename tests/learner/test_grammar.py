"""How learners type: glued, full-width, 第3课 in front; whatever they type, the grammar answers or raises UsageError."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers._learner_desk import learner_commands
from handlers.core.dispatch import find_call, suggest
from handlers.core.grammar import Rest, UsageError, lesson_to_the_back, normalise
from handlers.learner_enrolment import split_phone
from handlers.learner_lesson import parse_rating


@pytest.mark.parametrize(
    ("words", "command", "lesson"),
    [
        ("签到3", "签到", 3),
        ("签到 3", "签到", 3),
        ("签到第3课", "签到", 3),
        ("签到第三课", "签到", 3),
        ("第3课 签到", "签到", 3),
        ("第3课签到", "签到", 3),
        ("３课签到", "签到", 3),
        ("第十二节 打卡", "签到", 12),
        ("打卡３", "签到", 3),
        ("／签到　３", "签到", 3),
        ("@小助手 签到3", "签到", 3),
        ("checkin 3", "签到", 3),
        ("CheckIn3", "签到", 3),
        ("完课２", "完课", 2),
        ("看完了第2课", "完课", 2),
        ("finish lesson 2", "完课", 2),
        ("作业3：今天读了一章", "作业", 3),
        ("第3课作业 今天读了一章", "作业", 3),
        ("评分 3 5", "评分", 3),
        ("完课2。", "完课", 2),
        ("第三课签到。", "签到", 3),
    ],
)
def test_a_command_and_its_lesson(words: str, command: str, lesson: int) -> None:
    call = find_call(words, learner_commands())
    assert call is not None
    assert (call.command.name, call.rest.lesson()) == (command, lesson)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("？", "帮助"),
        ("help", "帮助"),
        ("打卡", "签到"),
        ("请问几点上课", "提问"),
        ("我的进度", "进度"),
        ("我的", "我的"),
        ("课程表", "课表"),
        ("退订。", "退订"),
        ("我要报名", "报名"),
        ("more", "更多"),
    ],
)
def test_colloquial_names(words: str, command: str) -> None:
    call = find_call(words, learner_commands())
    assert call is not None
    assert call.command.name == command


@pytest.mark.parametrize("words", ["签到。", "签到！", "签到 。", "签到3。", "第三课签到。", "换期。", "进度。"])
def test_a_full_stop_alone_is_no_argument(words: str) -> None:
    call = find_call(words, learner_commands())
    assert call is not None
    call.rest.lesson()
    assert call.rest.empty


def test_what_is_said_keeps_its_full_stop() -> None:
    call = find_call("作业 3 今天读了一章。", learner_commands())
    assert call is not None
    assert (call.rest.lesson(), call.rest.text()) == (3, "今天读了一章。")


@pytest.mark.parametrize("words", ["你好", "今天天气真好", "我", "", "   ", "123", "退订单在哪"])
def test_small_talk_is_no_command(words: str) -> None:
    call = find_call(words, learner_commands())
    assert call is None or call.command.name == "我的"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("5", (None, 5, "")),
        ("5分 讲得好", (None, 5, "讲得好")),
        ("5讲得好", (None, 5, "讲得好")),
        ("3 5", (3, 5, "")),
        ("3 5 讲得好", (3, 5, "讲得好")),
        ("第3课 5星", (3, 5, "")),
        ("3课4", (3, 4, "")),
        ("★★★★", (None, 4, "")),
        ("2 ★★★ 一般", (2, 3, "一般")),
    ],
)
def test_ratings(words: str, expected: tuple[int | None, int, str]) -> None:
    assert parse_rating(Rest(words)) == expected


@pytest.mark.parametrize("words", ["", "6", "0", "很好", "第3课", "3课 很好", "3 9", "讲得好 5"])
def test_what_is_no_rating(words: str) -> None:
    with pytest.raises(UsageError):
        parse_rating(Rest(words))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ("", None)),
        ("阅读营", ("阅读营", None)),
        ("13800138000", ("", "13800138000")),
        ("阅读营 138 0013 8000", ("阅读营", "138 0013 8000")),
        ("+8613800138000 read7-01", ("read7-01", "+8613800138000")),
        ("+447911123456", ("", "+447911123456")),
    ],
)
def test_a_camp_and_a_phone_number(words: str, expected: tuple[str, str | None]) -> None:
    assert split_phone(words) == expected


@pytest.mark.parametrize("words", ["1380013800", "阅读营 138001380001"])
def test_a_phone_number_with_a_digit_too_few_or_too_many(words: str) -> None:
    with pytest.raises(UsageError):
        split_phone(words)


# What people type, and what nobody would: commands, digits of all scripts, lesson words, and anything at all.
PIECES = st.sampled_from(
    ["签到", "第", "课", "十", "二", "３", "#", "＃", "评分", "★", "¥", ",", ".", " ", "\n", "　", "完课", "l", "٣", "①"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))


@given(TEXTS)
def test_no_text_breaks_the_grammar(words: str) -> None:
    plain = normalise(words)
    lesson_to_the_back(plain)
    suggest(words, learner_commands())
    call = find_call(words, learner_commands())
    if call is not None:
        call.rest.lesson()
    for take in (Rest.lesson, Rest.need_lesson, Rest.need_hash, Rest.need_score, Rest.need_money_last, Rest.text, parse_rating):
        with suppress(UsageError):
            take(Rest(plain))
    with suppress(UsageError):
        split_phone(plain)


@given(
    st.integers(1, 99),
    st.sampled_from(["签到{}", "签到 {}", "第{}课 签到", "{}课签到", "第{}节打卡", "打卡第{}课", "checkin {}"]),
)
def test_every_way_to_name_a_lesson_means_the_same(number: int, form: str) -> None:
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for digits in (str(number), wide):
        call = find_call(form.format(digits), learner_commands())
        assert call is not None
        assert (call.command.name, call.rest.lesson()) == ("签到", number)
