"""When a WeCom event happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def moment_of(body: dict[str, Any], now: datetime) -> datetime:
    """The event's CreateTime (seconds since 1970), never later than it arrived; its arrival when it has none."""
    created = str(body.get("CreateTime") or "")
    return min(now, datetime.fromtimestamp(int(created), UTC)) if created.isdecimal() and len(created) < 12 else now
