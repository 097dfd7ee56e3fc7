"""One item of a kf pull, read: who, when, and what was said or happened (doc 94670, "msg_list")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

FROM_LEARNER = 3
_SECOND = timedelta(seconds=1)
_HISTORY = timedelta(days=3)


@dataclass(frozen=True)
class KfItem:
    """`event` is empty for messages; `words` and `menu_id` are empty for anything but text."""

    msgid: str
    open_kfid: str
    external_userid: str
    sent_at: datetime | None
    origin: int
    kind: str
    words: str = ""
    menu_id: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def event_type(self) -> str:
        return str(self.event.get("event_type") or "")

    def at(self, now: datetime) -> datetime:
        """The moment that counts, as `moment_of`."""
        return _counts_at(self.sent_at, now)


def moment_of(body: Mapping[str, Any], now: datetime) -> datetime:
    """The moment that counts for an item as on the wire: when it was sent, not when we got round to it; never in the future.

    WeCom sends whole seconds, rounded down, so a message of the second a window opens in is not "too early". It keeps three
    days of history (doc 94670), so an older time is no time to go by.
    """
    return _counts_at(_moment(body.get("send_time")), now)


def read_item(body: Mapping[str, Any]) -> KfItem:
    """Reads an item as on the wire; what is missing or of another type is empty. The ids of events sit inside `event`."""
    event = _mapping(body.get("event"))
    text = _mapping(body.get("text"))
    return KfItem(
        msgid=_text(body.get("msgid")),
        open_kfid=_text(body.get("open_kfid")) or _text(event.get("open_kfid")),
        external_userid=_text(body.get("external_userid")) or _text(event.get("external_userid")),
        sent_at=_moment(body.get("send_time")),
        origin=_number(body.get("origin")),
        kind=_text(body.get("msgtype")),
        words=_text(text.get("content")),
        menu_id=_text(text.get("menu_id")),
        event=event,
    )


def _counts_at(sent_at: datetime | None, now: datetime) -> datetime:
    if sent_at is None or now - sent_at > _HISTORY:
        return now
    return min(now, sent_at + _SECOND)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(value: object) -> datetime | None:
    # Anything a clock cannot show is no time at all.
    if not isinstance(value, int) or not 0 < value < 32_503_680_000:
        return None
    return datetime.fromtimestamp(value, UTC)
