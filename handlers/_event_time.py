"""When a WeCom event happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def moment_of(body: dict[str, Any], now: datetime) -> datetime:
    """The event's CreateTime (seconds since 1970), never later than it arrived; its arrival when it has none.

    WeCom gives an event up after three tries within seconds (doc 90238), so a time of another day is no time to go by.
    """
    created = str(body.get("CreateTime") or "")
    if not created.isdecimal() or len(created) > 11:
        return now
    happened = datetime.fromtimestamp(int(created), UTC)
    return min(now, happened) if now - happened < timedelta(days=1) else now
