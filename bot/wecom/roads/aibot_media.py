"""Files people send to the robot, behind an address that lives 5 minutes and encrypted [D 100719, 101463].

They are read where they are fetched, so that nothing of them is stored but rows whose phone numbers are sealed.
"""

from __future__ import annotations

from bot.wecom import errors
from bot.wecom.bucket import Limit
from bot.wecom.download import Fetched, NotFetched, decrypt
from bot.wecom.road import Call, Json, Road, RoadContext
from camp.sheet_file import MOST_BYTES
from camp.sheet_reading import read_sheet

_ENVELOPE_BYTES = 64


def to_address(payload: Json, ctx: RoadContext) -> Json:
    """The address, which is stored sealed: whoever has it may read the file."""
    url = ctx.unseal(str(payload["url"]))
    if not url or not url.startswith(("https://", "http://")):
        raise ValueError("no address, or it was sealed with another key")
    return {"url": url}


def open_sheet(payload: Json, file: Fetched, ctx: RoadContext) -> Json:
    """The sheet in the file, its phone numbers sealed: see `camp.sheet_reading.read_sheet`; `name` as the server calls it."""
    key = ctx.unseal(str(payload["key"]))
    if not key:
        raise NotFetched(errors.FILE_GARBLED, "the key was sealed with another key")
    content = decrypt(file.content, key)
    try:
        return {**ctx.conceal(read_sheet(content)), "name": file.name}
    except Exception as fault:  # noqa: BLE001 - the text of a fault may hold what stands in the sheet
        raise NotFetched(errors.UNSENDABLE, f"the sheet was not read: {type(fault).__name__}") from None


ROAD = Road(
    name="aibot_media",
    calls=(
        Call(
            name="aibot.sheet",
            path="",
            method="GET",
            build=to_address,
            open=open_sheet,
            most_bytes=MOST_BYTES + _ENVELOPE_BYTES,
        ),
    ),
    # Not an API of WeCom's: so that a hundred large files at once are read one after the other.
    limits=(Limit("api", 60, 60.0, burst=4),),
)
