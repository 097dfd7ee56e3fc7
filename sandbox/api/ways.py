"""Contact ways 联系我 (docs 92572, 96348): QR codes and buttons that carry a `state`.

The specific codes 41037–41044 are those of the error table (doc 90313). A way that names departments reaches their members.
"""

from copy import deepcopy
from typing import Any

from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, page, post
from sandbox.clock import DAY
from sandbox.stage import Stage

MOST_MEMBERS = 100
ONE, MANY = 1, 2  # type
BUTTON, QR = 1, 2  # scene
LISTED_S = 90 * DAY  # without start_time; our choice
NO_QUOTA = 41045
BAD_CONFIG = 41044

Way = dict[str, Any]


def choice(ask: Ask, name: str, missing: int, invalid: int) -> int:
    """A required 1 or 2 with refusals of its own."""
    if not ask.has(name):
        raise Refusal(missing, f"{name} is missing")
    value = ask.body[name]
    if value not in (1, 2):
        raise Refusal(invalid, f"invalid {name}")
    return int(value)


def room_for_one_more(stage: Stage) -> None:
    """Contact and join ways share one ceiling per corp."""
    if len(stage.world.contact_ways) + len(stage.world.join_ways) >= stage.config.ways_ceiling:
        raise Refusal(NO_QUOTA, "no quota of contact ways left")


def config_id_of(ask: Ask, ways: dict[str, Way]) -> str:
    if not ask.has("config_id"):
        raise Refusal(41043, "config_id is missing")
    config_id = ask.text("config_id")
    if config_id not in ways:
        raise Refusal(BAD_CONFIG, "invalid config_id")
    return config_id


def _check_people(stage: Stage, ask: Ask, kind: int) -> None:
    users, departments = ask.names("user", 10_000), ask.body.get("party") or []
    if not users and not departments:
        raise Refusal(EMPTY_PARAMETER, "user is empty")
    if len(users) > MOST_MEMBERS:
        raise Refusal(41041, f"more than {MOST_MEMBERS} members")
    if any(stage.world.active_member(userid) is None for userid in users):
        raise Refusal(40003, "invalid userid")
    if any(number not in stage.world.departments for number in departments):
        raise Refusal(60123, "invalid department id")
    if len(stage.world.members_behind(users, departments)) > MOST_MEMBERS:
        raise Refusal(41041, f"more than {MOST_MEMBERS} members after expanding departments")
    if kind == ONE and (len(users) != 1 or departments):
        raise Refusal(BAD_PARAMETER, "type 1 has exactly one user")


def add_way(stage: Stage, ask: Ask) -> Answer:
    """qr_code only for scene 2."""
    kind, scene = choice(ask, "type", 41037, 41039), choice(ask, "scene", 41038, 41040)
    if scene == BUTTON and ask.number("style", 1, 0, 2**31) not in (1, 2, 3):
        raise Refusal(41042, "invalid style")
    ask.optional_text("state", 30)
    ask.optional_text("remark", 30)
    _check_people(stage, ask, kind)
    room_for_one_more(stage)
    config_id = stage.world.mint("cw")
    way: Way = {"skip_verify": True, "state": "", "remark": "", "party": [], **deepcopy(ask.body), "config_id": config_id}
    if scene == QR:
        way["qr_code"] = f"https://wework.qpic.cn/sandbox/{config_id}"
    stage.world.contact_ways[config_id] = way
    stage.world.way_born[config_id] = stage.clock.seconds()
    return {"config_id": config_id, **({"qr_code": way["qr_code"]} if scene == QR else {})}


def get_way(stage: Stage, ask: Ask) -> Answer:
    return {"contact_way": stage.world.contact_ways[config_id_of(ask, stage.world.contact_ways)]}


def list_ways(stage: Stage, ask: Ask) -> Answer:
    """Ids only, by the time they were made."""
    now = stage.clock.seconds()
    end = ask.number("end_time", now, 0, 2**40)
    start = ask.number("start_time", end - LISTED_S, 0, 2**40)
    if start > end:
        raise Refusal(BAD_PARAMETER, "start_time is after end_time")
    found = [key for key in stage.world.contact_ways if start <= stage.world.way_born[key] <= end]
    shown, cursor = page(found, ask, 1000, 1000)
    return {"contact_way": [{"config_id": key} for key in shown], **({"next_cursor": cursor} if cursor else {})}


def update_way(stage: Stage, ask: Ask) -> Answer:
    """Only what is given changes; user and party are replaced as a whole. type and scene stay."""
    way = stage.world.contact_ways[config_id_of(ask, stage.world.contact_ways)]
    ask.optional_text("state", 30)
    ask.optional_text("remark", 30)
    if "user" in ask.body or "party" in ask.body:
        _check_people(stage, ask, int(str(way["type"])))
        way["user"], way["party"] = list(ask.body.get("user") or []), list(ask.body.get("party") or [])
    kept = ("remark", "skip_verify", "style", "state", "is_exclusive", "mark_source")
    way.update({name: ask.body[name] for name in kept if name in ask.body})
    return {}


def remove_way(stage: Stage, ask: Ask) -> Answer:
    del stage.world.contact_ways[config_id_of(ask, stage.world.contact_ways)]
    return {}


TABLE: Table = {
    "externalcontact/add_contact_way": post(add_way),
    "externalcontact/get_contact_way": post(get_way),
    "externalcontact/list_contact_way": post(list_ways),
    "externalcontact/update_contact_way": post(update_way),
    "externalcontact/del_contact_way": post(remove_way),
}
