"""Control: the wire drawer. Each call and callback in clear."""

from aiohttp import web

from sandbox.control.form import Route, reply
from sandbox.stage import STAGE
from sandbox.wire_log import shown_entry

MOST, LONGEST_WAIT_S = 2000, 30


async def wire(request: web.Request) -> web.StreamResponse:
    """`?after=` the `seq` of the last answer, `&limit=` (200), `&wait=` seconds for something new.

    An entry that has changed is given again under a new `seq`, with the same `id`.
    """
    log, asked = request.app[STAGE].wire, request.query
    try:
        after, limit, wait = int(asked.get("after", 0)), int(asked.get("limit", 200)), float(asked.get("wait", 0))
    except ValueError:
        return reply({"error": "after、limit、wait 要是数字"}, 400)
    entries = await log.wait_after(after, max(1, min(limit, MOST)), max(0.0, min(wait, LONGEST_WAIT_S)))
    seq = entries[-1].seq if entries else log.seq
    return reply({"seq": seq, "entries": [shown_entry(entry) for entry in entries]})


ROUTES: list[Route] = [("GET", "/wire", wire)]
