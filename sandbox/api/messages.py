"""App messages to members: send, update card, recall (docs 90236, 94888, 94867).

Our choices: over-long markdown is 45002, over-long textcard parts are cut; totag resolves to nobody; a message dropped
by the duplicate check answers with the earlier msgid and without a response_code; message types that need media are
40008 here.
"""

import hashlib
import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

from sandbox.api.cards import calls_back, check_card, check_task_id
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post, too_large
from sandbox.clock import DAY
from sandbox.phones import RESPONSE_CODE_LIFE_S, AppMessage, Face, ResponseCode, card_text
from sandbox.stage import Stage

TEXT_BYTES = 2048
DUPLICATE_FLAGS = ("enable_duplicate_check", "duplicate_check_interval")
CUT_TEXTCARD = {"title": 128, "description": 512, "btntxt": 4}


def _split(ask: Ask, name: str, most: int) -> list[str]:
    names = [entry for entry in ask.optional_text(name).split("|") if entry]
    if len(names) > most:
        raise Refusal(40032, f"{name} names more than {most}")
    return names


def _recipients(stage: Stage, ask: Ask) -> tuple[list[str], Answer]:
    """(userids, the invalid… fields); 81013 when nobody is left."""
    wanted = _split(ask, "touser", 1000)
    parties, tags = _split(ask, "toparty", 100), _split(ask, "totag", 100)
    if not (wanted or parties or tags):
        raise Refusal(EMPTY_PARAMETER, "touser, toparty and totag are empty")
    if wanted == ["@all"]:
        return [member.userid for member in stage.world.active_members()], {}
    found = {name: stage.world.active_member(name) for name in wanted}
    userids = dict.fromkeys(member.userid for member in found.values() if member is not None)
    known = {str(department) for department in stage.world.departments}
    for member in stage.world.active_members():
        if any(str(department) in parties for department in member.departments):
            userids[member.userid] = None
    invalid = {
        "invaliduser": "|".join(name.lower() for name, member in found.items() if member is None),
        "invalidparty": "|".join(party for party in parties if party not in known),
        "invalidtag": "|".join(tags),
    }
    if not userids:
        raise Refusal(81013, "user & party & tag all invalid")
    return list(userids), {name: value for name, value in invalid.items() if value}


def _text(ask: Ask) -> Answer:
    content = ask.content("text").encode()[:TEXT_BYTES].decode(errors="ignore")
    return {"content": content}


def _markdown(ask: Ask) -> Answer:
    content = ask.content("markdown")
    too_large(content, TEXT_BYTES)
    return {"content": content}


def _textcard(ask: Ask) -> Answer:
    part = ask.part("textcard")
    for name in ("title", "description", "url"):
        if not part.get(name):
            raise Refusal(EMPTY_PARAMETER, f"textcard.{name} is empty")
    return {name: str(value)[: CUT_TEXTCARD.get(name)] for name, value in part.items()}


def _card(ask: Ask) -> Answer:
    card = ask.part("template_card")
    check_card(card)
    check_task_id(card)
    return deepcopy(card)


KINDS = {"text": _text, "markdown": _markdown, "textcard": _textcard, "template_card": _card}


def _check_agent(stage: Stage, ask: Ask) -> None:
    agent_id = ask.body.get("agentid")
    if not isinstance(agent_id, int):
        raise Refusal(40056, "invalid agentid")
    if agent_id != stage.config.agent_id:
        raise Refusal(301002, "not allowed to operate this agentid")


def _fingerprint(body: dict[str, Any]) -> str:
    """What makes two messages identical: everything but the flags of the check itself."""
    kept = {name: value for name, value in body.items() if name not in DUPLICATE_FLAGS}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _duplicate(stage: Stage, ask: Ask, fingerprint: str) -> AppMessage | None:
    """An identical earlier message inside the interval, whether that one asked for the check or not."""
    interval = ask.number("duplicate_check_interval", 1800, 0, 14400)
    earlier = stage.phones.newest.get(fingerprint)
    if not ask.number("enable_duplicate_check", 0, 0, 1) or earlier is None:
        return None
    return earlier if stage.clock.now() - earlier.sent_at <= interval else None


def _admitted(stage: Stage, userids: list[str]) -> list[str]:
    """Who is still under 30 a minute and 1000 an hour; the rest is dropped without an error (doc 90664)."""
    now, limits = stage.clock.now(), stage.limits
    kept = []
    for userid in userids:
        if limits.member_minute.full(userid, now) or not limits.member_hour.admit(userid, now):
            stage.dropped += 1
            stage.transcript.add("沙箱", stage.world.name_of(userid), "超过频率，消息被静默丢弃", "dropped")
        else:
            limits.member_minute.admit(userid, now)
            kept.append(userid)
    return kept


def _words(kind: str, part: Answer) -> str:
    if kind == "template_card":
        return card_text(part)
    return str(part.get("content") or f"{part.get('title', '')}\n{part.get('description', '')}")


def _deliver(stage: Stage, message: AppMessage, part: Answer) -> None:
    text = _words(message.msgtype, part)
    kind = "card" if message.msgtype == "template_card" else message.msgtype
    for userid in message.recipients:
        if kind == "card":
            message.faces[userid] = Face(part)
        stage.phones.show_member(userid, stage.phones.bubble("app", "app", kind, text, sent=message))
    people = "、".join(stage.world.name_of(userid) for userid in message.recipients[:5])
    more = f" 等{len(message.recipients)}人" if len(message.recipients) > 5 else ""
    if message.recipients:
        stage.transcript.add("机器人", people + more, text, kind)


def send(stage: Stage, ask: Ask) -> Answer:
    _check_agent(stage, ask)
    kind = ask.text("msgtype")
    if kind not in KINDS:
        raise Refusal(40008, "invalid message type")
    part = KINDS[kind](ask)
    userids, invalid = _recipients(stage, ask)
    if kind == "template_card" and calls_back(part) and not stage.courier.callback_url:
        raise Refusal(43012, "the app has no callback url")
    fingerprint = _fingerprint(ask.body)
    earlier = _duplicate(stage, ask, fingerprint)
    if earlier is not None:
        return {**invalid, "msgid": earlier.msgid}
    task_id = str(part.get("task_id", "")) if kind == "template_card" else ""
    if task_id in stage.phones.task_ids:
        raise Refusal(42014, "template_card: task_id was used before")
    recipients = _admitted(stage, userids)
    message = AppMessage(stage.world.mint("msg"), kind, fingerprint, stage.clock.now(), recipients, task_id)
    stage.phones.messages[message.msgid] = stage.phones.newest[fingerprint] = message
    if task_id:
        stage.phones.task_ids[task_id] = message
    _deliver(stage, message, part)
    answer = {**invalid, "msgid": message.msgid}
    if kind == "template_card" and calls_back(part):
        answer["response_code"] = new_response_code(stage, message)
    return answer


def new_response_code(stage: Stage, message: AppMessage) -> str:
    """One more right to update this card: the send gives one, every click another (doc 94888)."""
    code = stage.world.mint("rc")
    stage.phones.response_codes[code] = ResponseCode(message, stage.clock.now())
    return code


def _new_face(ask: Ask) -> tuple[dict[str, Any] | None, str]:
    """(whole new card or None for the old one, dead label or "")."""
    if "button" in ask.body:
        label = ask.part("button").get("replace_name")
        if not isinstance(label, str) or not label:
            raise Refusal(EMPTY_PARAMETER, "button.replace_name is empty")
        return None, label
    card = ask.part("template_card")
    check_card(card)
    if card.get("task_id"):
        check_task_id(card)
    return deepcopy(card), str(card.get("replace_text", ""))


def _keep_task_id(stage: Stage, card: dict[str, Any] | None, message: AppMessage) -> None:
    """A new face may carry the old task_id, a new one, or none; never that of another card."""
    task_id = (card or {}).get("task_id")
    if not task_id:
        return
    if stage.phones.task_ids.setdefault(task_id, message) is not message:
        raise Refusal(42014, "template_card: task_id was used before")


def _named(stage: Stage, ask: Ask, message: AppMessage) -> tuple[list[str], list[str]]:
    """(recipients of this card who were named, named people who never got it)."""
    if ask.number("atall", 0, 0, 1):
        return list(message.faces), []
    wanted = ask.names("userids", 100)
    if not wanted:
        raise Refusal(EMPTY_PARAMETER, "userids is empty")
    by_lower = {userid.lower(): userid for userid in message.faces}
    named = [by_lower[name.lower()] for name in wanted if name.lower() in by_lower]
    return named, [name for name in wanted if name.lower() not in by_lower]


def update_card(stage: Stage, ask: Ask) -> Answer:
    _check_agent(stage, ask)
    code = stage.phones.response_codes.get(ask.text("response_code"))
    if code is None or code.used or stage.clock.now() - code.born_at > RESPONSE_CODE_LIFE_S:
        raise Refusal(60140, "invalid response_code")
    card, label = _new_face(ask)
    message = code.message
    named, invalid = _named(stage, ask, message)
    _keep_task_id(stage, card, message)
    code.used = True
    for userid in named:
        message.faces[userid] = Face(card or message.faces[userid].card, label)
    people = "、".join(stage.world.name_of(userid) for userid in named)
    stage.transcript.add("机器人", people, f"卡片更新：{label or card_text(card or {})}", "card_update")
    return {"invaliduser": invalid}


def recall(stage: Stage, ask: Ask) -> Answer:
    message = stage.phones.messages.get(ask.text("msgid"))
    if message is None:
        raise Refusal(BAD_PARAMETER, "invalid msgid")
    if stage.clock.now() - message.sent_at > DAY:
        raise Refusal(42052, "msgid expired")
    stage.phones.remove(message)
    people = "、".join(stage.world.name_of(userid) for userid in message.recipients)
    stage.transcript.add("机器人", people, "撤回了一条消息", "recall")
    return {}


# Sending has limits of its own and is not counted among the calls per minute (sheet section 11).
TABLE: Table = {
    "message/send": replace(post(send), limited=False),
    "message/update_template_card": post(update_card),
    "message/recall": post(recall),
}
