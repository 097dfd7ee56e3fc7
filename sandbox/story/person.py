"""One person with a phone: they speak, tap, and wait for words on their screen."""

import asyncio
import re
from typing import cast

from sandbox.story.corp import Corp, Json, words_of
from sandbox.story.ear import Ear, Line

# How long anybody waits for an answer; a busy machine is slow, a broken bot is silent.
PATIENCE = 20.0


class Unheard(Exception):
    """Somebody waited in vain; the message says who, for what, how long, and what their screen shows instead."""


class Person:
    """`kind` is "learner" or "member", `id` their external_userid or userid."""

    def __init__(self, corp: Corp, ear: Ear, kind: str, id: str, name: str) -> None:
        self.corp = corp
        self.kind = kind
        self.id = id
        self.name = name
        self._ear = ear
        self.asked = 0  # questions that got the answer this person was waiting for

    async def screen(self) -> list[Json]:
        return await self.corp.screen(self.kind, self.id)

    async def says(self, words: str) -> int:
        """Writes to the bot; returns how many messages the screen held before."""
        before = len(await self.screen())
        if self.kind == "learner":
            await self.corp.play(self.id, "/kf/say", external_userid=self.id, text=words)
        else:
            await self.corp.play(self.id, "/app/say", userid=self.id, text=words)
        return before

    async def asks(self, words: str, *wanted: str, within: float = PATIENCE) -> str:
        """Writes, and waits for an answer in which every wanted pattern is found; returns its words."""
        before = await self.says(words)
        answer = await self.hears(*wanted, since=before, within=within, asked=words)
        return words_of(answer)

    async def taps(self, label: str, *wanted: str, since: int = 0, within: float = PATIENCE) -> str:
        """Taps the newest menu item with this label, and waits like `asks`."""
        item = await self._menu_item(label, since, within)
        before = len(await self.screen())
        await self.corp.play(self.id, "/kf/say", external_userid=self.id, menu_id=item["id"])
        answer = await self.hears(*wanted, since=before, within=within, asked=f"［{label}］")
        return words_of(answer)

    async def _menu_item(self, label: str, since: int, within: float) -> Json:
        bubble = await self.hears(label, since=since, within=within, menu=True)
        return next(item for item in bubble["items"] if "id" in item and label in item.get("content", ""))

    async def hears(
        self, *wanted: str, since: int = 0, within: float = PATIENCE, asked: str = "", menu: bool = False, sender: str = ""
    ) -> Json:
        """The newest message of others (of the `sender`), behind the first `since`, in which every wanted pattern is found."""
        until = self.corp.rhythm.seconds() + within
        while True:
            heard = len(self._ear.lines)
            screen = await self.screen()
            for bubble in reversed(screen[since:]):
                theirs = bubble["from"] == sender if sender else bubble["from"] != "me"
                if theirs and _says(bubble, wanted) and (not menu or bubble.get("items")):
                    self.asked += 1
                    return bubble
            left = until - self.corp.rhythm.seconds()
            if left <= 0:
                raise Unheard(self._complaint(wanted, within, asked, screen[since:] or screen[-2:]))
            await self._ear.wait_for(heard, self._concerns_me, min(left, 1.0))

    def _concerns_me(self, line: Line) -> bool:
        return self.name in line["to"] or "等" in line["to"]

    def _complaint(self, wanted: tuple[str, ...], within: float, asked: str, screen: list[Json]) -> str:
        shown = [f"{'我' if b['from'] == 'me' else b['from']}：{words_of(b)[:160]}" for b in screen[-3:]]
        lead = f"说了「{asked}」，" if asked else ""
        return f"{self.name} {lead}等了 {within:.0f} 秒没有等到「{'、'.join(wanted)}」；屏幕上是：" + " ｜ ".join(
            shown or ["（空）"]
        )


def _says(bubble: Json, wanted: tuple[str, ...]) -> bool:
    words = words_of(bubble)
    return all(re.search(pattern, words) for pattern in wanted)


class Learner(Person):
    """A person in WeChat."""

    def __init__(self, corp: Corp, ear: Ear, id: str, name: str) -> None:
        super().__init__(corp, ear, "learner", id, name)

    async def adds(self, userid: str, state: str, *, half: bool = False) -> None:
        await self.corp.play(self.id, "/follow", external_userid=self.id, userid=userid, state=state, half=half)

    async def welcome(self, *wanted: str, within: float = PATIENCE) -> str:
        """The link that came with the welcome, once both arrived with the wanted words; "" when there was none."""
        return await self._link_after("欢迎", *wanted, within=within)

    async def nudged(self, teacher: str, *wanted: str, within: float = PATIENCE) -> str:
        """The link below the words their class teacher sent to many; "" when there was none."""
        return await self._link_after(*wanted, within=within, sender=teacher)

    async def _link_after(self, *wanted: str, within: float, sender: str = "") -> str:
        words = await self.hears(*wanted, within=within, sender=sender)
        screen = await self.screen()
        attached = screen[screen.index(words) + 1 :]
        return str(next((bubble["data"]["url"] for bubble in attached if bubble["kind"] == "link"), ""))

    async def taps_link(self, url: str, *wanted: str, within: float = PATIENCE) -> str | None:
        """Taps a customer service link. WeCom lets the bot answer only who wrote within 48 h or brings a welcome code; where
        it must be silent the answer is None."""
        before, may_answer = await self.screen(), await self.corp.window_open(self.id)
        entered = await self.corp.play(self.id, "/kf/enter", external_userid=self.id, url=url)
        if not entered["welcome_code"] and not may_answer:
            return None
        answer = await self.hears(*wanted, since=len(before), within=within, asked="（点客服链接）")
        return words_of(answer)

    async def joins(self, chat_id: str, shape: str) -> None:
        await self.corp.play(self.id, f"/groups/{chat_id}/join", external_userid=self.id, join_scene=3, shape=shape)


class Member(Person):
    """An employee, in the app's chat."""

    def __init__(self, corp: Corp, ear: Ear, id: str, name: str) -> None:
        super().__init__(corp, ear, "member", id, name)

    async def card(self, *wanted: str, since: int = 0, within: float = PATIENCE) -> Json:
        """The newest living card with the wanted words."""
        until = self.corp.rhythm.seconds() + within
        while True:
            found = await self.hears(*wanted, since=since, within=max(0.1, until - self.corp.rhythm.seconds()))
            if found.get("buttons"):
                return found
            alive = [b for b in await self.screen() if b.get("buttons") and _says(b, wanted)]
            if alive:
                return alive[-1]
            if self.corp.rhythm.seconds() > until:
                raise Unheard(f"{self.name} 等了 {within:.0f} 秒没有等到可以点的卡片「{'、'.join(wanted)}」")
            await asyncio.sleep(0.1)

    async def presses(self, card: Json, label: str) -> None:
        """Presses the button with this label; Refused when the card has died meanwhile."""
        button = next((b for b in card["buttons"] if label in b["text"]), None)
        if button is None:
            raise Unheard(f"{self.name} 的卡片上没有按钮［{label}］，只有 {[b['text'] for b in card['buttons']]}")
        await self.corp.play(self.id, "/app/click", userid=self.id, task_id=card["task_id"], key=button["key"])

    async def posts_link(self, chat_id: str, title: str, url: str) -> None:
        """Puts a link into a customer group; no bot hears of that."""
        await self.corp.play(self.id, f"/groups/{chat_id}/say", who=self.id, title=title, url=url)

    async def task(self, within: float = PATIENCE) -> Json:
        """The newest mass-send task that waits for their tap in 群发助手."""
        until = self.corp.rhythm.seconds() + within
        while True:
            heard = len(self._ear.lines)
            tasks = [b["data"] for b in await self.corp.chat(self.id, "tasks") if b["kind"] == "mass_task"]
            if waiting := [task for task in tasks if task["state"] == "waiting"]:
                return cast(Json, waiting[-1])
            if self.corp.rhythm.seconds() > until:
                raise Unheard(f"{self.name} 等了 {within:.0f} 秒，「群发助手」里没有等着发送的任务")
            await self._ear.wait_for(heard, lambda line: True, 0.3)

    async def sends(self, task: Json) -> None:
        """Taps send on a mass-send task."""
        await self.corp.play(self.id, f"/mass/{task['msgid']}/send", userid=self.id)
