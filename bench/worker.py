"""How many facts a second the worker applies when everybody wants something, beside how many the edge can take."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.callback import member_text, sealed
from bench.camp import AWAKE, COHORT, TEACHERS, apply_all, befriended, copied, fill, learner, store
from bench.figure import Figure, Plan
from bench.house import OPEN_KFID, cores, free_port, listens, pin, started, write_config
from bench.load import closed_loop
from bench.postgres import postgres
from storage.database import Database, machine_now
from storage.inbox import FactDraft

_ROOT = Path(__file__).parents[1]
# Of twenty facts: check-ins, other words of learners, of class teachers, a tap on a card, lessons watched, a new friend.
_TURNS = "签到 " * 8 + "进度 进度 课表 名单 缺勤 学员 tap watched watched watched watched friend"
_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_serial = itertools.count(1)


@dataclass
class _Side:
    """A database with the camp, never changed, and what was measured on copies of it."""

    folder: Path
    url: str
    ingest: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


async def measure(plan: Plan) -> list[Figure]:
    server, client = cores()
    pin(0, client)
    learners, facts = plan.size(10_000, 100), plan.size(6_000, 200)
    with postgres() as database, tempfile.TemporaryDirectory(prefix="wecamp-bench-") as folder:
        sides = {"sqlite": f"sqlite+aiosqlite:///{folder}/sqlite/wecamp.db", "postgres": database.fresh()}
        made = {kind: _Side(Path(folder, kind), url) for kind, url in sides.items()}
        for side in made.values():
            await asyncio.to_thread(side.folder.mkdir)
            await fill(side.folder, side.url, learners)
        for turn in range(plan.reps):
            for kind, side in made.items():
                run = Path(folder, f"{kind}{turn}")
                await asyncio.to_thread(run.mkdir)
                await _ingest(side, run, database.fresh() if kind == "postgres" else None, server, 2.0 if plan.full else 0.5)
                url = database.fresh(side.url) if kind == "postgres" else await asyncio.to_thread(copied, side.url, run)
                await _apply(side, run, url, learners, facts, server)
    return [_figure(kind, side, learners) for kind, side in made.items()]


async def _ingest(side: _Side, run: Path, url: str | None, cpu: int | None, seconds: float) -> None:
    port = free_port()
    url = url or f"sqlite+aiosqlite:///{run}/ingest.db"
    words = [sys.executable, "-m", "bench.edge", "stored", "--port", str(port), "--url", url]
    async with started(words, _ROOT, f"{run}/edge", cpu) as running:
        await listens(running, port)
        given = sealed(member_text(TEACHERS[0], f"名单 {n}", next(_serial)) for n in range(int(12_000 * seconds) + 500))
        (await closed_loop(port, given[:500])).insist()
        load = (await closed_loop(port, given[500:], seconds=seconds)).insist()
    side.ingest.append(load.rate)


async def _apply(side: _Side, run: Path, url: str, learners: int, facts: int, cpu: int | None) -> None:
    write_config(run, port=8780, url=url, wecom="http://127.0.0.1:9", more=AWAKE)
    database = Database(url)
    try:
        await store(database, [_says(userid, "缺勤 2") for userid in TEACHERS[4:]])
        await apply_all(database, run)
        async with database.read() as tx:
            cards = [str(one) for (one,) in await tx.conn.execute(text("SELECT task_id FROM cards ORDER BY task_id"))]
        await store(database, list(itertools.islice(_mix(learners, cards), facts)))
    finally:
        await database.close()
    async with started(
        [sys.executable, "-m", "bench.applier", str(run / "config.toml")], _ROOT, f"{run}/applier", cpu
    ) as running:
        await running.process.wait()
    said = json.loads(await asyncio.to_thread(running.log.read_text))
    await _insist_on_success(url)
    side.applied.append(said["facts"] / said["seconds"])
    side.cpu.append(said["cpu"] / said["seconds"])


async def _insist_on_success(url: str) -> None:
    database = Database(url)
    try:
        async with database.read() as tx:
            failed = list(await tx.conn.execute(text("SELECT kind, error FROM inbox WHERE state = 2 LIMIT 3")))
    finally:
        await database.close()
    if failed:
        raise RuntimeError(f"facts failed: {failed}")


def _mix(learners: int, cards: list[str]) -> Iterator[FactDraft]:
    """One fact after the other, each of its kind by another person."""
    people, newcomers, teachers = itertools.cycle(range(learners)), itertools.count(learners), itertools.cycle(TEACHERS[:4])
    taps = itertools.cycle(cards)
    for what in itertools.cycle(_TURNS.split()):
        if what == "watched":
            yield _watched(next(people))
        elif what == "friend":
            number = next(newcomers)
            yield befriended(number, WelcomeCode=f"code{number}")
        elif what == "tap":
            yield _taps(next(taps))
        elif what in ("名单", "缺勤", "学员"):
            more = {"名单": "", "缺勤": " 2", "学员": f" 学员{next(people)}"}[what]
            yield _says(next(teachers), what + more)
        else:
            yield _says_in_kf(next(people), what)


def _says(userid: str, words: str) -> FactDraft:
    number = str(next(_serial))
    body = {"userid": userid, "text": words, "msg_id": number}
    return FactDraft("callback", "app.text", f"msg:{number}", f"member:{userid}", body)


def _says_in_kf(number: int, words: str) -> FactDraft:
    msgid, who = f"kfm{next(_serial)}", learner(number)
    body: dict[str, Any] = {
        "msgid": msgid,
        "open_kfid": OPEN_KFID,
        "external_userid": who,
        "send_time": int(machine_now().timestamp()),
    }
    body |= {"origin": 3, "msgtype": "text", "text": {"content": words}}
    return FactDraft("kf", "kf.message", f"kf:{msgid}", f"learner:{who}", body)


def _taps(task_id: str) -> FactDraft:
    _, kind, lesson, member, _ = task_id.split("-")
    userid, number = TEACHERS[int(member) - 1], next(_serial)
    body: dict[str, Any] = {"userid": userid, "key": f"nudge:{kind}:{lesson}", "task_id": task_id, "response_code": f"rc{number}"}
    body |= {"card_type": "button_interaction", "selected": {}}
    return FactDraft("callback", "app.click", f"evt:{number}", f"member:{userid}", body)


def _watched(number: int) -> FactDraft:
    event = f"watched-{next(_serial)}"
    body: dict[str, Any] = {"type": "attendance.summary", "event_id": event, "source": "shop"}
    body["occurred_at"] = machine_now().isoformat()
    body |= {"subject": {"external_userid": learner(number)}, "cohort": COHORT, "lesson": 2, "watched_seconds": 600}
    return FactDraft("ingest:shop", "ingest.attendance.summary", f"ingest:shop:{event}", "ingest", body)


def _figure(kind: str, side: _Side, learners: int) -> Figure:
    note = (
        f"{learners:,} learners; of 20 facts 8 are check-ins, 3 other words of learners, 名单, 缺勤 2, 学员, a tap, 4 lessons"
        f" watched, a new friend; no lane runs; {statistics.median(side.cpu):.2f} cores used"
    )
    applied, spread = statistics.median(side.applied), (min(side.applied), max(side.applied))
    ingest = statistics.median(side.ingest)
    what = f"facts applied, mixed commands, {_NAMES[kind]}"
    return Figure(what, applied, "/s", "at least", 0.15, "durable ingest", ingest, spread=spread, note=note)
