"""App messages to members: send and recall (docs 90236, 94867).

Our choices: a message dropped by the duplicate check answers with the earlier msgid and without a response_code; a party
means those directly in it.
"""

import hashlib
import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

from sandbox.api.cards import calls_back, check_card, check_card_media, check_task_id
from sandbox.api.parts import READERS, Said, safe_of
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.clock import DAY
from sandbox.phones import AppMessage, Face, card_text
from sandbox.stage import Stage

DUPLICATE_FLAGS = ("enable_duplicate_check", "duplicate_check_interval")
TOO_OFTEN = 45009


def _split(ask: Ask, name: str, most: int) -> list[str]:
    names = [entry for entry in ask.optional_text(name).split("|") if entry]
    if len(names) > most:
        raise Refusal(40032, f"{name} names more than {most}")
    return names


def _wanted(ask: Ask) -> tuple[list[str], list[str], list[str]]:
    """(userids, party ids, tag ids) as they stand in the call."""
    wanted = _split(ask, "touser", 1000), _split(ask, "toparty", 100), _split(ask, "totag", 100)
    if not any(wanted):
        raise Refusal(EMPTY_PARAMETER, "touser, toparty and totag are empty")
    return wanted


def _recipients(stage: Stage, ask: Ask) -> tuple[list[str], Answer]:
    """(userids, the invalid… fields); 81013 when nobody is left."""
    users, parties, tags = _wanted(ask)
    if users == ["@all"]:
        return [member.userid for member in stage.world.active_members()], {}
    known_parties = [party for party in parties if party.isdecimal() and int(party) in stage.world.departments]
    known_tags = [tag for tag in tags if tag.isdecimal() and int(tag) in stage.directory.tags]
    found = {name: stage.world.active_member(name) for name in users}
    userids = dict.fromkeys(member.userid for member in found.values() if member is not None)
    for party in known_parties:
        userids |= dict.fromkeys(member.userid for member in stage.directory.in_party(int(party)))
    for tag in known_tags:
        userids |= dict.fromkeys(member.userid for member in stage.directory.tagged(int(tag)))
    invalid = {
        "invaliduser": "|".join(name.lower() for name, member in found.items() if member is None),
        "invalidparty": "|".join(party for party in parties if party not in known_parties),
        "invalidtag": "|".join(tag for tag in tags if tag not in known_tags),
    }
    if not userids:
        raise Refusal(81013, "user & party & tag all invalid")
    return list(userids), {name: value for name, value in invalid.items() if value}


def _card(stage: Stage, ask: Ask) -> Said:
    card = ask.part("template_card")
    check_card(card)
    check_card_media(stage, card)
    check_task_id(card)
    return Said("card", card_text(card), deepcopy(card))


def check_agent(stage: Stage, ask: Ask) -> None:
    """The agentid of the call is that of the token's app, else 301002."""
    agent_id = ask.body.get("agentid")
    if not isinstance(agent_id, int):
        raise Refusal(40056, "invalid agentid")
    if agent_id != stage.tokens.agent_of(ask.query.get("access_token", "")):
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
    limits, kept = stage.limits, []
    for userid in userids:
        if limits.passes(userid, limits.member_minute, limits.member_hour):
            kept.append(userid)
        else:
            stage.dropped += 1
            stage.transcript.add("沙箱", stage.world.name_of(userid), "超过频率，消息被静默丢弃", "dropped")
    return kept


def _deliver(stage: Stage, message: AppMessage, said: Said) -> None:
    for userid in message.recipients:
        if said.kind == "card":
            message.faces[userid] = Face(said.data)
        data = {} if said.kind == "card" else said.data
        bubble = stage.phones.bubble("app", "app", said.kind, said.text, data=data, sent=message)
        stage.phones.show_member(userid, bubble)
    people = "、".join(stage.world.name_of(userid) for userid in message.recipients[:5])
    more = f" 等{len(message.recipients)}人" if len(message.recipients) > 5 else ""
    if message.recipients:
        stage.transcript.add("机器人", people + more, said.text, said.kind)


def _said(stage: Stage, ask: Ask) -> Said:
    kind = ask.text("msgtype")
    if kind == "template_card":
        return _card(stage, ask)
    if kind not in READERS:
        raise Refusal(40008, "invalid message type")
    said = READERS[kind](stage, ask)
    if safe := safe_of(ask, kind):
        said.data = {**said.data, "safe": safe}
    return said


def _check_card_use(stage: Stage, card: dict[str, Any]) -> str:
    """The card's task_id; 43012 without a callback URL, 42014 for one that was used before."""
    if calls_back(card) and not stage.courier.callback_url:
        raise Refusal(43012, "the app has no callback url")
    task_id = str(card.get("task_id", ""))
    if task_id in stage.phones.task_ids:
        raise Refusal(42014, "template_card: task_id was used before")
    return task_id


def send(stage: Stage, ask: Ask) -> Answer:
    check_agent(stage, ask)
    said = _said(stage, ask)
    userids, invalid = _recipients(stage, ask)
    fingerprint = _fingerprint(ask.body)
    earlier = _duplicate(stage, ask, fingerprint)
    if earlier is not None:
        return {**invalid, "msgid": earlier.msgid}
    card = said.data if said.kind == "card" else {}
    task_id = _check_card_use(stage, card)
    if not stage.limits.passes(str(ask.body["agentid"]), stage.limits.app_day, count=len(userids)):
        raise Refusal(TOO_OFTEN, "api freq out of limit: person-messages of the day")
    recipients = _admitted(stage, userids)
    message = AppMessage(stage.world.mint("msg"), ask.text("msgtype"), fingerprint, stage.clock.now(), recipients, task_id)
    message.agent_id = ask.body["agentid"]
    stage.phones.messages[message.msgid] = stage.phones.newest[fingerprint] = message
    if task_id:
        stage.phones.task_ids[task_id] = message
    _deliver(stage, message, said)
    answer = {**invalid, "msgid": message.msgid}
    if calls_back(card):
        answer["response_code"] = stage.new_response_code(message)
    return answer


def recall(stage: Stage, ask: Ask) -> Answer:
    """Within a day, by the app that sent it."""
    message = stage.phones.messages.get(ask.text("msgid"))
    if message is None or message.agent_id != stage.tokens.agent_of(ask.query.get("access_token", "")):
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
    "message/recall": post(recall),
}
