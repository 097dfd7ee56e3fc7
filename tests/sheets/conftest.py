"""A desk to which people send sheets: the real worker and the road's own reading, WeCom's side played in by hand."""

from __future__ import annotations

import base64
import io
import itertools
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from openpyxl import Workbook

from bot.settings import DEFAULT_RULES
from bot.wecom.download import Fetched
from bot.wecom.road import RoadContext
from bot.wecom.roads.aibot_media import open_sheet, to_address
from camp.identity import conceal, seal, unseal
from camp.policy import Policy
from camp.rules.rule import RuleBook
from sandbox.aibot.files import encrypt_file
from storage import cohorts, enrolments, inbox, learners, members, robot_talks, robot_turns
from storage.database import Database
from storage.inbox import FactDraft
from storage.robot_turns import SOCKET, Kind, Turn, chat_of
from tests.conftest import KF, House, _words
from tests.teacher.conftest import DECLARED, STAFF, at

Cells = Sequence[Sequence[Any]]


def xlsx(rows: Cells, *, title: str = "Sheet1") -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv(rows: Cells, *, mark: str = ",") -> str:
    return "".join(mark.join("" if cell is None else str(cell) for cell in row) + "\r\n" for row in rows)


class Desk:
    """What people send to the robot and read there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._turns = itertools.count(1)

    async def sends(self, userid: str, data: bytes | str, name: str = "表.xlsx") -> list[str]:
        """The robot's answers to a file; cards as their title, texts, fields and labels."""
        before = len(await self.house.sent("aibot.say"))
        await self.posts(userid, name)
        await self.fetches(data.encode() if isinstance(data, str) else data, name)
        return await self._heard(before)

    async def posts(self, userid: str, name: str = "") -> None:
        """The file as it comes in; its address and key are sealed."""
        turn, policy = next(self._turns), self.house.policy
        async with self.house.tx() as tx:
            opened = Turn(turn, Kind.MESSAGE, SOCKET, userid, "", chat_of(userid, ""), tx.now, tx.now + timedelta(hours=24), "r")
            await robot_turns.open_turn(tx, opened)
            await robot_talks.note(tx, chat_of(userid, ""), userid)
        self._key = os.urandom(32)
        key = base64.b64encode(self._key).decode().rstrip("=")
        body = {"turn": turn, "userid": userid, "chat_id": "", "name": name}
        body |= {"url": seal(policy, f"https://files.example.cn/{turn}"), "key": seal(policy, key)}
        await self.house.fact("aibot.file", body, f"member:{userid}")

    async def fetches(self, data: bytes, name: str = "", *, work: bool = True) -> None:
        """The lane fetches it, by the road's own functions; without `work` nothing is made of it yet."""
        policy = self.house.policy
        context = RoadContext(1, unseal=partial(unseal, policy), conceal=partial(conceal, policy))
        payload = (await self.house.sent("aibot.sheet"))[-1]
        assert to_address(payload, context)["url"].startswith("https://files.example.cn/")
        result = open_sheet(payload, Fetched(name, encrypt_file(self._key, data)), context)
        if work:
            await self.house.answer("aibot.sheet", result)
            return
        body = {"ok": True, "errcode": 0, "result": result, "context": {"sheet_id": 1}, "expired": False}
        await self._store("answer.aibot.sheet", body, "corp")

    async def taps(self, userid: str, what: str = "yes", sheet: int | None = None) -> list[str]:
        """What is said after a tap on the newest preview's card."""
        before, app = len(await self.house.sent("aibot.say")), len(await self.house.sent("app.message"))
        await self.presses(userid, what, sheet)
        await self.house.work()
        apart = [p["message"]["text"] for p in (await self.house.sent("app.message"))[app:] if userid in p["to"]]
        return await self._heard(before) + apart

    async def presses(self, userid: str, what: str = "yes", sheet: int | None = None) -> None:
        """The tap as it comes in."""
        number = sheet or int((await self.house.rows("SELECT max(id) FROM sheets"))[0][0])
        turn, key = next(self._turns), f"sheet:{what}:{number}"
        faces = [payload["message"] for payload in await self.house.sent("aibot.say") if payload["message"]["type"] == "card"]
        shown = [face["task_id"] for face in faces if key in [button[0] for button in face["buttons"]]]
        task_id = shown[-1] if shown else "none"
        async with self.house.tx() as tx:
            until = tx.now + timedelta(seconds=5)
            await robot_turns.open_turn(tx, Turn(turn, Kind.CLICK, SOCKET, userid, "", chat_of(userid, ""), tx.now, until, "c"))
        body = {"turn": turn, "userid": userid, "chat_id": "", "key": key, "task_id": task_id}
        await self._store("aibot.click", {**body, "card_type": "button_interaction", "selected": {}}, f"member:{userid}")

    async def _store(self, kind: str, body: dict[str, Any], conversation: str) -> None:
        async with self.house.tx() as tx:
            await inbox.add_facts(tx, [FactDraft("test", kind, f"desk:{next(self._turns)}", conversation, body)])

    async def says(self, userid: str, words: str) -> list[str]:
        return await self.house.member_says(userid, words)

    async def imports(self, userid: str, data: bytes | str, name: str = "表.xlsx") -> list[str]:
        """Sent, confirmed, told."""
        shown = await self.sends(userid, data, name)
        return shown + await self.taps(userid)

    async def count(self, query: str, **values: Any) -> int:
        return int((await self.house.rows(query, **values))[0][0])

    async def _heard(self, before: int) -> list[str]:
        return [_words(payload["message"]) for payload in (await self.house.sent("aibot.say"))[before:]]


@pytest.fixture
async def desk(database: Database) -> Desk:
    """The camp of the class teacher's tests on either database, the evening of its second day."""
    policy = Policy(
        open_kfid=KF,
        link_key=b"test-link-key",
        privacy_key=b"0123456789abcdef0123456789abcdef",
        robot=SOCKET,
        rulebook=RuleBook(DEFAULT_RULES),
    )
    house = House(database, policy)
    house.now = at("11-30 12:00")
    await house.apply(DECLARED)
    async with house.tx() as tx:
        for userid, (name, _) in STAFF.items():
            await members.ensure(tx, userid, name=name)
        left = await members.find(tx, "wu")
        assert left is not None
        await members.change(tx, left.id, left_at=house.now)
    house.now = at("12-02 22:00")
    return Desk(house)


async def enrolled(desk: Desk, name: str, teacher: str = "lin", *, on: datetime | None = None) -> int:
    """A learner in the first cohort; their number."""
    async with desk.house.tx() as tx:
        learner = await learners.add(tx, external_userid=f"wm-{name}", name=name)
        member, cohort = await members.find(tx, teacher), await cohorts.find_cohort(tx, "read7-01")
        assert member is not None
        assert cohort is not None
        groups = [g for g in await cohorts.class_groups_of(tx, cohort.id) if g.class_teacher_id == member.id]
        await enrolments.add(
            tx,
            learner_id=learner.id,
            cohort_id=cohort.id,
            class_group_id=groups[0].id,
            class_teacher_id=member.id,
            source="contact",
            place="class",
            enrolled_at=on or at("11-30 12:00"),
        )
    return learner.id
