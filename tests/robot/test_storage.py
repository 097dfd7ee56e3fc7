"""The robot's tables on both databases: told twice is once, taken once, left behind until somebody cares, forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import robot_links, robot_people, robot_talks, robot_turns
from storage.database import Database
from storage.robot_links import State
from storage.robot_turns import Kind, Turn, chat_of, conversation_of, turn_id

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def turn(msgid: str, at: datetime = NOW, mode: str = "url") -> Turn:
    chat = chat_of("Lin", "")
    return Turn(turn_id(msgid), Kind.MESSAGE, mode, "Lin", "", chat, at, at + timedelta(minutes=6), response_url="sealed")


async def test_a_turn_from_its_beginning_to_its_end(database: Database) -> None:
    one = turn("m1")
    async with database.write(NOW) as tx:
        await robot_turns.open_turn(tx, one)
        await robot_turns.open_turn(tx, turn("m1", NOW + timedelta(hours=1)))
        assert await robot_turns.load(tx, one.id) == one
        assert await robot_turns.take(tx, one.id) is None
        assert await robot_turns.left_behind(tx) == []
        await robot_turns.change(tx, one.id, answer={"texts": ["好"], "card": None}, answers=1)
    async with database.write(NOW + timedelta(minutes=5)) as tx:
        assert await robot_turns.left_behind(tx) == []
    later = NOW + timedelta(minutes=7)
    async with database.write(later) as tx:
        assert [left.id for left in await robot_turns.left_behind(tx)] == [one.id]
        assert await robot_turns.take(tx, one.id) == {"texts": ["好"], "card": None}
        assert await robot_turns.take(tx, one.id) == {"texts": ["好"], "card": None}
        assert await robot_turns.left_behind(tx) == []
        assert await robot_turns.last_opened_at(tx, "url") == NOW
        assert await robot_turns.last_opened_at(tx, "socket") is None
    async with database.write(NOW + timedelta(days=3)) as tx:
        await robot_turns.open_turn(tx, turn("m2", tx.now, "socket"))
        await robot_turns.forget(tx, timedelta(days=2))
        assert await robot_turns.load(tx, one.id) is None
        assert await robot_turns.last_opened_at(tx, "socket") == tx.now


async def test_closed_without_an_answer_it_takes_none(database: Database) -> None:
    one = turn("m1")
    async with database.write(NOW) as tx:
        await robot_turns.open_turn(tx, one)
        assert await robot_turns.take(tx, one.id, or_close=True) is None
        closed = await robot_turns.load(tx, one.id, lock=True)
        assert closed is not None
        assert closed.taken_at == NOW


async def test_where_it_was_spoken_to(database: Database) -> None:
    async with database.write(NOW) as tx:
        assert await robot_talks.find(tx, "member:lin") is None
        await robot_talks.note(tx, "member:lin", "oid-lin")
        await robot_talks.note(tx, "member:lin", "lin")
        assert await robot_talks.find(tx, "member:lin") == "lin"
        await robot_talks.forget(tx, "member:lin")
        assert await robot_talks.find(tx, "member:lin") is None
    assert conversation_of("Lin", "") == chat_of("Lin", "") == "member:lin"
    assert (conversation_of("Lin", "C1"), chat_of("Lin", "C1")) == ("room:C1:lin", "room:C1")


async def test_whose_an_open_userid_is(database: Database) -> None:
    async with database.write(NOW) as tx:
        await robot_people.keep(tx, "wo1", None)
        unknown = await robot_people.find(tx, "wo1")
        assert (unknown is not None, unknown and unknown.userid) == (True, None)
        await robot_people.keep(tx, "wo1", "lin")
        known = await robot_people.find(tx, "wo1")
        assert known is not None
        assert (known.userid, known.told_at) == ("lin", NOW)


async def test_how_the_connection_stands(database: Database) -> None:
    async with database.write(NOW) as tx:
        assert await robot_links.load(tx) is None
        await robot_links.tell(tx, State.UP)
    async with database.write(NOW + timedelta(minutes=1)) as tx:
        await robot_links.tell(tx, State.UP)
        link = await robot_links.load(tx)
        assert link is not None
        assert (link.since, link.seen_at) == (NOW, tx.now)
        await robot_links.tell(tx, State.REFUSED, 853000)
        link = await robot_links.load(tx)
        assert link is not None
        assert (link.state, link.errcode, link.since) == (State.REFUSED, 853000, tx.now)


async def test_who_was_heard_in_a_group_the_last_first(database: Database) -> None:
    async with database.write(NOW - timedelta(days=31)) as tx:
        await robot_talks.note(tx, chat_of("", "wrA"), "wrA")
        await robot_talks.note_reader(tx, "wrA", "Old")
        await robot_talks.note_reader(tx, "wrA", "Lin")
    async with database.write(NOW) as tx:
        for chat_id, userid in (("wrA", "Lin"), ("wrB", "lin"), ("wrC", "wu")):
            await robot_talks.note(tx, chat_of("", chat_id), chat_id)
            await robot_talks.note_reader(tx, chat_id, userid)
    async with database.write(NOW + timedelta(minutes=1)) as tx:
        await robot_talks.note_reader(tx, "wrA", "chen")
    async with database.read() as tx:
        since = NOW - timedelta(days=30)
        assert await robot_talks.readers(tx, ["wrA", "wrB"], since) == [("wrA", "chen"), ("wrA", "lin"), ("wrB", "lin")]
        assert await robot_talks.readers(tx, [], since) == []
        assert await robot_talks.find(tx, "room:wrA") == "wrA"
