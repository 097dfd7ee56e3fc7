"""Tags in WeCom: created once, marked together, told again only when there is a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from camp.tagging import want, want_many

CAMP_TAG = {"group_id": "g1", "group_name": "训练营", "tag_id": "t-camp", "name": "阅读营"}
CHANNEL_TAG = {"group_id": "g2", "group_name": "渠道", "tag_id": "t-dy", "name": "抖音投放"}
BOTH = {"tags": [CAMP_TAG, CHANNEL_TAG]}


async def test_both_tags_of_an_enrolment_are_one_call(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", BOTH)
    [mark] = await front.house.sent("contact.mark_tag")
    assert mark == {"userid": "lin", "external_userid": "wm1", "add": ["t-dy", "t-camp"], "remove": []}
    await front.house.answer("contact.mark_tag")
    await front.adds("wm2")
    assert len(await front.house.sent("contact.tags")) == 1
    assert len(await front.house.sent("contact.mark_tag")) == 2
    assert await front.house.rows("select marked, sent from tag_marks where learner_id = 1") == [(1, None)] * 2


async def test_missing_tags_are_created_once_however_many_wait_for_them(front: Any) -> None:
    await front.adds("wm1")
    await front.adds("wm2")
    await front.house.answer("contact.tags", {"tags": [CHANNEL_TAG]})
    await front.adds("wm3")
    assert await front.house.sent("contact.add_tag") == [{"group": "训练营", "names": ["阅读营"]}]
    await front.house.answer("contact.add_tag", {"tags": [CAMP_TAG]})
    assert len(await front.house.sent("contact.tags")) == 1
    added = [tag for mark in await front.house.sent("contact.mark_tag") for tag in mark["add"]]
    assert sorted(added) == ["t-camp"] * 3 + ["t-dy"] * 3


async def test_a_tag_that_exists_after_all_is_looked_up_again(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", {"tags": [CHANNEL_TAG]})
    await front.house.answer("contact.add_tag", {"tags": []}, errcode=40071)
    await front.house.answer("contact.tags", BOTH)
    assert len(await front.house.sent("contact.add_tag")) == 1
    assert {tag for mark in await front.house.sent("contact.mark_tag") for tag in mark["add"]} == {"t-camp", "t-dy"}


async def test_a_lost_tag_is_looked_up_and_created_anew(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", BOTH)
    front.house.now += timedelta(minutes=11)
    await front.house.answer("contact.mark_tag", ok=False, errcode=40068)
    await front.house.answer("contact.tags", {"tags": []})
    assert len(await front.house.sent("contact.add_tag")) == 2


async def test_without_friendship_tags_wait_until_they_are_added_again(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", BOTH)
    await front.house.answer("contact.mark_tag", ok=False, errcode=84061)
    async with front.house.tx() as tx:
        await want(tx, front.house.policy, 1, "老师标签", "积极")
    await front.house.work()
    assert len(await front.house.sent("contact.mark_tag")) == 1
    await front.adds("wm1", "he")
    marks = await front.house.sent("contact.mark_tag")
    assert (marks[-1]["userid"], sorted(marks[-1]["add"])) == ("he", ["t-camp", "t-dy"])


async def test_a_refused_mark_is_tried_again_at_night_only(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", BOTH)
    await front.house.answer("contact.mark_tag", ok=False, errcode=40096)
    await front.adds("wm2")
    assert len([m for m in await front.house.sent("contact.mark_tag") if m["external_userid"] == "wm1"]) == 1
    front.house.now += timedelta(hours=5)
    await front.house.tick("reconcile")
    assert len([m for m in await front.house.sent("contact.mark_tag") if m["external_userid"] == "wm1"]) == 2


async def test_a_wish_taken_back_removes_the_tag_and_the_same_wish_again_says_nothing(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", BOTH)
    await front.house.answer("contact.mark_tag")
    for wanted in (True, False, False):
        async with front.house.tx() as tx:
            await want(tx, front.house.policy, 1, "训练营", "阅读营", wanted=wanted)
        front.house.now += timedelta(seconds=1)
        await front.house.work()
    assert [(m["add"], m["remove"]) for m in await front.house.sent("contact.mark_tag")][1:] == [([], ["t-camp"])]


async def test_thousands_of_wishes_are_worked_off_in_parts(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.tags", BOTH)
    async with front.house.tx() as tx:
        from sqlalchemy import text as sql

        numbers = "with recursive n(i) as (select 2 union all select i + 1 from n where i < 2001)"
        await tx.conn.execute(
            sql(f"insert into learners (id, external_userid, created_at) {numbers} select i, 'wm' || i, 0 from n")
        )
        await tx.conn.execute(sql(f"insert into follows (learner_id, member_id, added_at) {numbers} select i, 1, 0 from n"))
        wishes = [(learner_id, "训练营", "阅读营") for learner_id in range(2, 2002)]
        await want_many(tx, front.house.policy, wishes, by="rule:warm")
    await front.house.work()
    assert len(await front.house.sent("contact.mark_tag")) == 2001
    parts = await front.house.rows("select body from inbox where kind = 'camp.tags'")
    assert len([part for part in parts if "learner_ids" in str(part.body)]) == 41
