"""A full group opens the next by itself: the house finds it, makes it part of the class, and shows it."""

from __future__ import annotations

from datetime import timedelta

from storage import rosters
from storage.scopes import Range, Scope
from tests.groups.conftest import GROUP, Groups
from tests.loopback import Camp

ROOMS = "SELECT code, chat_id, chat_name, owner, overflow_of, class_teacher_id FROM class_groups WHERE cohort_id = 1 ORDER BY id"
SEATS = (
    "SELECT l.external_userid, g.code, m.userid FROM enrolments e JOIN learners l ON l.id = e.learner_id"
    " JOIN class_groups g ON g.id = e.class_group_id JOIN members m ON m.id = e.class_teacher_id ORDER BY e.id"
)


async def test_a_full_group_overflows_into_the_next(camp: Camp, groups: Groups) -> None:
    groups.crowded(2)
    _, picture = await groups.code("lin", "入群码 read-01 dy01")
    assert await groups.scans("wmYu", picture) == GROUP
    went = await groups.scans("wmMing", picture)
    assert went != GROUP
    await groups.some_seconds()
    first, second = await camp.rows(ROOMS)
    assert (second.code, second.chat_id, second.overflow_of) == ("A-2", went, 1)
    assert (second.chat_name, second.owner) == ("阅读营第1期 · A班 2", "lin")
    assert first.class_teacher_id == second.class_teacher_id
    assert [tuple(row) for row in await camp.rows(SEATS)] == [("wmYu", "A", "lin"), ("wmMing", "A-2", "lin")]
    assert await camp.count("SELECT count(*) FROM enrolments e JOIN channels c ON c.id = e.channel_id WHERE c.code = 'dy01'") == 2
    await camp.members["lin"].hears("自动开了新群", "A-2班")
    mine = await camp.ask(camp.members["lin"], "我的班", "A-2班")
    assert "A班（林老师）：学员 1 · 在群 1" in mine
    assert "A-2班（林老师）：学员 1 · 在群 1" in mine
    assert "李小明" in await camp.ask(camp.members["lin"], "名单 read-01", "未进群 0")


async def test_the_next_full_one_is_the_third(camp: Camp, groups: Groups) -> None:
    groups.crowded(2)
    _, picture = await groups.code("lin", "入群码 read-01")
    for number in range(4):
        await groups.scans(await groups.learner(f"wm{number}", f"学员{number}"), picture)
    await groups.some_seconds()
    assert [row.code for row in await camp.rows(ROOMS)] == ["A", "A-2", "A-3", "A-4"]
    assert len({row.code for row in await camp.rows(SEATS.replace("l.external_userid, g.code", "g.code"))}) == 4
    # WeCom put the new chats behind the code itself: nothing is to be told again.
    await groups.code("lin", "入群码 read-01", "入群码")
    assert await camp.count("SELECT count(*) FROM outbox WHERE call = 'group.update_join_way'") == 0


async def test_a_chat_of_others_stays_others(camp: Camp, groups: Groups) -> None:
    await groups.code("lin", "入群码 read-01")
    await camp.corp.act("/groups", name="家长闲聊", owner="lin", chat_id="wrOther")
    await camp.corp.act("/groups/wrOther/join", external_userid="wmYu")
    await camp.quiet()
    await groups.some_seconds()
    assert [row.code for row in await camp.rows(ROOMS)] == ["A"]
    assert await camp.count("SELECT count(*) FROM group_members") == 0


async def test_an_overflow_whose_callbacks_were_lost_is_found_at_night(camp: Camp, groups: Groups) -> None:
    groups.crowded(2)
    _, picture = await groups.code("lin", "入群码 read-01 dy01")
    await groups.scans("wmYu", picture)
    await camp.corp.act("/faults", kind="lose", chance=1)
    await groups.scans("wmMing", picture)
    await camp.corp.remove("/faults")
    assert [row.code for row in await camp.rows(ROOMS)] == ["A"]
    await camp.nightly_comparison()
    await groups.some_seconds()
    assert [row.code for row in await camp.rows(ROOMS)] == ["A", "A-2"]
    assert [tuple(row)[1] for row in await camp.rows(SEATS)] == ["A", "A-2"]


async def test_a_new_learner_is_of_the_class_not_of_its_overflow(camp: Camp, groups: Groups) -> None:
    groups.crowded(2)
    _, picture = await groups.code("lin", "入群码 read-01")
    for who in ("wmYu", "wmMing"):
        await groups.scans(who, picture)
    await groups.some_seconds()
    late = await groups.learner("wmLate", "迟小来")
    await camp.corp.act("/follow", external_userid=late, userid="lin", state="dy01")
    await camp.quiet()
    assert tuple((await camp.rows(SEATS))[-1]) == ("wmLate", "A", "lin")


async def test_another_chat_for_the_class_is_told_to_the_code(camp: Camp, groups: Groups) -> None:
    _, picture = await groups.code("lin", "入群码 read-01")
    await camp.corp.act("/groups", name="新的A班", owner="lin", chat_id="wrNewA")
    async with camp.house.database.write() as tx:
        from camp.join_code import ask_comparison
        from storage.declaration import save_class_groups

        row = {"cohort_id": 1, "code": "A", "chat_id": "wrNewA", "class_teacher_id": 1, "join_url": None, "overflow_of": None}
        await save_class_groups(tx, [row])
        await ask_comparison(tx)
    camp.house.worker.wake()
    await camp.quiet()
    [way] = groups.ways()
    assert way["chat_id_list"] == ["wrNewA"]
    assert (way["state"], way["auto_create_room"], way["room_base_name"].strip()) == ("c1", 1, "阅读营第1期 · A班")
    assert await groups.scans("wmYu", picture) == "wrNewA"
    await groups.some_seconds(timedelta(minutes=1).total_seconds())
    assert [tuple(row) for row in await camp.rows(SEATS)] == [("wmYu", "A", "lin")]


async def test_a_room_bound_to_the_class_means_its_overflow_too(camp: Camp, groups: Groups) -> None:
    groups.crowded(2)
    _, picture = await groups.code("lin", "入群码 read-01")
    for who in ("wmYu", "wmMing"):
        await groups.scans(who, picture)
    await groups.some_seconds()
    async with camp.house.database.read() as tx:
        scope = Scope(Range.ALL, 1, class_group_id=1)
        assert [size.code for size in await rosters.group_sizes(tx, scope, [1])] == ["A", "A-2"]
        assert len(await rosters.roster(tx, scope, [1])) == 2
