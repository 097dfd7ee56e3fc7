"""A long queue: what one row costs the database, and who overtakes it. Counts only; the timings are in bench/lane.py."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import event

from storage import outbox
from storage.database import Database
from storage.outbox import Answer, Intent, Priority, add_intents
from tests.loop.conftest import FakeWecom, Rig, both, rigged, to_learner, to_member


def count(database: Database) -> Counter[str]:
    """Commits, updates, and looks at what waits, from now on."""
    seen: Counter[str] = Counter()

    def note(statement: str) -> None:
        seen.update(["LOOK" if "SELECT" in statement and "payload" in statement else statement.split()[0]])

    # Of one pool only one: on PostgreSQL readers are writers in another mood, and their statements are seen on both.
    engines = {engine.pool: engine for engine in (database._reader.sync_engine, database._writer.sync_engine)}
    for engine in engines.values():
        event.listen(engine, "before_cursor_execute", lambda c, u, statement, *more: note(statement))
        event.listen(engine, "commit", lambda c: seen.update(["COMMIT"]))
    return seen


async def fill(rig: Rig, rows: int, **changes: object) -> None:
    async with rig.database.write() as tx:
        await add_intents(tx, [to_learner(f"b{n}", f"wm{n}", priority=Priority.BROADCAST, **changes) for n in range(rows)])


@both
async def test_a_row_costs_a_tenth_of_a_transaction(rig: Rig, wecom: FakeWecom) -> None:
    """Noted as about to be sent, sent, its end written: each for many rows at once."""
    await fill(rig, 400)
    seen = count(rig.database)
    await rig.start()
    await rig.drained(20)
    # One that has no answer within a second, as when the machine stands still, is said again with its msgid.
    assert len({body["msgid"] for body in wecom.bodies("kf.message")}) == 400
    assert seen["COMMIT"] <= 0.25 * 400
    assert seen["UPDATE"] <= 0.4 * 400
    assert seen["LOOK"] <= 0.1 * 400


async def test_ends_that_nobody_asked_for_wake_nobody(rig: Rig, wecom: FakeWecom) -> None:
    woken: list[int] = []
    rig.settler._woken = lambda: woken.append(1)
    await fill(rig, 100)
    await rig.start()
    await rig.drained()
    assert not woken
    await rig.add(to_member("a", answer=Answer.ALWAYS))
    await rig.drained()
    assert woken == [1]


async def test_a_welcome_overtakes_what_waits_in_its_own_lane(rig: Rig, wecom: FakeWecom) -> None:
    await fill(rig, 2_000)
    await rig.start()
    await rig.until(lambda: len(wecom.asked) >= 50)
    before = len(wecom.asked)
    await rig.add(to_learner("welcome", "wm-new", priority=Priority.WELCOME))
    await rig.until(lambda: "welcome" in wecom.said())
    # What was ready or on the wire goes before it: a quarter of a second of the lane's pace, twice while both are noted.
    assert wecom.said().index("welcome") - before <= 120


async def test_what_was_ready_at_a_stop_was_not_sent_and_is_known_not_to_be(database: Database, wecom: FakeWecom) -> None:
    async with rigged(database, wecom) as rig:
        wecom.gate.clear()
        await fill(rig, 30)
        await rig.start()
        await rig.until(lambda: wecom.in_flight == 10)

        async def noted() -> bool:
            return len(await rig.rows("SELECT id FROM outbox WHERE tried_at IS NOT NULL")) > 10

        await rig.until(noted)
        wecom.gate.set()
        await rig.stop()
    async with rigged(database, wecom) as rig:
        rows = await rig.rows("SELECT state, tried_at FROM outbox")
        sent = len(wecom.asked)
        assert sum(row.state == 1 for row in rows) == sent < 30
        assert sum(row.tried_at is not None for row in rows) == sent
        await rig.start()
        await rig.drained()
    assert sorted(wecom.said()) == sorted(f"b{n}" for n in range(30)), "each exactly once"


async def test_every_page_is_counted(rig: Rig, wecom: FakeWecom) -> None:
    """WeCom counts requests, not rows: a list of three pages takes three slots."""
    pages = iter([{"next_cursor": "2"}, {"next_cursor": "3"}, {}])
    wecom.answer = lambda path, body: {"errcode": 0, "errmsg": "ok", "group_msg_list": [], **next(pages)}
    taken: list[float] = []
    pacer = rig.lanes._pacer
    real = pacer.wait

    def wait(call: object, row: object) -> float:
        seconds = real(call, row)  # type: ignore[arg-type]
        if seconds == 0:
            taken.append(0)
        return seconds

    pacer.wait = wait  # type: ignore[method-assign]
    await rig.start()
    await rig.add(Intent("contact.mass_list", {"start": 1, "end": 2}))
    await rig.drained()
    assert len(wecom.asked) == len(taken) == 3


@both
async def test_an_end_or_a_note_finds_its_rows_by_their_keys(rig: Rig) -> None:
    """Not by the index of the state, which walks all that wait: measured, 340 ms instead of 0.2 with 300,000 rows waiting."""
    await fill(rig, 2_000)
    plans: list[str] = []
    async with rig.database.write() as tx:
        if tx.dialect == "postgresql":
            await tx.conn.exec_driver_sql("ANALYZE outbox")
        seen: list[tuple[str, object]] = []
        engine = rig.database._writer.sync_engine
        event.listen(engine, "before_cursor_execute", lambda c, u, words, values, *more: seen.append((words, values)))
        ids = [row.id for row in await outbox.due(tx, "kf.message", 20)]
        await outbox.mark_tried(tx, ids)
        await outbox.finish(tx, ids, outbox.State.SENT)
        for words, values in seen[1:3]:
            explain = "EXPLAIN " if tx.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
            rows = (await tx.conn.exec_driver_sql(explain + words, values)).all()  # type: ignore[arg-type]
            plans.append(" ".join(str(row[-1]) for row in rows))
    assert len(plans) == 2
    assert all("ix_outbox_due" not in plan for plan in plans), plans
