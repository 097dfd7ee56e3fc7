"""CSV files of other systems as events: columns by their Chinese or English names, every faulty row named."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.ingest import to_draft
from bot.ingest_events import EVENTS
from storage.inbox import FactDraft

SOURCE = "import"
_SUBJECT = ("external_userid", "unionid", "phone")

# What a column may be called; the first name is the field of the event.
_COLUMNS = (
    ("external_userid", "外部联系人id"),
    ("unionid",),
    ("phone", "手机", "手机号", "电话"),
    ("name", "姓名", "昵称", "学员"),
    ("camp", "训练营"),
    ("cohort", "营期", "期"),
    ("channel", "渠道"),
    ("lesson", "课", "课次"),
    ("watched_seconds", "观看秒数"),
    ("watched_minutes", "观看分钟", "观看时长"),
    ("order_no", "订单号"),
    ("amount", "金额"),
    ("amount_fen", "金额分"),
    ("course", "课程"),
    ("staff_userid", "销售", "销售userid"),
    ("occurred_at", "时间", "支付时间"),
)
_FIELD = {name: names[0] for names in _COLUMNS for name in names}


@dataclass(frozen=True)
class Kind:
    """One kind of file: the event its rows are, and the columns it cannot do without (of a group, any one)."""

    event: str
    needs: tuple[tuple[str, ...], ...]


KINDS = {
    "roster": Kind("enrolment.added", (_SUBJECT, ("cohort", "camp"))),
    "attendance": Kind("attendance.summary", (_SUBJECT, ("cohort",), ("lesson",), ("watched_seconds", "watched_minutes"))),
    "orders": Kind("order.paid", (_SUBJECT, ("order_no",), ("amount", "amount_fen"), ("course",))),
}


@dataclass(frozen=True)
class RowFault:
    line: int
    field: str
    phrase: str
    values: Mapping[str, str]


class BadCell(ValueError):
    """A cell that cannot be read; `phrase` is a key of camp.phrases."""

    def __init__(self, field: str, phrase: str, **values: str) -> None:
        super().__init__(phrase)
        self.field = field
        self.phrase = phrase
        self.values = values


class MissingColumns(ValueError):
    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def read_rows(text: str, kind: Kind, zone: ZoneInfo, now: datetime) -> tuple[list[FactDraft], list[RowFault]]:
    """The facts of a CSV text and its faulty rows; the same row gives the same fact, so that importing twice changes nothing."""
    first_line = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first_line else ";" if ";" in first_line and "," not in first_line else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    fields = {column: _FIELD.get((column or "").strip().lower(), "") for column in reader.fieldnames or ()}
    missing = ["/".join(group) for group in kind.needs if not set(group) & set(fields.values())]
    if missing:
        raise MissingColumns(missing)
    drafts: list[FactDraft] = []
    faults: list[RowFault] = []
    for row in reader:
        cells = {fields[name]: value.strip() for name, value in row.items() if fields.get(name) and value and value.strip()}
        if not cells:
            continue
        try:
            drafts.append(_to_draft(cells, kind, zone, now))
        except BadCell as bad:
            faults.append(RowFault(reader.line_num, bad.field, bad.phrase, bad.values))
        except ValidationError as error:
            # pydantic's own words for the shape; never the value, it may be a phone number.
            for detail in error.errors(include_url=False, include_input=False):
                where = ".".join(str(part) for part in detail["loc"])
                faults.append(RowFault(reader.line_num, where, "cli.bad_field", {"reason": detail["msg"]}))
    return drafts, faults


def _to_draft(cells: Mapping[str, str], kind: Kind, zone: ZoneInfo, now: datetime) -> FactDraft:
    subject = {name: cells[name] for name in _SUBJECT if name in cells}
    if not subject:
        raise BadCell("", "cli.no_subject")
    event: dict[str, Any] = {name: cells[name] for name in cells if name not in _SUBJECT}
    event |= {"type": kind.event, "subject": subject, "event_id": _event_id(cells, kind)}
    event["occurred_at"] = (_moment(cells["occurred_at"], zone) if "occurred_at" in cells else now).isoformat()
    if "phone" in subject and kind.event == "enrolment.added":
        event["phone"] = subject["phone"]
    for name in ("lesson", "watched_seconds", "amount_fen"):
        if name in cells:
            event[name] = _whole(name, cells[name])
    if "watched_minutes" in cells:
        event["watched_seconds"] = _whole("watched_minutes", event.pop("watched_minutes")) * 60
    if "amount" in cells:
        event["amount_fen"] = _fen(event.pop("amount"))
    return to_draft(SOURCE, EVENTS[kind.event].model_validate(event))


def _event_id(cells: Mapping[str, str], kind: Kind) -> str:
    if kind.event == "order.paid" and "order_no" in cells:
        return f"order:{cells['order_no']}"[:200]
    words = "\x1f".join(f"{name}={cells[name]}" for name in sorted(cells))
    return f"{kind.event}:{hashlib.sha256(words.encode()).hexdigest()[:40]}"


def _whole(field: str, words: str) -> int:
    if not re.fullmatch(r"\d{1,12}", words, re.A):
        raise BadCell(field, "cli.bad_number", text=words[:20])
    return int(words)


def _fen(words: str) -> int:
    try:
        fen = Decimal(re.sub(r"[¥￥,，元\s]", "", words)) * 100
    except InvalidOperation:
        raise BadCell("amount", "cli.bad_amount", text=words[:20]) from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise BadCell("amount", "cli.bad_amount", text=words[:20])
    return int(fen)


def _moment(words: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(words.replace("/", "-"))
    except ValueError:
        raise BadCell("occurred_at", "cli.bad_time", text=words[:30]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
