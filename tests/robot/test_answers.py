"""`camp.robot`: what is said for a turn, by whichever way is open, exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from camp import robot
from camp.messages import card, markdown, text
from storage import robot_links, robot_talks, robot_turns
from storage.robot_links import State
from storage.robot_turns import Kind, Turn
from tests.conftest import House

CARD = card("t1", "认领学员", buttons=[("claim:1", "领取", 1)])


@pytest.fixture
def url(house: House) -> House:
    house.configure(robot="url")
    return house


@pytest.fixture
def socket(house: House) -> House:
    house.configure(robot="socket")
    return house


async def opened(house: House, kind: Kind = Kind.MESSAGE, chat_id: str = "", **more: Any) -> Turn:
    assert house.policy.robot is not None
    lasts = timedelta(minutes=6) if kind is Kind.MESSAGE else timedelta(seconds=5)
    turn = Turn(
        id=robot_turns.turn_id(f"{kind}{chat_id}{more}"),
        kind=kind,
        mode=house.policy.robot,
        userid="lin",
        chat_id=chat_id,
        chat=robot_turns.chat_of("lin", chat_id),
        opened_at=house.now,
        until=house.now + lasts,
        response_url="sealed" if house.policy.robot == "url" else None,
        req_id="r1",
        task_id="t1" if kind is Kind.CLICK else "",
    )
    turn = replace(turn, **more)
    async with house.tx() as tx:
        await robot_turns.open_turn(tx, turn)
    return turn


async def answer(house: House, turn: Turn, *messages: dict[str, Any]) -> None:
    async with house.tx() as tx:
        for message in messages:
            await robot.answer_turn(tx, house.policy, turn.id, message)


async def kept(house: House, turn: Turn) -> Turn:
    async with house.tx() as tx:
        found = await robot_turns.load(tx, turn.id)
    assert found is not None
    return found


async def take(house: House, turn: Turn) -> dict[str, Any] | None:
    async with house.tx() as tx:
        return await robot_turns.take(tx, turn.id)


async def test_several_answers_join_until_wecom_comes(url: House) -> None:
    turn = await opened(url)
    assert await take(url, turn) is None
    await answer(url, turn, text("你有 2 件待办"), CARD, markdown("名单"))
    assert await take(url, turn) == {"texts": ["你有 2 件待办", "名单"], "card": CARD}
    assert await url.sent("aibot.response") == await url.sent("app.message") == []
    assert (await kept(url, turn)).answers == 3


async def test_what_comes_later_goes_by_response_url_once_then_by_app(url: House) -> None:
    turn = await opened(url)
    await answer(url, turn, text("一"))
    assert await take(url, turn) is not None
    await answer(url, turn, text("二"), text("三"))
    assert await take(url, turn) == {"texts": ["一"], "card": None}  # what was given stays
    assert [p["message"]["text"] for p in await url.sent("aibot.response")] == ["二"]
    (by_app,) = await url.sent("app.message")
    assert (by_app["to"], by_app["message"]["text"]) == (["lin"], "三")


async def test_a_second_card_does_not_go_with_the_first(url: House) -> None:
    turn = await opened(url)
    await answer(url, turn, CARD, {**CARD, "task_id": "t2"})
    assert (await take(url, turn) or {})["card"] == CARD
    assert [p["message"]["task_id"] for p in await url.sent("aibot.response")] == ["t2"]


async def test_more_than_a_stream_holds_is_said_in_another_message(url: House) -> None:
    turn = await opened(url)
    lines = "\n".join(f"{n} " + "好" * 100 for n in range(100))  # 30 kB
    await answer(url, turn, text(lines))
    given = await take(url, turn)
    assert given is not None
    (late,) = await url.sent("aibot.response")
    said = given["texts"][0] + "\n" + late["message"]["text"]
    assert said == lines
    assert all(len(words.encode()) <= 20_480 for words in (given["texts"][0], late["message"]["text"]))


@pytest.mark.parametrize("kind", list(Kind))
async def test_an_answer_wecom_did_not_come_for_goes_another_way_once(url: House, kind: Kind) -> None:
    turn = await opened(url, kind)
    if kind is Kind.CLICK:
        async with url.tx() as tx:
            await robot.update_card_of_turn(tx, url.policy, turn.id, {**CARD, "text": "林老师已领取"}, userids=None)
    else:
        await answer(url, turn, text("迟到的话"))
    await url.tick("robot_answers")
    assert await url.sent("aibot.response") == []  # it may still come
    url.now = turn.until + timedelta(seconds=1)
    await url.tick("robot_answers")
    await url.tick("robot_answers")
    words = {Kind.MESSAGE: ["迟到的话"], Kind.CLICK: ["认领学员\n林老师已领取"], Kind.ENTER: []}[kind]
    assert [p["message"]["text"] for p in await url.sent("aibot.response")] == words
    assert await url.sent("app.message") == []


async def test_after_an_hour_only_the_app_is_left(url: House) -> None:
    """The bot was down; the fact was applied with the moment it came in."""
    turn = await opened(url)
    await answer(url, turn, text("迟到的话"))
    url.now += timedelta(hours=2)
    await url.tick("robot_answers")
    assert await url.sent("aibot.response") == []
    assert [p["message"]["text"] for p in await url.sent("app.message")] == ["迟到的话"]


async def test_a_response_url_that_wecom_does_not_take_leaves_the_app(url: House) -> None:
    turn = await opened(url)
    await answer(url, turn, text("一"))
    await take(url, turn)
    await answer(url, turn, text("二"))
    await url.answer("aibot.response", ok=False, errcode=60140)
    assert [p["message"]["text"] for p in await url.sent("app.message")] == ["二"]


async def test_over_the_socket_each_kind_has_its_frame(socket: House) -> None:
    message, enter, click = [await opened(socket, kind) for kind in Kind]
    await answer(socket, message, text("一"), CARD)
    await answer(socket, enter, text("你好"), text("还有"))  # a welcome is one message
    async with socket.tx() as tx:
        await robot.update_card_of_turn(tx, socket.policy, click.id, CARD, userids=None)
    await answer(socket, click, text("领到了"))
    said = await socket.sent("aibot.say")
    assert [p["how"] for p in said] == ["reply", "reply", "welcome", "update", "push"]
    assert [p["stream"] for p in said[:2]] == [f"{message.id}-0", f"{message.id}-1"]
    assert {tuple(p["to"]) for p in said} == {("member:lin",)}
    expiries = await socket.rows("SELECT expires_at FROM outbox WHERE call = 'aibot.say' ORDER BY id")
    five = int((socket.now + timedelta(seconds=5)).timestamp() * 1_000_000)
    assert [row.expires_at == five for row in expiries] == [False, False, True, True, False]


async def test_a_mode_that_was_switched_leaves_the_app(socket: House) -> None:
    turn = await opened(socket)
    socket.configure(robot="url")
    await answer(socket, turn, text("一"))
    assert await socket.sent("aibot.say") == []
    assert [p["message"]["text"] for p in await socket.sent("app.message")] == ["一"]


async def pushed(house: House, key: str = "d1", **where: Any) -> bool:
    async with house.tx() as tx:
        return await robot.push(tx, house.policy, message=text("小结"), dedup_key=key, otherwise=["lin", "wu"], **where)


async def test_unasked_words_go_only_where_they_can(socket: House) -> None:
    assert not await pushed(socket, chat_id="chat1")
    async with socket.tx() as tx:
        await robot_talks.note(tx, "room:chat1", "chat1")
        await robot_talks.note(tx, "member:lin", "oid-lin")
    assert await pushed(socket, chat_id="chat1")
    assert await pushed(socket, "d2", userid="Lin")
    assert [(p["chat_id"], p["group"]) for p in await socket.sent("aibot.say")] == [("chat1", True), ("oid-lin", False)]
    async with socket.tx() as tx:
        await robot_links.tell(tx, State.TAKEN)
    assert not await pushed(socket, "d3", chat_id="chat1")
    socket.configure(robot="url")
    assert not await pushed(socket, "d4", chat_id="chat1")


@pytest.mark.parametrize(("errcode", "maybe"), [(93006, False), (-10, True), (0, False)])
async def test_unasked_words_that_were_not_said_reach_their_readers(socket: House, errcode: int, maybe: bool) -> None:
    async with socket.tx() as tx:
        await robot_talks.note(tx, "room:chat1", "chat1")
    assert await pushed(socket, chat_id="chat1")
    await socket.answer("aibot.say", ok=False, errcode=errcode, expired=errcode == 0)
    said = [(p["to"], p["message"]["text"]) for p in await socket.sent("app.message")]
    assert said[-1] == (["lin", "wu"], "小结")
    assert any("可能已经发过" in words for _, words in said) is maybe
    assert await pushed(socket, "d2", chat_id="chat1") is (errcode != 93006)


async def test_a_card_nobody_else_is_to_get_is_told_to_the_operators_once(socket: House) -> None:
    await socket.apply('[[staff]]\nuserid = "he"\nname = "何运营"\nposition = "operator"\n')
    async with socket.tx() as tx:
        await robot_talks.note(tx, "room:chat1", "chat1")
        for key in ("c1", "c2"):
            assert await robot.push(tx, socket.policy, chat_id="chat1", message=CARD, dedup_key=key, otherwise=[])
    await socket.answer("aibot.say", ok=False, errcode=-10)
    await socket.answer("aibot.say", ok=False, errcode=-10)
    (told,) = [p for p in await socket.sent("app.message") if p["to"] == ["he"]]
    assert "没发出去" in told["message"]["text"]


async def test_a_fact_that_fails_is_apologised_for_in_its_chat(socket: House) -> None:
    from bot.apology import apologise
    from storage.inbox import Fact

    turn = await opened(socket, chat_id="chat1")
    body = {"turn": turn.id, "userid": "lin", "chat_id": "chat1", "text": "名单"}
    async with socket.tx() as tx:
        await apologise(tx, socket.policy, Fact(1, "aibot", "aibot.text", "room:chat1:lin", body, socket.now), "KeyError")
    (said,) = await socket.sent("aibot.say")
    assert (said["to"], said["how"]) == (["room:chat1"], "reply")
