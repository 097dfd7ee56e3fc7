"""The mixed load: learners who sign up, join, check in and buy, their class teacher, a manager who closes, sellers who claim."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable

from sandbox.story.corp import Refused
from tests.crash.ground import Ground
from tests.crash.ledger import Friend, Json, Ledger, Said
from tests.crash.shop import Shop
from tests.crash.town import MANAGER, SELLERS, Class
from tests.crash.wire import words_of

# A restart and the lease of a dead node may lie between a word and its answer, several times over.
PATIENCE = 90.0
_TRIES = 8
# WeCom takes five messages for each word of a learner: nobody here waits for more answers at once.
_UNANSWERED = 4
# Of a hundred acts so many wait until somebody is at home; the others take their chance, as everybody does with WeCom.
_WAIT_FOR_HOME = 0.85


class People:
    """Acts of single people, each written into the ledger."""

    def __init__(self, ground: Ground, ledger: Ledger, shop: Shop, dice: random.Random) -> None:
        self.ground, self.ledger, self.shop, self.dice = ground, ledger, shop, dice
        self.corp, self.wire = ground.corp, ground.wire

    async def turn(self) -> None:
        if self.dice.random() < _WAIT_FOR_HOME:
            await self.ground.home.wait()

    async def befriend(self, learner: str, one: Class) -> bool:
        """A learner adds the class teacher; whether the house was told."""
        await self.turn()
        told = await self.corp.act("/follow", external_userid=learner, userid=one.teacher, state=one.channel)
        self.ledger.friends[learner] = Friend(learner, one.teacher, one.number, told["welcome_code"])
        told_of = await self.wire.ends(("change_external_contact", "add_external_contact", one.teacher, learner))
        if told_of:
            self.ledger.known.append(learner)
        return told_of

    async def join(self, learner: str, one: Class, shape: str) -> None:
        await self.turn()
        await self.corp.act(f"/groups/{one.chat_id}/join", external_userid=learner, join_scene=3, shape=shape)
        self.ledger.seats[learner] = one.chat_id

    async def say(self, learner: str, words: str, wanted: str = "") -> None:
        """A learner writes to customer service."""
        await self.turn()
        told = await self.corp.act("/kf/say", external_userid=learner, text=words)
        self.ledger.note_text(told["msgid"], Said(learner, words, wanted))

    async def talk(self, learner: str, words: str, wanted: str = "") -> None:
        """Writes and waits for the answer; whose callback got lost rings again by saying something else."""
        await self.say(learner, words, wanted)
        for _ in range(_TRIES):
            if await self.wire.until(
                lambda: self.ledger.unanswered(learner, self.wire.to_learner[learner]) <= 0, PATIENCE / _TRIES
            ):
                return
            if self.ledger.unanswered(learner, self.wire.to_learner[learner]) < _UNANSWERED:
                await self.say(learner, "进度")
        self.ledger.late.append(f"{learner} said {words} and was not answered")

    async def tap(self, learner: str, code: str) -> None:
        """Enters customer service by the link of the welcome, once that has come; it may have died with a kill."""
        body = await self.wire.until(lambda: self.wire.welcomes.get(code), 25.0)
        links = [part["link"]["url"] for part in (body or {}).get("attachments", []) if "link" in part]
        if not links:
            return
        await self.turn()
        told = await self.corp.act("/kf/enter", external_userid=learner, url=links[0])
        self.ledger.taps.append((learner, told["welcome_code"]))
        if told["welcome_code"]:
            await self.wire.until(lambda: told["welcome_code"] in self.wire.codes or None, 20.0)

    async def ask(self, userid: str, words: str, wanted: str) -> Json | None:
        """A member writes to the app until the house was told, and waits for the message with the wanted words."""
        since = len(self.wire.to_member[userid])
        for _ in range(_TRIES):
            await self.turn()
            told = await self.corp.act("/app/say", userid=userid, text=words)
            self.ledger.asked[told["msgid"]] = Said(userid, words, wanted)
            if await self.wire.ends(("text", told["msgid"])):
                return await self.hear(userid, wanted, since, PATIENCE, f"{userid} said {words}")
        self.ledger.late.append(f"{userid} never got {words} through")
        return None

    async def hear(self, userid: str, wanted: str, since: int, within: float, why: str = "") -> Json | None:
        """The first message behind `since` with these words; in vain and demanded (`why`), it is noted."""

        def found() -> Json | None:
            return next((body for body in self.wire.to_member[userid][since:] if re.search(wanted, words_of(body))), None)

        body = await self.wire.until(found, within)
        if body is None and why:
            self.ledger.late.append(f"{why} and did not hear /{wanted}/")
        return body

    async def press(self, userid: str, card: Json, key: str) -> bool:
        """Presses until the house was told; False when the button died under the finger."""
        for _ in range(_TRIES):
            await self.turn()
            try:
                told = await self.corp.act("/app/click", userid=userid, task_id=card["task_id"], key=key)
            except Refused:
                return False
            self.ledger.pressed[told["response_code"]] = Said(userid, key)
            if await self.wire.ends(("click", told["response_code"])):
                return True
        return False


NO_SHOWS = (3, 5)  # of each class: who never comes to the lesson


class Wave:
    """Six learners of one class from sign-up to hand-off."""

    def __init__(self, people: People, one: Class, *, closes: bool) -> None:
        self.people, self.one, self.closes = people, one, closes
        self.ledger, self.shop, self.wire = people.ledger, people.shop, people.wire

    async def play(self) -> None:
        roles = (self._texter, self._tapper, self._buyer, self._absent, self._foretold, self._prepaid)
        for n in range(len(roles)):
            await self.people.corp.act("/learners", external_userid=self.one.learner(n), name=f"学员{self.one.number}之{n}")
        await asyncio.gather(*(play(self.one.learner(n)) for n, play in enumerate(roles)))
        await self.people.ask(self.one.teacher, f"名单 {self.one.cohort}", "共 \\d+ 人")
        await self._nudge()
        if self.closes and await self._shop_is_heard():
            await self._close()

    async def _texter(self, learner: str) -> None:
        if await self.people.befriend(learner, self.one):
            await self.people.join(learner, self.one, "item")
            await self.people.talk(learner, "签到1", "签到成功")

    async def _tapper(self, learner: str) -> None:
        if await self.people.befriend(learner, self.one):
            await self.people.tap(learner, self.ledger.friends[learner].code)
            await self.people.join(learner, self.one, "comma")
            await self.people.talk(learner, "签到1", "签到成功|已经签到过")

    async def _buyer(self, learner: str) -> None:
        if not await self.people.befriend(learner, self.one):
            return
        lesson = {"cohort": self.one.cohort, "lesson": 1}
        watched = self.shop.event("attendance.summary", learner, watched_seconds=2000, **lesson)
        await self.shop.tell(watched, self.shop.event("homework.graded", learner, score=88, **lesson))
        number = f"crash-order-{self.one.number}-a"
        await self.shop.tell(self._order(learner, number))
        await self.shop.tell(self.shop.event("order.refunded", learner, order_no=number, amount_fen=10_000))

    async def _absent(self, learner: str) -> None:
        if await self.people.befriend(learner, self.one):
            await self.people.talk(learner, "课表")

    async def _foretold(self, learner: str) -> None:
        """The shop knows of the sign-up before WeCom does."""
        await self.shop.tell(self.shop.event("enrolment.added", learner, cohort=self.one.cohort, channel=self.one.channel))
        await self.shop.tell(self.shop.event("completion.finished", learner, cohort=self.one.cohort, lesson=1))
        await self.people.befriend(learner, self.one)

    async def _prepaid(self, learner: str) -> None:
        """An order of somebody nobody knows waits until they sign up."""
        await self.shop.tell(self._order(learner, f"crash-order-{self.one.number}-b"))
        await self.people.befriend(learner, self.one)

    def _order(self, learner: str, number: str) -> Json:
        return self.shop.event(
            "order.paid", learner, order_no=number, amount_fen=199_900, course="系统课", cohort=self.one.cohort
        )

    async def _nudge(self) -> None:
        """The class teacher sees who is missing; where a nudge is offered (not at night) they tap once."""
        teacher = self.one.teacher
        since = len(self.wire.to_member[teacher])
        await self.people.ask(teacher, f"缺勤 1 {self.one.cohort}", "未到")
        card = await self.people.hear(teacher, "群发", since, 4.0)
        if card is not None and card["msgtype"] == "template_card":
            await self.people.press(teacher, card["template_card"], card["template_card"]["button_list"][0]["key"])

    async def _shop_is_heard(self) -> bool:
        """People go before events told in bulk, so whoever closes waits until those about the class are worked off."""
        end = asyncio.get_running_loop().time() + PATIENCE
        look = self.people.ground.look
        newest = await look.number("SELECT max(id) FROM inbox WHERE source = 'ingest:shop'")
        waiting = f"SELECT count(*) FROM inbox WHERE state = 0 AND source = 'ingest:shop' AND id <= {newest}"
        while await look.number(waiting):
            if asyncio.get_running_loop().time() > end:
                self.ledger.late.append(f"events of {self.one.cohort} still wait after {PATIENCE:.0f} s")
                return False
            await asyncio.sleep(0.1)
        return True

    async def _close(self) -> None:
        since = {userid: len(self.wire.to_member[userid]) for userid in (MANAGER, *SELLERS)}
        card = await self.people.ask(MANAGER, f"结营 {self.one.cohort}", f"结营确认：{self.one.cohort_name}")
        if card is None:
            return
        face = card["template_card"]
        if await self.people.press(MANAGER, face, face["button_list"][0]["key"]):
            self.ledger.closed.append(self.one.cohort)
        await self.people.hear(
            MANAGER, f"^{self.one.cohort_name} 结营报告", since[MANAGER], PATIENCE, f"closed {self.one.cohort}"
        )
        await asyncio.gather(*(self._claim(userid, since[userid]) for userid in SELLERS))

    async def _claim(self, userid: str, since: int) -> None:
        """Every seller presses on every card of the class that still lives in their hand."""
        pressed: set[str] = set()
        title = f"转化公海 · {self.one.cohort_name}"
        while body := await self.wire.until(lambda: self._fresh_card(userid, since, title, pressed), 8.0):
            card = body["template_card"]
            pressed.add(card["task_id"])
            await self.people.press(userid, card, card["button_list"][0]["key"])

    def _fresh_card(self, userid: str, since: int, title: str, pressed: set[str]) -> Json | None:
        for body in self.wire.to_member[userid][since:]:
            card = body.get("template_card", {})
            if title in words_of(body) and card.get("button_list") and card["task_id"] not in pressed:
                return body
        return None


async def small_talk(people: People, over: Callable[[], bool]) -> None:
    """Learners ask how they stand, and the shop reports seconds watched, until it is over: arrivals at random, as people come."""
    seconds = 2000
    while not over():
        await asyncio.sleep(people.dice.expovariate(3.0))  # the pace of the load, not a wait for anything
        if not people.ledger.known:
            continue
        friend = people.ledger.friends[people.dice.choice(people.ledger.known)]
        seconds += 1
        if people.dice.random() < 0.3 and friend.learner not in (Class(friend.wave).learner(n) for n in NO_SHOWS):
            lesson = {"cohort": f"w{friend.wave}-01", "lesson": 1}
            await people.shop.tell(people.shop.event("attendance.summary", friend.learner, watched_seconds=seconds, **lesson))
        elif people.ledger.unanswered(friend.learner, people.wire.to_learner[friend.learner]) < _UNANSWERED - 2:
            await people.say(friend.learner, "进度")
