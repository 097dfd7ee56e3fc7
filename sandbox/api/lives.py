"""Live lessons for the app that made them (docs 93634–93638, 93640, 93641, 93874).

Our choices: a theme over 20 characters or a description over 100 is 40058; get_living_info gives type 0 for a live made
with type 3, as a real capture does; every second page of get_watch_stat is only half full; a code for a live that cannot be
watched any more is 92006.
"""

from typing import Any

from sandbox import notices
from sandbox.api.media import media_named
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, get, page, post
from sandbox.lives import CANCELLED, ON_AIR, REPLAY_READY, RESERVED, WECHAT, Live, Viewer
from sandbox.stage import Stage
from sandbox.world import Member

OUT_OF_RANGE, NOT_RESERVED, NO_REPLAY, NOT_YOURS = 92000, 92006, 92007, 92008
THEME_CHARACTERS, DESCRIPTION_CHARACTERS = 20, 100
SCHOOL_TYPES, TRAINING, EVENT = (1, 2), 3, 4
PICTURES = ("activity_cover_mediaid", "activity_share_mediaid")


def _caller(stage: Stage, ask: Ask) -> int | None:
    return stage.tokens.agent_of(ask.query.get("access_token", ""))


def _own(stage: Stage, ask: Ask) -> Live:
    """The live of the call; 92008 for one that another app or a person made, or that is none."""
    live = stage.lives.all.get(ask.text("livingid"))
    if live is None or live.agent_id is None or live.agent_id != _caller(stage, ask):
        raise Refusal(NOT_YOURS, "the app may not touch this living")
    return live


def _member(stage: Stage, ask: Ask, name: str) -> Member:
    member = stage.world.active_member(ask.text(name))
    if member is None:
        raise Refusal(OUT_OF_RANGE, f"{name} is outside the app's visible range")
    return member


def _required_number(ask: Ask, name: str, low: int) -> int:
    if not ask.has(name):
        raise Refusal(EMPTY_PARAMETER, f"{name} is empty")
    return ask.number(name, 0, low, 2**32)


def _check_event_parts(stage: Stage, ask: Ask) -> None:
    """Pictures of a live of type 4; at most five in its detail."""
    for name in PICTURES:
        if ask.has(name):
            media_named(stage, ask.text(name), "image")
    images = (ask.body.get("activity_detail") or {}).get("image_list") or []
    if len(images) > 5:
        raise Refusal(BAD_PARAMETER, "activity_detail.image_list has at most 5 entries")
    for media_id in images:
        media_named(stage, media_id, "image")


def _settle(live: Live, ask: Ask) -> None:
    """Take over what the call says of the fields that may be changed."""
    if ask.has("theme"):
        live.theme = ask.optional_text("theme", THEME_CHARACTERS)
    live.reserve_start = ask.number("living_start", live.reserve_start, 1, 2**32)
    live.reserve_duration = ask.number("living_duration", live.reserve_duration, 1, 2**31)
    live.type = ask.number("type", live.type, 0, EVENT)
    if live.type != EVENT and ask.has("description"):
        live.description = ask.optional_text("description", DESCRIPTION_CHARACTERS)
    live.remind_time = ask.number("remind_time", live.remind_time, 0, 2**31)


def _check(stage: Stage, ask: Ask) -> None:
    if ask.number("type", 0, 0, EVENT) in SCHOOL_TYPES:
        raise Refusal(BAD_PARAMETER, "types 1 and 2 are for schools only")
    ask.optional_text("theme", THEME_CHARACTERS)
    ask.optional_text("description", DESCRIPTION_CHARACTERS)
    _check_event_parts(stage, ask)


def create(stage: Stage, ask: Ask) -> Answer:
    anchor, theme = _member(stage, ask, "anchor_userid"), ask.text("theme")
    start, duration = _required_number(ask, "living_start", 1), _required_number(ask, "living_duration", 1)
    _check(stage, ask)
    live = stage.lives.add(_caller(stage, ask), anchor.userid, theme, start, duration)
    _settle(live, ask)
    stage.transcript.add("机器人", anchor.name, f"预约直播「{live.theme}」", "live")
    notices.of_live(stage, live, RESERVED)
    return {"livingid": live.livingid}


def _still_reserved(stage: Stage, live: Live) -> None:
    if stage.lives.status(live) != RESERVED:
        raise Refusal(NOT_RESERVED, "living already started, over or cancelled")


def modify(stage: Stage, ask: Ask) -> Answer:
    live = _own(stage, ask)
    _still_reserved(stage, live)
    _check(stage, ask)
    _settle(live, ask)
    stage.changes.tell("world")
    return {}


def cancel(stage: Stage, ask: Ask) -> Answer:
    live = _own(stage, ask)
    _still_reserved(stage, live)
    live.cancelled = True
    stage.transcript.add("机器人", stage.world.name_of(live.anchor), f"取消直播「{live.theme}」", "live")
    notices.of_live(stage, live, CANCELLED)
    return {}


def delete_replay(stage: Stage, ask: Ask) -> Answer:
    live = _own(stage, ask)
    if live.replay_at(stage.clock.now()) != REPLAY_READY:
        raise Refusal(NO_REPLAY, "no replay that could be deleted")
    live.replay_deleted = True
    return {}


def list_of_member(stage: Stage, ask: Ask) -> Answer:
    """The app's own lives with this anchor; next_cursor "" at the end."""
    member, caller = _member(stage, ask, "userid"), _caller(stage, ask)
    mine = [live.livingid for live in stage.lives.all.values() if (live.agent_id, live.anchor) == (caller, member.userid)]
    shown, cursor = page(mine, ask, 100, 100)
    return {"next_cursor": cursor, "livingid_list": shown}


def info(stage: Stage, ask: Ask) -> Answer:
    live, now = _own(stage, ask), stage.clock.now()
    status, replay = stage.lives.status(live), live.replay_at(now)
    anchor, people = stage.world.members[live.anchor], len(live.viewers)
    over = live.started_at is not None and live.ended_at is not None
    found: Answer = {
        "theme": live.theme,
        "living_start": int(live.started_at or live.reserve_start),
        "living_duration": int((live.ended_at or 0) - (live.started_at or 0)) if over else live.reserve_duration,
        "reserve_start": live.reserve_start,
        "reserve_living_duration": live.reserve_duration,
        "status": status,
        "description": live.description,
        "anchor_userid": live.anchor,
        "main_department": anchor.departments[0],
        "viewer_num": people,
        "comment_num": sum(viewer.comments for viewer in live.viewers.values()),
        "mic_num": sum(viewer.mics for viewer in live.viewers.values()),
        "open_replay": int(replay is not None),
        **({"replay_status": replay} if replay is not None else {}),
        "type": 0 if live.type == TRAINING else live.type,
        "online_count": people if status == ON_AIR else 0,
        "subscribe_count": 0,
    }
    if live.type == EVENT and status == RESERVED:
        found["push_stream_url"] = f"rtmp://push.example/{live.livingid}"
    return {"living_info": found}


def _row(viewer: Viewer, seconds: int, stage: Stage) -> Answer:
    row: Answer = {"watch_time": seconds, "is_comment": int(viewer.comments > 0), "is_mic": int(viewer.mics > 0)}
    if viewer.invitor:
        inside = viewer.invitor in stage.world.members
        row["invitor_userid" if inside else "invitor_external_userid"] = viewer.invitor
    if viewer.member:
        return {"userid": viewer.id, **row}
    return {"external_userid": viewer.id, "type": WECHAT, "name": viewer.name, **row}


def watch_stat(stage: Stage, ask: Ask) -> Answer:
    """Pages end by `ending` alone: a page may be short (doc 93636)."""
    live = _own(stage, ask)
    key = ask.optional_text("next_key") or "0"
    place = "0-0" if key == "0" else key.removeprefix("k")
    number, _, start = place.partition("-")
    if not (number.isdecimal() and start.isdecimal()):
        raise Refusal(BAD_PARAMETER, "invalid next_key")
    size, at = stage.config.live_page, int(start)
    size = size if int(number) % 2 else max(1, size // 2)
    counted = stage.lives.counted(live, stage.config.live_settle_s)
    shown, rest = counted[at : at + size], at + size < len(counted)
    stat: dict[str, Any] = {
        "users": [_row(viewer, seconds, stage) for viewer, seconds in shown if viewer.member],
        "external_users": [_row(viewer, seconds, stage) for viewer, seconds in shown if not viewer.member],
    }
    return {"ending": int(not rest), "next_key": f"k{int(number) + 1}-{at + size}" if rest else "", "stat_info": stat}


def living_code(stage: Stage, ask: Ask) -> Answer:
    """The ticket with which one WeChat user watches, good for 5 min and any number of times (doc 93641)."""
    live = _own(stage, ask)
    ask.text("openid")
    now = stage.clock.now()
    watchable = stage.lives.status(live) in (RESERVED, ON_AIR) or live.replay_at(now) == REPLAY_READY
    if not watchable:
        raise Refusal(NOT_RESERVED, "living is over or cancelled")
    return {"living_code": stage.lives.new_code(live)}


TABLE: Table = {
    "living/create": post(create),
    "living/modify": post(modify),
    "living/cancel": post(cancel),
    "living/delete_replay_data": post(delete_replay),
    "living/get_user_all_livingid": post(list_of_member),
    "living/get_living_info": get(info),
    "living/get_watch_stat": post(watch_stat),
    "living/get_living_code": post(living_code),
}
