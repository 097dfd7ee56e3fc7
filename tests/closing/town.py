"""A small corp for the stories of closing and selling: two class teachers, two salespeople, a manager, a camp of two cohorts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storage import enrolments, learners, members
from storage.cohorts import class_groups_of, find_channel, find_cohort

START = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # midnight in Shanghai
CLOSE_TIME = datetime(2026, 12, 7, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai

_LESSONS = "".join(
    f"""
[[cohorts.lessons]]
seq = {seq}
title = "第{seq}课"
starts_at = 2026-12-0{seq}T19:00:00+08:00
minutes = 60
"""
    for seq in range(1, 8)
)

NEXT = """
[[cohorts]]
code = "read7-02"
name = "12月二期"
camp = "read7"
starts_at = 2026-12-14T00:00:00+08:00
closes_at = 2026-12-20T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-14T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
class_teacher = "lin"
[[cohorts.class_groups]]
code = "B"
class_teacher = "zhao"
"""

STAFF = "".join(
    f"""
[[staff]]
userid = "{userid}"
position = "{position}"
"""
    for userid, position in [
        ("lin", "class_teacher"),
        ("wu", "class_teacher"),
        ("zhao", "class_teacher"),
        ("hu", "sales"),
        ("mei", "sales"),
        ("boss", "manager"),
    ]
)


def camp_toml(*, next_cohort: bool = True) -> str:
    return f"""
[[camps]]
code = "read7"
name = "7天阅读营"
warm_lessons = 4
[[channels]]
code = "dy01"
name = "抖音投放"
[[cohorts]]
code = "read7-01"
name = "12月一期"
camp = "read7"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
{'next = "read7-02"' if next_cohort else ""}
{_LESSONS}
[[cohorts.class_groups]]
code = "A"
class_teacher = "lin"
[[cohorts.class_groups]]
code = "B"
class_teacher = "wu"
{NEXT if next_cohort else ""}
{STAFF}
"""


class Town:
    """The house with this corp; people are put straight into the state a story starts from."""

    def __init__(self, house: Any) -> None:
        self.house = house

    async def enrol(self, name: str, *, attended: int = 0, teacher: str = "lin", **columns: Any) -> int:
        """A learner of the first cohort; returns their #number."""
        async with self.house.tx() as tx:
            cohort = await find_cohort(tx, "read7-01")
            member = await members.find(tx, teacher)
            channel = await find_channel(tx, "dy01")
            assert cohort is not None
            assert member is not None
            assert channel is not None
            groups = {g.class_teacher_id: g.id for g in await class_groups_of(tx, cohort.id)}
            learner = await learners.add(tx, external_userid=f"wm-{name}", name=name, owner_id=member.id)
            values: dict[str, Any] = {
                "class_group_id": groups.get(member.id),
                "class_teacher_id": member.id,
                "channel_id": channel.id,
                "source": "contact",
                "enrolled_at": START,
                "place": "class",
                "attended": attended,
                "completed": attended,
                **columns,
            }
            await enrolments.add(tx, learner_id=learner.id, cohort_id=cohort.id, **values)
        return learner.id

    async def pay(self, name: str, *, order_no: str = "S1", amount_fen: int = 199900, event_id: str = "", **more: Any) -> None:
        """The shop tells of an order."""
        body = {
            "event_id": event_id or f"paid-{order_no}",
            "type": "order.paid",
            "source": "shop",
            "occurred_at": self.house.now.isoformat(),
            "subject": {"external_userid": f"wm-{name}"},
            "order_no": order_no,
            "amount_fen": amount_fen,
            "course": "系统课",
            **more,
        }
        await self.house.fact("ingest.order.paid", body, "ingest:shop")

    async def refund(self, order_no: str, amount_fen: int, event_id: str = "r1") -> None:
        """The shop tells of a refund."""
        body = {
            "event_id": event_id,
            "type": "order.refunded",
            "source": "shop",
            "occurred_at": self.house.now.isoformat(),
            "order_no": order_no,
            "amount_fen": amount_fen,
        }
        await self.house.fact("ingest.order.refunded", body, "ingest:shop")

    async def close(self) -> None:
        """The manager closes the first cohort by word."""
        await self.house.member_says("boss", "结营 read7-01")
        await self.house.member_says("boss", "确认结营 read7-01")

    async def places(self, cohort: str = "read7-01") -> dict[str, str]:
        """Where everybody of a cohort is, by name."""
        rows = await self.house.rows(
            "select l.name, e.place from enrolments e join learners l on l.id = e.learner_id"
            " join cohorts c on c.id = e.cohort_id where c.code = :cohort order by l.id",
            cohort=cohort,
        )
        return {row.name: row.place for row in rows}

    async def told(self, userid: str) -> list[str]:
        """All texts sent to a member so far."""
        return [p["message"].get("text", "") for p in await self.house.sent("app.message") if userid in p["to"]]

    async def cards(self, userid: str) -> list[dict[str, Any]]:
        """The faces of the cards sent to a member so far."""
        sent = [p["message"] for p in await self.house.sent("app.message") if userid in p["to"]]
        return [message for message in sent if message["type"] == "card"]

    async def code_arrives(self, task_id: str, code: str) -> None:
        """WeCom answers the send of a card with its response code."""
        body = {
            "outbox_id": 0,
            "ok": True,
            "errcode": 0,
            "errmsg": "ok",
            "result": {"msgid": "m", "response_code": code, "invalid": []},
            "context": {"task_id": task_id},
            "expired": False,
        }
        await self.house.fact("answer.app.message", body)
