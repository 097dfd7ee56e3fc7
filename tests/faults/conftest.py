"""A camp whose waits are short: what is tested is that nothing is lost meanwhile, not how long a minute is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.wecom import client, errors, tokens
from tests.loopback import Camp, open_camp


@pytest.fixture
async def camp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Camp]:
    monkeypatch.setattr(errors, "MINUTE_S", 0.3)
    monkeypatch.setattr(tokens, "DROP_WINDOW_S", 1.0)
    monkeypatch.setattr(client.WeComClient.__init__, "__defaults__", (0.6,))
    async with open_camp(tmp_path) as opened:
        yield opened
