"""A client of the control API: people act, screens are read."""

from typing import Any, cast
from urllib.parse import quote

import aiohttp

from sandbox.story.rhythm import Rhythm

Json = dict[str, Any]


class Refused(Exception):
    """The look-alike says that nobody could have done that."""


class Corp:
    """`url` is the address of a running `python -m sandbox serve`; without a `rhythm` everybody acts at once."""

    def __init__(self, url: str, session: aiohttp.ClientSession, rhythm: Rhythm | None = None) -> None:
        self.url = url.rstrip("/")
        self.rhythm = rhythm or Rhythm()
        self._session = session

    async def play(self, who: str, path: str, /, **body: Any) -> Json:
        """One act of somebody the page may show, when it is their turn."""
        await self.rhythm.turn(who)
        return await self.act(path, **body)

    async def act(self, path: str, /, **body: Any) -> Json:
        """POST of one act; raises Refused with the reason."""
        async with self._session.post(f"{self.url}/_sandbox{path}", json=body) as answer:
            found = cast(Json, await answer.json())
            if answer.status != 200:
                raise Refused(str(found.get("error", answer.status)))
            return found

    async def remove(self, path: str) -> Json:
        """DELETE of what was ordered before."""
        async with self._session.delete(f"{self.url}/_sandbox{path}") as answer:
            return cast(Json, await answer.json())

    async def see(self, path: str) -> Any:
        async with self._session.get(f"{self.url}/_sandbox{path}") as answer:
            if answer.status != 200:
                raise Refused(await answer.text())
            return await answer.json()

    async def screen(self, kind: str, who: str) -> list[Json]:
        """The messages on the phone of a "learner" or a "member", oldest first."""
        found = await self.see(f"/phones/{kind}/{quote(who)}")
        return cast(list[Json], found["messages"])

    async def window_open(self, learner: str) -> bool:
        """Whether the bot may write to the learner in kf (doc 94677)."""
        chats = (await self.see(f"/phone/{quote(learner)}?limit=1"))["chats"]
        return any(chat["window"]["open"] and chat["window"]["left"] for chat in chats if chat["kind"] == "kf")

    async def chat(self, who: str, name: str) -> list[Json]:
        """The messages of one chat on somebody's phone, oldest first; empty where there is no such chat."""
        chats = (await self.see(f"/phone/{quote(who)}"))["chats"]
        return next((chat["messages"] for chat in chats if chat["chat"] == name), [])

    async def tell(self, words: str) -> None:
        """A line of the narrator."""
        await self.act("/say", text=words)


def words_of(bubble: Json) -> str:
    """All that can be read on one message: its text, then what can be tapped."""
    parts = [str(bubble.get("text", ""))]
    for item in bubble.get("items", []):
        parts += [str(item[name]) for name in ("content", "title", "desc", "url") if item.get(name)]
    parts += [f"［{button['text']}］" for button in bubble.get("buttons", [])]
    return "\n".join(parts)
