"""`apply camp.toml`: declares camps, cohorts, lessons, class groups, channels and staff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.terminal import ConfigOption, fail, open_database, run, settings_from, voice_of
from bot.settings import Settings
from camp.declaration import Changes, DeclarationError, Parsed, apply, parse_text, to_lines
from camp.phrases import Say
from camp.policy import Policy


def register(app: typer.Typer) -> None:
    app.command("apply", help="按 camp.toml 声明训练营；再运行一次不会有变化。Declare camps; applying twice changes nothing.")(
        apply_file
    )


def apply_file(file: Annotated[Path, typer.Argument(help="camp.toml", show_default=False)], config: ConfigOption = None) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        fail(say("cli.cannot_read", file=str(file), reason=error.strerror or str(error)))
    except UnicodeDecodeError:
        fail(say("cli.not_utf8", file=str(file)))
    # The policy's keys play no part here, so that a dry look at a file makes none.
    policy = Policy(
        zone=settings.zone, checkin_opens_before=settings.checkin_opens_before, checkin_closes_after=settings.checkin_closes_after
    )
    try:
        parsed = parse_text(text, policy)
    except DeclarationError as error:
        faults = "\n".join(to_lines(say, error.faults, error.lines))
        fail(f"{file}\n{faults}\n{say('declaration.fault_count', count=len(error.faults))}")
    _report(say, parsed, run(_apply(settings, policy, parsed), say))


async def _apply(settings: Settings, policy: Policy, parsed: Parsed) -> Changes:
    async with open_database(settings) as database, database.write() as tx:
        return await apply(tx, policy, parsed)


def _report(say: Say, parsed: Parsed, changes: Changes) -> None:
    for noun, tally in changes.tallies.items():
        if tally.added or tally.changed:
            name = say(f"declaration.noun_{noun}")
            typer.echo(say("declaration.counts", noun=name, added=tally.added, changed=tally.changed))
    if not changes.any:
        typer.echo(say("declaration.no_change"))
    for line in to_lines(say, changes.notes, parsed.lines):
        typer.echo(f"{say('declaration.warning')} {line}")
