"""What every command shares: the --config option, the way to the settings and the database, and how to fail in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import aiohttp
import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.practice_clock import PracticeClock
from bot.settings import ConfigError, Settings, config_path, load_settings
from camp.phrases import Say, say_in
from storage.database import Database, Now, machine_now
from storage.faults import StorageAway, StorageBusy, is_busy
from storage.migrate import NewerDatabase, migrate

CONFIG_FAULT = 2

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="配置文件；否则 WECAMP_CONFIG，否则 ./config.toml。The config file.", show_default=False),
]
T = TypeVar("T")


def console() -> Console:
    """Standard output as it is now; wide enough that a pipe gets whole lines."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=160)


def fail(words: str, code: int = 1) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(code)


def settings_from(config: Path | None) -> Settings:
    """The checked settings, or the end of the command with every fault and exit code 2."""
    try:
        return load_settings(config)
    except ConfigError as error:
        fail_with_config(error, config)


def fail_with_config(error: ConfigError, config: Path | None) -> NoReturn:
    say = say_in("zh")
    typer.echo(say("cli.config_faults", file=str(config_path(config)), count=len(error.faults)), err=True)
    fail(str(error), CONFIG_FAULT)


def voice_of(settings: Settings) -> Say:
    return say_in(settings.camp.language)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, migrated first when it is behind."""
    await migrate(settings.storage.url)
    database = Database(settings.storage.url, await clock_of(settings))
    try:
        yield database
    finally:
        await database.close()


async def clock_of(settings: Settings) -> Now:
    """The time the house lives in: the machine's, or with [practice] the look-alike's, which is asked once."""
    if settings.practice.clock_url is None:
        return machine_now
    async with aiohttp.ClientSession(trust_env=False) as session:
        practice = PracticeClock(session, settings.practice.clock_url)
        if not await practice.look():
            typer.echo(voice_of(settings)("cli.practice_away", url=settings.practice.clock_url), err=True)
        return practice.now


def run(work: Coroutine[Any, Any, T], say: Say) -> T:
    """Runs a command's work; faults of the database and of the key file become a sentence."""
    with faults_in_words(say):
        return asyncio.run(work)


@contextmanager
def faults_in_words(say: Say) -> Iterator[None]:
    """Ends the command with one sentence for a fault of the database or the key file."""
    try:
        yield
    except ConfigError as error:
        fail(str(error), CONFIG_FAULT)
    except StorageBusy as error:
        fail(say("cli.busy") if not isinstance(error, StorageAway) else say("cli.database_away", reason=error.reason))
    except NewerDatabase as error:
        fail(say("cli.newer_database", revision=error.revision))
    except (SQLAlchemyError, OSError) as error:
        if isinstance(error, DBAPIError) and is_busy(error):
            fail(say("cli.busy"))
        # Only the driver's own words: SQLAlchemy's text repeats the statement with its values.
        reason = str(getattr(error, "orig", "") or error).split("\n")[0][:300]
        fail(say("cli.database_fault", kind=type(error).__name__, reason=reason))
