"""Control: the conditions of play. The clock, faults, the token, the trusted IP, the callback URL."""

import math
from typing import Any

from aiohttp import web

from sandbox.control.form import Form, Route, acting, reply
from sandbox.faults import FAULT_KEYS
from sandbox.people import Impossible, check_keys
from sandbox.stage import STAGE, Stage

Answer = dict[str, Any]

MARKS = {"lesson": "课", "close": "结营"}  # kinds of the calendar one can step to, as people call them


def _queued(stage: Stage) -> Answer:
    faults = stage.faults
    return {
        "seed": faults.seed,
        "ip_trusted": faults.ip_trusted,
        "api": [fault.wording() for fault in faults.api],
        "callbacks": [fault.wording() for fault in faults.callbacks],
    }


def add_fault(stage: Stage, form: Form) -> Answer:
    """One fault, or several under "faults"; answers what is queued, and the new ids under "added"."""
    added = []
    for wanted in form.values.get("faults", [form.values]):
        try:
            check_keys(wanted, FAULT_KEYS)
            added.append(stage.faults.add(wanted))
        except (ValueError, TypeError, AttributeError) as reason:
            raise Impossible(str(reason)) from None
    return {**_queued(stage), "added": added}


def clear_faults(stage: Stage, form: Form) -> Answer:
    """Every fault, and the distrust of the IP."""
    stage.faults.clear()
    return _queued(stage)


def remove_fault(stage: Stage, form: Form) -> Answer:
    if not stage.faults.remove(form.text("id")):
        raise Impossible(f"没有故障 {form.text('id')}，可能已经用完了")
    return _queued(stage)


def sow(stage: Stage, form: Form) -> Answer:
    """A seed: faults that strike by chance strike the same way in each run with it."""
    stage.faults.sow(form.number("seed"))
    return _queued(stage)


def trust_ip(stage: Stage, form: Form) -> Answer:
    """Take the bot's address off the list of trusted IPs (60020), or put it back; it works at once (our choice)."""
    trusted = form.values.get("trusted")
    if not isinstance(trusted, bool):
        raise Impossible("trusted 要是 true 或 false")
    stage.faults.trust_ip(trusted)
    return _queued(stage)


def drop_token(stage: Stage, form: Form) -> Answer:
    stage.tokens.drop()
    return {}


def _time(stage: Stage) -> Answer:
    clock = stage.clock
    return {
        "now": clock.now(),
        "offset_s": clock.offset_s,
        "held": clock.held_at is not None,
        "speed": clock.speed,
        "version": clock.version,
    }


def _number(form: Form, name: str) -> float:
    """A finite number, or Impossible."""
    try:
        number = float(form.values[name])
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise Impossible(f"{name} 要是数字")
    return number


def _next(stage: Stage, kind: str) -> float:
    """The moment of the next mark of `kind` after now."""
    if kind == "day":
        return stage.clock.next_morning()
    if kind not in MARKS:
        raise Impossible("next 只能是 lesson、day 或 close")
    mark = stage.calendar.next_after(stage.clock.now(), kind)
    if mark is None:
        raise Impossible(f"日历上后面没有{MARKS[kind]}了")
    return mark.at


def _step(stage: Stage, form: Form) -> None:
    seconds = _number(form, "step_s")
    if seconds < 0:
        raise Impossible("step_s 只能往前，不能是负数")
    stage.clock.step(seconds)


def _jump(stage: Stage, form: Form) -> None:
    at = _number(form, "to")
    if at < stage.clock.now():
        raise Impossible("这个时刻已经过去了，时钟只能往前跳")
    stage.clock.to(at)


def _run(stage: Stage, form: Form) -> None:
    try:
        stage.clock.run(_number(form, "speed"))
    except ValueError:
        raise Impossible("speed 要大于 0，最快 86400") from None


def set_clock(stage: Stage, form: Form) -> Answer:
    """Done in this order: `release` true; `hold` true or a moment; `speed`; `offset_s`, the distance to the machine's clock;
    `step_s` seconds forward; `to` a moment ahead; `next` lesson, day (08:00 in Shanghai) or close."""
    clock, values = stage.clock, form.values
    if values.get("release"):
        clock.release()
    if values.get("hold") not in (None, False):
        clock.hold(None if values["hold"] is True else _number(form, "hold"))
    if "speed" in values:
        _run(stage, form)
    if "offset_s" in values:
        clock.shift(_number(form, "offset_s"))
    if "step_s" in values:
        _step(stage, form)
    if "to" in values:
        _jump(stage, form)
    if "next" in values:
        clock.to(_next(stage, form.text("next")))
    return _time(stage)


async def tell_time(request: web.Request) -> web.StreamResponse:
    """The time; with `after` and `wait`, once the clock's version is over `after`, in `wait` seconds at the latest."""
    stage = request.app[STAGE]
    try:
        version, seconds = int(request.query.get("after", -1)), float(request.query.get("wait", 0))
    except ValueError:
        return reply({"error": "after 和 wait 要是数字"}, 400)
    await stage.clock.wait_after(version, seconds)
    return reply(_time(stage))


async def list_faults(request: web.Request) -> web.StreamResponse:
    return reply(_queued(request.app[STAGE]))


def set_callback_url(stage: Stage, form: Form) -> Answer:
    stage.courier.callback_url = form.text("url", "")
    return {"url": stage.courier.callback_url}


async def verify_callback_url(request: web.Request) -> web.StreamResponse:
    """What the console does when the callback URL is saved (doc 90930)."""
    return reply({"verified": await request.app[STAGE].courier.verify()})


ROUTES: list[Route] = [
    ("GET", "/clock", tell_time),
    ("POST", "/clock", acting(set_clock, "release hold speed offset_s step_s to next")),
    ("GET", "/faults", list_faults),
    ("POST", "/faults", acting(add_fault, f"faults {FAULT_KEYS}")),
    ("DELETE", "/faults", acting(clear_faults)),
    ("DELETE", "/faults/{id}", acting(remove_fault)),
    ("POST", "/seed", acting(sow, "seed")),
    ("POST", "/ip", acting(trust_ip, "trusted")),
    ("POST", "/tokens/drop", acting(drop_token)),
    ("POST", "/callback-url", acting(set_callback_url, "url")),
    ("POST", "/callback-url/verify", verify_callback_url),
]
