"""A close, its undo and a waiting list go in steps: what happens between two of them counts, and no step is done twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot.settings import DEFAULT_RULES
from bot.worker import Worker
from camp.policy import Policy
from camp.rules.route import route_of
from camp.rules.rule import RuleBook
from handlers.core import router
from jobs.core import job
from storage import inbox, kf
from storage.database import Database
from storage.inbox import WALK, FactDraft
from tests.closing.town import CLOSE_TIME, Town, camp_toml
from tests.conftest import House

POLICY = Policy(
    link_key=b"k",
    privacy_key=b"0123456789abcdef0123456789abcdef",
    robots=(route_of("sales"),),
    rulebook=RuleBook(DEFAULT_RULES),
    sweep_chunk=2,
    undo_chunk=2,
)
PEOPLE = [("甲", 0), ("乙", 0), ("丙", 2), ("丁", 5), ("戊", 6), ("己", 0), ("庚", 5)]


@pytest.fixture
async def town(database: Database) -> Town:
    house = House(database, POLICY)
    await house.apply(camp_toml())
    house.now = CLOSE_TIME
    town = Town(house)
    for name, attended in PEOPLE:
        await town.enrol(name, attended=attended)
    return town


async def step(house: House) -> None:
    """One batch by a worker of its own, as a process that dies afterwards would do it."""
    await Worker(house.database, router.discover(), job.discover(), house.policy).apply_batch()


async def test_an_undo_goes_in_steps_and_tells_at_the_end(town: Town) -> None:
    house = town.house
    await town.close()
    await house.member_says("hu", "领取 #4")
    (answer, report) = await house.member_says("boss", "撤销结营 read7-01")
    assert "正在撤销" in answer
    assert "6 人回到原来的位置" in report
    assert "丁#4：转化公海" in report
    assert Counter((await town.places()).values()) == {"class": 6, "conversion": 1}
    assert await town.places("read7-02") == {}
    steps = await house.rows("select 1 from inbox where kind = 'camp.undo'")
    assert len(steps) == 3
    marks = await house.rows("select learner_id from tag_marks where wanted and group_name = '营伴状态'")
    assert [row.learner_id for row in marks] == [4]
    assert (await house.rows("select count(*) n from todos where done_at is null"))[0].n == 0


async def test_an_undo_that_is_broken_off_goes_on(town: Town) -> None:
    house = town.house
    await town.close()
    async with house.tx() as tx:
        body = {"userid": "boss", "text": "撤销结营 read7-01", "msg_id": "x"}
        await inbox.add_facts(tx, [FactDraft("test", "app.text", "undo", "member:boss", body)])
    await step(house)
    await step(house)
    there = Counter((await town.places()).values())
    assert there["class"] == 4, "two steps of two"
    (busy,) = await _heard(town, "确认结营 read7-01")
    assert "正在结营或撤销" in busy or "正在结营" in busy
    await house.work()
    assert set((await town.places()).values()) == {"class"}


async def _heard(town: Town, words: str) -> list[str]:
    """What the manager hears at once; the walk waits."""
    house = town.house
    before = len(await house.sent("app.message"))
    async with house.tx() as tx:
        body = {"userid": "boss", "text": words, "msg_id": "y"}
        await inbox.add_facts(tx, [FactDraft("test", "app.text", words, "member:boss", body)])
    await step(house)
    return [p["message"]["text"] for p in (await house.sent("app.message"))[before:]]


async def test_a_step_said_twice_counts_once(town: Town) -> None:
    house = town.house
    await town.close()
    before = await house.rows("select learner_id, cohort_id, place, place_at from enrolments order by id")
    story = await house.rows("select count(*) n from journal")
    bodies = await house.rows("select body from inbox where kind = 'camp.close' order by id")
    async with house.tx() as tx:
        again = [
            FactDraft(WALK, "camp.close", f"again:{n}", "close:1", {"closing_id": 1, "after": n, "arrivals": []})
            for n in range(len(bodies))
        ]
        await inbox.add_facts(tx, again)
    await house.work()
    assert await house.rows("select learner_id, cohort_id, place, place_at from enrolments order by id") == before
    assert await house.rows("select count(*) n from journal") == story


async def test_one_step_of_a_walk_in_a_batch_and_people_before_it(town: Town) -> None:
    house = town.house
    await house.work()
    async with house.tx() as tx:
        steps = [FactDraft(WALK, "camp.close", f"s:{n}", "close:9", {"closing_id": 9, "after": n}) for n in range(3)]
        people = [FactDraft("test", "app.text", f"p:{n}", "member:lin", {"userid": "lin", "text": "x"}) for n in range(2)]
        await inbox.add_facts(tx, [*steps, *people])
        assert [fact.kind for fact in await inbox.pending(tx, 64)] == ["app.text", "app.text", "camp.close"]


async def test_a_waiting_list_moves_on_in_steps_and_is_told_once(database: Database) -> None:
    house = House(database, POLICY)
    await house.apply(camp_toml(next_cohort=False))
    house.now = CLOSE_TIME
    town = Town(house)
    for n in range(5):
        await town.enrol(f"候{n}")
    await town.close()
    assert set((await town.places()).values()) == {"waiting"}
    async with house.tx() as tx:
        await kf.learner_spoke(tx, 2, "wkTestDesk", house.now)
    await house.apply(camp_toml())
    await house.tick("cohort_close")
    await house.tick("cohort_close")
    assert set((await town.places()).values()) == {"next_cohort"}
    assert len(await town.places("read7-02")) == 5
    told = [words for words in await town.told("boss") if "候补名单：" in words and "已转入" in words]
    assert len(told) == 1
    assert "5 人已转入" in told[0]
    assert len([p for p in await house.sent("kf.message") if "12月二期" in p["message"].get("text", "")]) == 1


async def test_the_second_close_forgets_what_the_undone_one_placed(town: Town) -> None:
    house = town.house
    await town.close()
    await house.member_says("boss", "撤销结营 read7-01")
    house.now += timedelta(minutes=5)
    await town.pay("丙")
    await town.close()
    placed = await house.rows("select enrolment_id from placements order by enrolment_id")
    assert len(placed) == 6, "who has paid meanwhile is not among them"
    assert (await town.places())["丙"] == "paid"


async def test_the_best_of_a_pool_get_the_cards(town: Town) -> None:
    house = town.house
    house.configure(cards_per_handover=1)
    await town.close()
    cards = [c for c in await town.cards("hu") if c["buttons"]]
    assert [button[0] for card in cards for button in card["buttons"]] == ["claim:2"], "戊 attended six lessons"
