"""Three nodes for a module's tests, each of which leaves three living ones behind."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine

from tests.nodes.cluster import Cluster, open_cluster

MEMBERS = {"lin": "林老师", "wu": "吴老师", "chen": "陈主管", "ops": "小何"}
CAMP = """
[[camps]]
code = "read"
name = "阅读营"
[[cohorts]]
code = "read-01"
camp = "read"
starts_at = {starts}
closes_at = {closes}
enrol_until = {closes}
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = {first}
minutes = 30
[[cohorts.class_groups]]
code = "A"
chat_id = "wrNodesA"
class_teacher = "lin"
[[channels]]
code = "dy01"
name = "抖音投放"
[[staff]]
userid = "lin"
position = "class_teacher"
[[staff]]
userid = "wu"
position = "class_teacher"
[[staff]]
userid = "chen"
position = "manager"
[[staff]]
userid = "ops"
position = "operator"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Staff, a class whose one lesson is over, three ready nodes."""
    home, name = tmp_path_factory.mktemp("nodes"), f"n_{uuid.uuid4().hex}"
    root = create_async_engine(postgres.format(name="postgres"), isolation_level="AUTOCOMMIT")
    async with root.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")  # the nodes migrate it, one after the other
    async with open_cluster(home, postgres.format(name=name)) as cluster:
        for userid, called in MEMBERS.items():
            await cluster.corp.act("/members", userid=userid, name=called)
        await cluster.corp.act("/groups", name="阅读营 A班", owner="lin", chat_id="wrNodesA")
        _declare(home, cluster.nodes[0].config)
        yield cluster
    async with root.connect() as connection:
        await connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    await root.dispose()


def _declare(home: Path, config: Path) -> None:
    now = datetime.now().astimezone().replace(microsecond=0)
    times = {"starts": now - timedelta(days=1), "first": now - timedelta(minutes=31), "closes": now + timedelta(days=1)}
    (home / "camp.toml").write_text(CAMP.format(**{key: at.isoformat() for key, at in times.items()}), encoding="utf-8")
    command = [sys.executable, "-m", "bot", "apply", str(home / "camp.toml"), "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
