"""kf: session state, who the customer is, and the card that recommends a member or a group (docs 94669, 95159, 94674).

Our choices: whatever the API asks of an ended session is 95013, another wrong move 95016; a servicer who has stopped
receiving is 95019; a recommendation outside the console's range is 60011.
"""

from typing import Any

from sandbox.api.kf_pull import account_of
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, get, post
from sandbox.desk import ASSISTANT, ENDED, HUMAN, NEW, POOL, Chat
from sandbox.stage import Stage

MOVES = {
    NEW: (ASSISTANT, POOL, HUMAN, ENDED),
    ASSISTANT: (POOL, HUMAN, ENDED),
    POOL: (HUMAN, ENDED),
    HUMAN: (HUMAN, ENDED),
    ENDED: (),
}
SESSION_ENDED, NO_SERVICER, WRONG_MOVE, SERVICER_STOPPED, NO_RIGHT = 95013, 95014, 95016, 95019, 60011
TO_MEMBER, TO_GROUP = 1, 2


def _chat(stage: Stage, ask: Ask) -> Chat:
    account = account_of(stage, ask)
    learner = ask.text("external_userid")
    if learner not in stage.world.learners:
        raise Refusal(40096, "invalid external userid")
    return stage.desk.chat(account.open_kfid, learner)


def get_state(stage: Stage, ask: Ask) -> Answer:
    chat = _chat(stage, ask)
    state = chat.state_at(stage.clock.now())
    return {"service_state": state, **({"servicer_userid": chat.servicer} if state == HUMAN else {})}


def _servicer(stage: Stage, ask: Ask, chat: Chat) -> str:
    """The member who is to take the chat."""
    account, member = stage.desk.accounts[chat.open_kfid], stage.world.active_member(ask.optional_text("servicer_userid"))
    if member is None or member.userid not in stage.desk.servicers_of(account):
        raise Refusal(NO_SERVICER, "not a servicer")
    if member.userid in account.stopped:
        raise Refusal(SERVICER_STOPPED, "the servicer does not receive")
    return member.userid


def move_state(stage: Stage, ask: Ask) -> Answer:
    """The API's own moves cause no session_status_change (doc 94670: only what servicers do in the client)."""
    chat = _chat(stage, ask)
    if "service_state" not in ask.body:
        raise Refusal(EMPTY_PARAMETER, "service_state is required")
    wanted, before = ask.number("service_state", 0, 0, 4), chat.state_at(stage.clock.now())
    if before == ENDED:
        raise Refusal(SESSION_ENDED, "the session has ended")
    if wanted not in MOVES[before]:
        raise Refusal(WRONG_MOVE, f"state {before} cannot become {wanted}")
    servicer = _servicer(stage, ask, chat) if wanted == HUMAN else ""
    chat.state, chat.servicer = wanted, servicer
    code = stage.desk.add_msg_code(chat, before)
    words = {ASSISTANT: "转给助手", POOL: "放入待接入池", HUMAN: "转人工", ENDED: "结束会话"}[wanted]
    to_whom = f" → {stage.world.name_of(servicer)}" if wanted == HUMAN else ""
    stage.transcript.add("客服机器人", stage.world.name_of(chat.external_userid), words + to_whom, "kf_state")
    return {"msg_code": code} if code else {}


def batch_get(stage: Stage, ask: Ask) -> Answer:
    """Learners who have used customer service; all others are invalid (our reading of doc 95159)."""
    wanted = ask.names("external_userid_list", 100)
    if not wanted:
        raise Refusal(EMPTY_PARAMETER, "external_userid_list is empty")
    with_context = ask.number("need_enter_session_context", 0, 0, 1) == 1
    chats = {chat.external_userid: chat for chat in stage.desk.chats.values() if chat.touched_at}
    customers = []
    for external_userid in wanted:
        learner = stage.world.learners.get(external_userid)
        if learner is None or external_userid not in chats:
            continue
        customer: Answer = {"external_userid": external_userid, "nickname": learner.name, "avatar": "", "gender": 0}
        if learner.unionid:
            customer["unionid"] = learner.unionid
        if with_context:
            chat = chats[external_userid]
            customer["enter_session_context"] = {"scene": chat.scene, "scene_param": chat.scene_param}
        customers.append(customer)
    found = {customer["external_userid"] for customer in customers}
    return {"customer_list": customers, "invalid_external_userid": [name for name in wanted if name not in found]}


def upgrade_config(stage: Stage, ask: Ask) -> Answer:
    """Whom upgrade_service may recommend: the union of what the accounts allow."""
    ranges = [account.upgrade for account in stage.desk.living()]
    userids = {userid for one in ranges for userid in one.userids or []}
    chat_ids = {chat_id for one in ranges for chat_id in one.chat_ids or []}
    if any(one.userids is None for one in ranges):
        userids |= {member.userid for member in stage.world.active_members()}
    if any(one.chat_ids is None for one in ranges):
        chat_ids |= set(stage.world.groups)
    return {
        "member_range": {"userid_list": sorted(userids), "department_id_list": []},
        "groupchat_range": {"chat_id_list": sorted(chat_ids)},
    }


def _recommended(stage: Stage, ask: Ask, chat: Chat) -> tuple[str, dict[str, Any]]:
    """(name, data of the card) of the member or group to recommend."""
    allowed = stage.desk.accounts[chat.open_kfid].upgrade
    kind = ask.number("type", 0, 0, TO_GROUP)
    if kind not in (TO_MEMBER, TO_GROUP):
        raise Refusal(BAD_PARAMETER, "type is 1 or 2")
    part = ask.part("member" if kind == TO_MEMBER else "groupchat")
    wanted = str(part.get("userid" if kind == TO_MEMBER else "chat_id", ""))
    known: Any = stage.world.active_member(wanted) if kind == TO_MEMBER else stage.world.groups.get(wanted)
    if known is None:
        raise Refusal(60111 if kind == TO_MEMBER else 40050, "no such member or group")
    within = allowed.userids if kind == TO_MEMBER else allowed.chat_ids
    if within is not None and wanted not in within:
        raise Refusal(NO_RIGHT, "outside the range of get_upgrade_service_config")
    return str(known.name), {"type": kind, "wording": str(part.get("wording", "")), **part}


def upgrade_service(stage: Stage, ask: Ask) -> Answer:
    """A card "add this teacher" or "join this group" on the learner's phone; not one of the five messages (our choice)."""
    chat = _chat(stage, ask)
    if chat.state_at(stage.clock.now()) == ENDED:
        raise Refusal(SESSION_ENDED, "the session has ended")
    name, data = _recommended(stage, ask, chat)
    text = data["wording"] or ("添加专属服务人员" if data["type"] == TO_MEMBER else "加入专属服务群")
    bubble = stage.phones.bubble(f"kf:{chat.open_kfid}", "kf", "upgrade", f"{text}\n{name}", data={**data, "name": name})
    stage.phones.show_learner(chat.external_userid, bubble)
    stage.transcript.add("客服机器人", stage.world.name_of(chat.external_userid), f"{text}：{name}", "upgrade")
    return {}


TABLE: Table = {
    "kf/service_state/get": post(get_state),
    "kf/service_state/trans": post(move_state),
    "kf/customer/batchget": post(batch_get),
    "kf/customer/get_upgrade_service_config": get(upgrade_config),
    "kf/customer/upgrade_service": post(upgrade_service),
}
