"""`rehearse RULE`: what another number in a rule would have moved, cohort by cohort; nothing changes (试算)."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from bot.cli.terminal import ConfigOption, console, fail, open_database, run, settings_from, voice_of
from bot.settings import Settings
from camp.group_message_preview import preview_of
from camp.phrases import Say
from camp.policy import Policy
from camp.rehearsal import CohortRehearsal, find_rule, rehearse
from camp.rules.rule import Rule
from storage import cohorts


def register(app: typer.Typer) -> None:
    app.command("rehearse", help="试算：换个门槛会怎样，不改任何数据。What another number in a rule would do.")(rehearse_rule)


def rehearse_rule(
    rule: Annotated[str | None, typer.Argument(help="规则名", show_default=False)] = None,
    number: Annotated[int | None, typer.Option("--number", min=0, max=999, help="换成这个数。", show_default=False)] = None,
    cohort: Annotated[str | None, typer.Option("--cohort", help="只看这一期。", show_default=False)] = None,
    messages: Annotated[
        str | None, typer.Option("--messages", metavar="COHORT", help="预演这一期的班群群发。", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    if messages is not None:
        _show_messages(settings, say, messages)
        return
    if rule is None:
        fail(say("cli.rehearse_what"))
    policy = Policy(rulebook=settings.rulebook)
    wanted = find_rule(policy, rule)
    if wanted is None:
        fail(say("cli.no_such_rule", name=rule, known="、".join(known.name for known in policy.rulebook.rules)))
    found, known_cohorts = run(_rehearse(settings, policy, wanted, number, cohort), say)
    if found is None:
        fail(say("cli.no_cohort", name=cohort, known="、".join(known_cohorts)))
    _show(say, wanted, found)


def _show_messages(settings: Settings, say: Say, name: str) -> None:
    lines, known = run(_preview(settings, say, name), say)
    if lines is None:
        fail(say("cli.no_cohort", name=name, known="、".join(known)))
    for line in lines:
        typer.echo(line)


async def _preview(settings: Settings, say: Say, name: str) -> tuple[list[str] | None, list[str]]:
    """What 预演 says."""
    async with open_database(settings) as database, database.read() as tx:
        cohort = await cohorts.find_cohort(tx, name)
        if cohort is None:
            return None, [each.code for each in await cohorts.cohorts_of(tx)]
        # The policy's keys play no part here, so that a look makes none.
        policy = Policy(zone=settings.zone, nudge=settings.nudge.to_limits(), allowance=settings.group_messages.to_allowance())
        return await preview_of(tx, policy, say, cohort), []


async def _rehearse(
    settings: Settings, policy: Policy, rule: Rule, number: int | None, name: str | None
) -> tuple[list[CohortRehearsal] | None, list[str]]:
    async with open_database(settings) as database, database.read() as tx:
        cohort = await cohorts.find_cohort(tx, name) if name else None
        if name and cohort is None:
            return None, [each.code for each in await cohorts.cohorts_of(tx)]
        result = await rehearse(tx, policy, rule, number)
        return [each for each in result.cohorts if cohort is None or each.name == cohort.name], []


def _show(say: Say, rule: Rule, found: list[CohortRehearsal]) -> None:
    typer.echo(f"{rule.name}：{rule.title}")
    if not found:
        typer.echo(say("cli.no_rows"))
        return
    headings = ("cohort", "closed", "total", "now", "then", "moves")
    table = Table(*(say(f"cli.rehearse_{name}") for name in headings))
    for each in found:
        moves = "；".join(
            f"{say(f'common.place_{move.here}')} → {say(f'common.place_{move.there}')} {move.number}" for move in each.moves
        )
        closed = say("cli.rehearse_yes" if each.closed else "cli.rehearse_no")
        table.add_row(each.name, closed, str(each.total), str(each.now), str(each.then), moves)
    console().print(table)
