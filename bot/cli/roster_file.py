"""Sheets given on the command line as events: read like those sent to the robot, every faulty row named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.ingest import to_draft
from bot.ingest_events import EVENTS
from camp.rules.sheet_columns import Kind
from camp.sheet_orders import paid_id, refund_id, refund_of
from camp.sheet_row_event import SOURCE
from storage.inbox import FactDraft

# The fields of a row that its event has, by the event.
_EVENTS = {
    Kind.ROSTER: ("enrolment.added", ("camp", "cohort", "channel", "name")),
    Kind.ATTENDANCE: ("attendance.summary", ("cohort", "lesson", "watched_seconds")),
    Kind.ORDERS: ("order.paid", ("order_no", "amount_fen", "course", "camp", "cohort", "staff_userid")),
}


@dataclass(frozen=True)
class RowFault:
    """`said`: a column, a phrase and its values; the phrase is `sheet.bad_<…>`, without a column `sheet.row_<…>`, or whole."""

    line: int
    column: str
    phrase: str
    values: Mapping[str, Any]


def to_facts(kind: Kind, rows: list[dict[str, Any]], zone: ZoneInfo, now: datetime) -> tuple[list[FactDraft], list[RowFault]]:
    """The facts of the rows `camp.sheet_reading` gives, and what is wrong with them; the same row gives the same fact, so that
    importing twice changes nothing."""
    drafts: list[FactDraft] = []
    faults: list[RowFault] = []
    for row in rows:
        if row.get("faults"):
            faults += [_fault(row["n"], *fault) for fault in row["faults"]]
        elif not row.get("subject"):
            faults.append(RowFault(row["n"], "", "cli.no_subject", {}))
        else:
            try:
                drafts += _to_drafts(kind, row, zone, now)
            except ValidationError as error:
                # pydantic's own words for the shape; never the value, it may be a phone number.
                for detail in error.errors(include_url=False, include_input=False):
                    where = ".".join(str(part) for part in detail["loc"])
                    faults.append(RowFault(row["n"], where, "cli.bad_field", {"reason": detail["msg"]}))
    return drafts, faults


def _to_drafts(kind: Kind, row: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> list[FactDraft]:
    name, fields = _EVENTS[kind]
    event = {field: row[field] for field in fields if row.get(field) is not None}
    at = datetime.fromisoformat(row["at"]).replace(tzinfo=zone) if row.get("at") else now
    event |= {"type": name, "subject": row["subject"], "event_id": _event_id(kind, row), "occurred_at": at.isoformat()}
    made = [to_draft(SOURCE, EVENTS[name].model_validate(event))]
    given_back = refund_of(row, row.get("amount_fen") or 0) if kind is Kind.ORDERS else 0
    if given_back:
        refund = {**event, "type": "order.refunded", "amount_fen": given_back}
        refund["event_id"] = refund_id(str(row["order_no"]), given_back)
        made.append(to_draft(SOURCE, EVENTS["order.refunded"].model_validate(refund)))
    return made


def _event_id(kind: Kind, row: Mapping[str, Any]) -> str:
    if kind is Kind.ORDERS:
        return paid_id(str(row["order_no"]))
    content = json.dumps({name: value for name, value in row.items() if name != "n"}, sort_keys=True, ensure_ascii=False)
    return f"{_EVENTS[kind][0]}:{hashlib.sha256(content.encode()).hexdigest()[:40]}"


def _fault(line: int, column: str, problem: str, values: Mapping[str, Any]) -> RowFault:
    return RowFault(line, column, f"sheet.bad_{problem}" if column else f"sheet.row_{problem}", values)
