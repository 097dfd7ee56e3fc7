"""Decrypted XML to dicts and facts, with the samples of the fact sheet."""

from __future__ import annotations

import pytest

from bot.wecom.envelope import BadEnvelope
from bot.wecom.event_xml import parse_event
from bot.wecom.inbound import to_fact
from storage.inbox import FactDraft


def fact(xml: str) -> FactDraft:
    return to_fact(parse_event(xml), xml)


def event(inner: str, name: str = "change_external_chat", who: str = "sys") -> str:
    return (
        f"<xml><ToUserName><![CDATA[ww]]></ToUserName><FromUserName><![CDATA[{who}]]></FromUserName>"
        f"<CreateTime>1791001100</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inner}</xml>"
    )


TEXT = (
    "<xml><ToUserName><![CDATA[ww]]></ToUserName><FromUserName><![CDATA[Lin.Banzhuren]]></FromUserName><CreateTime>1791000123"
    "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[ 期次 2031 <出勤> ]]></Content>"
    "<MsgId>7419000000000000021</MsgId><AgentID>1000017</AgentID></xml>"
)


def test_leaves_stay_text_and_are_not_stripped() -> None:
    parsed = parse_event(TEXT)
    assert parsed["Content"] == " 期次 2031 <出勤> "
    assert parsed["CreateTime"] == "1791000123"
    assert "MemChangeList" not in parsed


def test_repeated_nodes_become_lists_and_nested_ones_dicts() -> None:
    parsed = parse_event("<xml>\n <A><B>1</B>\n<B>2</B><B/></A><C></C></xml>")
    assert parsed == {"A": {"B": ["1", "2", ""]}, "C": ""}


@pytest.mark.parametrize(
    ("node", "ids"),
    [
        ("<MemChangeList><Item><![CDATA[wm1]]></Item></MemChangeList>", ["wm1"]),
        ("<MemChangeList><Item>wm1</Item><Item>wm2</Item></MemChangeList>", ["wm1", "wm2"]),
        ("<MemChangeList><![CDATA[wm1,wm2]]></MemChangeList>", ["wm1", "wm2"]),
        ("<MemChangeList><![CDATA[wm1]]></MemChangeList>", ["wm1"]),
        ("<MemChangeList>wm1</MemChangeList><MemChangeList>wm2</MemChangeList>", ["wm1", "wm2"]),
        ("<MemChangeList/>", []),
        ("<MemChangeList><Other>1</Other></MemChangeList>", []),
        ("", []),
    ],
)
def test_member_changes_are_always_a_list(node: str, ids: list[str]) -> None:
    assert parse_event(event(f"<ChatId>wr1</ChatId>{node}"))["MemChangeList"] == ids


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "junk",
        "<xml>",
        "<xml></xml>",
        "<xml>leaf</xml>",
        '<!DOCTYPE x SYSTEM "x.dtd"><xml><A>1</A></xml>',
        '<!DOCTYPE x [<!ENTITY a "ha">]><xml><A>&a;</A></xml>',
        "<xml>" * 17 + "<A/>" + "</xml>" * 17,
        "<xml><A>\udc80</A></xml>",
        "<xml><A>" + "a" * 1_100_000 + "</A></xml>",
    ],
)
def test_junk_is_400(xml: str) -> None:
    with pytest.raises(BadEnvelope) as refused:
        parse_event(xml)
    assert refused.value.status == 400


def test_control_characters_do_not_cost_the_message() -> None:
    assert parse_event(TEXT.replace("期次", "\x08期\x0b次\uffff\x1f\n"))["Content"] == " 期次\n 2031 <出勤> "


@pytest.mark.parametrize("odd", [*map(chr, range(9)), "\x0b", "\x0c", *map(chr, range(14, 32)), "\ufffe", "\uffff"])
def test_no_forbidden_character_costs_the_message_or_stays_in_it(odd: str) -> None:
    for leaves in ("<b>2</b>", "<b><c>2</c></b>"):
        clean = f"<xml><a>1</a>{leaves}</xml>"
        for xml in (clean.replace("1", f"1{odd}"), f"{odd}{clean}", clean.replace("<b>", f"<b>{odd}")):
            assert parse_event(xml) == parse_event(clean)


def test_member_text() -> None:
    draft = fact(TEXT)
    assert draft.kind == "app.text"
    assert draft.dedup_key == "msg:7419000000000000021"
    assert draft.conversation == "member:lin.banzhuren"
    assert draft.body == {"userid": "Lin.Banzhuren", "text": " 期次 2031 <出勤> ", "msg_id": "7419000000000000021"}


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "file"])
def test_member_media(kind: str) -> None:
    draft = fact(TEXT.replace("[text]", f"[{kind}]"))
    assert (draft.kind, draft.body) == ("app.media", {"userid": "Lin.Banzhuren", "msg_type": kind})


def test_enter_agent() -> None:
    draft = fact(event("<EventKey></EventKey>", "enter_agent", "Wu"))
    assert (draft.kind, draft.body, draft.conversation) == ("app.enter", {"userid": "Wu"}, "member:wu")
    assert draft.dedup_key.startswith("evt:")


@pytest.mark.parametrize(
    ("items", "selected"),
    [
        ("", {}),
        ("<SelectedItems/>", {}),
        (
            "<SelectedItems><SelectedItem><QuestionKey>why</QuestionKey><OptionIds><OptionId>price</OptionId></OptionIds>"
            "</SelectedItem></SelectedItems>",
            {"why": ["price"]},
        ),
        (
            "<SelectedItems><SelectedItem><QuestionKey>a</QuestionKey><OptionIds><OptionId>1</OptionId><OptionId>2</OptionId>"
            "</OptionIds></SelectedItem><SelectedItem><QuestionKey>b</QuestionKey><OptionIds/></SelectedItem></SelectedItems>",
            {"a": ["1", "2"], "b": []},
        ),
    ],
)
def test_card_click(items: str, selected: dict[str, list[str]]) -> None:
    inner = (
        "<EventKey>claim:12</EventKey><TaskId>pool-1</TaskId><CardType>button_interaction</CardType>"
        f"<ResponseCode>rc</ResponseCode>{items}"
    )
    draft = fact(event(inner, "template_card_event", "wu.sales"))
    assert draft.kind == "app.click"
    assert draft.body == {
        "userid": "wu.sales",
        "key": "claim:12",
        "task_id": "pool-1",
        "response_code": "rc",
        "card_type": "button_interaction",
        "selected": selected,
    }


@pytest.mark.parametrize(
    ("xml", "conversation"),
    [
        (event("<ChatId>wr7</ChatId>"), "group:wr7"),
        (event("<ExternalUserID>wm3</ExternalUserID>", "change_external_contact"), "learner:wm3"),
        (event("<OpenKfId>wk1</OpenKfId><Token>t</Token>", "kf_msg_or_event"), "kf:wk1"),
        (event("", "change_external_contact"), "corp"),
        (event("<UserID>wu</UserID>", "change_contact"), "corp"),
        (event("", "brand_new_event", "wu"), "corp"),
        ("<xml><InfoType>suite_ticket</InfoType></xml>", "corp"),
        ("<xml><Event><A>1</A></Event><MsgType><B/></MsgType></xml>", "corp"),
    ],
)
def test_other_events_keep_their_wire_keys(xml: str, conversation: str) -> None:
    draft = fact(xml)
    assert (draft.kind, draft.conversation, draft.body) == ("wecom.event", conversation, parse_event(xml))


def test_same_second_twins_differ_and_redelivery_does_not() -> None:
    one, two = event("<ChatId>wr1</ChatId>"), event("<ChatId>wr2</ChatId>")
    assert fact(one).dedup_key == fact(one).dedup_key
    assert fact(one).dedup_key != fact(two).dedup_key
    assert fact(TEXT.replace("7419000000000000021", "0")).dedup_key.startswith("evt:")
