"""Servicers of customer service act in their client: take a chat, hand it on, write, end it, pause (doc 94670)."""

from typing import Any

from sandbox.desk import ENDED, HUMAN, POOL, Account, Chat
from sandbox.kf_log import log_event, log_item
from sandbox.people import Impossible
from sandbox.people.contacts import learner_of
from sandbox.people.desk import account_named, take_back
from sandbox.people.media import Sent
from sandbox.stage import Stage

TAKEN, HANDED_ON, FINISHED, REOPENED = 1, 2, 3, 4  # change_type, doc 94670
RECEIVES, STOPPED = 1, 2  # status of servicer_status_change


def _servicer(stage: Stage, account: Account, userid: str) -> str:
    member = stage.world.active_member(userid)
    if member is None or member.userid not in stage.desk.servicers_of(account):
        raise Impossible(f"{stage.world.name_of(userid)} 不是客服账号「{account.name}」的接待人员")
    return member.userid


def _chat(stage: Stage, external_userid: str, open_kfid: str) -> tuple[Account, Chat]:
    learner_of(stage, external_userid)
    account = account_named(stage, open_kfid)
    return account, stage.desk.chat(account.open_kfid, external_userid)


def _own_chat(stage: Stage, userid: str, external_userid: str, open_kfid: str) -> tuple[Account, Chat, str]:
    """The chat this servicer is in."""
    account, chat = _chat(stage, external_userid, open_kfid)
    servicer = _servicer(stage, account, userid)
    if chat.state_at(stage.clock.now()) != HUMAN or chat.servicer != servicer:
        raise Impossible(f"{stage.world.name_of(servicer)} 没有在接待 {stage.world.name_of(external_userid)}")
    return account, chat, servicer


def _changed(stage: Stage, chat: Chat, change: int, old: str, new: str, code: str = "") -> dict[str, Any]:
    """Tell of a change of the session; msg_code only comes with 1 and 3."""
    names = {"old_servicer_userid": old, "new_servicer_userid": new, "msg_code": code}
    log_event(stage, chat, "session_status_change", change_type=change, **{name: v for name, v in names.items() if v})
    stage.phones.touch(chat.external_userid)
    return {"msg_code": code} if code else {}


def take(stage: Stage, userid: str, external_userid: str, open_kfid: str) -> dict[str, Any]:
    """A servicer takes a learner out of the waiting pool, or up again after the end."""
    account, chat = _chat(stage, external_userid, open_kfid)
    servicer, before = _servicer(stage, account, userid), chat.state_at(stage.clock.now())
    if before not in (POOL, ENDED) or (before == ENDED and not chat.touched_at):
        raise Impossible("会话不在待接入池里，也没有结束")
    chat.state, chat.servicer, chat.touched_at = HUMAN, servicer, stage.clock.now()
    stage.transcript.add(stage.world.name_of(servicer), stage.world.name_of(external_userid), "接入客服会话", "kf_state")
    change = TAKEN if before == POOL else REOPENED
    return _changed(stage, chat, change, "", servicer, stage.desk.add_msg_code(chat, before) if change == TAKEN else "")


def hand_on(stage: Stage, userid: str, external_userid: str, to: str, open_kfid: str) -> dict[str, Any]:
    account, chat, servicer = _own_chat(stage, userid, external_userid, open_kfid)
    chat.servicer = _servicer(stage, account, to)
    stage.transcript.add(stage.world.name_of(servicer), stage.world.name_of(chat.servicer), "转接客服会话", "kf_state")
    return _changed(stage, chat, HANDED_ON, servicer, chat.servicer)


def end(stage: Stage, userid: str, external_userid: str, open_kfid: str) -> dict[str, Any]:
    _, chat, servicer = _own_chat(stage, userid, external_userid, open_kfid)
    chat.state, chat.servicer = ENDED, ""
    stage.transcript.add(stage.world.name_of(servicer), stage.world.name_of(external_userid), "结束客服会话", "kf_state")
    return _changed(stage, chat, FINISHED, servicer, "", stage.desk.add_msg_code(chat, HUMAN))


def say(stage: Stage, userid: str, external_userid: str, sent: Sent, open_kfid: str) -> dict[str, Any]:
    """A servicer writes to the learner; the bot pulls it with origin 5."""
    account, _, servicer = _own_chat(stage, userid, external_userid, open_kfid)
    name = stage.world.name_of(servicer)
    item = {
        "open_kfid": account.open_kfid,
        "external_userid": external_userid,
        "origin": 5,
        "servicer_userid": servicer,
        "msgtype": sent.kind,
        sent.kind: sent.part,
    }
    msgid = log_item(stage, account, item, f"接待人员「{sent.text[:20]}」")
    data = {**sent.data, "servicer": servicer, "servicer_name": name, "msgid": msgid}
    stage.phones.show_learner(
        external_userid, stage.phones.bubble(f"kf:{account.open_kfid}", "kf", sent.kind, sent.text, data=data)
    )
    stage.transcript.add(name, stage.world.name_of(external_userid), sent.text, "say")
    return {"msgid": msgid}


def recall(stage: Stage, userid: str, external_userid: str, msgid: str, open_kfid: str) -> dict[str, Any]:
    account, chat = _chat(stage, external_userid, open_kfid)
    servicer = _servicer(stage, account, userid)
    own = any(
        bubble.data.get("msgid") == msgid and bubble.data.get("servicer") == servicer
        for bubble in stage.phones.learners.get(external_userid, [])
    )
    if not own:
        raise Impossible(f"{stage.world.name_of(servicer)} 没有发过消息 {msgid}")
    take_back(stage, external_userid, msgid)
    stage.transcript.add(stage.world.name_of(servicer), stage.world.name_of(external_userid), "撤回了一条消息", "recall")
    log_event(stage, chat, "servicer_recall_msg", recall_msgid=msgid)
    return {}


def pause(stage: Stage, userid: str, *, status: int, stop_type: int, open_kfid: str) -> dict[str, Any]:
    """status 1 receives, 2 does not; then stop_type 0 stopped, 1 suspended."""
    account = account_named(stage, open_kfid)
    servicer = _servicer(stage, account, userid)
    if status not in (RECEIVES, STOPPED):
        raise Impossible("status 只能是 1 或 2")
    account.stopped.pop(servicer, None)
    if status == STOPPED:
        account.stopped[servicer] = stop_type
    event: dict[str, Any] = {
        "event_type": "servicer_status_change",
        "servicer_userid": servicer,
        "status": status,
        "open_kfid": account.open_kfid,
        **({"stop_type": stop_type} if status == STOPPED else {}),
    }
    words = "开始接待" if status == RECEIVES else "停止接待"
    stage.transcript.add(stage.world.name_of(servicer), "客服", words, "kf_state")
    log_item(stage, account, {"origin": 4, "msgtype": "event", "event": event}, "servicer_status_change")
    return {}
