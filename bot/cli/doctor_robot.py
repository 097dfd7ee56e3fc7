"""What `doctor` says about the robot people talk to (智能机器人): whether it is reached, as the running process last told.

Nothing is tried: a second long connection would throw the first one out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import typer

from bot.cli.terminal import open_database
from bot.settings import Settings
from camp.phrases import Say
from camp.when import day_and_time
from storage import robot_links, robot_turns
from storage.robot_links import Link, State
from storage.robot_turns import URL

# Told with every ping, so three of them are missing.
_SILENT = timedelta(seconds=95)


async def say_robot(settings: Settings, say: Say) -> None:
    """One line: how it is reached, and what to do where it is not."""
    aibot = settings.wecom.aibot
    if aibot is None:
        typer.echo(f"· {say('robot.doctor_none')}")
        return
    async with open_database(settings) as database, database.read() as tx:
        link, heard_at, now = await robot_links.load(tx), await robot_turns.last_opened_at(tx, aibot.mode), tx.now
    heard = day_and_time(settings.policy(), heard_at) if heard_at is not None else say("robot.doctor_never")
    if aibot.mode == URL:
        typer.echo(f"{'·' if heard_at else '✗'} {say('robot.doctor_url', heard=heard)}")
        if heard_at is None:
            typer.echo(f"    {say('robot.doctor_url_remedy')}")
        return
    state = _state_of(link, now)
    errcode = link.errcode if link is not None else 0
    typer.echo(f"{'·' if state is State.UP else '✗'} {say(f'robot.doctor_{state}', heard=heard, errcode=errcode)}")


def _state_of(link: Link | None, now: datetime) -> str:
    if link is None or (link.state in (State.UP, State.DOWN) and now - link.seen_at > _SILENT):
        return "silent"
    return link.state
