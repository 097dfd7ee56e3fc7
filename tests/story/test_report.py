"""The last page: shares that add up, and the list of what was expected."""

import io
from typing import Any

import pytest

from sandbox.story.checklist import Checklist
from sandbox.story.report import places_table, whole_percents
from sandbox.story.voice import Voice, pad, short, told, width


@pytest.mark.parametrize("numbers", [[1], [1, 1, 1], [5, 5, 7, 5, 1], [0, 23], [1, 999]])
def test_percents_add_up_to_a_hundred(numbers: list[int]) -> None:
    shares = whole_percents(numbers)
    assert sum(shares) == 100
    assert all(abs(share - 100 * number / sum(numbers)) < 1 for share, number in zip(shares, numbers, strict=True))


def test_places_in_the_order_of_the_story_strangers_last() -> None:
    lines = places_table({"小雨": "转化公海", "小林": "已成交", "小何": "？"})
    assert [line.split()[0] for line in lines] == ["已成交", "转化公海", "？", "合计"]
    assert "小雨" in lines[1]
    assert lines[-1].split()[1:] == ["3", "人", "100%"]


def test_a_checklist_says_what_it_saw() -> None:
    checklist = Checklist()
    checklist.equal("一", 1, 1)
    checklist.equal("二", 1, 2)
    checklist.names("三", "小雨 小林", ["小雨"], ["小何"])
    checklist.names("四", "小雨 小林", ["小何"], ["小林"])
    assert [(claim.words, claim.seen) for claim in checklist.failed] == [("二", "是 1，应为 2"), ("四", "缺 小何；多 小林")]


def line(who: str, to: str, what: str, kind: str) -> dict[str, Any]:
    return {"seq": 1, "at": 0, "who": who, "to": to, "what": what, "kind": kind}


def test_a_learners_screen_is_one_line_a_members_is_whole() -> None:
    [(words, _)] = told(line("客服机器人", "小雨", "一\n二\n三\n四\n［签到］\n［课表］", "menu"))
    assert words.endswith("🤖 机器人 → 小雨：一 / 二 / 三 / ……  ［签到］ ［课表］")
    assert len(told(line("机器人", "林老师", "一\n二\n三", "text"))) == 4
    assert "共 30 行" in told(line("机器人", "林老师", "行\n" * 30, "text"))[-1][0]


def test_links_and_signed_tokens_are_shortened() -> None:
    long = "https://work.weixin.qq.com/kfid/kfc0123456789abcdef?enc_scene=ENC1&scene_param=l1.abcdefghijklmnop"
    assert len(short(f"签到 {long}")) < 50
    assert short("进入客服（camp l1.abcdefghijklmnop）") == "进入客服（带签名的链接）"
    assert short("加好友（渠道 dy01）") == "加好友（渠道 dy01）"


def test_no_colours_unless_it_is_a_terminal() -> None:
    out = io.StringIO()
    voice = Voice(out=out)
    voice.hear(line("小雨", "客服", "签到1", "say"))
    voice.hear(line("旁白", "", "## ① 报名", "narrator"))
    voice.hear(line("旁白", "", "\u200b", "narrator"))
    assert "\033" not in out.getvalue()
    assert "━━ ① 报名 ━" in out.getvalue()
    assert voice.heard == 1


def test_chinese_takes_two_columns() -> None:
    assert width("转化公海") == 8
    assert width(pad("合计", 12)) == 12
