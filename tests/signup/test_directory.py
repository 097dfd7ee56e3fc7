"""Members who leave, come back, or are renamed."""

from __future__ import annotations

from typing import Any


async def test_a_member_who_left_is_refused_and_their_learners_are_listed(front: Any) -> None:
    await front.adds("wm1")
    await front.adds("wm2")
    await front.house.event("change_contact", "delete_user", UserID="LIN")
    assert (await front.house.rows("select left_at from members where userid = 'lin'"))[0].left_at is not None
    [told] = await front.heard("boss")
    assert "lin（lin）已离职，名下还有 2 位学员需要交接" in told
    assert [row.text for row in await front.house.rows("select text from todos")] == ["交接 lin 名下的 2 位学员"]
    await front.house.event("change_contact", "delete_user", UserID="lin")
    assert len(await front.heard("boss")) == 1
    assert "离职" in (await front.house.member_says("lin", "我的班"))[0]


async def test_status_5_is_leaving_and_status_1_is_back(front: Any) -> None:
    await front.house.event("change_contact", "update_user", UserID="lin", Status="5")
    assert (await front.house.rows("select left_at from members where userid = 'lin'"))[0].left_at is not None
    await front.house.event("change_contact", "update_user", UserID="lin", Status="1", Name="林老师")
    [row] = await front.house.rows("select left_at, name from members where userid = 'lin'")
    assert tuple(row) == (None, "林老师")


async def test_a_renamed_member_keeps_their_learners(front: Any) -> None:
    await front.adds("wm1")
    await front.house.event("change_contact", "update_user", UserID="lin", NewUserID="lin.yi")
    assert (await front.enrolments())[0][3] == "lin.yi"
    await front.house.event("change_contact", "create_user", UserID="new", Name="新人")
    assert (await front.house.rows("select name from members where userid = 'new'"))[0].name == "新人"


async def test_a_learner_of_a_member_who_left_is_given_to_somebody_else(front: Any) -> None:
    await front.house.event("change_contact", "delete_user", UserID="lin")
    await front.adds("wm1", "lin")
    assert (await front.enrolments())[0][3:5] == ("he", "B")
