"""`backup`: a consistent copy of the database while the server runs, and a word about the key that is not in it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import URL, make_url

from bot.cli.terminal import CONFIG_FAULT, ConfigOption, fail, settings_from, voice_of
from bot.settings import Settings
from bot.settings_key import key_place
from camp.phrases import Say
from storage.database import machine_now
from storage.snapshots import DamagedSnapshot, take_snapshot

TargetArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="备份文件，或放备份的目录。The copy, or a directory for it.", show_default=False)
]
ForceOption = Annotated[bool, typer.Option("--force", help="覆盖已有的文件。Replace a file that is there.")]


def register(app: typer.Typer) -> None:
    app.command(help="不停机备份数据库。Copy the database while the server runs.")(backup)


def backup(target: TargetArgument, force: ForceOption = False, config: ConfigOption = None) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    url = make_url(settings.storage.url)
    sqlite = url.get_backend_name() == "sqlite"
    file = _name(target, "db" if sqlite else "dump", machine_now().astimezone(settings.zone))
    if file.exists() and not force:
        fail(say("cli.backup_exists", file=str(file)))
    try:
        if sqlite:
            _copy_sqlite(say, Path(url.database or ""), file, force)
        else:
            _dump_postgresql(say, url, file, force)
    except FileExistsError:
        fail(say("cli.backup_exists", file=str(file)))
    except (OSError, sqlite3.Error, DamagedSnapshot) as error:
        fail(say("cli.backup_failed", file=str(file), reason=str(error)))
    typer.echo(say("cli.backup_done", file=str(file), size=_size(file.stat().st_size)))
    typer.echo(_about_the_key(settings, say))


def _name(target: Path, ending: str, now: datetime) -> Path:
    return target / f"wecamp-{now:%Y%m%d-%H%M%S}.{ending}" if target.is_dir() else target


def _copy_sqlite(say: Say, source: Path, file: Path, force: bool) -> None:
    if not source.is_file():
        fail(say("cli.backup_nothing", file=str(source)))
    if file.exists() and file.samefile(source):
        fail(say("cli.backup_itself", file=str(file)))
    with _put_in_place(file, force) as draft:
        take_snapshot(source, draft)


def _dump_postgresql(say: Say, url: URL, file: Path, force: bool) -> None:
    """pg_dump where it is at hand; else says what to run, and ends with 2. The password is never in a command line."""
    access = {
        "PGHOST": str(url.query.get("host") or url.host or ""),
        "PGPORT": str(url.query.get("port") or url.port or ""),
        "PGUSER": url.username or "",
        "PGDATABASE": url.database or "",
    }
    command = ["pg_dump", "--format=custom", "--no-password"]
    if shutil.which("pg_dump") is None:
        known = " ".join(f"{name}={value}" for name, value in access.items() if value)
        fail(say("cli.backup_pg_dump", command=f"{known} {' '.join(command)} --file={file}"), CONFIG_FAULT)
    given = {name: value for name, value in {**access, "PGPASSWORD": str(url.password or "")}.items() if value}
    with _put_in_place(file, force) as draft:
        done = subprocess.run(
            [*command, f"--file={draft}"], env={**os.environ, **given}, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise OSError(done.stderr.strip()[-300:])


@contextlib.contextmanager
def _put_in_place(file: Path, force: bool) -> Iterator[Path]:
    """An empty file (0600) beside `file` to write into; in its place, durably, only when the block ends well."""
    draft = file.with_name(f".{file.name}.{os.getpid()}-{secrets.token_hex(4)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        _sync(draft)
        move: Callable[[Path, Path], object] = os.replace if force else os.link  # a link never replaces what came meanwhile
        move(draft, file)
        _sync(file.absolute().parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _about_the_key(settings: Settings, say: Say) -> str:
    place = key_place(settings.privacy, settings.storage.url, settings.path)
    return say("cli.backup_key_config") if place is None else say("cli.backup_key", file=str(place))


def _size(count: int) -> str:
    return f"{count / 1_048_576:.1f} MiB"
