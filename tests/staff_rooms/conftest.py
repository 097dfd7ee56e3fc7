"""A cohort with two class teachers, two salespeople, two managers and an operator, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.settings import DEFAULT_RULES
from camp.policy import Policy
from camp.rules.route import route_of
from camp.rules.rule import RuleBook
from storage import members
from storage.database import Database
from tests.conftest import KF, House

CAMP = """
[[camps]]
code = "read7"
name = "阅读营"
warm_lessons = 1
{camp}
[[cohorts]]
code = "read7-01"
name = "阅读营一期"
camp = "read7"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
{cohort}
[[cohorts.lessons]]
seq = 1
title = "开课啦"
starts_at = 2026-12-01T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "{teacher}"
[[cohorts.class_groups]]
code = "B"
chat_id = "wrB"
class_teacher = "zhou"
"""
STAFF = {
    "lin": ("林", "class_teacher"),
    "zhou": ("周", "class_teacher"),
    "bai": ("白", "class_teacher"),
    "wu": ("吴", "sales"),
    "mei": ("梅", "sales"),
    "chen": ("陈", "manager"),
    "gao": ("高", "manager"),
    "he": ("何", "operator"),
}


class School(House):
    """The house with this camp."""

    async def declare(self, *, teacher: str = "lin", camp: str = "", cohort: str = "", without: tuple[str, ...] = ()) -> None:
        staff = "".join(
            f'[[staff]]\nuserid = "{userid}"\nname = "{name}"\nposition = "{position}"\n'
            f"disabled = {str(userid in without).lower()}\n"
            for userid, (name, position) in STAFF.items()
        )
        await self.apply(CAMP.format(teacher=teacher, camp=camp, cohort=cohort) + staff)

    async def told(self, userid: str) -> list[str]:
        """What this member was sent in the app, in order."""
        return [sent["message"]["text"] for sent in await self.sent("app.message") if userid in sent["to"]]

    async def open_room(self) -> None:
        """The manager 陈 asks for the room and WeCom makes it."""
        await self.member_says("chen", "建群 read7-01")
        await self.answer("appchat.create")

    async def night(self) -> None:
        """The nightly comparison: nothing in the directory, no friends, no class group to be read."""
        self.now += timedelta(days=1)
        await self.tick("reconcile")
        await self.answer("directory.departments", {"departments": []})
        await self.answer("contact.follow_users", {"userids": []})
        for _ in range(2):
            await self.answer("group.get", ok=False, errcode=-1)

    async def room(self) -> tuple[str, int | None]:
        """State and errcode of the only room."""
        ((state, errcode),) = await self.rows("SELECT state, errcode FROM staff_rooms")
        return state, errcode

    async def seated(self) -> set[str]:
        """Who sits in the room as far as the house knows."""
        rows = await self.rows(
            "SELECT userid FROM staff_room_seats JOIN members ON members.id = member_id WHERE inside = :yes", yes=True
        )
        return {row.userid for row in rows}


@pytest.fixture
async def school(database: Database) -> School:
    policy = Policy(
        open_kfid=KF,
        link_key=b"test-link-key",
        privacy_key=b"0123456789abcdef0123456789abcdef",
        robots=(route_of("sales"), route_of("teachers")),
        rulebook=RuleBook(DEFAULT_RULES),
    )
    opened = School(database, policy)
    opened.now = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
    await opened.declare()
    async with opened.tx() as tx:
        for userid, (name, _) in STAFF.items():
            await members.ensure(tx, userid, name=name)
    return opened
