"""The long run: `python -m tests.fuzz --inputs 1000000 [--seed N] [--edge callback|ingest|inner|answer|page|all]
[--database sqlite|postgresql]`.

Prints inputs by edge and outcome, facts applied and memory; exits 1 when something was found. Failing inputs are kept in
tests/fuzz/corpus/, where the short test replays them.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import queue
import sys
import time
from typing import Any

from tests.fuzz import worker

_EDGES = ("all", "callback", "ingest", "inner", "answer", "page")
# Once warm, a process may grow by so much; what grows with every input grows far more in a million. The guided one also holds
# libFuzzer's own book of inputs that reached new code.
_MOST_GROWTH_MIB = {"random": 100, "guided": 300}
_TELL_EVERY_S = 30.0


def main() -> int:
    asked = _arguments()
    context = multiprocessing.get_context("spawn")
    counter, results = context.Value("q", 0), context.Queue()
    guided = importlib.util.find_spec("atheris") is not None
    plays = [worker.play_guided if guided and number == 0 else worker.play_at_random for number in range(asked.processes)]
    started = time.monotonic()
    running = [
        context.Process(target=play, args=(asked.edge, asked.database, asked.seed + number, asked.inputs, counter, results))
        for number, play in enumerate(plays)
    ]
    for process in running:
        process.start()
    tallies = _collect(running, counter, results)
    took = time.monotonic() - started
    return _report(tallies, took, crashed=len(tallies) < len(running))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edge", choices=_EDGES, default="all")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--processes", type=int, default=max(2, os.cpu_count() or 2))
    return parser.parse_args()


def _collect(running: list[Any], counter: Any, results: Any) -> list[tuple[str, Any]]:
    """The tallies of all processes, as they end; one that died leaves none."""
    tallies: list[tuple[str, Any]] = []
    while len(tallies) < len(running):
        try:
            tallies.append(results.get(timeout=_TELL_EVERY_S))
        except queue.Empty:
            print(f"{counter.value:>10,} inputs", flush=True)  # noqa: T201
            if not any(process.is_alive() for process in running):
                break
    for process in running:
        process.join()
    return tallies


def _report(tallies: list[tuple[str, Any]], took: float, *, crashed: bool) -> int:
    from collections import Counter

    from tests.fuzz.campaign import keep

    outcomes: Counter[tuple[str, str]] = sum((tally.outcomes for _, tally in tallies), Counter())
    findings = {words: found for _, tally in tallies for words, found in tally.findings.items()}
    lines = ["", f"{'edge':<10}{'outcome':<12}{'inputs':>12}"]
    lines += [f"{edge:<10}{outcome:<12}{number:>12,}" for (edge, outcome), number in sorted(outcomes.items())]
    lines.append(f"{'all':<22}{outcomes.total():>12,}   in {took:,.0f} s ({outcomes.total() / took:,.0f}/s)")
    lines.append(f"facts applied: {sum(tally.applied for _, tally in tallies):,}, failed: 0" if not findings else "")
    grown = False
    for name, tally in tallies:
        warm, end = (tally.rss_mib[:3] or [0])[-1], max(tally.rss_mib, default=0)
        grown |= end - warm > _MOST_GROWTH_MIB[name]
        lines.append(f"memory of the {name} process: {warm} MiB warm, {end} MiB at most (may grow {_MOST_GROWTH_MIB[name]})")
    lines += [f"FOUND: {words}  [{edge}, {len(data)} bytes]" for words, (edge, data) in findings.items()]
    lines += ["A process died: see above."] if crashed else []
    print("\n".join(lines))  # noqa: T201
    keep(findings)
    return 1 if findings or grown or crashed else 0


if __name__ == "__main__":
    sys.exit(main())
