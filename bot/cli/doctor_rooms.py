"""What `doctor` says about internal rooms: which webhook robot speaks to whom and whether it can, and every staff room."""

from __future__ import annotations

import time
from collections.abc import Mapping

import aiohttp
import typer

from bot.cli.terminal import open_database
from bot.settings import Settings
from bot.wecom import errors
from bot.wecom.client import WeComClient
from bot.wecom.road import Call, RoadContext
from bot.wecom.roads.robot import GONE, key_of
from bot.wecom.tokens import TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from camp.phrases import Say
from storage import silent_robots, staff_rooms
from storage.staff_rooms import State

# An empty text is refused and posts nothing (44004); with a key that is none the refusal is another one (93000).
_PROBE = Call(
    name="robot.probe",
    path="/cgi-bin/webhook/send",
    build=lambda payload, ctx: {"msgtype": "text", "text": {"content": ""}},
    auth="key",
    key=key_of,
)
# A text without content is out of form for some, whatever the key.
_OUT_OF_FORM = 40058


async def say_rooms(settings: Settings, say: Say) -> None:
    """A line for each robot and for each staff room; robots that can post are posted by again from now on."""
    refused = await ask_robots(settings)
    if not settings.wecom.routes:
        typer.echo(f"· {say('cli.doctor_no_robots')}")
    for route in settings.wecom.routes:
        state = say("staff_room.robot_ok")
        if route.name in refused:
            zh, en = errors.explain(refused[route.name])
            state = say("staff_room.robot_bad", reason=en if settings.camp.language == "en" else zh)
        department = say("staff_room.doctor_department", department=route.department) if route.department else ""
        audience = say(f"staff_room.audience_{route.audience or 'none'}")
        shown = say("staff_room.doctor_route", name=route.name, audience=audience, department=department, state=state)
        typer.echo(f"{'✗' if route.name in refused else '·'} {shown}")
    async with open_database(settings) as database, database.write() as tx:
        await silent_robots.forget(tx, [route.name for route in settings.wecom.routes if route.name not in refused])
        known = [(room, code, len(await staff_rooms.inside(tx, room.cohort_id))) for room, code in await staff_rooms.listing(tx)]
    if not known:
        typer.echo(f"· {say('staff_room.doctor_no_rooms')}")
    for room, code, number in known:
        state = say(f"staff_room.state_{room.state}", number=number, errcode=room.errcode)
        shown = say("staff_room.doctor_room", name=room.name, code=code, state=state)
        typer.echo(f"{'·' if room.state not in (State.REFUSED, State.GONE) else '✗'} {shown}")


async def ask_robots(settings: Settings) -> Mapping[str, int]:
    """The robots WeCom takes no posts of, with the errcode; nothing is posted."""
    wecom = settings.wecom
    found: dict[str, int] = {}
    async with aiohttp.ClientSession(trust_env=False) as session:
        wire = Wire(session, wecom.api_base_url)
        tokens = TokenKeeper(lambda: fetch_token(wire, wecom.corp_id, wecom.app.secret.get_secret_value()), time.monotonic)
        context = RoadContext(wecom.app.agent_id, wecom.robot_keys)
        client = WeComClient(session, wecom.api_base_url, tokens, context=context)
        for name in wecom.robots:
            answer = await client.call(_PROBE, {"robot": name})
            if answer.errcode in GONE - {_OUT_OF_FORM} or answer.errcode < 0:
                found[name] = answer.errcode
    return found
