"""A camp in its first days, made by the product itself: a lesson runs, its learners are enrolled and know their class teacher."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.house import command, write_config
from bot.settings import load_settings
from bot.worker import Worker
from handlers.core import router
from jobs.core import job
from storage.database import Database, machine_now
from storage.inbox import FactDraft, add_facts

# At 10,000 learners each has 500: three class groups, as in bench.million.
TEACHERS = [f"teacher{n}" for n in range(20)]
STAFF = [*TEACHERS, "sales0", "sales1", "boss"]
COHORT = "read-01"
# For config.toml: a bench may run at night.
AWAKE = '[nudge]\nquiet_from = "00:00"\nquiet_to = "00:00"\n'
# As many at once as the inbox takes from one `wecamp import`.
_CHUNK = 1_000


def learner(number: int) -> str:
    """The external_userid of a learner, 0 is the first."""
    return f"wmBench{number:025d}"


def declaration(now: datetime | None = None) -> str:
    """camp.toml: yesterday's lesson, one that began twenty minutes ago, one tomorrow; a next cohort next week."""
    now = (now or machine_now()).astimezone(ZoneInfo("Asia/Shanghai")).replace(microsecond=0)

    def at(**ahead: float) -> str:
        return (now + timedelta(**ahead)).isoformat()

    lessons = "".join(
        f'[[cohorts.lessons]]\nseq = {seq}\ntitle = "第{seq}课"\nstarts_at = {at(hours=hours)}\nminutes = 60\n'
        for seq, hours in ((1, -24), (2, -1 / 3), (3, 24))
    )
    groups = "".join(
        f'[[cohorts.class_groups]]\ncode = "{chr(65 + n)}"\nchat_id = "wrBench{n}"\nclass_teacher = "{userid}"\n'
        for n, userid in enumerate(TEACHERS)
    )
    positions = {"t": "class_teacher", "s": "sales", "b": "manager"}
    staff = "".join(
        f'[[staff]]\nuserid = "{userid}"\nname = "同事{n}"\nposition = "{positions[userid[0]]}"\nquota = 100000\n'
        for n, userid in enumerate(STAFF)
    )
    return f"""
[[camps]]
code = "read"
name = "7天阅读营"
[[cohorts]]
code = "{COHORT}"
camp = "read"
name = "阅读营第1期"
starts_at = {at(days=-2)}
closes_at = {at(days=3)}
enrol_until = {at(days=2)}
next = "read-02"
{lessons}
{groups}
[[cohorts]]
code = "read-02"
camp = "read"
name = "阅读营第2期"
starts_at = {at(days=7)}
closes_at = {at(days=12)}
[[channels]]
code = "dy01"
name = "抖音投放"
{staff}
"""


def befriended(number: int, **more: str) -> FactDraft:
    """A learner adds a class teacher; `more` as on the wire, for example WelcomeCode."""
    who, teacher = learner(number), TEACHERS[number % len(TEACHERS)]
    body = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": teacher, "State": "dy01"}
    body |= {"ExternalUserID": who, "CreateTime": str(int(machine_now().timestamp())), **more}
    return FactDraft("callback", "wecom.event", f"add:{who}", f"learner:{who}", body)


def enrolled(number: int) -> FactDraft:
    """Another system says that a learner signed up."""
    body = {
        "type": "enrolment.added",
        "event_id": f"signed-up-{number}",
        "occurred_at": machine_now().isoformat(),
        "subject": {"external_userid": learner(number)},
        "cohort": COHORT,
        "name": f"学员{number}",
        "source": "shop",
    }
    return FactDraft("ingest:shop", "ingest.enrolment.added", f"ingest:shop:signed-up-{number}", "ingest", body)


async def fill(folder: Path, url: str, learners: int) -> None:
    """Declares the camp in the database `url` and lets the product enrol so many learners; what it would send is thrown away."""
    write_config(folder, port=8780, url=url, wecom="http://127.0.0.1:9", more=AWAKE)
    await asyncio.to_thread((folder / "camp.toml").write_text, declaration())
    await command(folder, "migrate")
    await command(folder, "apply", str(folder / "camp.toml"))
    database = Database(url)
    try:
        await store(database, [made(n) for made in (befriended, enrolled) for n in range(learners)])
        await apply_all(database, folder)
        async with database.write() as tx:
            for table in ("outbox", "inbox"):
                await tx.conn.execute(text(f"DELETE FROM {table}"))
    finally:
        await database.close()
    if database.is_sqlite:
        await asyncio.to_thread(_fold, Path(str(url).partition("///")[2]))


async def store(database: Database, drafts: Sequence[FactDraft]) -> None:
    """Into the inbox, as they are."""
    for start in range(0, len(drafts), _CHUNK):
        async with database.write() as tx:
            await add_facts(tx, drafts[start : start + _CHUNK])


async def apply_all(database: Database, folder: Path) -> int:
    """The product's worker, until nothing waits; how many facts it applied. No lane runs."""
    settings = await asyncio.to_thread(load_settings, folder / "config.toml")
    worker = Worker(database, router.discover(), job.discover(), settings.policy())
    applied = 0
    while done := await worker.apply_batch():
        applied += done
    return applied


async def numbers(url: str, queries: Iterable[str]) -> list[int]:
    """What these queries count."""
    database = Database(url)
    try:
        async with database.read() as tx:
            return [int((await tx.conn.execute(text(query))).scalar_one()) for query in queries]
    finally:
        await database.close()


def copied(url: str, folder: Path) -> str:
    """A SQLite file of its own with the same content."""
    target = folder / "copy.db"
    shutil.copyfile(Path(url.partition("///")[2]), target)
    key = Path(f"{url.partition('///')[2]}.key")
    if key.exists():
        shutil.copyfile(key, f"{target}.key")
    return f"sqlite+aiosqlite:///{target}"


def _fold(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
