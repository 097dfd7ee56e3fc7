"""Cards that were sent get another face: a dead label, a whole new card (doc 94888)."""

from copy import deepcopy
from typing import Any

from sandbox.api.cards import INTERACTIVE, check_card, check_card_media, check_task_id
from sandbox.api.messages import check_agent
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.phones import RESPONSE_CODE_LIFE_S, AppMessage, Face, card_text
from sandbox.stage import Stage

BAD_CODE, USED_TASK_ID = 60140, 42014


def new_face(stage: Stage, ask: Ask) -> tuple[dict[str, Any] | None, str]:
    """(whole new card or None for the old one, dead label or ""). replace_text belongs to interactive kinds only."""
    if "button" in ask.body:
        label = ask.part("button").get("replace_name")
        if not isinstance(label, str) or not label:
            raise Refusal(EMPTY_PARAMETER, "button.replace_name is empty")
        return None, label
    card = ask.part("template_card")
    check_card(card)
    check_card_media(stage, card)
    if card.get("task_id"):
        check_task_id(card)
    return deepcopy(card), str(card.get("replace_text", "")) if card["card_type"] in INTERACTIVE else ""


def keep_task_id(stage: Stage, card: dict[str, Any] | None, message: AppMessage) -> None:
    """A new face may carry the old task_id, a new one, or none; never that of another card."""
    task_id = (card or {}).get("task_id")
    if not task_id:
        return
    if stage.phones.task_ids.setdefault(task_id, message) is not message:
        raise Refusal(USED_TASK_ID, "template_card: task_id was used before")


def _numbers(ask: Ask, name: str) -> list[int]:
    """Ids of parties or tags, at most 100."""
    wanted = ask.body.get(name) or []
    if not isinstance(wanted, list) or len(wanted) > 100:
        raise Refusal(BAD_PARAMETER, f"{name} has at most 100 entries")
    return [int(number) for number in wanted]


def _named(stage: Stage, ask: Ask, message: AppMessage) -> tuple[list[str], list[str]]:
    """(recipients of this card who were named, named people who never got it)."""
    if ask.number("atall", 0, 0, 1):
        return list(message.faces), []
    users, parties, tags = ask.names("userids", 100), _numbers(ask, "partyids"), _numbers(ask, "tagids")
    if not (users or parties or tags):
        raise Refusal(EMPTY_PARAMETER, "userids, partyids and tagids are empty")
    by_lower = {userid.lower(): userid for userid in message.faces}
    named = dict.fromkeys(by_lower[name.lower()] for name in users if name.lower() in by_lower)
    groups = [stage.directory.in_party(party) for party in parties]
    groups += [stage.directory.tagged(tag) for tag in tags if tag in stage.directory.tags]
    named |= dict.fromkeys(member.userid for group in groups for member in group if member.userid in message.faces)
    return list(named), [name for name in users if name.lower() not in by_lower]


def update_card(stage: Stage, ask: Ask) -> Answer:
    check_agent(stage, ask)
    code = stage.phones.response_codes.get(ask.text("response_code"))
    if code is None or code.used or code.message.agent_id != ask.body["agentid"]:
        raise Refusal(BAD_CODE, "invalid response_code")
    if stage.clock.now() - code.born_at > RESPONSE_CODE_LIFE_S:
        raise Refusal(BAD_CODE, "response_code expired")
    card, label = new_face(stage, ask)
    message = code.message
    named, invalid = _named(stage, ask, message)
    keep_task_id(stage, card, message)
    code.used = True
    for userid in named:
        message.faces[userid] = Face(card or message.faces[userid].card, label)
    stage.phones.touch(*named)
    people = "、".join(stage.world.name_of(userid) for userid in named)
    stage.transcript.add("机器人", people, f"卡片更新：{label or card_text(card or {})}", "card_update")
    return {"invaliduser": invalid}


TABLE: Table = {"message/update_template_card": post(update_card)}
