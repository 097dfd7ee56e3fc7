"""A backup of the real process under load, and a new process on it: nothing that was answered before is missing."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.loop.test_process import Server, wait_until

WRITERS = 2


@contextmanager
def load(server: Server) -> Iterator[list[int]]:
    """Members write without a pause; yields the message ids that were answered 200 so far."""
    answered: list[int] = []
    numbers, over = itertools.count(1), threading.Event()

    def write() -> None:
        while not over.is_set():
            number = next(numbers)
            if server.callback("帮助", number) == 200:
                answered.append(number)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield answered
    finally:
        over.set()
        for writer in writers:
            writer.join()


def test_a_backup_under_load_starts_again_with_everything(tmp_path: Path) -> None:
    first, second = quiet(tmp_path / "first"), quiet(tmp_path / "second")
    try:
        process = first.start()
        first.until_ready(process)
        with load(first) as answered:
            wait_until(lambda: len(answered) > 40)
            before = set(answered)
            copy = second.home / "wecamp.db"
            command = [sys.executable, "-m", "bot", "backup", str(copy), "--config", str(first.home / "config.toml")]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            assert told.returncode == 0, told.stderr
            wait_until(lambda: len(answered) > len(before) + 20)  # nobody had to stop for it
        shutil.copyfile(first.home / "wecamp.db.key", second.home / "wecamp.db.key")
        process.kill()
        assert second.rows("PRAGMA integrity_check") == [("ok",)]
        _starts_with(second, before)
    finally:
        for one in (*first.started, *second.started):
            if one.poll() is None:
                one.kill()
            one.communicate()


def _starts_with(server: Server, before: set[int]) -> None:
    again = server.start()
    server.until_ready(again)
    wait_until(lambda: server.rows("SELECT count(*) FROM inbox WHERE state = 0") == [(0,)])
    senders = {str(row[0]) for row in server.rows("SELECT conversation FROM inbox WHERE kind = 'app.text'")}
    assert {f"member:lin{number}" for number in before} <= senders
    assert server.rows("SELECT count(*) FROM inbox WHERE state = 2") == [(0,)]


def quiet(home: Path) -> Server:
    """An installation that logs little: nobody reads the pipe while it runs."""
    home.mkdir()
    server = Server(home)
    with (home / "config.toml").open("a") as config:
        config.write('[logs]\nlevel = "error"\n')
    return server
