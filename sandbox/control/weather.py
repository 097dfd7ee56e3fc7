"""Control: the conditions of play. Faults, the token, the clock, the callback URL."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.control.form import Form, Route, acting, reply
from sandbox.people import Impossible
from sandbox.stage import STAGE, Stage

Answer = dict[str, Any]


def _queued(stage: Stage) -> Answer:
    return {
        "api": [asdict(fault) for fault in stage.faults.api],
        "callbacks": [asdict(fault) for fault in stage.faults.callbacks],
    }


def add_fault(stage: Stage, form: Form) -> Answer:
    """One fault, or several under "faults"; answers what is queued."""
    for wanted in form.values.get("faults", [form.values]):
        try:
            stage.faults.add(wanted)
        except (ValueError, TypeError, AttributeError) as reason:
            raise Impossible(str(reason)) from None
    return _queued(stage)


def clear_faults(stage: Stage, form: Form) -> Answer:
    stage.faults.clear()
    return _queued(stage)


def drop_token(stage: Stage, form: Form) -> Answer:
    stage.tokens.drop()
    return {}


def set_clock(stage: Stage, form: Form) -> Answer:
    """`offset_s` sets the distance to the machine's clock; `hold` true or a moment; `release` true."""
    try:
        if form.values.get("release"):
            stage.clock.release()
        hold = form.values.get("hold")
        if hold is not None and hold is not False:
            stage.clock.hold(None if hold is True else float(hold))
        if "offset_s" in form.values:
            stage.clock.shift(float(form.values["offset_s"]))
    except (TypeError, ValueError):
        raise Impossible("offset_s 和 hold 要是数字") from None
    return {"now": stage.clock.now(), "offset_s": stage.clock.offset_s, "held": stage.clock.held_at is not None}


def set_callback_url(stage: Stage, form: Form) -> Answer:
    stage.courier.callback_url = form.text("url", "")
    return {"url": stage.courier.callback_url}


async def verify_callback_url(request: web.Request) -> web.StreamResponse:
    """What the console does when the callback URL is saved (doc 90930)."""
    return reply({"verified": await request.app[STAGE].courier.verify()})


ROUTES: list[Route] = [
    ("POST", "/faults", acting(add_fault)),
    ("DELETE", "/faults", acting(clear_faults)),
    ("POST", "/tokens/drop", acting(drop_token)),
    ("POST", "/clock", acting(set_clock)),
    ("POST", "/callback-url", acting(set_callback_url)),
    ("POST", "/callback-url/verify", verify_callback_url),
]
