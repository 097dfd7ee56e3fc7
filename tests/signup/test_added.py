"""A learner adds a member: one learner, the right cohort, owner and group, and one welcome per code."""

from __future__ import annotations

from typing import Any

from camp.checkin_link import read_token


async def test_the_member_they_added_is_their_class_teacher(front: Any) -> None:
    await front.adds("wm1", "he")
    assert await front.enrolments() == [(1, "wm1", "read7-01", "he", "B", "class")]
    assert (await front.house.rows("select owner_id from learners"))[0].owner_id is not None


async def test_half_added_is_added(front: Any) -> None:
    await front.adds("wm1", half=True)
    assert await front.enrolments() == [(1, "wm1", "read7-01", "lin", "A", "class")]


async def test_twins_in_one_second_are_two_learners_and_one_person_twice_is_one(front: Any) -> None:
    await front.adds("wm1")
    await front.adds("wm2")
    await front.adds("wm1", "he")
    assert [row[1] for row in await front.enrolments()] == ["wm1", "wm2"]
    assert len(await front.house.rows("select * from follows")) == 3


async def test_the_welcome_names_the_cohort_the_group_and_carries_the_link(front: Any) -> None:
    code = await front.adds("wm1", "lin")
    [welcome] = await front.house.sent("contact.welcome")
    assert welcome["code"] == code
    assert "「阅读营」一期" in welcome["text"]
    assert "12-05 00:00 开课" in welcome["text"]
    assert "「A班」群" in welcome["text"]
    url, _, token = welcome["link"]["url"].partition("?scene_param=")
    assert url == "https://work.weixin.qq.com/kfid/kfc1"
    ticket = read_token(front.house.policy, token)
    assert ticket is not None
    assert (ticket.kind, ticket.id) == ("enrolment", 1)
    [row] = await front.house.rows("select priority, expires_at - created_at as lives from outbox where call = 'contact.welcome'")
    assert (row.priority, row.lives) == (0, 18_000_000)


async def test_a_group_with_a_join_link_says_it(front: Any) -> None:
    await front.adds("wm1", "he")
    [welcome] = await front.house.sent("contact.welcome")
    assert "进班群点这里：https://work.weixin.qq.com/gm/b" in welcome["text"]


async def test_one_welcome_per_code(front: Any) -> None:
    await front.adds("wm1", code="same")
    await front.adds("wm1", code="same")
    await front.adds("wm1", code="other")
    await front.adds("wm1", code="")
    assert [w["code"] for w in await front.house.sent("contact.welcome")] == ["same", "other"]
    assert len(await front.enrolments()) == 1


async def test_a_refused_welcome_is_kept_in_the_story_and_not_repeated(front: Any) -> None:
    await front.adds("wm1")
    await front.house.answer("contact.welcome", ok=False, errcode=41050)
    assert "welcome_refused" in await front.story(1)
    assert len(await front.house.sent("contact.welcome")) == 1


async def test_a_member_without_position_gives_the_learner_to_the_fallback_owner(front: Any) -> None:
    front.house.configure(fallback_owner="he")
    await front.adds("wm1", "stranger")
    assert await front.enrolments() == [(1, "wm1", "read7-01", "he", "B", "class")]
    assert len(await front.house.sent("contact.welcome")) == 1


async def test_without_a_fallback_owner_the_least_loaded_class_teacher_takes_them(front: Any) -> None:
    await front.adds("wm1", "lin")
    await front.adds("wm2", "stranger")
    assert (await front.enrolments())[1] == (2, "wm2", "read7-01", "he", "B", "class")


async def test_an_unknown_state_is_the_channel_other_and_told_once(front: Any) -> None:
    await front.adds("wm1", state="nobody-knows")
    await front.adds("wm2", state="nobody-knows")
    await front.adds("wm3", state="")
    rows = await front.house.rows("select c.code from enrolments e join channels c on c.id = e.channel_id")
    assert [row.code for row in rows] == ["other"] * 3
    assert [words for words in await front.heard("op") if "nobody-knows" in words] == [
        "有学员通过未登记的渠道“nobody-knows”加了好友，先记在“其他”渠道。请在 camp.toml 的 [[channels]] 里登记这个 code。"
    ]


async def test_after_the_last_day_of_enrolment_the_next_cohort_is_meant(front: Any) -> None:
    front.house.now = front.house.now.replace(day=6, hour=4)
    await front.adds("wm1")
    assert (await front.enrolments())[0][2] == "read7-02"


async def test_no_open_cohort_is_said_and_made_up_for_when_there_is_one(front: Any) -> None:
    from tests.signup.conftest import CAMP

    front.house.now = front.house.now.replace(day=30)
    await front.adds("wm1")
    assert await front.enrolments() == []
    assert "目前没有可报名的营期" in (await front.house.sent("contact.welcome"))[0]["text"]
    assert any("没有可报名的营期" in words for words in await front.heard("lin"))
    assert any("没有可报名的营期" in words for words in await front.heard("op"))
    await front.house.apply(CAMP.replace("2026-12-20T", "2027-01-20T").replace("2026-12-27T", "2027-01-27T"))
    await front.house.tick("reconcile")
    assert [row[:4] for row in await front.enrolments()] == [(1, "wm1", "read7-02", "lin")]


async def test_added_again_after_deleting_the_learner_is_reachable_again(front: Any) -> None:
    await front.adds("wm1")
    await front.contact("del_follow_user", "wm1")
    assert (await front.house.rows("select unreachable_at from learners"))[0].unreachable_at is not None
    [told] = [words for words in await front.heard("lin") if "删除了你的好友" in words]
    assert "学员1 #1（阅读营 一期）" in told
    await front.adds("wm1")
    assert (await front.house.rows("select unreachable_at from learners"))[0].unreachable_at is None
    assert (await front.house.rows("select ended_at from follows"))[0].ended_at is None
    assert len(await front.enrolments()) == 1


async def test_deleted_by_the_member_or_by_a_transfer_ends_the_follow_quietly(front: Any) -> None:
    await front.adds("wm1")
    await front.adds("wm2")
    await front.contact("del_external_contact", "wm1")
    await front.contact("del_external_contact", "wm2", Source="DELETE_BY_TRANSFER")
    assert [r.ended_by for r in await front.house.rows("select ended_by from follows")] == ["member", "transfer"]
    assert await front.heard("lin") == []


async def test_a_failed_transfer_is_told_to_the_member_and_the_managers(front: Any) -> None:
    await front.adds("wm1")
    await front.contact("transfer_fail", "wm1", "he", FailReason="customer_refused")
    assert "学员拒绝了" in (await front.heard("he"))[0]
    assert await front.heard("boss") == await front.heard("he")


async def test_events_about_people_we_do_not_know_change_nothing(front: Any) -> None:
    for change in ("del_follow_user", "del_external_contact", "transfer_fail"):
        await front.contact(change, "wm-unknown")
    assert await front.house.rows("select * from learners") == []


async def test_edits_are_read_once_a_minute_at_its_end(front: Any) -> None:
    await front.adds("wm1")
    await front.contact("edit_external_contact", "wm1")
    await front.contact("edit_external_contact", "wm1")
    assert len(await front.house.sent("contact.get")) == 2  # one for the add, one for both edits
