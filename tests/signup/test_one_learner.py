"""However they came, one person is one learner: both orders of sign-up, unionid, phone, and everything that hangs on them."""

from __future__ import annotations

from typing import Any

import pytest

PHONE = "138 0013 8000"
SUBJECTS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"unionid": "un1"}, {"unionid": "un1"}),
    ({"phone": PHONE}, {"phones": ("+86 13800138000",)}),
]


@pytest.mark.parametrize(("subject", "known"), SUBJECTS)
async def test_signed_up_elsewhere_first_then_added(front: Any, subject: dict[str, str], known: dict[str, Any]) -> None:
    await front.signs_up_elsewhere("e1", subject, cohort="read7-02", name="小雨")
    await front.adds("wm1")
    await front.told("wm1", "雨", **known)
    assert await front.enrolments() == [(1, "wm1", "read7-02", "lin", "A", "class")]
    assert (await front.house.rows("select id, name from learners")) == [(1, "雨")]


@pytest.mark.parametrize(("subject", "known"), SUBJECTS)
async def test_added_first_then_signed_up_elsewhere(front: Any, subject: dict[str, str], known: dict[str, Any]) -> None:
    await front.adds("wm1")
    await front.told("wm1", "雨", **known)
    await front.signs_up_elsewhere("e1", subject, camp="read7", name="小雨")
    assert await front.enrolments() == [(1, "wm1", "read7-01", "lin", "A", "class")]
    assert (await front.house.rows("select id, name from learners")) == [(1, "雨")]


async def test_a_cohort_named_elsewhere_outweighs_the_guess_made_at_adding(front: Any) -> None:
    await front.adds("wm1")
    await front.signs_up_elsewhere("e1", {"external_userid": "wm1"}, cohort="read7-02")
    assert [(row[2], row[5]) for row in await front.enrolments()] == [("read7-01", "next_cohort"), ("read7-02", "class")]


async def test_the_check_in_link_of_the_welcome_survives_the_merge(front: Any) -> None:
    await front.signs_up_elsewhere("e1", {"phone": PHONE}, camp="read7")
    await front.adds("wm1", "he")
    enrolled = (await front.house.rows("select max(id) as id from enrolments"))[0].id
    await front.told("wm1", "雨", phones=("13800138000",))
    [row] = await front.house.rows("select id, learner_id from enrolments")
    assert (row.id, row.learner_id) == (enrolled, 1)


async def test_added_after_a_sign_up_elsewhere_the_friend_is_the_class_teacher(front: Any) -> None:
    await front.signs_up_elsewhere("e1", {"external_userid": "wm1"}, camp="read7")
    assert (await front.enrolments())[0][3] == "lin"
    await front.adds("wm1", "he")
    assert await front.enrolments() == [(1, "wm1", "read7-01", "he", "B", "class")]


async def test_merging_keeps_attendance_orders_and_the_story_of_both(front: Any) -> None:
    await front.signs_up_elsewhere("e1", {"phone": PHONE}, camp="read7")
    await front.adds("wm1")
    async with front.house.tx() as tx:
        from sqlalchemy import text as sql

        row = "insert into attendance (enrolment_id, lesson_id, watched_seconds, finished_at, attended, completed) values "
        await tx.conn.execute(sql(row + "(1, 1, 90, null, true, false), (2, 1, null, 5, false, true)"))
        await tx.conn.execute(
            sql(
                "insert into orders (order_no, learner_id, enrolment_id, course, amount_fen, refunded_fen, paid_at, source)"
                " values ('o1', 1, 1, '年课', 100, 0, 1, 'shop')"
            )
        )
        await tx.conn.execute(sql("update enrolments set paid_count = 1, paid_fen = 100, place = 'paid' where id = 1"))
    await front.told("wm1", "雨", phones=("13800138000",))
    [row] = await front.house.rows("select id, attended, completed, paid_count, paid_fen, place from enrolments")
    assert tuple(row) == (2, 1, 1, 1, 100, "paid")
    assert await front.house.rows("select enrolment_id, watched_seconds, finished_at from attendance") == [(2, 90, 5)]
    assert await front.house.rows("select learner_id, enrolment_id from orders") == [(1, 2)]
    assert {"enrolled", "added", "merged"} <= set(await front.story(1))
    assert await front.house.rows("select learner_id from identities where kind = 'merged'") == [(1,)]


async def test_two_wechat_accounts_under_one_phone_stay_two_learners(front: Any) -> None:
    await front.adds("wm1")
    await front.told("wm1", "妈妈", phones=("13800138000",))
    await front.adds("wm2")
    await front.told("wm2", "爸爸", phones=("13800138000",))
    assert len(await front.house.rows("select * from learners")) == 2
    assert "same_identity" in await front.story(2)


async def test_a_phone_is_never_readable_in_the_tables_of_the_business(front: Any) -> None:
    from camp.identity import unseal

    await front.signs_up_elsewhere("e1", {"phone": PHONE}, camp="read7")
    [row] = await front.house.rows("select phone_sealed from learners")
    assert unseal(front.house.policy, row.phone_sealed) == "13800138000"
    assert "13800138000" not in str(await front.house.rows("select * from identities")) + row.phone_sealed


async def test_an_unknown_cohort_waits_and_is_applied_once_it_is_declared(front: Any) -> None:
    from tests.signup.conftest import CAMP

    await front.signs_up_elsewhere("e1", {"phone": PHONE}, cohort="read7-03")
    await front.signs_up_elsewhere("e2", {"phone": "13900139000"}, cohort="read7-03")
    assert len([words for words in await front.heard("op") if "read7-03" in words]) == 1
    rows = await front.house.rows("select body, reason from unmatched_events order by id")
    assert [row.reason for row in rows] == ["unknown_cohort"] * 2
    assert "0013" not in rows[0].body
    await front.house.apply(CAMP.replace('"read7-02"', '"read7-03"'))
    await front.house.tick("reconcile")
    assert [row[2] for row in await front.enrolments()] == ["read7-03"] * 2


async def test_events_that_waited_for_a_person_are_put_back_in_line_when_they_are_known(front: Any) -> None:
    from camp.identity import park

    async with front.house.tx() as tx:
        event = {
            "event_id": "o1",
            "type": "order.paid",
            "source": "shop",
            "occurred_at": "2026-12-01T08:00:00+08:00",
            "subject": {"unionid": "un-unknown", "phone": PHONE},
            "order_no": "no1",
            "course": "年课",
            "amount_fen": 199900,
        }
        await park(tx, front.house.policy, event, "unknown_subject")
    await front.adds("wm1")
    await front.told("wm1", "雨", phones=("13800138000",))
    [row] = await front.house.rows("select kind, body from inbox where dedup_key like 'unmatched:%'")
    assert row.kind == "ingest.order.paid"
    assert (await front.house.rows("select matched_at from unmatched_events"))[0].matched_at is not None
    assert await front.house.rows("select order_no, learner_id from orders") == [("no1", 1)]


def test_every_table_that_holds_a_learner_or_an_enrolment_once_is_merged_with_care() -> None:
    from sqlalchemy import UniqueConstraint

    from storage import identities
    from storage.tables_camp import metadata

    def unique_on(column: str) -> set[str]:
        found = set()
        for table in metadata.sorted_tables:
            keys = [c.columns.keys() for c in table.constraints if isinstance(c, UniqueConstraint)]
            if any(column in key for key in [table.primary_key.columns.keys(), *keys]):
                found.add(table.name)
        return found

    assert unique_on("learner_id") == identities._SPECIAL
    assert unique_on("enrolment_id") == identities._SPECIAL_OF_ENROLMENT
