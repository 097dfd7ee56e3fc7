"""Mass sends 企业群发 (docs 92135, 93338): a message, one task per member who must tap send, what all may still receive."""

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.clock import DAY, SHANGHAI_S
from sandbox.phones import Bubble

CHINA = timezone(timedelta(seconds=SHANGHAI_S))  # calendar months, weeks and days are those of Asia/Shanghai
PERIODS = ("month", "week", "day")
REMINDERS_PER_DAY = 3  # doc 97610

UNSENT, SENT, NO_FRIEND, CEILING = range(4)  # status in send_list, doc 93338


@dataclass
class Receiver:
    """A customer or a customer group in one member's task."""

    id: str
    status: int = UNSENT
    send_time: int = 0


@dataclass
class Task:
    """What one member has to send; `bubble` is how it stands on the phone."""

    userid: str
    receivers: list[Receiver]
    sent_at: int = 0
    bubble: Bubble | None = None


@dataclass
class MassSend:
    """One mass send; `creator` only when a member made it in the client (the API never returns one for its own)."""

    msgid: str
    chat_type: str
    text: str
    attachments: list[dict[str, Any]]
    created_at: int
    allow_select: bool = False
    creator: str = ""
    cancelled: bool = False
    reminded_at: list[float] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)

    def state_of(self, task: Task) -> str:
        if task.sent_at:
            return "sent"
        return "cancelled" if self.cancelled else "waiting"

    def remind(self, now: float) -> bool:
        """Count one reminder; False, and nothing counted, after three in 24 h."""
        if sum(at > now - DAY for at in self.reminded_at) >= REMINDERS_PER_DAY:
            return False
        self.reminded_at.append(now)
        return True


class Allowance:
    """How many mass messages a customer or a customer group may still receive in the running calendar period.

    As many as the month has days; the administrator may narrow it to 7 a week or 1 a day (doc 92135). Weeks begin on
    Monday, our choice.
    """

    def __init__(self, period: str) -> None:
        self.period = period
        self._received: defaultdict[str, list[float]] = defaultdict(list)

    def narrow(self, period: str) -> None:
        """Change the rule; ValueError for a period WeCom does not know."""
        if period not in PERIODS:
            raise ValueError(f"mass_allowance is one of {PERIODS}")
        self.period = period

    def left(self, receiver: str, now: float) -> int:
        today = datetime.fromtimestamp(now, CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
        most, since = 1, today
        if self.period == "month":
            most, since = calendar.monthrange(today.year, today.month)[1], today.replace(day=1)
        elif self.period == "week":
            most, since = 7, today - timedelta(days=today.weekday())
        return max(0, most - sum(at >= since.timestamp() for at in self._received[receiver]))

    def take(self, receiver: str, now: float) -> bool:
        """Count one message; False, and nothing counted, when the ceiling is reached."""
        if not self.left(receiver, now):
            return False
        self._received[receiver].append(now)
        return True


class Mass:
    """All mass sends, newest last."""

    def __init__(self, period: str) -> None:
        self.sends: dict[str, MassSend] = {}
        self.allowance = Allowance("month")
        self.allowance.narrow(period)

    def add(self, send: MassSend, receivers: dict[str, list[str]]) -> MassSend:
        """Keep a new mass send with the receivers of each member."""
        send.tasks = {userid: Task(userid, [Receiver(who) for who in ids]) for userid, ids in receivers.items()}
        self.sends[send.msgid] = send
        return send
