"""A row of a sheet as the event an outside system would have told, and the line it leaves in its learner's story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from camp.policy import Policy
from storage import journal
from storage.database import Tx
from storage.members import Member
from storage.sheets import Sheet, SheetRow

# The same as of files imported on the command line: an order told twice waits once.
SOURCE = "import"


def moment_of(policy: Policy, row: SheetRow, now: datetime) -> datetime:
    """When it happened by the sheet, in the camp's zone and never later than now; now where the sheet does not say."""
    if not row.body.get("at"):
        return now
    at = datetime.fromisoformat(str(row.body["at"]))
    return min(now, (at if at.tzinfo else at.replace(tzinfo=policy.zone)).astimezone(now.tzinfo))


def event_of(policy: Policy, sheet: Sheet, row: SheetRow, kind: str, now: datetime, fields: Sequence[str]) -> dict[str, Any]:
    """The event with those of the row's fields that are filled."""
    body = {name: row.body[name] for name in fields if row.body.get(name) not in (None, "")}
    at = moment_of(policy, row, now).isoformat()
    event_id = f"sheet:{sheet.id}:{row.n}"
    return {
        "type": kind,
        "source": SOURCE,
        "event_id": event_id,
        "occurred_at": at,
        "subject": row.body.get("subject", {}),
    } | body


async def note(tx: Tx, sheet: Sheet, member: Member, row: SheetRow, learner_id: int, enrolment_id: int | None = None) -> None:
    """Who brought it in, from which row of which file."""
    by = f"member:{member.userid}"
    await journal.record(
        tx, learner_id, "imported", by=by, enrolment_id=enrolment_id, sheet=sheet.id, file=sheet.name, row=row.n, what=sheet.kind
    )
