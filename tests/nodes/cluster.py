"""Three real `wecamp serve` processes over one PostgreSQL, a balancer before them, and the look-alike as WeCom."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import text

from sandbox.story.corp import Corp, Json
from storage.database import Database
from tests.loop.conftest import eventually

CONFIG = """
[server]
port = {port}
[storage]
url = "{database}"
[wecom]
corp_id = "wwnodes"
api_base_url = "{wecom}"
[wecom.app]
agent_id = 1000002
secret = "nodes-secret"
token = "nodesToken"
encoding_aes_key = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
[wecom.kf]
open_kfid = "wkNodesDesk"
[time]
tick_seconds = 1
[privacy]
key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""
NODES = 3


class Node:
    """One process: its own config file, port and log; told by signals."""

    def __init__(self, home: Path, number: int) -> None:
        self.number = number
        self.port = _free_port()
        self.config = home / f"node{number}.toml"
        self.log = home / f"node{number}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("WECAMP_")}
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "bot", "serve", "--config", str(self.config)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tell(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def ended(self) -> int:
        """Waits for the end of the process; its exit code."""
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, 15)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


class Cluster:
    """The nodes, their one database, WeCom, and what is asked of them."""

    def __init__(self, nodes: Sequence[Node], database: Database, corp: Corp, session: aiohttp.ClientSession) -> None:
        self.nodes, self.database, self.corp, self.session = nodes, database, corp, session
        self.entered: Counter[int] = Counter()  # node number → callbacks it answered 200
        self._turn = 0

    # -- the balancer -----------------------------------------------------------------------------------
    async def forward(self, request: web.Request) -> web.Response:
        """The next node in turn; when it does not answer, the one after it, as nginx does."""
        body = await request.read()
        self._turn += 1
        for offset in range(NODES):
            node = self.nodes[(self._turn + offset) % NODES]
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                url = f"http://127.0.0.1:{node.port}{request.path_qs}"
                headers = {"Content-Type": request.headers.get("Content-Type", "")}
                timeout = aiohttp.ClientTimeout(total=1.5)
                async with self.session.request(request.method, url, data=body, headers=headers, timeout=timeout) as answer:
                    if answer.status < 500:
                        self.entered[node.number] += answer.status == 200
                        return web.Response(status=answer.status, body=await answer.read())
        return web.Response(status=502)

    # -- the nodes --------------------------------------------------------------------------------------
    async def start(self, *nodes: Node) -> None:
        for node in nodes:
            node.start()
        for node in nodes:
            await eventually(lambda node=node: self.is_ready(node), 60)  # type: ignore[misc]

    async def is_ready(self, node: Node) -> bool:
        assert node.lives, node.said()[-3000:]
        return await self.status(node) == 200

    async def status(self, node: Node) -> int:
        """What its /readyz says; 0 without an answer."""
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            timeout = aiohttp.ClientTimeout(total=2)
            async with self.session.get(f"http://127.0.0.1:{node.port}/readyz", timeout=timeout) as answer:
                return answer.status
        return 0

    async def owner(self, lease: str) -> Node | None:
        """Who holds a lease; its owner begins with the process id."""
        found = await self.rows("SELECT owner FROM leases WHERE name = :name", name=lease)
        pids = {str(node.pid): node for node in self.nodes if node.process is not None}
        return pids.get(found[0].owner.partition("-")[0]) if found else None

    async def owner_is(self, lease: str, *nodes: Node) -> bool:
        return await self.owner(lease) in nodes

    def others(self, *nodes: Node) -> list[Node]:
        return [node for node in self.nodes if node not in nodes]

    # -- what became of it ------------------------------------------------------------------------------
    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.database.read() as tx:
            return list((await tx.conn.execute(text(query), values)).all())

    async def count(self, query: str, **values: Any) -> int:
        return int((await self.rows(query, **values))[0][0])

    async def quiet(self, seconds: float = 40) -> None:
        """Every callback delivered, every fact applied, every intent sent."""

        async def at_rest() -> bool:
            facts = await self.rows("SELECT kind, error FROM inbox WHERE state = 2")
            assert facts == []
            # In this order, and both tables in one look: else something could pass from one to the other unseen.
            on_their_way = (await self.callbacks())["pending"]
            here = await self.count(
                "SELECT (SELECT count(*) FROM inbox WHERE state = 0 AND kind NOT LIKE 'tick.%')"
                " + (SELECT count(*) FROM outbox WHERE state = 0)"
            )
            return on_their_way == 0 and here == 0 and (await self.callbacks())["pending"] == 0

        await eventually(at_rest, seconds)

    async def callbacks(self) -> dict[str, int]:
        """How many WeCom sent, delivered, lost, and how many are on their way."""
        counted: dict[str, int] = (await self.corp.see("/state"))["counters"]["callbacks"]
        return counted

    async def number(self, path: str) -> int:
        """How often WeCom was asked on this path."""
        return int((await self.corp.see("/state"))["counters"]["calls"].get(path, 0))

    async def calls(self, path: str) -> list[Json]:
        """What WeCom was asked on this path, oldest first."""
        entries = (await self.corp.see("/wire?limit=2000"))["entries"]
        return [entry for entry in entries if entry["path"] == f"/cgi-bin/{path}" and entry["direction"] == "call"]

    async def heard(self, userid: str) -> list[str]:
        """What stands on a member's phone from the app, oldest first."""
        return [str(bubble.get("text", "")) for bubble in await self.corp.screen("member", userid) if bubble["from"] != "me"]


@asynccontextmanager
async def open_cluster(home: Path, database_url: str) -> AsyncIterator[Cluster]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        database = Database(database_url)
        stack.push_async_callback(database.close)
        nodes = [Node(home, number) for number in range(NODES)]
        front = _free_port()
        wecom = await _start_wecom(stack, home, front)
        for node in nodes:
            node.config.write_text(CONFIG.format(port=node.port, database=database_url, wecom=wecom), encoding="utf-8")
            stack.callback(node.end)
        cluster = Cluster(nodes, database, Corp(wecom, session), session)
        await _listen(stack, cluster, front)
        await cluster.start(*nodes)
        yield cluster


async def _start_wecom(stack: AsyncExitStack, home: Path, front: int) -> str:
    """The look-alike in a process of its own; its address."""
    config, port_file = home / "wecom.toml", home / "wecom.port"
    config.write_text(CONFIG.format(port=front, database="", wecom=""), encoding="utf-8")
    _play_wecom(stack, ["--config", str(config), "--port", "0", "--port-file", str(port_file)])
    await eventually(lambda: port_file.exists() and port_file.read_text().isdigit(), 20)
    return f"http://127.0.0.1:{port_file.read_text()}"


def _play_wecom(stack: AsyncExitStack, options: Sequence[str]) -> None:
    process = subprocess.Popen([sys.executable, "-m", "sandbox", "serve", *options], stdout=subprocess.DEVNULL)

    def end() -> None:
        process.terminate()
        process.wait(10)

    stack.callback(end)


async def _listen(stack: AsyncExitStack, cluster: Cluster, port: int) -> None:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", cluster.forward)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
