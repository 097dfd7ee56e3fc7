"""`wecamp serve` three times over one PostgreSQL: killed, stopped and restarted while people go on writing."""

from __future__ import annotations

import asyncio
import itertools
import re
import signal

import pytest
from sqlalchemy import text

from tests.loop.conftest import eventually
from tests.nodes.cluster import Cluster

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Nobody has such a name, so the answer quotes it: each question is told from all others by its answer.
_names = itertools.count(1000)
TAKE_OVER = 30.0  # a lease's 6 s and the next renewal, on a busy machine


class Talk:
    """What members ask, and whether each question was answered once and in order."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.asked: dict[str, list[str]] = {}

    async def ask(self, *members: str, times: int = 1) -> None:
        """Each asks so many times; the next question when WeCom has delivered the last ones."""
        for _ in range(times):
            for member in members:
                name = f"无名{next(_names)}"
                self.asked.setdefault(member, []).append(name)
                await self.cluster.corp.act("/app/say", userid=member, text=f"学员 {name}")
            await eventually(self._delivered, 15)

    async def answered(self, member: str) -> list[str]:
        """The questions that were answered, in the order of the answers."""
        found = [re.findall(r"无名\d+", words) for words in await self.cluster.heard(member)]
        return [names[0] for names in found if names and names[0] in self.asked[member]]

    async def settled(self, seconds: float = 40) -> None:
        """Waits until all questions are answered: each once, in order."""

        async def all_answered() -> bool:
            return all([len(await self.answered(member)) >= len(names) for member, names in self.asked.items()])

        await eventually(all_answered, seconds)
        await self.cluster.quiet()
        for member, names in self.asked.items():
            assert await self.answered(member) == names

    async def _delivered(self) -> bool:
        callbacks = await self.cluster.callbacks()
        assert callbacks["lost"] == 0
        return bool(callbacks["pending"] == 0)


async def test_any_node_takes_in_one_works_and_the_order_holds(cluster: Cluster) -> None:
    talk = Talk(cluster)
    await talk.ask("lin", "wu", "chen", "ops", times=8)
    await talk.settled()
    assert [await cluster.status(node) for node in cluster.nodes] == [200] * 3
    assert set(cluster.entered) == {0, 1, 2}
    owners = await cluster.rows("SELECT name, owner FROM leases")
    assert {row.name for row in owners} >= {"worker", "lane:app.message"}
    assert await cluster.number("gettoken") == 1


async def test_three_clocks_are_one(cluster: Cluster) -> None:
    """Each node's clock fires every second; a beat is one fact, and what a job finds due is done once."""
    since = await cluster.count("SELECT coalesce(max(id), 0) FROM inbox WHERE kind = 'tick.lesson_digest'")
    ticks = "SELECT count(*) FROM inbox WHERE kind = 'tick.lesson_digest' AND id > :since"

    async def three_beats() -> bool:
        return await cluster.count(ticks, since=since) >= 3

    await eventually(three_beats)
    doubled = "SELECT received_at / 1000000 FROM inbox WHERE kind = 'tick.lesson_digest' GROUP BY 1 HAVING count(*) > 2"
    assert await cluster.rows(doubled) == []
    closed = await cluster.rows("SELECT body->>'occurrence' FROM inbox WHERE kind = 'tick.purge'")
    assert len(closed) <= 1


async def test_customer_service_is_pulled_by_one_node_at_a_time(cluster: Cluster) -> None:
    learners = [f"wmNode{number}" for number in range(4)]
    for number, learner in enumerate(learners):
        await cluster.corp.act("/learners", external_userid=learner, name=f"学员{number}")
        await cluster.corp.act("/follow", external_userid=learner, userid="lin", state="dy01")
    await cluster.quiet()
    before = {learner: len(await cluster.corp.screen("learner", learner)) for learner in learners}
    for _ in range(3):
        for learner in learners:
            await cluster.corp.act("/kf/say", external_userid=learner, text="我的")
    await cluster.quiet()
    for learner in learners:
        said = (await cluster.corp.screen("learner", learner))[before[learner] :]
        assert [bubble["from"] == "me" for bubble in said].count(False) == 3
    pulls = await cluster.calls("kf/sync_msg")
    cursors = [str(pull["request"].get("cursor")) for pull in pulls]
    answers = [[item["msgid"] for item in pull["answer"].get("msg_list", [])] for pull in pulls]
    assert len(cursors) > 1
    handed_out = [msgid for page in answers for msgid in page]
    assert len(handed_out) == len(set(handed_out))  # two pullers would have got the same page


async def test_a_killed_owner_is_replaced_and_its_pace_is_kept(cluster: Cluster) -> None:
    owner = await cluster.owner("worker")
    assert owner is not None
    talk = Talk(cluster)
    await talk.ask("ops", times=20)
    await talk.ask("lin", "wu", "chen", times=2)
    owner.tell(signal.SIGKILL)
    await owner.ended()
    await talk.ask("lin", "wu", "chen", times=4)
    await eventually(lambda: cluster.owner_is("worker", *cluster.others(owner)), TAKE_OVER)
    await eventually(lambda: cluster.owner_is("lane:app.message", *cluster.others(owner)), TAKE_OVER)
    await talk.ask("ops", times=20)
    impatient = {"ops": talk.asked.pop("ops")}
    await eventually(lambda: _answers(talk), 20)
    assert (await cluster.corp.see("/state"))["counters"]["dropped_app_messages"] == 0
    talk.asked = impatient
    heard = await talk.answered("ops")
    assert 0 < len(heard) <= 30  # the 31st of a minute WeCom would have dropped silently (doc 90454)
    assert heard == impatient["ops"][: len(heard)]
    assert await cluster.number("gettoken") == 1  # the heir found the dead node's token
    await cluster.start(owner)
    async with cluster.database.write() as tx:  # nobody waits for the next minute here
        await tx.conn.execute(text("UPDATE outbox SET state = 3 WHERE state = 0"))


async def _answers(talk: Talk) -> bool:
    return all([await talk.answered(member) == names for member, names in talk.asked.items()])


async def test_a_node_that_stood_still_does_nothing_as_owner(cluster: Cluster) -> None:
    """Stopped in the middle of a transaction with the facts' rows locked, and with calls on the wire."""
    owner = await cluster.owner("worker")
    assert owner is not None
    talk = Talk(cluster)
    await cluster.corp.act("/faults", path="message/send", hang_s=3, times=2)
    since = await cluster.number("message/send")
    await talk.ask("lin", "wu")
    await eventually(lambda: _begun(cluster, since, 2), 10)
    async with cluster.database.write() as tx:
        await tx.conn.execute(text("LOCK TABLE journal, outbox IN EXCLUSIVE MODE"))
        await cluster.corp.act("/app/say", userid="chen", text="学员 无名1")
        await eventually(lambda: _worker_waits(cluster), 10)
        owner.tell(signal.SIGSTOP)
    talk.asked["chen"] = ["无名1"]
    await eventually(lambda: cluster.owner_is("worker", *cluster.others(owner)), TAKE_OVER)
    await talk.ask("lin", "chen")
    await talk.settled()
    sent = await cluster.number("message/send")
    owner.tell(signal.SIGCONT)
    await eventually(lambda: cluster.is_ready(owner), 15)
    await talk.ask("wu", "lin")
    await talk.settled()
    assert await cluster.number("message/send") == sent + 2
    assert not await cluster.owner_is("worker", owner)
    assert "Traceback" not in owner.said()


async def _begun(cluster: Cluster, since: int, number: int) -> bool:
    return await cluster.number("message/send") >= since + number


async def _worker_waits(cluster: Cluster) -> bool:
    return await cluster.count("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'outbox'::regclass") > 0


async def test_a_rolling_restart_loses_and_doubles_nothing(cluster: Cluster) -> None:
    talk = Talk(cluster)
    tokens = await cluster.number("gettoken")
    for node in cluster.nodes:
        leaving = asyncio.create_task(talk.ask("lin", "wu", "chen", times=3))
        node.tell(signal.SIGTERM)
        assert await node.ended() == 0
        await leaving
        await cluster.start(node)
    await talk.settled()
    assert await cluster.number("gettoken") == tokens


async def test_a_dropped_token_is_renewed_once_for_all(cluster: Cluster) -> None:
    tokens = await cluster.number("gettoken")
    await cluster.corp.act("/tokens/drop")
    talk = Talk(cluster)
    await talk.ask("lin", "wu", "chen")
    await talk.settled()
    owner = await cluster.owner("lane:app.message")
    assert owner is not None
    owner.tell(signal.SIGTERM)
    assert await owner.ended() == 0
    await talk.ask("lin", "wu", "chen")
    await talk.settled()
    assert await cluster.number("gettoken") == tokens + 1
