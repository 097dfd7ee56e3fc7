"""Posts into the rooms our app made: text and markdown, no cards, and no msgid comes back [D 90248 by sheet 3.8]."""

from __future__ import annotations

from bot.wecom.bucket import Limit
from bot.wecom.road import Call, Json, Road, RoadContext
from bot.wecom.room import ROOM_REFUSED, chatid_of, to_words

# An app text holds 2048 bytes [D 90236]; that of a room is taken for the same.
BYTES = 2048
# One member gets at most 200 posts a minute from all rooms of an app, the excess is dropped without an error; a corp sends at
# most 20,000 person-messages a minute, which 200 posts into rooms of a hundred are.
LIMITS = (Limit("api", 200, 60.0, burst=20),)


def to_post(payload: Json, _ctx: RoadContext) -> Json:
    """Build appchat/send."""
    return {"chatid": chatid_of(payload), **to_words(payload, BYTES, BYTES)}


ROAD = Road(
    name="appchat_send",
    calls=(Call(name="appchat.send", path="/cgi-bin/appchat/send", build=to_post, final=ROOM_REFUSED, seen_twice=True),),
    limits=LIMITS,
)
