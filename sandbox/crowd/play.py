"""A crowd plays its plan through `sandbox.people`: everybody signs up, comes to the lessons, and in the end some pay.

Our choice: lesson n is the n-th "lesson" mark of the calendar; who comes after its "lesson_end" mark (two hours after its
start without one) stays away; 完课 is said after the end.
"""

import re
from collections.abc import Callable
from typing import Any

import aiohttp

from sandbox.clock import HOUR
from sandbox.crowd.fate import Fate, Visit, fate_of, visits_of
from sandbox.crowd.pace import Pace
from sandbox.crowd.plan import Plan
from sandbox.crowd.progress import Progress
from sandbox.crowd.till import Till
from sandbox.crowd.timetable import Lesson, Timetable
from sandbox.people import Impossible, bills, contacts, desk, groups, scanning
from sandbox.stage import Stage

_LINK = re.compile(r"https?://\S+[?&]scene_param=\S+")
_LINK_OLDEST_S = 2 * HOUR  # a link posted longer before the lesson is of another one
_BY_CODE = 3  # JoinScene, doc 92130


def check_ways(stage: Stage, plan: Plan) -> None:
    """Impossible when a member of the plan is not there: better than thousands of acts that cannot be done."""
    wanted = [*(way.member for way in plan.ways if way.member), *([plan.pay.payee] if plan.pay.payee else [])]
    missing = [userid for userid in wanted if stage.world.active_member(userid) is None]
    if missing:
        raise Impossible(f"没有成员 {'、'.join(missing)}")


class Crowd:
    """One play of a plan."""

    def __init__(self, stage: Stage, plan: Plan, progress: Progress) -> None:
        self._stage = stage
        self._plan = plan
        self._progress = progress
        self._pace = Pace(plan.per_second, plan.burst, plan.parallel, stage.courier)
        self._timetable = Timetable(stage, plan)
        self._fates = [fate_of(plan, n) for n in range(1, plan.total + 1)]

    async def play(self) -> None:
        """To the end; a bug or a refused payment ends it as "failed", being cancelled as "stopped"."""
        self._stage.transcript.hush(self._plan.names)
        try:
            await self._play()
        except Exception as error:  # noqa: BLE001 - told in the progress, nobody awaits this task
            self._progress.end("failed", f"{type(error).__name__}: {error}")
            self._tell(f"出错了：{self._progress.problem}")
        except BaseException:
            self._progress.end("stopped")
            self._tell("被请走了")
            raise
        else:
            self._progress.end("done")
            self._tell("演完了")

    async def _play(self) -> None:
        self._begin("报名")
        for n, fate in enumerate(self._fates, 1):
            await self._sign_up(n, fate)
        self._tell(f"{self._progress.counts['signed_up']} 人加了好友，{self._progress.counts['joined']} 人进了群")
        async for lesson in self._timetable.lessons(self._begin):
            await self._attend(lesson)
        self._begin("付款")
        await self._pay()

    def _begin(self, phase: str) -> None:
        self._progress.phase = phase
        self._stage.changes.tell("crowd")

    def _tell(self, what: str) -> None:
        """One line for people; the thousand single ones are hushed."""
        self._stage.transcript.add("学员们", "", what, "crowd")
        self._stage.changes.tell("crowd")

    async def _do(self, what: str, act: Callable[[], Any]) -> Any:
        """One act in its turn; None when it was impossible."""
        await self._pace.turn()
        try:
            answer = act()
        except Impossible as reason:
            self._progress.refuse(str(reason))
            return None
        self._progress.count(what)
        self._stage.calls.stir()
        return answer

    async def _sign_up(self, n: int, fate: Fate) -> None:
        stage, who = self._stage, self._plan.id_of(n)
        if who not in stage.world.learners:
            contacts.new_learner(stage, who, self._plan.name_of(n), "")
        way = fate.way
        if way.scan:
            await self._do("signed_up", lambda: scanning.scan(stage, who, way.scan))
        else:
            await self._do("signed_up", lambda: contacts.follow(stage, who, way.member, state=way.state))
        if fate.group:
            await self._do("joined", lambda: self._join(who, fate.group))

    def _join(self, who: str, chat_id: str) -> None:
        if chat_id not in self._stage.world.groups:
            groups.new_group(self._stage, chat_id, chat_id, self._teacher_of(who))
        groups.join(self._stage, chat_id, who, scene=_BY_CODE, state="", shape="")

    def _teacher_of(self, who: str) -> str:
        """The member they added."""
        friends = self._stage.world.follows_of_learner(who)
        if not friends:
            raise Impossible(f"{who} 还没有加老师")
        return friends[0].userid

    async def _attend(self, lesson: Lesson) -> None:
        visits = visits_of(self._plan, self._fates, lesson.number, lesson.place)
        finished = []
        for _, n, visit in visits:
            if self._stage.clock.now() > lesson.ends_at:
                self._progress.counts["missed"] += 1
                continue
            await self._visit(n, visit, lesson)
            if visit.finishes:
                finished.append(n)
        await self._timetable.until_end(lesson)
        for n in finished:
            words = self._plan.habits.finish_text.format(lesson=lesson.number)
            await self._say("finished", self._plan.id_of(n), words)
        await self._leave(lesson.number)
        came = self._progress.attended[lesson.number]
        self._tell(f"第{lesson.number}课：{came} 人签到，{len(finished)} 人说完课")

    async def _visit(self, n: int, visit: Visit, lesson: Lesson) -> None:
        who = self._plan.id_of(n)
        manner, act = self._check_in(who, visit.manner, lesson)
        if await self._do("checked_in", act) is not None:
            self._progress.attended[lesson.number] += 1
            self._progress.manners[manner] += 1
        if visit.question:
            await self._say("asked", who, visit.question)

    def _check_in(self, who: str, manner: str, lesson: Lesson) -> tuple[str, Callable[[], Any]]:
        """How they check in as things stand: by the link, if there is one, by the menu, if there is one, else by words."""
        stage = self._stage
        url = self._link(who, lesson) if manner == "link" else ""
        if url:
            return "link", lambda: desk.enter(stage, who, url=url)
        menu_id = self._menu_id(who) if manner != "text" else ""
        if menu_id:
            return "menu", lambda: desk.say(stage, who, menu_id=menu_id)
        return "text", lambda: desk.say(stage, who, self._plan.habits.text.format(lesson=lesson.number))

    def _link(self, who: str, lesson: Lesson) -> str:
        """The newest check-in link on the teacher's phone; in life the teacher posts it in the class group."""
        for friend in self._stage.world.follows_of_learner(who):
            for bubble in reversed(self._stage.phones.members.get(friend.userid, [])):
                if bubble.at < lesson.starts_at - _LINK_OLDEST_S:
                    break
                found = _LINK.search(bubble.text) if "scene_param=" in bubble.text else None
                if found:
                    return found[0]
        return ""

    def _menu_id(self, who: str) -> str:
        """The newest check-in item on their own phone."""
        for bubble in reversed(self._stage.phones.learners.get(who, [])):
            for item in bubble.items:
                if "id" in item and "签到" in str(item.get("content", "")):
                    return str(item["id"])
        return ""

    async def _say(self, what: str, who: str, words: str) -> None:
        await self._do(what, lambda: desk.say(self._stage, who, words))

    async def _leave(self, lesson: int) -> None:
        """Who goes after this lesson: some just vanish, some delete the teacher."""
        for n, fate in enumerate(self._fates, 1):
            who = self._plan.id_of(n)
            if fate.last == lesson:
                self._progress.counts["vanished"] += 1
            if fate.deletes == lesson:
                await self._do("deleted_teacher", lambda who=who: self._delete(who))  # type: ignore[misc]

    def _delete(self, who: str) -> dict[str, Any]:
        return contacts.unfollow(self._stage, who, self._teacher_of(who), "learner")

    async def _pay(self) -> None:
        async with aiohttp.ClientSession(trust_env=False) as session:
            till = Till(self._plan.pay, self._stage.clock, session) if self._plan.pay.ingest_url else None
            for n, fate in enumerate(self._fates, 1):
                if fate.pays:
                    await self._pay_one(n, till)
        if self._progress.counts["paid"]:
            self._tell(f"{self._progress.counts['paid']} 人付款")

    async def _pay_one(self, n: int, till: Till | None) -> None:
        who, pay = self._plan.id_of(n), self._plan.pay

        def bill() -> dict[str, Any]:
            payee = pay.payee or self._teacher_of(who)
            more = {"description": pay.course}
            return bills.pay(self._stage, who, payee, pay.amount_fen, payment_type=0, outside=False, more=more)

        made = await self._do("paid", bill)
        if made is None or till is None:
            return
        try:
            await till.push(who, made["out_trade_no"])
        except Impossible as reason:
            self._progress.refuse(str(reason))
