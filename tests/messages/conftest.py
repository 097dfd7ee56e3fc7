"""A camp with a week of messages to two class groups: 林 teaches A and owns its group, 周 teaches B; 陈 manages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from storage import cohorts, enrolments, kf, learners, members
from tests.conftest import KF, House

CHINA = timezone(timedelta(hours=8))

LESSONS = "".join(
    f'[[cohorts.lessons]]\nseq = {n}\ntitle = "第{n}课"\nstarts_at = 2026-12-0{n}T19:00:00+08:00\nminutes = 60\n'
    for n in range(1, 6)
)
COHORT = f"""
[[cohorts]]
code = "read7-01"
name = "阅读营一期"
camp = "read7"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
{LESSONS}
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "lin"
[[cohorts.class_groups]]
code = "B"
chat_id = "wrB"
class_teacher = "zhou"
"""
STAFF = {"lin": ("林", "class_teacher"), "zhou": ("周", "class_teacher"), "chen": ("陈", "manager")}
PEOPLE = "".join(f'[[staff]]\nuserid = "{userid}"\nposition = "{position}"\n' for userid, (_, position) in STAFF.items())

NOTICE = """
[[camps.messages]]
code = "notice"
kind = "lesson_notice"
lesson = "every"
before = 30
text = "{lesson} {lesson_time} 开始，点下面签到。"
attach = [{ type = "checkin" }]
"""
ONE = NOTICE.replace('lesson = "every"', 'lesson = 1\nonly = ["A"]')
MATERIAL = """
[[camps.messages]]
code = "material"
kind = "material"
lesson = "every"
after = 15
text = "{lesson} 的资料"
"""
OFFER = """
[[camps.messages]]
code = "offer"
kind = "offer"
day = 6
at = "20:00"
text = "{class}班结营优惠，{close_time} 截止"
"""


def at(words: str) -> datetime:
    """`12-01 19:00` in China, as the aware UTC moment."""
    return datetime.strptime(f"2026-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA).astimezone(UTC)


def declared(*messages: str, camp: str = "", cohort: str = COHORT) -> str:
    """A camp.toml with these messages; `camp`: more keys of the camp."""
    return f'[[camps]]\ncode = "read7"\nname = "阅读营"\n{camp}\n' + "".join(messages) + cohort + PEOPLE


class Stage:
    """The house with WeCom's answers played in: groups have owners, members tap or do not."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.owners = {"wrA": "lin", "wrB": "zhou"}
        self.made = 0

    async def tick(self, moment: str) -> None:
        """The clock reaches this moment."""
        self.house.now = at(moment)
        await self.house.tick("group_messages")

    async def pass_time(self, moment: str) -> list[dict[str, Any]]:
        """The moment comes, WeCom names the owners and makes every task asked for; returns the new tasks."""
        before = len(await self.tasks())
        await self.tick(moment)
        await self.answer_owners()
        for _ in (await self.tasks())[before:]:
            self.made += 1
            await self.house.answer("contact.mass_send", {"msgid": f"msg{self.made}", "failed": []})
        return (await self.tasks())[before:]

    async def answer_owners(self) -> None:
        while (waiting := await self.waiting("contact.mass_owner")) is not None:
            await self.house.answer("contact.mass_owner", {"owner": self.owners.get(waiting["chat_id"], "")})

    async def waiting(self, call: str) -> dict[str, Any] | None:
        """The oldest question of this call that WeCom has not answered."""
        rows = await self.house.rows("SELECT payload FROM outbox WHERE call = :call AND state = 0 ORDER BY id", call=call)
        if not rows:
            return None
        payload: Any = rows[0].payload
        found: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
        return found

    async def tasks(self) -> list[dict[str, Any]]:
        return await self.house.sent("contact.mass_send")

    async def look(self, moment: str, *, tapped: bool, status: int = 1) -> None:
        """WeCom tells at this look, for every task that is asked about, whether it was tapped and what the group got."""
        await self.tick(moment)
        seconds = int(self.house.now.timestamp()) - 30
        while (question := await self.waiting("contact.mass_task")) is not None:
            row = (await self.house.rows("SELECT chat_id FROM group_messages WHERE msgid = :m", m=question["msgid"]))[0]
            told = {"userid": self.owners[row.chat_id], "status": 2 if tapped else 0, "send_time": seconds if tapped else 0}
            await self.house.answer("contact.mass_task", {"tasks": [told]})
        while (question := await self.waiting("contact.mass_result")) is not None:
            row = (await self.house.rows("SELECT chat_id FROM group_messages WHERE msgid = :m", m=question["msgid"]))[0]
            send = {"chat_id": row.chat_id, "external_userid": "", "status": status, "send_time": seconds if status == 1 else 0}
            await self.house.answer("contact.mass_result", {"sends": [send]})

    async def states(self) -> list[tuple[str, str, int, str, str | None]]:
        """(group, message, lesson, state, why) of all that had its turn."""
        rows = await self.house.rows(
            "SELECT g.code AS class, m.code, r.seq, r.state, r.why FROM group_messages r"
            " JOIN camp_messages m ON m.id = r.message_id JOIN class_groups g ON g.id = r.class_group_id ORDER BY r.id"
        )
        return [tuple(row) for row in rows]

    async def heard(self, userid: str) -> list[str]:
        """The app messages to a member, the oldest first."""
        return [p["message"]["text"] for p in await self.house.sent("app.message") if userid in p["to"]]


async def seated(stage: Stage, number: int) -> list[int]:
    """So many learners sit in class A; their enrolments."""
    found = []
    async with stage.house.tx() as tx:
        cohort = await cohorts.find_cohort(tx, "read7-01")
        assert cohort is not None
        group = (await cohorts.class_groups_of(tx, cohort.id))[0]
        teacher = await members.find(tx, "lin")
        assert teacher is not None
        for n in range(number):
            learner = await learners.add(tx, external_userid=f"wm{n}", name=f"学员{n}")
            await enrolments.add(
                tx,
                learner_id=learner.id,
                cohort_id=cohort.id,
                class_group_id=group.id,
                class_teacher_id=teacher.id,
                source="contact",
                in_group_at=tx.now,
                place="class",
            )
            mine = await enrolments.current(tx, learner.id)
            assert mine is not None
            found.append(mine.id)
    return found


@pytest.fixture
async def stage(house: House) -> Stage:
    """The day before the camp starts; nothing is declared yet."""
    house.now = at("11-30 12:00")
    async with house.tx() as tx:
        for userid, (name, _) in STAFF.items():
            await members.ensure(tx, userid, name=name)
        await kf.account(tx, KF)
        await kf.change_account(tx, KF, link_url="https://work.weixin.qq.com/kfid/kfc1")
    return Stage(house)


@pytest.fixture
async def ready(stage: Stage) -> Stage:
    """The notice of lesson 1 waits for 林's tap; a tap reaches group A."""
    await stage.house.apply(declared(ONE))
    await stage.pass_time("12-01 18:30")
    return stage
