"""`python -m bench [NAME ...]`: runs the benches one after the other and prints and stores their figures."""

from __future__ import annotations

import argparse
import asyncio
import importlib
from datetime import UTC, datetime
from pathlib import Path

from bench.figure import Figure, Plan
from bench.result import print_table, store

# In this order: first what wants a quiet machine. Each module has `async def measure(plan: Plan) -> list[Figure]`.
BENCHES = ("ingest", "way", "worker", "sweep", "report", "growth", "start", "lane")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one repetition: does it run at all?")
    parser.add_argument("--reps", type=int, default=3, help="repetitions, interleaved (default 3)")
    parser.add_argument("--out", type=Path, default=Path("bench/results"), help="where the results are written")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(BENCHES)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    plan = Plan(full=not chosen.quick, reps=1 if chosen.quick else chosen.reps)
    run = datetime.now(UTC)
    for name in chosen.names or BENCHES:
        figures: list[Figure] = asyncio.run(importlib.import_module(f"bench.{name}").measure(plan))
        print_table(figures)
        store(name, figures, plan, chosen.out, run)  # each at once: a later one may fail


if __name__ == "__main__":
    main()
