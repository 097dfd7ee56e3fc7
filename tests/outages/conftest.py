"""Installations, each with a directory of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outages.installation import Installation, installed


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """On a SQLite file."""
    async with installed(tmp_path) as installation:
        yield installation
