"""The staff room of a cohort: made by command or by declaration, once; its members follow the staff."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.staff_rooms.conftest import School


async def test_a_manager_asks_and_the_room_is_made(school: School) -> None:
    (told,) = await school.member_says("chen", "建群 read7-01")
    assert told == "正在建「阅读营一期 班务群」，5 人（班主任、销售和你），建好告诉你。"
    (asked,) = await school.sent("appchat.create")
    assert (asked["name"], asked["owner"]) == ("阅读营一期 班务群", "chen")
    assert asked["members"] == ["lin", "zhou", "chen", "wu", "mei"]
    assert asked["to"].isalnum()
    assert len(asked["to"]) == 32
    await school.answer("appchat.create")
    assert await school.room() == ("open", None)
    assert await school.seated() == {"lin", "zhou", "chen", "wu", "mei"}
    (hello,) = await school.sent("appchat.send")
    assert hello["to"] == asked["to"]
    assert "阅读营一期 的班务群" in hello["message"]["text"]
    assert (await school.told("chen"))[-1] == "「阅读营一期 班务群」已建好，5 人。"
    assert await school.sent("appchat.update") == []


async def test_asked_twice_it_is_one_room(school: School) -> None:
    await school.member_says("chen", "建群 read7-01")
    assert await school.member_says("gao", "staff room") == ["“阅读营一期 班务群” is being made; I will tell you when it stands."]
    await school.answer("appchat.create")
    assert len(await school.sent("appchat.create")) == 1
    # 高 asked while it was being made, and comes in as soon as it stands.
    (change,) = await school.sent("appchat.update")
    assert (change["add"], change["remove"]) == (["gao"], [])
    await school.answer("appchat.update")
    assert "gao" in await school.seated()
    (told,) = await school.member_says("gao", "建群 read7-01")
    assert told.startswith("「阅读营一期 班务群」已经有了，不再另建；你也在里面（共 6 人）")
    assert len(await school.sent("appchat.create")) == 1


async def test_an_answer_that_was_lost_finds_the_room_by_its_id(school: School) -> None:
    """86215, the id exists, is a success: who is in the room is read, and what differs is mended."""
    await school.member_says("chen", "建群 read7-01")
    await school.answer("appchat.create", errcode=86215)
    assert await school.room() == ("asked", None)
    await school.answer("appchat.get", {"name": "阅读营一期 班务群", "owner": "lin", "members": ["lin", "zhou", "guest"]})
    assert await school.room() == ("open", None)
    (change,) = await school.sent("appchat.update")
    assert (change["add"], change["remove"]) == (["chen", "wu", "mei"], [])
    assert (await school.told("chen"))[-1].startswith("「阅读营一期 班务群」已建好")


async def test_an_id_that_is_somebody_elses_gives_way_to_the_next(school: School) -> None:
    await school.member_says("chen", "建群 read7-01")
    await school.answer("appchat.create", errcode=86215)
    await school.answer("appchat.get", ok=False, errcode=86003)
    first, second = await school.sent("appchat.create")
    assert first["to"] != second["to"]
    assert first["members"] == second["members"]
    await school.answer("appchat.create")
    assert await school.room() == ("open", None)


@pytest.mark.parametrize("where", ["camp", "cohort"])
async def test_a_declared_room_is_made_by_apply_and_applying_again_changes_nothing(school: School, where: str) -> None:
    flag: dict[str, Any] = {where: "staff_room = true"}
    for _ in range(2):
        await school.declare(**flag)
    (asked,) = await school.sent("appchat.create")
    assert asked["members"] == ["lin", "zhou", "wu", "mei"]
    assert asked["owner"] == "lin"
    await school.answer("appchat.create")
    await school.declare(**flag)
    assert len(await school.sent("appchat.create")) == 1
    assert await school.sent("appchat.update") == []


async def test_a_cohort_may_do_without_the_room_of_its_camp(school: School) -> None:
    await school.declare(camp="staff_room = true", cohort="staff_room = false")
    assert await school.sent("appchat.create") == []


async def test_a_room_for_one_waits_for_the_second(school: School) -> None:
    alone = ("zhou", "wu", "mei", "bai")
    await school.declare(cohort="staff_room = true", without=alone)
    assert await school.room() == ("wanted", None)
    await school.declare(cohort="staff_room = true", without=alone[1:])
    (asked,) = await school.sent("appchat.create")
    assert asked["members"] == ["lin", "zhou"]


async def test_the_members_follow_the_staff(school: School) -> None:
    await school.open_room()
    # 白 takes 林's class over, and 梅 leaves her position.
    await school.declare(teacher="bai", without=("mei",))
    (change,) = await school.sent("appchat.update")
    assert (change["add"], sorted(change["remove"])) == (["bai"], ["lin", "mei"])
    assert "owner" not in change
    await school.answer("appchat.update")
    assert await school.seated() == {"bai", "zhou", "chen", "wu"}


async def test_who_leaves_the_corp_leaves_the_room_and_an_owner_is_replaced(school: School) -> None:
    await school.open_room()
    await school.event("change_contact", "delete_user", UserID="chen")
    (change,) = await school.sent("appchat.update")
    assert (change["add"], change["remove"], change["owner"]) == ([], ["chen"], "lin")
    await school.answer("appchat.update")
    # Somebody new is in at once, but one change is on its way at a time.
    await school.event("change_contact", "create_user", UserID="chen", Name="陈")
    await school.event("change_contact", "delete_user", UserID="wu")
    changes = await school.sent("appchat.update")
    assert changes[1:] == [{"to": change["to"], "add": ["chen"], "remove": []}]
    await school.answer("appchat.update")
    assert (await school.sent("appchat.update"))[2]["remove"] == ["wu"]


async def test_an_unknown_member_does_not_keep_the_others_out(school: School) -> None:
    await school.open_room()
    await school.declare(teacher="bai")
    await school.answer("appchat.update", ok=False, errcode=86216)
    one, other = (await school.sent("appchat.update"))[1:]
    assert (one["add"], one["remove"]) == (["bai"], [])
    assert (other["add"], other["remove"]) == ([], ["lin"])
    await school.answer("appchat.update", ok=False, errcode=86216)
    assert "加不进 bai" in (await school.told("he"))[-1]
    await school.answer("appchat.update")
    assert await school.seated() == {"zhou", "chen", "wu", "mei"}
    assert len(await school.sent("appchat.update")) == 3


async def test_somebody_declared_who_is_not_in_the_corp_does_not_prevent_the_room(school: School) -> None:
    async with school.tx() as tx:
        await tx.conn.execute(text("UPDATE members SET seen_at = 1 WHERE userid IN ('lin', 'wu', 'chen')"))
    await school.member_says("chen", "建群 read7-01")
    await school.answer("appchat.create", ok=False, errcode=86216)
    assert (await school.sent("appchat.create"))[1]["members"] == ["lin", "chen", "wu"]
    await school.answer("appchat.create")
    assert await school.room() == ("open", None)


async def test_the_night_reads_the_room_and_mends_it(school: School) -> None:
    await school.open_room()
    await school.night()
    # 周 was thrown out, 陈 left the room, and somebody invited a guest who is no staff of ours.
    await school.answer("appchat.get", {"owner": "lin", "members": ["lin", "wu", "mei", "guest"]})
    (change,) = await school.sent("appchat.update")
    assert (change["add"], change["remove"]) == (["zhou"], [])
    await school.answer("appchat.update")
    assert await school.seated() == {"lin", "zhou", "wu", "mei"}


async def test_a_dissolved_room_is_told_once_and_made_anew_only_when_asked_for(school: School) -> None:
    await school.open_room()
    before = (await school.sent("appchat.create"))[0]["to"]
    for _ in range(2):
        await school.night()
    await school.answer("appchat.get", ok=False, errcode=86003)
    assert await school.room() == ("gone", 86003)
    assert sum("已经没有了" in words for words in await school.told("he")) == 1
    await school.declare(cohort="staff_room = true")
    assert len(await school.sent("appchat.create")) == 1
    await school.member_says("chen", "建群 read7-01")
    assert (await school.sent("appchat.create"))[1]["to"] != before


async def test_a_scope_that_is_too_narrow_is_told_to_who_asked_and_to_the_operators(school: School) -> None:
    await school.member_says("chen", "建群 read7-01")
    await school.answer("appchat.create", ok=False, errcode=60011)
    assert await school.room() == ("refused", 60011)
    for userid in ("chen", "he"):
        assert "可见范围要选到全公司" in (await school.told(userid))[-1]
    await school.member_says("chen", "建群 read7-01")
    assert len(await school.sent("appchat.create")) == 2


@pytest.mark.parametrize("userid", ["lin", "wu"])
async def test_only_managers_make_rooms(school: School, userid: str) -> None:
    (told,) = await school.member_says(userid, "建群 read7-01")
    assert "主管" in told
    assert await school.sent("appchat.create") == []
