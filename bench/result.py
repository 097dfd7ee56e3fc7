"""What was measured: a table for people, and a file with the machine it was measured on."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figure import Figure, Plan
from bench.postgres import version

_HEADS = ("what", "measured", "against", "ratio", "promised", "")


def print_table(figures: Sequence[Figure]) -> None:
    """The figures in columns, and under them what must be known to read them."""
    rows = [_HEADS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for row in rows:
        _say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for figure in figures:
        if figure.note:
            _say(f"  {figure.what}: {figure.note}")
    _say("")


def store(bench: str, figures: Sequence[Figure], plan: Plan, out: Path, run: datetime) -> None:
    """Adds a bench to `<out>/<moment of the run>.json` and `.md`; a full one also takes its place in `latest`."""
    out.mkdir(parents=True, exist_ok=True)
    told = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "plan": asdict(plan),
        "machine": machine(),
        "figures": [{**asdict(figure), "ratio": figure.ratio, "met": figure.met, "row": _row(figure)} for figure in figures],
    }
    for name in (f"{run:%Y%m%d-%H%M%S}", *(("latest",) if plan.full else ())):
        _write(out, name, {bench: told})


def _write(out: Path, name: str, more: dict[str, dict[str, Any]]) -> None:
    file = out / f"{name}.json"
    benches = (json.loads(file.read_text()) if file.exists() else {}) | more
    file.write_text(json.dumps(benches, ensure_ascii=False, indent=2) + "\n")
    (out / f"{name}.md").write_text("\n".join(_markdown(bench, told) for bench, told in benches.items()))


def machine() -> dict[str, Any]:
    """What the figures depend on. `fsyncs_per_second`: 4 KiB appended and made durable, one after the other."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": version(),
        "fsyncs_per_second": round(fsync_rate()),
        "stolen_share_since_boot": round(stolen_share(), 4),
    }


def stolen_share(since: tuple[int, int] = (0, 0)) -> float:
    """The share of the processors' time that the host gave to others since `since`, an earlier `ticks()`."""
    stolen, total = ticks()
    return (stolen - since[0]) / max(1, total - since[1])


def ticks() -> tuple[int, int]:
    """Stolen and all ticks of this machine so far; (0, 0) where the kernel does not tell."""
    try:
        numbers = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return 0, 0
    return numbers[7], sum(numbers[:8])


def fsync_rate(seconds: float = 0.5) -> float:
    """How often a second 4 KiB can be made durable in the directory for temporary files."""
    with tempfile.TemporaryFile() as file:
        times, started = 0, time.monotonic()
        while time.monotonic() - started < seconds:
            file.write(b"\0" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times += 1
        return times / (time.monotonic() - started)


def _row(figure: Figure) -> tuple[str, ...]:
    spread = f" [{_number(figure.spread[0])}–{_number(figure.spread[1])}]" if figure.spread else ""
    against = "" if figure.against is None else f"{figure.against_what}: {_number(figure.against)} {figure.unit}"
    return (
        figure.what,
        f"{_number(figure.value)} {figure.unit}{spread}",
        against,
        "" if figure.ratio is None else f"{figure.ratio:.2f}×",
        _promise(figure),
        "met" if figure.met else "MISSED",
    )


def _promise(figure: Figure) -> str:
    unit = f" {figure.unit}" if figure.ratio is None else "×"
    aim = "" if figure.aim is None else f", aim {_number(figure.aim)}{unit}"
    return f"{'≥' if figure.bound == 'at least' else '≤'} {_number(figure.target)}{unit}{aim}"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _markdown(bench: str, told: dict[str, Any]) -> str:
    lines = [f"# {bench}, {told['taken_at']}", ""]
    if not told["plan"]["full"]:
        lines += ["A quick run: it shows that the bench works, not how fast the product is.", ""]
    lines += ["; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in told["machine"].items()), ""]
    lines += [f"Medians of at most {told['plan']['reps']}, interleaved; in brackets the lowest and the highest.", ""]
    lines += ["| " + " | ".join(_HEADS) + " |", "|" + " --- |" * len(_HEADS)]
    lines += ["| " + " | ".join(figure["row"]) + " |" for figure in told["figures"]]
    notes = [f"- {figure['what']}: {figure['note']}" for figure in told["figures"] if figure["note"]]
    return "\n".join([*lines, "", *notes]) + "\n"


def _cpu_model() -> str:
    try:
        found = subprocess.run(["lscpu"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    except (OSError, subprocess.CalledProcessError):
        return platform.processor() or platform.machine()
    return next(
        (line.split(":", 1)[1].strip() for line in found.splitlines() if line.startswith("Model name")), platform.machine()
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
