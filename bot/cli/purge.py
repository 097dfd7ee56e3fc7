"""`purge`: forget by hand what the nightly tick forgets by itself, or count what would go."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from bot.cli.terminal import ConfigOption, fail, open_database, run, settings_from, voice_of
from bot.settings import Settings
from camp.purge import CHUNK, LEAST_DAYS, least_before
from storage.database import Database
from storage.faults import StorageBusy
from storage.retention import SWEEPS, Step, purge_stretch

# The server on the same SQLite file gets its turn between two stretches (perf: without a pause callbacks starve).
_PAUSE_SECONDS = 0.02
_BUSY_TRIES = 20

BeforeOption = Annotated[
    datetime | None,
    typer.Option(
        "--before",
        formats=["%Y-%m-%d"],
        help="这一天之前的；不写按 [retention] raw_days。Older than this day.",
        show_default=False,
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="只数不删。Count only, change nothing.")]


def register(app: typer.Typer) -> None:
    app.command(help="清空过期的原文，保留经历。Forget old raw texts; the story stays.")(purge)


def purge(before: BeforeOption = None, dry_run: DryRunOption = False, config: ConfigOption = None) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    counts = run(_purge(settings, before, dry_run), say)
    if counts is None:
        fail(say("cli.purge_too_young", days=LEAST_DAYS), 2)
    until, purged = counts
    typer.echo(say("cli.purge_would" if dry_run else "cli.purge_did", before=until))
    for name in SWEEPS:
        typer.echo(f"  {say(f'cli.purge_{name}')}  {purged[name]}")


async def _purge(settings: Settings, day: datetime | None, dry_run: bool) -> tuple[str, dict[str, int]] | None:
    """How many rows of each kind went; None when the day is too young."""
    async with open_database(settings) as database:
        policy = settings.policy()
        now = database.now()
        before = now - policy.raw_kept if day is None else day.replace(tzinfo=policy.zone)
        if before > least_before(now):
            return None
        purged = {name: await _sweep(database, name, before, dry_run) for name in SWEEPS}
        return f"{before.astimezone(policy.zone):%Y-%m-%d %H:%M}", purged


async def _sweep(database: Database, name: str, before: datetime, dry_run: bool) -> int:
    purged, after = 0, None
    while (step := await _stretch(database, name, before, after, dry_run)) is not None:
        purged, after = purged + step.purged, step.upto
        await asyncio.sleep(_PAUSE_SECONDS)
    return purged


async def _stretch(database: Database, name: str, before: datetime, after: int | str | None, dry_run: bool) -> Step | None:
    if dry_run:
        async with database.read() as tx:
            return await purge_stretch(tx, name, before, after, CHUNK, rehearse=True)
    for _ in range(_BUSY_TRIES):
        try:
            async with database.write() as tx:
                return await purge_stretch(tx, name, before, after, CHUNK)
        except StorageBusy:
            await asyncio.sleep(_PAUSE_SECONDS)
    raise StorageBusy("still busy")
