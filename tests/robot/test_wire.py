"""The robot's wire: callbacks of every documented kind to what they mean, and each answer to its frame (docs 100719-101463)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom.envelope import BadEnvelope, Keys, open_encrypted, seal_answer, sign
from bot.wecom.road import RoadContext
from bot.wecom.roads.aibot import ROAD, to_response
from bot.wecom.robot_inbound import Heard, read_json, to_heard
from storage.robot_turns import Kind, turn_id

CTX = RoadContext(7, unseal=lambda sealed: sealed[::-1])
SAY, RESPONSE = ROAD.calls
HEAD = {"msgid": "m1", "aibotid": "aib", "chattype": "single", "from": {"userid": "Lin"}}
TEXT = {"msgtype": "text", "text": {"content": "缺勤"}}


def heard(**body: Any) -> Heard:
    return to_heard({**HEAD, **body})


def test_what_people_write() -> None:
    alone = heard(**TEXT)
    assert (alone.kind, alone.said, alone.chat_id, alone.turn) == ("aibot.text", {"text": "缺勤"}, "", Kind.MESSAGE)
    group = heard(**TEXT, chattype="group", chatid="chat1", response_url="https://x")
    assert (group.chat_id, group.response_url, "https://x" in repr(group)) == ("chat1", "https://x", False)
    quoted = heard(**TEXT, quote={"msgtype": "text", "text": {"content": "第3课"}})
    assert quoted.said == {"text": "缺勤", "quote": "第3课"}
    assert heard(msgtype="voice", voice={"content": "缺勤三。"}).said == {"text": "缺勤三"}
    items = [TEXT, {"msgtype": "image", "image": {"url": "https://x"}}, {"msgtype": "text", "text": {"content": "谢谢"}}]
    assert heard(msgtype="mixed", mixed={"msg_item": items}).said == {"text": "缺勤\n谢谢"}
    for kind in ("image", "video", "something_new"):
        odd = heard(msgtype=kind, **{kind: {"url": "https://x"}})
        assert (odd.kind, odd.said, odd.turn) == ("aibot.media", {"msgtype": kind}, Kind.MESSAGE)


def test_a_file_and_its_key_are_kept_apart_from_what_is_said() -> None:
    file = heard(msgtype="file", file={"url": "https://x", "aeskey": "k" * 43, "filename": "名单.xlsx"})
    assert (file.kind, file.said, file.media) == (
        "aibot.file",
        {"name": "名单.xlsx"},
        {"url": "https://x", "aeskey": "k" * 43},
    )
    assert "https://x" not in repr(file)


def test_events() -> None:
    assert heard(msgtype="event", event={"eventtype": "enter_chat"}).turn is Kind.ENTER
    selected = {"selected_item": [{"question_key": "q", "option_ids": {"option_id": ["a", "b"]}}]}
    part = {"card_type": "button_interaction", "event_key": "close:1", "task_id": "t1", "selected_items": selected}
    click = heard(msgtype="event", event={"eventtype": "template_card_event", "template_card_event": part})
    assert (click.kind, click.turn) == ("aibot.click", Kind.CLICK)
    assert click.said == {"key": "close:1", "task_id": "t1", "card_type": "button_interaction", "selected": {"q": ["a", "b"]}}
    part = {"id": "f1", "type": 2, "content": "不对"}
    judged = heard(msgtype="event", event={"eventtype": "feedback_event", "feedback_event": part})
    assert (judged.kind, judged.said, judged.turn) == ("aibot.feedback", part, None)
    gone = to_heard({"msgid": "x", "msgtype": "event", "event": {"eventtype": "disconnected_event"}})
    assert (gone.event, gone.kind) == ("disconnected_event", "")
    new = heard(msgtype="event", event={"eventtype": "moon_event"})
    assert (new.event, new.kind, new.turn) == ("moon_event", "", None)
    assert heard(msgtype="stream", stream={"id": "12"}).stream_id == "12"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["msgtype", "event", "eventtype", "text", "content", "from", "userid", "mixed", "msg_item"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["msgtype", "msgid", "from", "event", "text", "mixed", "quote", "file"]), ANYTHING))
def test_nothing_odd_gets_through_as_a_fault(body: dict[str, Any]) -> None:
    try:
        found = to_heard(body)
    except BadEnvelope:
        return
    assert isinstance(found.userid, str)
    json.dumps(found.said)


@pytest.mark.parametrize("words", ["", "[]", "7", "{", "[" * 100_000, '{"a":' * 40 + "1" + "}" * 40])
def test_what_is_no_object_or_too_deep_is_refused(words: str) -> None:
    with pytest.raises(BadEnvelope):
        read_json(words)


def test_a_callback_told_twice_is_the_same_turn() -> None:
    assert turn_id("m1") == turn_id("m1") != turn_id("m2")
    assert all(0 < turn_id(str(n)) < 2**63 for n in range(1000))


def frame(message: dict[str, Any], how: str, **more: Any) -> dict[str, Any]:
    payload = {"to": ["room:chat1"], "how": how, "req_id": "r1", "stream": "9-0", "chat_id": "chat1", "group": True}
    return SAY.build({**payload, "message": message, **more}, CTX)


WORDS = {"type": "text", "text": "好"}
CARD = {"type": "card", "task_id": "t1", "title": "认领", "buttons": [["claim:1", "领取", 1]]}


def test_each_answer_has_its_frame() -> None:
    assert frame(WORDS, "reply") == {
        "cmd": "aibot_respond_msg",
        "req_id": "r1",
        "body": {"msgtype": "stream", "stream": {"id": "9-0", "finish": True, "content": "好", "feedback": {"id": "9-0"}}},
    }
    card = frame(CARD, "reply")
    assert (card["cmd"], card["body"]["msgtype"]) == ("aibot_respond_msg", "template_card")
    assert card["body"]["template_card"]["task_id"] == "t1"
    welcome = {"msgtype": "text", "text": {"content": "好"}}
    assert frame(WORDS, "welcome") == {"cmd": "aibot_respond_welcome_msg", "req_id": "r1", "body": welcome}
    update = frame({**CARD, "buttons": []}, "update")["body"]
    assert (update["response_type"], "userids" in update) == ("update_template_card", False)
    assert frame(CARD, "update", userids=["lin"])["body"]["userids"] == ["lin"]
    # There is no text among pushes (40008).
    assert frame(WORDS, "push") == {
        "cmd": "aibot_send_msg",
        "req_id": "",
        "body": {"chatid": "chat1", "chat_type": 2, "msgtype": "markdown", "markdown": {"content": "好"}},
    }
    assert frame(WORDS, "push", group=False)["body"]["chat_type"] == 1
    with pytest.raises(ValueError, match="how"):
        frame(WORDS, "shout")
    assert SAY.recipients({"to": ["room:chat1"]}) == ("room:chat1",)


def test_a_response_is_plain_markdown_or_a_card_at_its_own_address() -> None:
    payload = {"to": ["member:lin"], "response_url": "1=edoc?/x//:sptth", "message": WORDS}
    assert to_response(payload, CTX) == {"msgtype": "markdown", "markdown": {"content": "好"}}
    assert RESPONSE.key is not None
    assert RESPONSE.key(payload, CTX) == "https://x/?code=1"
    with pytest.raises(ValueError, match="another key"):
        RESPONSE.key(payload, RoadContext(7))


def test_long_words_are_cut_at_what_a_stream_holds() -> None:
    content = frame({"type": "text", "text": "好" * 10_000}, "reply")["body"]["stream"]["content"]
    assert len(content.encode()) <= 20_480
    assert content.endswith("…")


def test_an_answer_repeats_the_nonce_and_opens_with_an_empty_receiver() -> None:
    keys = Keys("aibotToken", "YWlib3Qta2V5LTAxMjM0NTY3ODlhYmNkZWZnaGlqa2w", "")
    for words in ("", "好" * 500, "x" * 11, "x" * 12, "x" * 13):
        told = seal_answer(keys, words, nonce="n7", now=1791000000.9)
        assert (told["nonce"], told["timestamp"]) == ("n7", 1791000000)
        assert told["msgsignature"] == sign("aibotToken", "1791000000", "n7", str(told["encrypt"]))
        opened = open_encrypted(
            keys,
            signature=str(told["msgsignature"]),
            timestamp="1791000000",
            nonce="n7",
            encrypted=str(told["encrypt"]),
            now=1791000000,
        )
        assert opened == words
