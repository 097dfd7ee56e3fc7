"""kf: session state and who the customer is (docs 94669, 95159)."""

from sandbox.api.kf_pull import account_of
from sandbox.api.wire import EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.clock import HOUR
from sandbox.desk import ASSISTANT, ENDED, HUMAN, NEW, POOL, Chat
from sandbox.stage import Stage
from sandbox.world import WELCOME_LIFE_S

MOVES = {
    NEW: (ASSISTANT, POOL, HUMAN, ENDED),
    ASSISTANT: (POOL, HUMAN, ENDED),
    POOL: (HUMAN, ENDED),
    HUMAN: (HUMAN, ENDED),
    ENDED: (),
}


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


def _msg_code(stage: Stage, chat: Chat, before: int) -> str:
    """The code for one message on this change, "" when the change gives none (doc 95122)."""
    if chat.state == POOL:
        return stage.desk.add_code(chat, 48 * HOUR, ("text",), POOL)
    if chat.state == HUMAN and before == POOL:
        return stage.desk.add_code(chat, 48 * HOUR, ("text",), HUMAN)
    if chat.state == ENDED:
        return stage.desk.add_code(chat, WELCOME_LIFE_S, ("text", "msgmenu"), ENDED)
    return ""


def move_state(stage: Stage, ask: Ask) -> Answer:
    chat = _chat(stage, ask)
    if "service_state" not in ask.body:
        raise Refusal(EMPTY_PARAMETER, "service_state is required")
    wanted, before = ask.number("service_state", 0, 0, 4), chat.state_at(stage.clock.now())
    if wanted not in MOVES[before]:
        raise Refusal(95016, f"state {before} cannot become {wanted}")
    servicer = ask.optional_text("servicer_userid")
    if wanted == HUMAN and stage.world.active_member(servicer) is None:
        raise Refusal(95014, "not a servicer")
    chat.state, chat.servicer = wanted, servicer if wanted == HUMAN else ""
    code = _msg_code(stage, chat, before)
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


TABLE: Table = {
    "kf/service_state/get": post(get_state),
    "kf/service_state/trans": post(move_state),
    "kf/customer/batchget": post(batch_get),
}
