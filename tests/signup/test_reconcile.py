"""The nightly comparison: what callbacks lost is found and repaired, and a second run finds nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def friend(who: str, userid: str = "lin", state: str = "dy01", created: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "external_userid": who,
        "name": f"名{who}",
        "unionid": "",
        "userid": userid,
        "state": state,
        "createtime": created,
        "remark_mobiles": [],
        "tag_ids": [],
        **more,
    }


async def night(
    front: Any,
    pages: list[list[dict[str, Any]]],
    groups: dict[str, list[str]] | None = None,
    members: tuple[str, ...] = ("lin", "he", "boss", "op"),
) -> None:
    """WeCom as it is, answered question by question."""
    house = front.house
    house.now += timedelta(days=1)
    await house.tick("reconcile")
    await house.answer("directory.departments", {"departments": [{"id": 1, "name": "公司", "parentid": 0}]})
    await house.answer("directory.members", {"members": [{"userid": u, "name": f"名{u}", "departments": [1]} for u in members]})
    await house.answer("contact.follow_users", {"userids": ["lin", "he"]})
    for number, page in enumerate(pages, 1):
        cursor = "" if number == len(pages) else f"c{number}"
        await house.answer("contact.by_user", {"contacts": page, "next_cursor": cursor})
    for chat in ("wrA", "wrB", "wrA2"):
        await front.group_is(chat, "v9", *(groups or {}).get(chat, []))


async def test_a_lost_callback_is_made_up_for_without_a_welcome(front: Any) -> None:
    await front.adds("wm1")
    await night(front, [[friend("wm1")], [friend("wm2", "he")]], {"wrB": ["wm2"]})
    assert (await front.enrolments())[1] == (2, "wm2", "read7-01", "he", "B", "class")
    assert [row.name for row in await front.house.rows("select name from learners order by id")] == ["名wm1", "名wm2"]
    assert len(await front.house.sent("contact.welcome")) == 1
    assert (await front.heard("op"))[-1] == "夜间对账发现漏掉的变化，已补上：新好友 1，进群 1。"


async def test_whom_a_lost_learner_added_is_asked_in_the_morning_to_greet_them(front: Any) -> None:
    evening = int(front.house.now.timestamp())
    front.house.now = front.house.now.replace(hour=19, minute=30)  # 03:30 in China, the day after
    years_ago = evening - 400 * 86_400
    await night(front, [[friend("wm1", created=evening), friend("wm2", created=evening), friend("wm3", created=years_ago)]])
    (words,) = [said for said in await front.heard("lin") if "打个招呼" in said]
    assert "2 位新学员" in words
    assert "名wm1 #1、名wm2 #2" in words
    (row,) = await front.house.rows("select not_before, created_at from outbox where dedup_key like 'ungreeted:%'")
    assert row.not_before - row.created_at == 4.5 * 3_600_000_000  # not before 08:00
    assert [(who, teacher) for _, who, _, teacher, *_ in await front.enrolments()][:2] == [("wm1", "lin"), ("wm2", "lin")]


async def test_the_second_night_finds_nothing(front: Any) -> None:
    for _ in range(2):
        await night(front, [[friend("wm1", unionid="un1", remark_mobiles=["13800138000"])]], {"wrA": ["wm1"]})
    assert len(await front.heard("op")) == 1
    assert len(await front.enrolments()) == 1
    assert len(await front.house.sent("contact.get")) == 1


async def test_a_vanished_friendship_and_a_missed_leave_are_noted(front: Any) -> None:
    await front.adds("wm1")
    await night(front, [[friend("wm1")]], {"wrA": ["wm1"]})
    await night(front, [[]])
    assert (await front.house.rows("select ended_by from follows"))[0].ended_by == "gone"
    assert (await front.heard("op"))[-1] == "夜间对账发现漏掉的变化，已补上：好友已解除 1，退群 1。"
    await night(front, [[friend("wm1")]])
    assert (await front.house.rows("select ended_by from follows"))[0].ended_by is None


async def test_who_deleted_the_teacher_stays_in_the_list_and_stays_deleted(front: Any) -> None:
    await front.adds("wm1")
    await front.contact("del_follow_user", "wm1")
    await night(front, [[friend("wm1", created=int(front.house.now.timestamp()) - 60)]])
    assert (await front.house.rows("select ended_by from follows"))[0].ended_by == "learner"
    await night(front, [[friend("wm1", created=int(front.house.now.timestamp()) + 60)]])
    assert (await front.house.rows("select ended_by from follows"))[0].ended_by is None


async def test_members_missing_from_the_directory_have_left(front: Any) -> None:
    await night(front, [[]])
    await night(front, [[]], members=("lin", "boss", "op"))
    rows = await front.house.rows("select userid from members where left_at is not null")
    assert [row.userid for row in rows] == ["he"]
    assert (await front.heard("op"))[-1].endswith("离职成员 1。")


async def test_an_unreadable_page_ends_nothing_and_is_reported(front: Any) -> None:
    await front.adds("wm1")
    house = front.house
    house.now += timedelta(days=1)
    await house.tick("reconcile")
    await house.answer("directory.departments", ok=False, errcode=60011)
    await house.answer("contact.follow_users", {"userids": ["lin"]})
    await house.answer("contact.by_user", ok=False, errcode=48002)
    for chat in ("wrA", "wrB", "wrA2"):
        await front.group_is(chat, "v9")
    assert (await house.rows("select ended_by from follows"))[0].ended_by is None
    assert (await front.heard("op"))[-1] == "夜间对账发现漏掉的变化，已补上：读取失败 2 次（明晚再试）。"


async def test_a_hundred_users_a_call(front: Any) -> None:
    house = front.house
    await house.tick("reconcile")
    await house.answer("directory.departments", {"departments": []})
    await house.answer("contact.follow_users", {"userids": [f"u{n}" for n in range(150)]})
    await house.answer("contact.by_user", {"contacts": [], "next_cursor": ""})
    assert [len(call["userids"]) for call in await house.sent("contact.by_user")] == [100, 50]
