"""Contact ways 联系我 (doc 92572): QR codes that carry a `state`."""

from copy import deepcopy

from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.stage import Stage

MOST_MEMBERS = 100


def add_way(stage: Stage, ask: Ask) -> Answer:
    kind, scene = ask.number("type", 0, 1, 2), ask.number("scene", 0, 1, 2)
    if not kind or not scene:
        raise Refusal(EMPTY_PARAMETER, "type and scene are required")
    ask.optional_text("state", 30)
    ask.optional_text("remark", 30)
    users = ask.names("user", 10_000)
    if len(users) > MOST_MEMBERS:
        raise Refusal(41041, f"more than {MOST_MEMBERS} members")
    if not users and not ask.body.get("party"):
        raise Refusal(EMPTY_PARAMETER, "user is empty")
    if kind == 1 and len(users) != 1:
        raise Refusal(BAD_PARAMETER, "type 1 has exactly one user")
    if any(stage.world.active_member(userid) is None for userid in users):
        raise Refusal(40003, "invalid userid")
    config_id = stage.world.mint("cw")
    way = {**deepcopy(ask.body), "config_id": config_id, "qr_code": f"https://wework.qpic.cn/sandbox/{config_id}"}
    stage.world.contact_ways[config_id] = {"skip_verify": True, "state": "", "remark": "", "party": [], **way}
    return {"config_id": config_id, "qr_code": way["qr_code"]}


def get_way(stage: Stage, ask: Ask) -> Answer:
    config_id = ask.text("config_id")
    if config_id not in stage.world.contact_ways:
        raise Refusal(41044, "invalid config_id")
    return {"contact_way": stage.world.contact_ways[config_id]}


TABLE: Table = {
    "externalcontact/add_contact_way": post(add_way),
    "externalcontact/get_contact_way": post(get_way),
}
