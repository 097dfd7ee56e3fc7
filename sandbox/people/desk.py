"""Learners come to customer service, write, take back, and shut it off (docs 94670, 94665).

Our choice where the documents give no words: a file too large to be handed on arrives as TOO_LARGE_NOTICE.
"""

import re
from typing import Any
from urllib.parse import parse_qs

from sandbox.desk import ENDED, NEW, REPLY_WINDOW_S, Account, Chat, Link
from sandbox.kf_log import log_event, log_item
from sandbox.people import Impossible
from sandbox.people.contacts import learner_of
from sandbox.people.media import Sent
from sandbox.phones import Bubble
from sandbox.stage import Stage
from sandbox.world import WELCOME_LIFE_S

SCENE_PARAM_BYTES = 128
TOO_LARGE_NOTICE = "［文件过大，无法接收，请压缩后再发送］"


def account_named(stage: Stage, open_kfid: str) -> Account:
    """The kf account; the corp's first one when none is named."""
    account = stage.desk.accounts.get(open_kfid) if open_kfid else next(iter(stage.desk.living()), None)
    if account is None or account.deleted:
        raise Impossible(f"没有客服账号 {open_kfid}")
    return account


def _link_of(stage: Stage, url: str) -> tuple[Link, str]:
    """(the link behind a url, its scene_param); any other change to the url breaks the event (doc 94665)."""
    base, *tail = re.split(r"[?&]scene_param=", url, maxsplit=1)
    link = stage.desk.links.get(base)
    if link is None:
        raise Impossible("这个客服链接不是本企业生成的，或者被改动过")
    param = parse_qs("scene_param=" + "".join(tail)).get("scene_param", [""])[0]
    return link, param


def _welcome_due(stage: Stage, chat: Chat) -> bool:
    """Only when neither a welcome nor a learner message happened in 48 h (doc 94670)."""
    now = stage.clock.now()
    return all(at is None or now - at > REPLY_WINDOW_S for at in (chat.said_at, chat.welcomed_at))


def _wake(stage: Stage, chat: Chat) -> None:
    """Whatever the learner does on an ended session opens a new one."""
    now = stage.clock.now()
    if chat.state_at(now) == ENDED:
        chat.state, chat.servicer = NEW, ""
    chat.touched_at = now


def enter(
    stage: Stage, external_userid: str, *, url: str = "", scene: str = "", scene_param: str = "", open_kfid: str = ""
) -> dict[str, Any]:
    """A learner opens customer service, by a link or by naming scene and scene_param."""
    learner = learner_of(stage, external_userid)
    if url:
        link, scene_param = _link_of(stage, url)
        open_kfid, scene = link.open_kfid, link.scene
    account = account_named(stage, open_kfid)
    chat = stage.desk.chat(account.open_kfid, external_userid)
    if not scene or len(scene_param.encode()) > SCENE_PARAM_BYTES:
        scene_param = ""
    code = ""
    if _welcome_due(stage, chat):
        code = stage.desk.add_code(chat, WELCOME_LIFE_S, ("text", "msgmenu"), None)
    _wake(stage, chat)
    chat.scene, chat.scene_param = scene, scene_param
    stage.phones.touch(external_userid)
    stage.transcript.add(learner.name, "客服", f"进入客服{f'（{scene} {scene_param}）' if scene else ''}", "enter")
    welcome = {"welcome_code": code} if code else {}
    log_event(stage, chat, "enter_session", scene=scene, scene_param=scene_param, **welcome)
    return {"open_kfid": account.open_kfid, "welcome_code": code}


def _menu_words(stage: Stage, external_userid: str, menu_id: str) -> str:
    for bubble in reversed(stage.phones.learners.get(external_userid, [])):
        for item in bubble.items:
            if item.get("id") == menu_id:
                return str(item["content"])
    raise Impossible(f"{stage.world.name_of(external_userid)} 的手机上没有菜单项 {menu_id}")


def say(
    stage: Stage, external_userid: str, text: str = "", *, menu_id: str = "", open_kfid: str = "", sent: Sent | None = None
) -> dict[str, Any]:
    """A learner writes, taps a menu item (its words are then the text), or sends a file, link or place."""
    learner = learner_of(stage, external_userid)
    text = text or (_menu_words(stage, external_userid, menu_id) if menu_id else "")
    if sent is None and not text:
        raise Impossible("没有内容")
    part = {"content": text, **({"menu_id": menu_id} if menu_id else {})}
    sent = sent or Sent("text", text, {}, part)
    account = account_named(stage, open_kfid)
    chat = stage.desk.chat(account.open_kfid, external_userid)
    _wake(stage, chat)
    chat.said_at, chat.sent = stage.clock.now(), 0
    bubble = stage.phones.bubble(f"kf:{account.open_kfid}", "me", sent.kind, sent.text, data=dict(sent.data))
    stage.phones.show_learner(external_userid, bubble)
    stage.transcript.add(learner.name, "客服", sent.text, "say")
    told = Sent("text", TOO_LARGE_NOTICE, {}, {"content": TOO_LARGE_NOTICE}) if sent.too_large else sent
    item = {
        "open_kfid": account.open_kfid,
        "external_userid": external_userid,
        "origin": 3,
        "msgtype": told.kind,
        told.kind: told.part,
    }
    bubble.data["msgid"] = log_item(stage, account, item, f"「{told.text[:20]}」")
    return {"msgid": bubble.data["msgid"]}


def take_back(stage: Stage, external_userid: str, msgid: str) -> Bubble:
    """The bubble of that msgid on the learner's phone, now a line that something was recalled."""
    for bubble in stage.phones.learners.get(external_userid, []):
        if msgid and bubble.data.get("msgid") == msgid:
            whose = "你" if bubble.sender == "me" else "对方"
            bubble.kind, bubble.text, bubble.data = "system", f"{whose}撤回了一条消息", {}
            stage.phones.touch(external_userid)
            return bubble
    raise Impossible(f"{stage.world.name_of(external_userid)} 的手机上没有消息 {msgid}")


def recall(stage: Stage, external_userid: str, msgid: str) -> dict[str, Any]:
    """A learner takes a message back; what was pulled before stays pulled."""
    learner = learner_of(stage, external_userid)
    bubble = take_back(stage, external_userid, msgid)
    chat = stage.desk.chat(bubble.chat.removeprefix("kf:"), external_userid)
    stage.transcript.add(learner.name, "客服", "撤回了一条消息", "recall")
    log_event(stage, chat, "user_recall_msg", recall_msgid=msgid)
    return {}


def refuse(stage: Stage, external_userid: str, *, on: bool, open_kfid: str) -> dict[str, Any]:
    """A learner switches the account's messages off or on again; later sends end in msg_send_fail 10."""
    learner = learner_of(stage, external_userid)
    account = account_named(stage, open_kfid)
    chat = stage.desk.chat(account.open_kfid, external_userid)
    chat.refusing = on
    stage.transcript.add(learner.name, "客服", "拒收客服消息" if on else "重新接收客服消息", "refuse")
    log_event(stage, chat, "reject_customer_msg_switch_change", reject_switch=int(on))
    return {}


def fail_sends(stage: Stage, external_userid: str, *, fail_type: int, times: int, open_kfid: str) -> dict[str, Any]:
    """The next sends to this learner are accepted and then lost on their way, with this fail_type (doc 94670)."""
    learner_of(stage, external_userid)
    chat = stage.desk.chat(account_named(stage, open_kfid).open_kfid, external_userid)
    chat.failing += [fail_type] * times
    return {"failing": chat.failing}
