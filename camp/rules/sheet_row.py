"""A row of a sheet as plain values, or what is wrong with each of its cells. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from camp.rules import sheet_cell
from camp.rules.sheet_cell import BadCell, Cell, masked, number_words, words_of
from camp.rules.sheet_columns import IDENTITIES, Header, Kind

_NAME_LETTERS = 64
_ID_LETTERS = 128
# A fault as it is kept: the column, the phrase `sheet.bad_<problem>`, its values.
Fault = list[Any]


def to_words(cell: Cell, limit: int = _NAME_LETTERS) -> str:
    """A cell as one line without anything unseen; too long is a fault, never cut in silence."""
    words = " ".join("".join(c if c.isprintable() else " " for c in words_of(cell)).split())
    if len(words) > limit:
        raise BadCell("too_long", length=len(words), limit=limit)
    return words


def to_id(cell: Cell) -> str:
    words = number_words(cell)
    if not words.isprintable() or any(c.isspace() for c in words):
        raise BadCell("id", text=masked(" ".join(words.split()))[:20])
    if len(words) > _ID_LETTERS:
        raise BadCell("too_long", length=len(words), limit=_ID_LETTERS)
    return words


_READ: Mapping[str, Callable[[Cell], Any]] = {
    "phone": sheet_cell.phone,
    "external_userid": to_id,
    "unionid": to_id,
    "learner": lambda cell: sheet_cell.whole(cell, 1, 10**12),
    "name": to_words,
    "camp": to_words,
    "cohort": to_words,
    "class_group": lambda cell: to_words(cell).removesuffix("班") or to_words(cell),
    "channel": to_words,
    "lesson": sheet_cell.lesson,
    "watched_minutes": lambda cell: sheet_cell.seconds(cell, 60),
    "watched_seconds": lambda cell: sheet_cell.seconds(cell, 1),
    "checked_in": sheet_cell.yes,
    "order_no": to_id,
    "course": lambda cell: to_words(cell, _ID_LETTERS),
    "amount": sheet_cell.fen,
    "amount_fen": lambda cell: sheet_cell.whole(cell, 1, 10_000_000_000),
    "staff_userid": to_words,
    "at": lambda cell: sheet_cell.moment(cell).isoformat(),
}
_NAMED = {"watched_minutes": "watched_seconds", "amount": "amount_fen"}


def read_row(header: Header, cells: Sequence[Cell]) -> dict[str, Any]:
    """The row's values by field, `subject` with its identities; with `faults` where any cell is no good; {} for an empty row.

    Of columns that mean the same the first that is filled counts. Times are ISO without a zone, amounts integer fen;
    `refund_fen` is the whole sum given back, `refund_all` says that it is everything.
    """
    raw: dict[str, Cell] = {}
    for field, cell in zip(header.fields, cells, strict=False):
        if field and field not in raw and cell is not None and not (isinstance(cell, str) and not cell.strip()):
            raw[field] = cell
    if not raw:
        return {}
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for field, cell in raw.items():
        try:
            values |= _refund(cell) if field == "refund" else {_NAMED.get(field, field): _READ[field](cell)}
        except BadCell as bad:
            faults.append([field, bad.problem, bad.values])
    wrong = {fault[0] for fault in faults}
    faults += [fault for fault in _missing(header.kind, values) if fault[0] not in wrong and not _same_group(fault, wrong)]
    subject = {name: values.pop(name) for name in IDENTITIES if values.get(name)}
    if faults:
        return {"faults": [[header.called(field), problem, said] for field, problem, said in faults]}
    return {name: value for name, value in values.items() if value not in ("", None)} | ({"subject": subject} if subject else {})


def _refund(cell: Cell) -> dict[str, Any]:
    try:
        return {"refund_all": True} if sheet_cell.yes(cell) else {}
    except BadCell:
        given_back = sheet_cell.fen(cell)
        return {"refund_fen": given_back} if given_back else {}


def _missing(kind: Kind, values: Mapping[str, Any]) -> list[Fault]:
    """The cells a row cannot do without."""
    lacks: list[Fault] = []
    somebody = any(values.get(name) for name in IDENTITIES)
    if kind is Kind.ROSTER:
        if not somebody:
            lacks.append(["phone", "nobody", {}])
        if not values.get("cohort") and not values.get("camp"):
            lacks.append(["cohort", "empty", {}])
    elif kind is Kind.ATTENDANCE:
        if not somebody and not values.get("learner") and not values.get("name"):
            lacks.append(["name", "nobody", {}])
        lacks += [[field, "empty", {}] for field in ("cohort", "lesson") if not values.get(field)]
    else:
        if not values.get("order_no"):
            lacks.append(["order_no", "empty", {}])
        if values.get("amount_fen") == 0:
            lacks.append(["amount", "amount_range", {"text": "0"}])
        given_back, paid = values.get("refund_fen"), values.get("amount_fen")
        if given_back and paid and given_back > paid:
            lacks.append(["refund", "refund_more", {}])
    return lacks


def _same_group(fault: Fault, wrong: set[str]) -> bool:
    """A missing identity is no second fault where the one that was given is unreadable."""
    return fault[1] == "nobody" and bool(wrong & {*IDENTITIES, "learner", "name"})
