"""Lanes near WeCom's limits and never over them, judged by the look-alike; and welcomes that overtake a long queue."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench import lane_welcome
from bench.figure import Figure, Plan
from bench.house import answers, cores, free_port, pin, started
from bench.lane_engine import draining, fill
from storage.outbox import Intent, Priority

_CUSTOMERS = 200
# What is sent → its path at WeCom, and what a minute allows (docs 90454, 91770).
_API, _MEMBER, _ROBOT = 10_000, 30, 20
_PATHS = {
    "contact.mark_tag": "externalcontact/mark_tag",
    "contact.get": "externalcontact/get",
    "app.message": "message/send",
    "robot.message": "webhook/send",
}
_NAMES = {
    "contact.mark_tag": "tag marks, 10,000/min",
    "contact.get": "reads beside them, 10,000/min",
    "app.message": "notices to one member, 30/min",
    "robot.message": "posts of one robot, 20/min",
}


@dataclass(frozen=True)
class _Judged:
    """What the look-alike saw of one lane: calls in each whole window, the most in any, what was refused."""

    windows: list[int]
    fullest: int
    refused: int
    limit: int

    @property
    def used(self) -> float:
        return sum(self.windows) / (len(self.windows) * self.limit)


async def measure(plan: Plan) -> list[Figure]:
    engine_core, judge_core = cores()
    pin(0, engine_core)
    minute_s, windows = float(plan.size(12, 3)), plan.size(10, 3)
    with tempfile.TemporaryDirectory(prefix="wecamp-bench-") as folder:
        together, _ = await _run(Path(folder), "together", judge_core, list(_PATHS), minute_s, windows)
        figures = _figures(together, f"{windows} windows of {minute_s:.0f} s at the real pace, four lanes at once")
        if plan.full:
            alone, cpu = await _run(Path(folder), "alone", judge_core, ["contact.mark_tag"], 60.0, 2)
            figures += _figures(alone, "two real minutes, one lane", " (unscaled)")
            note = "noting, sending, writing the end, SQLite with synchronous=FULL; one core is 100 %"
            figures.append(Figure("processor of a lane at 10,000/min", cpu * 100, "%", "at most", 30.0, note=note))
        figures += await lane_welcome.measure(plan, Path(folder))
    return figures


async def _run(
    folder: Path, name: str, core: int | None, calls: list[str], minute_s: float, windows: int
) -> tuple[dict[str, _Judged], float]:
    """The lanes drain a full outbox until the windows have passed. Also the processor's share of this process."""
    async with _judge(folder, core, minute_s) as wecom, aiohttp.ClientSession(wecom, trust_env=False) as session:
        tag = await _people(session)
        url = f"sqlite+aiosqlite:///{folder}/{name}.db"
        seconds = windows * minute_s + 1.0
        await fill(url, [intent for call in calls for intent in _queue(call, tag, seconds, windows)])
        async with draining(url, wecom, minute_s):
            used, begun = time.process_time(), time.perf_counter()
            await asyncio.sleep(seconds)
            share = (time.process_time() - used) / (time.perf_counter() - begun)
        return {call: await _judged(session, call, minute_s, windows) for call in calls}, share


@asynccontextmanager
async def _judge(folder: Path, core: int | None, minute_s: float) -> AsyncIterator[str]:
    port = free_port()
    # -P: the modules beside it must not pass for packages of the product.
    words = [sys.executable, "-P", str(Path(__file__).with_name("judge.py")), str(port), str(minute_s)]
    async with started(words, folder, "judge", core) as judge:
        wecom = f"http://127.0.0.1:{port}"
        await answers(judge, f"{wecom}/_sandbox/clock")
        yield wecom


async def _people(session: aiohttp.ClientSession) -> str:
    """One member with customers, one tag; returns its id."""
    await _act(session, "/members", userid="lin", name="林老师")
    for number in range(_CUSTOMERS):
        await _act(session, "/learners", external_userid=f"wm{number}", name=f"学员{number}")
        await _act(session, "/follow", external_userid=f"wm{number}", userid="lin")
    return str((await _act(session, "/tags", group="阶段", name="已报名"))["tag_id"])


def _queue(call: str, tag: str, seconds: float, windows: int) -> list[Intent]:
    if call == "contact.mark_tag":
        payload: dict[str, Any] = {"userid": "lin", "add": [tag], "remove": []}
        return [Intent(call, payload | {"external_userid": _customer(n)}, Priority.SYNC) for n in range(int(200 * seconds))]
    if call == "contact.get":
        return [Intent(call, {"external_userid": _customer(n)}, Priority.SYNC) for n in range(int(200 * seconds))]
    to: dict[str, Any] = {"to": ["lin"]} if call == "app.message" else {"robot": "bench"}
    return [Intent(call, to | {"message": {"type": "text", "text": f"{n}"}}) for n in range(40 * windows)]


def _customer(number: int) -> str:
    return f"wm{number % _CUSTOMERS}"


async def _judged(session: aiohttp.ClientSession, call: str, minute_s: float, windows: int) -> _Judged:
    seen = await _see(session, "/traffic", {"path": _PATHS[call], "window": str(minute_s)})
    limit = {"app.message": _MEMBER, "robot.message": _ROBOT}.get(call, round(_API * minute_s / 60))
    if len(seen["windows"]) < windows:
        # The last window counts as whole when its time is over, also if nothing came in its last moment.
        seen["windows"].append(len(seen["arrivals"]) - sum(seen["windows"]))
    return _Judged(seen["windows"][:windows], seen["fullest"], sum(seen["refused"].values()), limit)


async def _act(session: aiohttp.ClientSession, path: str, **body: Any) -> Any:
    async with session.post(f"/_sandbox{path}", json=body) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _see(session: aiohttp.ClientSession, path: str, query: dict[str, str]) -> Any:
    async with session.get(f"/_sandbox{path}", params=query) as answer:
        answer.raise_for_status()
        return await answer.json()


def _figures(lanes: dict[str, _Judged], how: str, more: str = "") -> list[Figure]:
    figures = []
    for call, seen in lanes.items():
        name = _NAMES[call] + more
        middle, least = statistics.median(seen.windows), min(seen.windows)
        note = f"{how}; median window {middle / seen.limit:.1%}, least {least / seen.limit:.1%}, refused {seen.refused}"
        figures.append(Figure(f"used of {name}", seen.used * 100, "%", "at least", 97.0, note=note))
        fullest = seen.fullest / seen.limit * 100
        figures.append(Figure(f"fullest sliding window of {name}", fullest, "%", "at most", 100.0))
    refused = sum(seen.refused for seen in lanes.values())
    figures.append(Figure(f"refused as too often{more}", refused, "calls", "at most", 0.0))
    return figures
