"""Join ways 加入群聊 (docs 92229, 92569): QR codes that lead into one of up to five customer groups, with a `state`."""

from typing import Any

from sandbox.api.ways import choice, config_id_of, room_for_one_more
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.stage import Stage

MOST_GROUPS = 5
NAME_LENGTH = 40


def _settings(stage: Stage, ask: Ask) -> dict[str, Any]:
    """Every field of a join way; those left out get their default, so an update overwrites all of them."""
    chat_ids = ask.names("chat_id_list", 10_000)
    if not chat_ids:
        raise Refusal(EMPTY_PARAMETER, "chat_id_list is empty")
    if len(chat_ids) > MOST_GROUPS:
        raise Refusal(41091, f"more than {MOST_GROUPS} groups")
    if any(chat_id not in stage.world.groups for chat_id in chat_ids):
        raise Refusal(40050, "chatid does not exist")
    auto = ask.number("auto_create_room", 1, 0, 1)
    room_name = ask.optional_text("room_base_name", NAME_LENGTH)
    if auto and len(chat_ids) != len(set(chat_ids)):
        raise Refusal(BAD_PARAMETER, "chat_id_list names a group twice")
    return {
        "scene": choice(ask, "scene", EMPTY_PARAMETER, BAD_PARAMETER),
        "remark": ask.optional_text("remark", 30),
        "auto_create_room": auto,
        "room_base_name": room_name,
        "room_base_id": ask.number("room_base_id", 1, 0, 2**31),
        "chat_id_list": list(chat_ids),
        "state": ask.optional_text("state", 30),
        "mark_source": bool(ask.body.get("mark_source", True)),
    }


def add_join_way(stage: Stage, ask: Ask) -> Answer:
    settings = _settings(stage, ask)
    room_for_one_more(stage)
    config_id = stage.world.mint("jw")
    qr_code = f"{ask.origin}/_sandbox/codes/{config_id}"  # the look-alike really serves the picture
    stage.world.join_ways[config_id] = {"config_id": config_id, **settings, "qr_code": qr_code}
    stage.world.way_born[config_id] = stage.clock.seconds()
    return {"config_id": config_id}


def get_join_way(stage: Stage, ask: Ask) -> Answer:
    return {"join_way": stage.world.join_ways[config_id_of(ask, stage.world.join_ways)]}


def update_join_way(stage: Stage, ask: Ask) -> Answer:
    config_id = config_id_of(ask, stage.world.join_ways)
    stage.world.join_ways[config_id].update(_settings(stage, ask))
    return {}


def remove_join_way(stage: Stage, ask: Ask) -> Answer:
    """The QR code leads nowhere from now on; who has come by it keeps the state."""
    del stage.world.join_ways[config_id_of(ask, stage.world.join_ways)]
    return {}


TABLE: Table = {
    "externalcontact/groupchat/add_join_way": post(add_join_way),
    "externalcontact/groupchat/get_join_way": post(get_join_way),
    "externalcontact/groupchat/update_join_way": post(update_join_way),
    "externalcontact/groupchat/del_join_way": post(remove_join_way),
}
