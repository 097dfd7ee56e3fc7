"""kf: what the bot says to learners (docs 94677, 95122).

Our choices: a msgid used twice is 40058 (its code is unconfirmed); unknown, old or used event codes are 41050, a code
whose session moved on is 95018; messages on events do not count among the five; a message that fails on its way, which the
msg_send_fail event reports, does count.
"""

import re
from typing import Any

from sandbox.api.kf_parts import message_of
from sandbox.api.kf_pull import account_of
from sandbox.api.parts import Said
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.desk import ASSISTANT, NEW, REPLIES_PER_TURN, Chat
from sandbox.kf_log import log_event
from sandbox.stage import Stage

MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")


def _claim_msgid(stage: Stage, ask: Ask, open_kfid: str) -> str:
    """The bot's own msgid, or a new one; refuses a second use in the account without claiming anything."""
    msgid = ask.optional_text("msgid")
    if not msgid:
        return stage.world.mint("kfs")
    if not MSGID.fullmatch(msgid):
        raise Refusal(BAD_PARAMETER, "msgid: up to 32 of 0-9 a-z A-Z _ -")
    if (open_kfid, msgid) in stage.desk.sent_msgids:
        raise Refusal(BAD_PARAMETER, "msgid was used before")
    return msgid


def _check_window(stage: Stage, chat: Chat) -> None:
    """48 h (95002), session state 0 or 1 (95018), five per turn (95001)."""
    now = stage.clock.now()
    if not chat.window_open(now):
        raise Refusal(95002, "more than 48 h since the last message of the customer")
    if chat.state_at(now) not in (NEW, ASSISTANT):
        raise Refusal(95018, "session state forbids sending")
    if chat.sent >= REPLIES_PER_TURN:
        raise Refusal(95001, f"{REPLIES_PER_TURN} messages sent since the last message of the customer")


def _show(stage: Stage, chat: Chat, msgid: str, said: Said, items: list[dict[str, Any]]) -> None:
    """Put the message on the learner's screen, or report why it could not get there."""
    name = stage.world.name_of(chat.external_userid)
    failure = chat.next_failure()
    if failure is not None:
        stage.transcript.add("客服机器人", name, f"没有送达：{said.text}", "kf_fail")
        log_event(stage, chat, "msg_send_fail", fail_msgid=msgid, fail_type=failure)
        return
    bubble = stage.phones.bubble(f"kf:{chat.open_kfid}", "kf", said.kind, said.text, items=items, data=said.data)
    stage.phones.show_learner(chat.external_userid, bubble)
    buttons = "".join(f"\n［{item['content']}］" for item in items)
    stage.transcript.add("客服机器人", name, said.text + buttons, said.kind)


def send(stage: Stage, ask: Ask) -> Answer:
    account = account_of(stage, ask)
    learner = ask.text("touser")
    if learner not in stage.world.learners:
        raise Refusal(40096, "invalid external userid")
    msgid = _claim_msgid(stage, ask, account.open_kfid)
    said, items = message_of(stage, ask)
    chat = stage.desk.chat(account.open_kfid, learner)
    _check_window(stage, chat)
    stage.desk.sent_msgids.add((account.open_kfid, msgid))
    chat.sent += 1
    chat.state = ASSISTANT  # doc 94669: an API send in state 0 hands the learner to the assistant
    _show(stage, chat, msgid, said, items)
    return {"msgid": msgid}


def send_on_event(stage: Stage, ask: Ask) -> Answer:
    code = stage.desk.codes.get(ask.text("code"))
    now = stage.clock.now()
    if code is None or code.used or now - code.born_at > code.life_s:
        raise Refusal(41050, "invalid code")
    chat = stage.desk.chat(code.open_kfid, code.external_userid)
    if code.state is not None and chat.state_at(now) != code.state:
        raise Refusal(95018, "the session has left the state of this code")
    msgid = _claim_msgid(stage, ask, code.open_kfid)
    said, items = message_of(stage, ask, code.msgtypes)
    code.used = True
    stage.desk.sent_msgids.add((code.open_kfid, msgid))
    if code.state is None:
        chat.welcomed_at = now
    _show(stage, chat, msgid, said, items)
    return {"msgid": msgid}


TABLE: Table = {
    "kf/send_msg": post(send),
    "kf/send_msg_on_event": post(send_on_event),
}
