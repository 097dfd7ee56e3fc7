"""Webhook robots in internal groups (doc 91770): the key is the secret, 20 messages a minute."""

from dataclasses import replace

from sandbox.api.cards import check_card
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal, Table, post, too_large
from sandbox.phones import card_text
from sandbox.stage import Stage

MOST_BYTES = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
CARDS = ("text_notice", "news_notice")


def _readable(ask: Ask) -> str:
    """The text people will see; refuses what a robot cannot say."""
    kind = ask.text("msgtype")
    if kind in MOST_BYTES:
        content = ask.content(kind)
        too_large(content, MOST_BYTES[kind])
        return content
    if kind != "template_card":
        raise Refusal(40008, "invalid message type")
    card = ask.part("template_card")
    if card.get("card_type") not in CARDS:
        raise Refusal(BAD_PARAMETER, "a robot sends text_notice and news_notice only")
    check_card(card)
    return card_text(card)


def send(stage: Stage, ask: Ask) -> Answer:
    key = ask.query.get("key", "")
    if key not in stage.phones.robots:
        raise Refusal(93000, "invalid webhook url")
    if not stage.limits.robot.admit(key, stage.clock.now()):
        raise Refusal(45009, "api freq out of limit")
    text = _readable(ask)
    bubble = stage.phones.bubble(f"room:{stage.phones.robot_names[key]}", "robot", ask.text("msgtype"), text)
    said = {"id": bubble.id, "at": bubble.at, "kind": bubble.kind, "text": text}
    if bubble.kind == "template_card":
        said["card"] = ask.part("template_card")
    else:
        said["mentioned_list"] = ask.part(bubble.kind).get("mentioned_list", [])
    stage.phones.robots[key].append(said)
    stage.phones.show_chat(bubble)
    name = stage.phones.robot_names[key]
    stage.transcript.add(f"群机器人「{name}」", f"内部群「{name}」", text, "robot")
    return {}


TABLE: Table = {"webhook/send": replace(post(send), with_token=False)}
