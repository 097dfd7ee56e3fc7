"""A staff group and the robot in it, on the class teachers' camp: people mention it, tap its cards, and read what it posts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from storage import follows, members, outbox, robot_talks, robot_turns
from storage.robot_turns import Kind, Turn, chat_of, turn_id
from tests.conftest import House, _words

# The class teachers' camp (tests/teacher): 林 and 周 teach, 王 sells, 陈 manages, 何 operates, 吴 has left.
from tests.teacher.conftest import attend, camp, enrol, speak  # noqa: F401

GROUP = "chatStaff"


@dataclass
class Heard:
    """What came of one thing said or tapped: what all in the group read, and what one person alone got (app or robot)."""

    group: list[str] = field(default_factory=list)
    alone: dict[str, list[str]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.group)


class Staff:
    """The corp's own people with the robot, in socket mode unless `mode` says otherwise."""

    def __init__(self, house: House, mode: str) -> None:
        self.house, self.mode = house, mode
        self._serial = 0

    async def says(self, userid: str, words: str, chat_id: str = GROUP) -> Heard:
        """Mentions the robot in a group; with an empty chat_id talks to it alone."""
        body = {"userid": userid, "chat_id": chat_id, "text": words}
        return await self._does("aibot.text", Kind.MESSAGE, body)

    async def enters(self, userid: str) -> Heard:
        return await self._does("aibot.enter", Kind.ENTER, {"userid": userid})

    async def taps(self, userid: str, key: str, task_id: str, chat_id: str = GROUP) -> Heard:
        body = {"userid": userid, "chat_id": chat_id, "key": key, "task_id": task_id, "card_type": "button_interaction"}
        return await self._does("aibot.click", Kind.CLICK, {**body, "selected": {}})

    async def does(self, fact: str, body: dict[str, Any]) -> Heard:
        """Anything else people do with the robot."""
        return await self._does(fact, Kind.MESSAGE, body)

    async def cards(self, kind: str) -> Sequence[Any]:
        return await self.house.rows("SELECT * FROM cards WHERE kind = :kind ORDER BY created_at, task_id", kind=kind)

    async def said_all(self, *, but_in: str = "") -> None:
        """Everything the robot had to say went out, except in one group."""
        async with self.house.tx() as tx:
            said = [row for row in await outbox.listing(tx, outbox.State.PENDING, 1000) if row.call == "aibot.say"]
            gone = [row.id for row in said if row.payload["chat_id"] != but_in]
            await outbox.finish(tx, gone, outbox.State.SENT, errcode=0)

    async def _does(self, fact: str, kind: Kind, body: dict[str, Any]) -> Heard:
        self._serial += 1
        msgid = f"msg-{self._serial}"
        userid, chat_id = body["userid"], body.get("chat_id", "")
        chat, now = chat_of(userid, chat_id), self.house.now
        turn = Turn(turn_id(msgid), kind, self.mode, userid, chat_id, chat, now, now + timedelta(seconds=5), f"req-{msgid}")
        turn = Turn(**{**vars(turn), "task_id": body.get("task_id", "")})
        async with self.house.tx() as tx:
            await robot_turns.open_turn(tx, turn)
            if kind is Kind.MESSAGE:
                await robot_talks.note(tx, chat, chat_id or userid)
            if chat_id:
                await robot_talks.note_reader(tx, chat_id, userid)
        before = await self._newest()
        conversation = f"{chat}:{userid.lower()}" if chat_id else chat
        await self.house.fact(fact, {**body, "turn": turn.id}, conversation, f"aibot:{msgid}")
        heard = Heard()
        async with self.house.database.read() as tx:
            sent = [row for row in reversed(await outbox.listing(tx, None, 100)) if row.id > before]
        for intent in sent:
            if intent.call == "aibot.say":
                self._sort(heard, intent.payload)
            elif intent.call == "app.message":
                for person in intent.payload["to"]:
                    heard.alone.setdefault(person, []).append(_words(intent.payload["message"]))
        async with self.house.tx() as tx:
            found = await robot_turns.load(tx, turn.id)
        if found is not None and found.answer is not None:
            self._sort_kept(heard, found)
        return heard

    async def _newest(self) -> int:
        async with self.house.database.read() as tx:
            return max((row.id for row in await outbox.listing(tx, None, 1)), default=0)

    def _sort(self, heard: Heard, payload: dict[str, Any]) -> None:
        if payload["how"] == "update":
            heard.updates.append(payload["message"])
        elif payload["group"]:
            heard.group.append(_words(payload["message"]))
        else:
            heard.alone.setdefault(payload["to"][0].removeprefix("member:"), []).append(_words(payload["message"]))

    def _sort_kept(self, heard: Heard, turn: Turn) -> None:
        """URL mode: what WeCom comes for."""
        answer = turn.answer or {}
        if answer.get("update"):
            heard.updates.append(answer["update"])
            return
        said = [*answer["texts"], *([_words(answer["card"])] if answer["card"] else [])]
        if turn.chat_id:
            heard.group += said
        else:
            heard.alone.setdefault(turn.userid, []).extend(said)


@pytest.fixture
async def staff(camp: Any) -> Staff:  # noqa: F811
    camp.configure(robot="socket")
    return Staff(camp, "socket")


@pytest.fixture
async def staff_by_url(camp: Any) -> Staff:  # noqa: F811
    camp.configure(robot="url")
    return Staff(camp, "url")


@pytest.fixture
def befriend(camp: Any) -> Callable[..., Awaitable[None]]:  # noqa: F811
    """These learners have added the class teacher, who may write to them."""

    async def add(*numbers: int, teacher: str = "lin") -> None:
        async with camp.tx() as tx:
            member = await members.find(tx, teacher)
            for number in numbers:
                await follows.begin(tx, number, member.id, None, tx.now)

    return add
