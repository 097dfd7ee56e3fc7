"""The real house beside the look-alike: class groups, their codes, and the people who come and go."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from sandbox.story.corp import Json
from tests.loopback import Camp, open_camp

GROUP = "wrFaultsA"


class Groups:
    """What these stories do with a camp again and again."""

    def __init__(self, camp: Camp) -> None:
        self.camp = camp

    async def code(self, userid: str, words: str, *wanted: str) -> tuple[str, bytes]:
        """Asks for a join code; returns the answer and the picture that follows it."""
        before = len(await self._pictures(userid))
        answer = await self.camp.members[userid].asks(words, *wanted)

        async def come() -> bool:
            return len(await self._pictures(userid)) > before

        await self.camp.until(come, "the picture")
        media_id = (await self._pictures(userid))[-1]["data"]["media_id"]
        return answer, self.camp.stage.media.files[media_id].content

    async def scans(self, who: str, picture: bytes) -> str:
        """A learner scans what is on the picture; returns the chat they are in now."""
        [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        went = await self.camp.corp.act("/scan", external_userid=who, url=code.text)
        await self.camp.quiet()
        return str(went["chat_id"])

    async def some_seconds(self, seconds: float = 40) -> None:
        """Time passes for everybody: what was to be read later is read."""
        await self.camp.corp.act("/clock", step_s=seconds)
        await self.camp.quiet()

    async def learner(self, who: str, name: str) -> str:
        await self.camp.corp.act("/learners", external_userid=who, name=name)
        return who

    def crowded(self, size: int) -> None:
        """Groups hold no more than `size` people from now on."""
        self.camp.stage.config = replace(self.camp.stage.config, group_size=size)

    def ways(self) -> list[dict[str, Any]]:
        """The codes that WeCom has."""
        return list(self.camp.stage.world.join_ways.values())

    async def _pictures(self, userid: str) -> list[Json]:
        return [bubble for bubble in await self.camp.corp.screen("member", userid) if bubble["kind"] == "image"]


@pytest.fixture
async def camp(tmp_path: Path) -> AsyncIterator[Camp]:
    async with open_camp(tmp_path) as opened:
        yield opened


@pytest.fixture
def groups(camp: Camp) -> Groups:
    return Groups(camp)
