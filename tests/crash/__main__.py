"""`python -m tests.crash --kills 200`: half of the kills on SQLite, half on PostgreSQL; exit code 1 when a promise broke."""

from __future__ import annotations

import argparse
import asyncio
import pickle
import random
import sys
import tempfile
from pathlib import Path

from bench.postgres import postgres
from tests.crash.audit import audit
from tests.crash.killer import Moment, schedule
from tests.crash.report import report
from tests.crash.run import play


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many in all (default 200)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the schedule of an earlier run")
    parser.add_argument("--only", choices=("sqlite", "postgres"), help="one database only")
    parser.add_argument("--keep", type=Path, help="keep the files of the runs and their books (books.pickle) in this folder")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _run(folder: Path, kind: str, url: str, moments: list[Moment], seed: int) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    books = asyncio.run(play(folder, url, moments, seed, lambda line: _say(f"[{kind}] {line}")))
    (folder / "books.pickle").write_bytes(pickle.dumps(books))
    breaches = audit(books)
    _say(report(kind, books, breaches))
    return breaches


def main() -> int:
    """0 when every promise held."""
    chosen = _options()
    seed = random.SystemRandom().randrange(1_000_000) if chosen.seed is None else chosen.seed
    _say(f"seed {seed}: python -m tests.crash --kills {chosen.kills} --seed {seed}")
    moments = schedule(seed, chosen.kills)
    half = len(moments) // 2
    share = {"sqlite": moments[:half], "postgres": moments[half:]}
    if chosen.only:
        share = {chosen.only: moments}
    breaches: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wecamp-crash-") as made:
        home = chosen.keep.resolve() if chosen.keep else Path(made)
        if "sqlite" in share:
            url = f"sqlite+aiosqlite:///{home}/sqlite/wecamp.db"
            breaches += _run(home / "sqlite", "sqlite", url, share["sqlite"], seed)
        if "postgres" in share:
            with postgres() as server:
                breaches += _run(home / "postgres", "postgres", server.fresh(), share["postgres"], seed)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
