"""The mention in a group's line, wherever the client put it."""

from __future__ import annotations

import pytest

from handlers.core.dispatch import find_call
from handlers.core.mention import without_mention
from handlers.core.router import discover


def is_command(line: str) -> bool:
    return find_call(line, discover().staff_commands) is not None


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("@营长助手 缺勤 3", "缺勤 3"),
        ("＠营长助手 缺勤 3", "缺勤 3"),
        ("缺勤 3 @营长助手", "缺勤 3"),
        ("缺勤 @营长助手 3", "缺勤 3"),
        ("缺勤3@营长助手", "缺勤3"),
        ("@营长 助手 缺勤 3", "缺勤 3"),
        ("@Camp Helper Bot absent 3", "absent 3"),
        ("@Camp\u2005缺勤 3", "缺勤 3"),
        ("@Camp Helper\u2005缺勤 3", "缺勤 3"),
        ("缺勤 3 @Camp Helper\u2005", "缺勤 3"),
        ("缺勤 @Camp Helper\u20053", "缺勤 3"),
        ("@营长助手：缺勤 3", "缺勤 3"),
        ("@营长助手， 缺勤 3", "缺勤 3"),
        ("@营长助手，", ""),
        ("@营长助手 备注 #12 你好，名单", "备注 #12 你好，名单"),
        ("@营长助手", ""),
        ("@营长助手\u2005", ""),
        ("缺勤 3", "缺勤 3"),
        ("@营长助手 备注 #12 邮箱 a@b.cn", "备注 #12 邮箱 a@b.cn"),
        ("@营长助手 今天怎么样", "今天怎么样"),
        ("@营长助手 备注 #12 第一行\n第二行", "备注 #12 第一行\n第二行"),
    ],
)
def test_the_mention_is_taken_out(line: str, meant: str) -> None:
    assert without_mention(line, is_command) == meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("缺勤 3 @Camp Helper", "缺勤 3"),
        ("备注 #12 @camp helper 晚上有空", "备注 #12 晚上有空"),
        ("@Camp Helper 名单", "名单"),
        ("@Camp Helper：名单", "名单"),
        ("@Camp Helper名单", "名单"),
        ("@小营 名单", "名单"),
    ],
)
def test_a_known_name_is_found_anywhere_with_its_blanks(line: str, meant: str) -> None:
    assert without_mention(line, is_command, "Camp Helper") == meant
