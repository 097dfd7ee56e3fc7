"""Learners come to customer service and write (docs 94670, 94665)."""

import re
from typing import Any
from urllib.parse import parse_qs

from sandbox.desk import ENDED, NEW, REPLY_WINDOW_S, Account, Chat, Link
from sandbox.event_xml import kf_notice
from sandbox.people import Impossible
from sandbox.people.contacts import learner_of
from sandbox.stage import Stage
from sandbox.world import WELCOME_LIFE_S

SCENE_PARAM_BYTES = 128


def account_named(stage: Stage, open_kfid: str) -> Account:
    """The kf account; the corp's first one when none is named."""
    if not open_kfid:
        return next(iter(stage.desk.accounts.values()))
    if open_kfid not in stage.desk.accounts:
        raise Impossible(f"没有客服账号 {open_kfid}")
    return stage.desk.accounts[open_kfid]


def _tell(stage: Stage, account: Account, item: dict[str, Any], what: str) -> None:
    token = stage.desk.append(account, item)
    xml = kf_notice(stage.config.corp_id, stage.clock.seconds(), token, account.open_kfid)
    stage.courier.post(xml, f"kf_msg_or_event {what}")


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
    event: dict[str, Any] = {
        "event_type": "enter_session",
        "open_kfid": account.open_kfid,
        "external_userid": external_userid,
        "scene": scene,
        "scene_param": scene_param,
        **({"welcome_code": code} if code else {}),
    }
    stage.transcript.add(learner.name, "客服", f"进入客服{f'（{scene} {scene_param}）' if scene else ''}", "enter")
    _tell(stage, account, {"origin": 4, "msgtype": "event", "event": event}, "enter_session")
    return {"welcome_code": code}


def _menu_words(stage: Stage, external_userid: str, menu_id: str) -> str:
    for bubble in reversed(stage.phones.learners.get(external_userid, [])):
        for item in bubble.items:
            if item.get("id") == menu_id:
                return str(item["content"])
    raise Impossible(f"{stage.world.name_of(external_userid)} 的手机上没有菜单项 {menu_id}")


def say(stage: Stage, external_userid: str, text: str = "", *, menu_id: str = "", open_kfid: str = "") -> dict[str, Any]:
    """A learner writes, or taps a menu item (its words are then the text)."""
    learner = learner_of(stage, external_userid)
    text = text or (_menu_words(stage, external_userid, menu_id) if menu_id else "")
    if not text:
        raise Impossible("没有内容")
    account = account_named(stage, open_kfid)
    chat = stage.desk.chat(account.open_kfid, external_userid)
    _wake(stage, chat)
    chat.said_at, chat.sent = stage.clock.now(), 0
    stage.phones.show_learner(external_userid, stage.phones.bubble(f"kf:{account.open_kfid}", "me", "text", text))
    stage.transcript.add(learner.name, "客服", text, "say")
    item = {
        "open_kfid": account.open_kfid,
        "external_userid": external_userid,
        "origin": 3,
        "msgtype": "text",
        "text": {"content": text, **({"menu_id": menu_id} if menu_id else {})},
    }
    _tell(stage, account, item, f"「{text[:20]}」")
    return {"msgid": account.log[-1].item["msgid"]}
