"""Who leaves the class group while a lesson runs: the class teacher reads it after the lesson, and beside them in the lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storage import cohorts, group_members
from tests.rooms.conftest import Staff
from tests.teacher.conftest import Enrol, at

RAIN, MING = "欧阳晓燕", "诸葛明轩"


async def sits(staff: Staff, name: str, left_at: datetime | None = None, group: str = "A") -> None:
    """They have been in the class group since yesterday, and leave it at that moment."""
    async with staff.house.tx() as tx:
        cohort = await cohorts.find_cohort(tx, "read7-01")
        assert cohort is not None
        (here,) = [one for one in await cohorts.class_groups_of(tx, cohort.id) if one.code == group]
        await group_members.join(tx, here.id, [f"wm-{name}"], at("11-30 12:00"), None)
        if left_at is not None:
            await group_members.leave(tx, here.id, [f"wm-{name}"], left_at, 0)


async def digest(staff: Staff, userid: str = "lin") -> str:
    """The lesson is over: what the class teacher reads alone."""
    staff.house.now = at("12-01 20:00")
    await staff.house.tick("lesson_digest")
    told = [(p["to"], p["message"].get("text", "")) for p in await staff.house.sent("app.message")]
    alone = [(p["to"], p["message"].get("text", "")) for p in await staff.house.sent("aibot.say") if not p["group"]]
    (words,) = [words for to, words in [*told, *alone] if to in ([userid], [f"member:{userid}"]) and "到课" in words]
    return words


async def posted(staff: Staff, chat_id: str) -> str:
    """What everybody in the group reads of it."""
    pushed = [p for p in await staff.house.sent("aibot.say") if p["how"] == "push" and p["to"] == [f"room:{chat_id}"]]
    return str(pushed[-1]["message"]["text"])


async def test_the_digest_tells_who_left_and_in_groups_with_masked_names(staff: Staff, enrol: Enrol) -> None:
    rain, ming = await enrol(RAIN), await enrol(MING, "zhou")
    for chat_id, what in (("c1", "read7-01"), ("cA", "read7-01 A"), ("cB", "read7-01 B")):
        await staff.says("chen", f"@营长 绑定 {what}", chat_id)
    await sits(staff, RAIN, at("12-01 19:25"))
    await sits(staff, MING, at("12-01 19:40"), "B")
    words = await digest(staff)
    assert words.splitlines()[2:4] == ["课中退群 1 人（发“退群”看几时退的）：", f"#{rain} {RAIN}"]
    assert MING not in words
    assert f"课中退群 2 人：#{rain} 欧**、#{ming} 诸**" in await posted(staff, "c1")
    assert f"课中退群 1 人：#{rain} 欧**" in await posted(staff, "cA")
    assert f"课中退群 1 人：#{ming} 诸**" in await posted(staff, "cB")
    for chat_id in ("c1", "cA", "cB"):
        assert RAIN not in await posted(staff, chat_id)
        assert MING not in await posted(staff, chat_id)


async def test_who_left_at_another_time_or_sits_in_a_group_again_is_not_told(staff: Staff, enrol: Enrol) -> None:
    for name in ("课前退的", "下课后退的", "又进来了", "换到B班", "还在群里"):
        await enrol(name)
    await sits(staff, "课前退的", at("12-01 18:59"))
    await sits(staff, "下课后退的", at("12-01 20:00"))
    await sits(staff, "又进来了", at("12-01 19:10"))
    await sits(staff, "又进来了")
    await sits(staff, "换到B班", at("12-01 19:10"))
    await sits(staff, "换到B班", group="B")
    await sits(staff, "还在群里")
    words = await digest(staff)
    assert "到课 0/5" in words
    assert "课中退群" not in words


async def test_nobody_is_said_to_have_left_a_group_that_was_dissolved(staff: Staff, enrol: Enrol) -> None:
    await enrol(RAIN)
    await sits(staff, RAIN, at("12-01 19:25"))
    async with staff.house.tx() as tx:
        await group_members.change_group(tx, 1, dismissed_at=at("12-01 19:25"))
    assert "课中退群" not in await digest(staff)


async def test_the_lists_of_the_lesson_mark_them(staff: Staff, enrol: Enrol, attend: Any) -> None:
    rain, ming, away = await enrol(RAIN), await enrol(MING), await enrol("司马相如")
    await sits(staff, RAIN, at("12-01 19:25"))
    await sits(staff, MING)
    await sits(staff, "司马相如", at("12-01 19:30"))
    staff.house.now = at("12-01 19:05")
    await attend(rain, 1)
    staff.house.now = at("12-01 20:30")
    lines = (await staff.house.member_says("lin", "未完课 1"))[0].splitlines()
    assert lines[1:] == [f"#{rain} {RAIN} [已到] [课中退群]", f"#{ming} {MING}", f"#{away} 司马相如 [课中退群]"]
    await staff.says("chen", "@营长 绑定 read7-01")
    in_group = (await staff.says("lin", "@营长 缺勤 1")).group[0].splitlines()
    assert in_group[1:] == [f"#{ming} 诸**", f"#{away} 司** [课中退群]"]
    # Of another lesson nothing of the kind is said.
    staff.house.now = at("12-02 20:40")
    assert "课中退群" not in (await staff.house.member_says("lin", "缺勤 2"))[0]
