"""The lanes: what goes first, what waits, what is never sent twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.wecom.road import Call, Json, Road, RoadContext
from storage import inbox, outbox
from storage.database import Database, machine_now
from storage.outbox import Answer, Intent, Priority
from tests.loop.conftest import FakeWecom, Rig, both, rigged, to_group, to_learner, to_member

PENDING, SENT, DEAD, EXPIRED = 0, 1, 2, 3


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def facts(rig: Rig) -> list[tuple[str, dict[str, Any]]]:
    async with rig.database.read() as tx:
        return [(row.kind, row.body) for row in reversed(await inbox.listing(tx, None, 100))]


@both
async def test_what_waited_in_the_table_is_sent_at_start(rig: Rig, wecom: FakeWecom) -> None:
    await rig.add(to_member("a"), to_learner("b"), to_group("c"))
    await rig.start()
    await rig.drained()
    assert sorted(wecom.said()) == ["a", "b", "c"]
    assert await rig.states() == [SENT, SENT, SENT]


async def test_a_lane_seen_for_the_first_time_starts_at_once(rig: Rig, wecom: FakeWecom) -> None:
    await rig.start()
    await rig.add(to_member("a"))
    await rig.until(lambda: wecom.said() == ["a"], seconds=0.8)  # before the next poll
    await rig.add(to_member("b"))
    await rig.until(lambda: wecom.said() == ["a", "b"], seconds=0.8)


async def test_a_welcome_overtakes_the_queue(rig: Rig, wecom: FakeWecom) -> None:
    wecom.gate.clear()
    await rig.start()
    await rig.add(*(to_learner(f"r{n}", f"wm{n}") for n in range(30)))
    await rig.until(lambda: wecom.in_flight == 10)
    code = {"code": "c", "msgid": "w", "message": {"type": "text", "text": "欢迎"}}
    await rig.add(Intent("kf.welcome", code, priority=Priority.WELCOME))
    await rig.until(lambda: wecom.in_flight == 11)  # on the wire while 20 wait
    assert wecom.said()[10] == "欢迎"
    wecom.gate.set()
    await rig.drained()
    assert len(wecom.said()) == 31


async def test_at_most_ten_calls_at_a_time(rig: Rig, wecom: FakeWecom) -> None:
    wecom.gate.clear()
    await rig.start()
    await rig.add(*(to_learner(f"r{n}", f"wm{n}") for n in range(20)))
    await rig.until(lambda: wecom.in_flight == 10)
    rig.lanes.wake({"kf.message"})
    wecom.gate.set()
    await rig.drained()
    assert wecom.most_in_flight == 10
    assert len(wecom.asked) == 20


@both
async def test_words_to_one_person_arrive_in_order(rig: Rig, wecom: FakeWecom) -> None:
    await rig.start()
    await rig.add(*(to_learner(f"{who}{n}", f"wm-{who}") for n in range(5) for who in "abc"))
    await rig.drained()
    for who in "abc":
        assert [words for words in wecom.said() if words[0] == who] == [f"{who}{n}" for n in range(5)]


async def test_the_order_survives_a_retry(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [{"errcode": -1, "errmsg": "busy"}]
    await rig.start()
    await rig.add(to_learner("1"), to_learner("2"), to_learner("other", "wm2"), to_learner("3"))
    await rig.drained()
    assert [words for words in wecom.said() if words != "other"] == ["1", "1", "2", "3"]
    assert wecom.said().index("other") < 3  # nobody else waits


async def test_a_robot_is_asked_one_thing_at_a_time_and_each_robot_by_itself(rig: Rig, wecom: FakeWecom) -> None:
    wecom.gate.clear()
    await rig.start()
    await rig.add(to_group("s1"), to_group("s2"), to_group("t1", "teachers"))
    await rig.until(lambda: wecom.in_flight == 2)
    assert sorted(wecom.said()) == ["s1", "t1"]
    assert sorted(query["key"] for _, query, _ in wecom.asked) == ["k1", "k2"]


async def test_a_row_in_hand_is_never_taken_again(rig: Rig, wecom: FakeWecom) -> None:
    wecom.gate.clear()
    await rig.start()
    await rig.add(to_member("a"))
    await rig.until(lambda: wecom.in_flight == 1)
    for n in range(5):  # whatever happens meanwhile
        await rig.add(to_learner(f"x{n}"))
        rig.lanes.wake({"app.message"})
    wecom.gate.set()
    await rig.drained()
    assert wecom.said().count("a") == 1


@both
async def test_what_has_expired_is_not_sent_and_whoever_asked_is_told(rig: Rig, wecom: FakeWecom) -> None:
    for words, answer in [("a", Answer.ALWAYS), ("f", Answer.FAILURE), ("n", Answer.NONE)]:
        await rig.add(to_member(words, expires_at=soon(-1), answer=answer, context={"about": words}))
    await rig.start()
    await rig.drained()
    assert wecom.asked == []
    assert await rig.states() == [EXPIRED] * 3
    told = [fact for fact in await facts(rig) if fact[0].startswith("answer.")]
    assert [(kind, body["context"], body["ok"], body["expired"]) for kind, body in told] == [
        ("answer.app.message", {"about": "a"}, False, True),
        ("answer.app.message", {"about": "f"}, False, True),
    ]


async def test_many_expired_rows_do_not_hold_up_the_living(rig: Rig, wecom: FakeWecom) -> None:
    await rig.add(*(to_member(f"old{n}", expires_at=soon(-1)) for n in range(250)), to_member("new"))
    await rig.start()
    await rig.drained()
    assert wecom.said() == ["new"]


@both
async def test_answers_come_back_as_facts_when_asked_for(rig: Rig, wecom: FakeWecom) -> None:
    wecom.answer = lambda path, body: (
        {"errcode": 86001, "errmsg": "no such"} if body["text"]["content"].startswith("bad") else None
    )
    await rig.start()
    await rig.add(
        *(
            to_member(f"{how}-{answer}", f"{how}-{answer}", answer=answer, context={"n": f"{how}-{answer}"})
            for how in ("good", "bad")
            for answer in Answer
        )
    )
    await rig.drained()
    told = {body["context"]["n"]: body for _, body in await facts(rig)}
    assert sorted(told) == ["bad-always", "bad-failure", "good-always"]
    assert told["good-always"]["ok"]
    assert told["good-always"]["result"] == {"msgid": "", "response_code": "", "invalid": []}
    assert (told["bad-failure"]["ok"], told["bad-failure"]["errcode"], told["bad-failure"]["expired"]) == (False, 86001, False)
    assert sorted(await rig.states()) == [SENT] * 3 + [DEAD] * 3


async def test_a_passing_fault_is_retried_with_a_pause(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [web.Response(status=502)]
    await rig.start()
    await rig.add(to_member("a"))
    await rig.drained()
    assert wecom.said() == ["a", "a"]
    (row,) = await rig.rows("SELECT state, attempts, errcode FROM outbox")
    assert tuple(row) == (SENT, 2, 0)


@both
async def test_45009_closes_the_api_and_is_not_held_against_the_row(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [{"errcode": 45009, "errmsg": "api freq out of limit"}]
    await rig.start()
    await rig.add(to_member("a", "lin"))
    await rig.until(lambda: rig.lanes._pacer.closed("app.message"))
    await rig.add(*(to_member(f"b{n}", f"u{n}") for n in range(150)))
    update = {"userids": ["wu"], "response_code": "rc", "label": "已领取"}
    await rig.add(Intent("app.update_card", update, priority=Priority.BROADCAST))
    await rig.until(lambda: len(wecom.bodies("app.update_card")) == 1)
    assert len(wecom.bodies("app.message")) == 1

    async def put_off() -> bool:
        return (await rig.rows("SELECT errcode FROM outbox ORDER BY id LIMIT 1"))[0].errcode == 45009

    await rig.until(put_off)
    async with rig.database.read() as tx:
        row = await outbox.load(tx, 1)
    assert row is not None
    assert (row.attempts, row.tried_at) == (0, None)
    assert timedelta(seconds=55) < row.not_before - datetime.now(UTC) < timedelta(seconds=65)


async def test_45009_of_one_robot_leaves_the_other_alone(rig: Rig, wecom: FakeWecom) -> None:
    wecom.answer = lambda path, body: {"errcode": 45009, "errmsg": "often"} if body["text"]["content"][0] == "s" else None
    await rig.start()
    await rig.add(to_group("s1"), to_group("s2"))
    await rig.until(lambda: wecom.said() == ["s1"])
    await rig.add(to_group("t1", "teachers"))
    await rig.until(lambda: wecom.said() == ["s1", "t1"])


async def test_a_closed_api_opens_again_in_order(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [web.json_response({"errcode": 45009, "errmsg": "often"}, headers={"Retry-After": "1"})]
    await rig.start()
    await rig.add(to_learner("1"), to_learner("2"))
    await rig.drained()
    assert wecom.said() == ["1", "1", "2"]


async def test_a_stale_token_is_refreshed_once_for_everybody(rig: Rig, wecom: FakeWecom) -> None:
    await rig.start()
    await rig.add(to_learner("first"))
    await rig.drained()
    wecom.gate.clear()
    await rig.add(*(to_learner(f"r{n}", f"wm{n}") for n in range(8)))
    await rig.until(lambda: wecom.in_flight == 8)
    wecom.script = [{"errcode": 40014, "errmsg": "invalid access_token"} for _ in range(8)]
    wecom.gate.set()
    await rig.drained()
    assert wecom.tokens == 2
    assert [query["access_token"] for _, query, _ in wecom.asked] == ["token-1"] * 9 + ["token-2"] * 8
    assert set(await rig.states()) == {SENT}


@both
async def test_a_missing_right_waits_and_is_told_once_a_day(rig: Rig, wecom: FakeWecom) -> None:
    wecom.answer = lambda path, body: {"errcode": 48002, "errmsg": "api forbidden"}
    await rig.start()
    await rig.add(*(to_member(f"m{n}", f"u{n}") for n in range(5)))

    async def all_put_off() -> bool:
        return len(await rig.rows("SELECT id FROM outbox WHERE errcode = 48002 AND state = 0")) == 5

    await rig.until(all_put_off)
    told = await facts(rig)
    assert [kind for kind, _ in told] == ["camp.call_refused"]
    assert (told[0][1]["call"], told[0][1]["errcode"]) == ("app.message", 48002)
    assert set(told[0][1]["hint"]) == {"zh", "en"}


async def test_what_can_never_work_dies_at_once(rig: Rig, wecom: FakeWecom) -> None:
    await rig.start()
    await rig.add(Intent("app.message", {"to": ["lin"]}), Intent("kf.dance", {}), Intent("app.message", {"to": 7, "message": 8}))
    await rig.drained()
    assert wecom.asked == []
    assert await rig.states() == [DEAD] * 3
    assert {body["errcode"] for _, body in await facts(rig)} == {-7}


async def test_one_busy_member_does_not_hold_up_the_others(rig: Rig, wecom: FakeWecom) -> None:
    """30 messages a minute to one member (doc 90454): the rest of the queue goes on, however long it is."""
    await rig.start()
    await rig.add(*(to_member(f"lin{n}", "lin") for n in range(150)), to_member("wu", "wu"))
    await rig.until(lambda: "wu" in wecom.said())
    assert len(wecom.said()) <= 30


@both
async def test_after_a_crash_wecom_is_asked_to_drop_a_repetition(rig: Rig, wecom: FakeWecom) -> None:
    await rig.add(to_member("before the crash"), to_member("never tried", "wu"))
    async with rig.database.write(machine_now() - timedelta(seconds=11)) as tx:  # longer ago than a call takes
        await outbox.mark_tried(tx, [1])
    await rig.start()
    await rig.drained()
    checked = {body["text"]["content"]: body.get("enable_duplicate_check", 0) for body in wecom.bodies("app.message")}
    assert checked == {"before the crash": 1, "never tried": 0}


async def test_only_an_unknown_fate_makes_wecom_check_for_repetitions(rig: Rig, wecom: FakeWecom) -> None:
    """A refused message that is tried again must not fall victim to an equal one that went out a minute ago."""
    wecom.script = [{"errcode": -1, "errmsg": "busy"}, web.Response(status=504)]
    await rig.start()
    await rig.add(to_member("a"))
    await rig.until(lambda: len(wecom.asked) == 3)
    assert [body.get("enable_duplicate_check", 0) for body in wecom.bodies("app.message")] == [0, 0, 1]


async def test_ends_are_written_in_groups(rig: Rig, wecom: FakeWecom) -> None:
    wecom.gate.clear()
    await rig.start()
    await rig.add(*(to_learner(f"r{n}", f"wm{n}", answer=Answer.ALWAYS) for n in range(8)))
    await rig.until(lambda: wecom.in_flight == 8)
    async with rig.database.write() if rig.database.is_sqlite else rig.database.read():
        wecom.gate.set()  # on SQLite the settler waits for us, so all eight are there when its turn comes
        await rig.until(lambda: wecom.in_flight == 0)
    await rig.drained()
    finished = await rig.rows("SELECT DISTINCT finished_at FROM outbox")
    assert len(finished) <= (3 if rig.database.is_sqlite else 8)
    assert len(await facts(rig)) == 8


@both
async def test_a_stop_lets_the_calls_under_way_end(rig: Rig, wecom: FakeWecom) -> None:
    wecom.gate.clear()
    await rig.start()
    await rig.add(*(to_learner(f"r{n}", f"wm{n}") for n in range(8)))
    await rig.until(lambda: wecom.in_flight == 8)
    stopping = asyncio.create_task(rig.stop())
    wecom.gate.set()
    await stopping
    assert await rig.states() == [SENT] * 8  # nothing is sent again after the restart


async def test_a_bug_in_one_road_costs_one_row(database: Database, wecom: FakeWecom) -> None:
    def read(answer: Json) -> Json:
        return {"share": 1 / answer["errcode"]}

    def build(payload: Json, _ctx: RoadContext) -> Json:
        return {"text": {"content": payload["words"]}}

    road = Road("odd", (Call(name="odd.say", path="/odd", build=build, read=read),), ())
    async with rigged(database, wecom, (road,)) as rig:
        await rig.start()
        await rig.add(Intent("odd.say", {"words": "a", "to": "x"}), Intent("odd.say", {"words": "b", "to": "x"}))
        await rig.drained()
        assert wecom.said() == ["a", "b"]
        assert await rig.states() == [DEAD, DEAD]


@both
async def test_an_answer_that_no_database_can_hold_is_mended(rig: Rig, wecom: FakeWecom) -> None:
    wecom.script = [{"errcode": 0, "errmsg": "o\x00k", "msgid": "m\x00\ud83d"}]
    await rig.start()
    await rig.add(to_member("a", answer=Answer.ALWAYS))
    await rig.drained()
    ((_, body),) = await facts(rig)
    assert body["result"]["msgid"] == "m\ufffd\ufffd"


async def test_without_the_lease_nothing_is_sent(rig: Rig, wecom: FakeWecom) -> None:
    mine = {"lane:kf.message"}

    async def holds(name: str) -> bool:
        return name in mine

    await rig.start(holds)
    await rig.add(to_learner("a"), to_member("b"))
    await rig.until(lambda: wecom.said() == ["a"])
    mine.add("lane:app.message")
    await rig.drained()
    assert wecom.said() == ["a", "b"]


@pytest.mark.parametrize("where", ["due", "mark_tried"])
async def test_a_fault_of_the_database_stops_no_lane_and_loses_no_row(
    rig: Rig, wecom: FakeWecom, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look, or the note "about to be sent", fails once: the row is neither lost nor sent without the note."""
    await rig.start()
    real, faults = getattr(outbox, where), [ConnectionError("the disk")]

    async def failing(*given: Any, **named: Any) -> Any:
        if faults:
            raise faults.pop()
        return await real(*given, **named)

    monkeypatch.setattr(f"storage.outbox.{where}", failing)
    await rig.add(to_member("a"), to_learner("b"))
    await rig.drained()
    assert sorted(wecom.said()) == ["a", "b"]
    assert not faults
