"""URL mode: the answer within 5 s, the rest by polls, what is later by response_url; cards change, nothing is lost or doubled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.wecom.robot_inbound import Heard
from storage.faults import StorageBusy
from tests.loopback import ZONE
from tests.robot.conftest import ROOM, Play
from tests.robot.conftest import another_nodes_worker as stalled


async def test_a_slow_answer_is_asked_for_until_it_is_there(by_url: Play) -> None:
    with stalled(by_url):
        await by_url.says("lin", "帮助")
        await by_url.sees("lin", "稍等")
    await by_url.sees("lin", "你可以这样说")
    assert len(await by_url.seen("lin")) == 1  # the same bubble
    await by_url.camp.quiet()
    (turn,) = await by_url.camp.rows("SELECT taken_at, late_at FROM robot_turns")
    assert turn.taken_at is not None
    assert turn.late_at is None
    assert by_url.robot.turns
    assert all(turn.settled for turn in by_url.robot.turns.values())


async def test_too_late_for_polls_it_goes_by_response_url_once(by_url: Play) -> None:
    with stalled(by_url):
        await by_url.says("lin", "帮助")
        await by_url.sees("lin", "稍等")
        now = datetime.fromtimestamp(by_url.camp.stage.clock.now(), ZONE)
        await by_url.camp.jump_to(now + timedelta(minutes=8))
        await by_url.camp.until(over(by_url), "WeCom asks no more")
    await by_url.sees("lin", "你可以这样说", within=20)
    await by_url.camp.quiet()
    assert len([words for words in await by_url.seen("lin") if "你可以这样说" in words]) == 1
    assert [code.used for code in by_url.robot.response_codes.values()] == [True]
    payloads = await by_url.camp.rows("SELECT payload FROM outbox WHERE call = 'aibot.response'")
    assert payloads
    assert not any("response_code" in str(row.payload) for row in payloads)


def over(play: Play):  # type: ignore[no-untyped-def]
    async def settled() -> bool:
        return all(turn.settled for turn in play.robot.turns.values())

    return settled


async def test_a_tapped_card_changes_for_the_one_who_tapped(by_url: Play) -> None:
    await by_url.says("chen", "结营 read-01")
    card = await by_url.card("chen")
    await by_url.clicks("chen", card["task_id"], card["buttons"][0]["key"])
    await by_url.card_is_dead("chen", card["task_id"])


async def test_a_click_that_comes_too_late_is_told_in_words(by_url: Play) -> None:
    await by_url.says("chen", "结营 read-01")
    card = await by_url.card("chen")
    with stalled(by_url):
        await by_url.clicks("chen", card["task_id"], card["buttons"][0]["key"])
        now = datetime.fromtimestamp(by_url.camp.stage.clock.now(), ZONE)
        await by_url.camp.until(over_click(by_url), "WeCom got an empty answer")
        await by_url.camp.jump_to(now + timedelta(seconds=30))
    await by_url.sees("chen", "陈主管", within=20)


def over_click(play: Play):  # type: ignore[no-untyped-def]
    async def settled() -> bool:
        return bool(play.robot.turns) and list(play.robot.turns.values())[-1].settled and not play.robot.under_way

    return settled


async def test_two_things_said_in_one_breath_come_as_one_answer(by_url: Play) -> None:
    """The greeting with the open to-dos and the answer itself, and more than one bubble there is not."""
    await by_url.says("lin", "帮助", ROOM)
    await by_url.says("wu", "帮助", ROOM)
    await by_url.camp.quiet()
    assert len(await by_url.seen("lin", f"room:{ROOM}")) == 2


@pytest.mark.parametrize("kind", ["double", "delay"])
async def test_told_twice_or_late_it_is_answered_once(by_url: Play, kind: str) -> None:
    await by_url.camp.corp.act("/faults", kind=kind, delay_s=0.2)
    await by_url.says("lin", "帮助")
    await by_url.sees("lin", "你可以这样说")
    await by_url.camp.quiet()
    assert await by_url.camp.count("SELECT count(*) FROM inbox WHERE kind = 'aibot.text'") == 1


async def test_before_wecom_stops_asking_it_is_told_so(by_url: Play) -> None:
    """The interaction is closed (only three may be open), and the answer comes as a message of its own."""
    with stalled(by_url):
        await by_url.says("lin", "帮助", ROOM)
        await by_url.sees("lin", "稍等", f"room:{ROOM}")
        now = datetime.fromtimestamp(by_url.camp.stage.clock.now(), ZONE)
        await by_url.camp.jump_to(now + timedelta(minutes=5, seconds=45))
        await by_url.sees("lin", "还没办完", f"room:{ROOM}")
    await by_url.sees("wu", "你可以这样说", f"room:{ROOM}")
    await by_url.camp.quiet()
    assert len(await by_url.seen("wu", f"room:{ROOM}")) == 2
    assert all(turn.settled for turn in by_url.robot.turns.values())


async def test_what_cannot_be_stored_is_asked_for_again(by_url: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """No 200 before the fact is durable: WeCom comes again."""
    edge = by_url.camp.house.robot.edge
    assert edge is not None
    store, refused = edge.intake.store, []

    async def busy_once(heard: Heard, req_id: str, patience_s: float) -> int | None:
        if not refused:
            refused.append(heard.msgid)
            raise StorageBusy("locked")
        return await store(heard, req_id, patience_s)

    monkeypatch.setattr(edge.intake, "store", busy_once)
    await by_url.says("lin", "帮助")
    await by_url.sees("lin", "你可以这样说")
    assert len(refused) == 1
    assert by_url.robot.lost == 0
