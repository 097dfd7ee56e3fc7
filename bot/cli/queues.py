"""`inbox` and `outbox`: what came in and what goes out; look at it, and try failed rows again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import Row

from bot.cli.terminal import ConfigOption, console, fail, open_database, run, settings_from, voice_of
from bot.settings import Settings
from storage import inbox, outbox
from storage.database import Tx

# Values an operator does not need to see to find out what went wrong.
_HIDDEN_KEYS = re.compile(
    r"secret|token|aes_key|password|passphrase|signature|phone|mobile|welcome_?code|response_?code|^code$|unionid", re.I
)
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

IdsArgument = Annotated[list[int] | None, typer.Argument(help="编号 ids", show_default=False)]
AllOption = Annotated[bool, typer.Option("--all", help="全部失败的。All failed rows.")]
StateOption = Annotated[str | None, typer.Option("--state", help="只看这种状态。Only this state.", show_default=False)]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="最多几行。At most this many rows.")]


class Queue(Protocol):
    """What storage.inbox and storage.outbox have in common."""

    async def listing(self, tx: Tx, state: Any, limit: int) -> list[Row[Any]]: ...
    async def load(self, tx: Tx, row_id: int, /) -> Row[Any] | None: ...
    async def retry(self, tx: Tx, row_ids: Sequence[int] | None = None, /) -> int: ...


Column = tuple[str, Callable[[Row[Any]], Any]]
_INBOX: tuple[Column, ...] = (
    ("kind", lambda row: row.kind),
    ("conversation", lambda row: row.conversation),
    ("received", lambda row: row.received_at),
    ("tries", lambda row: row.attempts),
    ("error", lambda row: _last_line(row.error)),
)
_OUTBOX: tuple[Column, ...] = (
    ("call", lambda row: row.call),
    ("lane", lambda row: row.lane),
    ("created", lambda row: row.created_at),
    ("tries", lambda row: row.attempts),
    ("errcode", lambda row: row.errcode),
    ("error", lambda row: _last_line(row.error)),
)


def register(app: typer.Typer) -> None:
    app.add_typer(_group(inbox, inbox.State, _INBOX), name="inbox", help="收件箱：发生过的事。What happened.")
    app.add_typer(_group(outbox, outbox.State, _OUTBOX), name="outbox", help="发件箱：要对外做的事。What goes out.")


def _group(queue: Queue, states: type[IntEnum], columns: Sequence[Column]) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)

    @group.command("list", help="最近的记录。The newest rows.")
    def list_rows(state: StateOption = None, limit: LimitOption = 30, config: ConfigOption = None) -> None:
        settings = settings_from(config)
        say = voice_of(settings)
        known = {each.name.lower(): each for each in states}
        if state is not None and state.lower() not in known:
            fail(say("cli.unknown_state", name=state, known="、".join(known)), 2)
        wanted = known[state.lower()] if state else None
        rows = run(_read(settings, lambda tx: queue.listing(tx, wanted, limit)), say)
        if not rows:
            typer.echo(say("cli.no_rows"))
            return
        table = Table("id", "state", *(name for name, _ in columns))
        for row in rows:
            cells = [_cell(pick(row), settings.zone) for _, pick in columns]
            table.add_row(str(row.id), states(row.state).name.lower(), *(Text(mask_text(cell)) for cell in cells))
        console().print(table)

    @group.command("show", help="一条记录的全部内容（敏感内容已遮盖）。One row in full, secrets masked.")
    def show_row(row_id: Annotated[int, typer.Argument(metavar="ID")], config: ConfigOption = None) -> None:
        settings = settings_from(config)
        say = voice_of(settings)
        row = run(_read(settings, lambda tx: queue.load(tx, row_id)), say)
        if row is None:
            fail(say("cli.no_such_row", id=row_id))
        for name, value in row._mapping.items():
            shown = states(value).name.lower() if name == "state" else value
            typer.echo(f"{name}: {mask_text(_cell(shown if name == 'dedup_key' else mask(shown), settings.zone))}")

    @group.command("retry", help="把失败的重新排队。Put failed rows back in line.")
    def retry_rows(ids: IdsArgument = None, everything: AllOption = False, config: ConfigOption = None) -> None:
        settings = settings_from(config)
        say = voice_of(settings)
        if bool(ids) == everything:
            fail(say("cli.retry_what"), 2)
        number = run(_write(settings, lambda tx: queue.retry(tx, ids or None)), say)
        typer.echo(say("cli.retried", count=number))
        if ids and number < len(set(ids)):
            fail(say("cli.not_retried", count=len(set(ids)) - number))

    return group


async def _read(settings: Settings, work: Callable[[Tx], Coroutine[Any, Any, Any]]) -> Any:
    async with open_database(settings) as database, database.read() as tx:
        return await work(tx)


async def _write(settings: Settings, work: Callable[[Tx], Coroutine[Any, Any, int]]) -> int:
    async with open_database(settings) as database, database.write() as tx:
        return await work(tx)


def mask(value: Any) -> Any:
    """The value with secrets blanked by the name of their key, at any depth."""
    if isinstance(value, dict):
        return {key: "***" if _HIDDEN_KEYS.search(str(key)) and inner else mask(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner) for inner in value]
    return value


def mask_text(words: str) -> str:
    """The words with the middle of phone numbers blanked, and without what would steer the terminal."""
    return _STEERING.sub("", _PHONE.sub(r"\1****\2", words))


def _cell(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%m-%d %H:%M:%S")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _last_line(error: str | None) -> str:
    return (error or "").strip().rpartition("\n")[2][:200]
