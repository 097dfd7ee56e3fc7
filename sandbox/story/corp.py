"""A client of the control API: people act, screens are read."""

from typing import Any, cast
from urllib.parse import quote

import aiohttp

Json = dict[str, Any]


class Refused(Exception):
    """The look-alike says that nobody could have done that."""


class Corp:
    """`url` is the address of a running `python -m sandbox serve`."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url.rstrip("/")
        self._session = session

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
