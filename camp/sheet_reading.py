"""From the bytes of a file to rows of plain values, each with its row number, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from camp.rules.sheet_cell import BadCell, masked, words_of
from camp.rules.sheet_columns import Header, Kind, NoHeader, called, recognise
from camp.rules.sheet_row import read_row
from camp.sheet_file import MOST_ROWS, Row, Unreadable, tables_in, too_long

_HEAD_ROWS = 20


def read_sheet(data: bytes) -> dict[str, Any]:
    """`sha256`, and either `kind` and `rows` or `problem` (a phrase `sheet.file_<problem>`) with its `values`.

    The first sheet of the file whose header is known is taken; `unread` is how many more there are.
    A row is `{"n": its number in the file, …fields of camp.rules.sheet_row}`. Phone numbers stand under `phone`, so that
    whoever keeps the rows can seal them.
    """
    found: dict[str, Any] = {"sha256": hashlib.sha256(data).hexdigest()}
    nearest: NoHeader | None = None
    taken: dict[str, Any] = {}
    try:
        for _, rows in tables_in(data):
            header = recognise([[_heading(cell) for cell in cells] for _, cells in rows[:_HEAD_ROWS]])
            if isinstance(header, NoHeader):
                nearest = max(nearest, header, key=_likeness) if nearest else header
                continue
            place, known = header
            if taken and taken.get("problem") != "no_rows":
                taken["unread"] = taken.get("unread", 0) + bool(rows[place + 1 :])
            else:
                taken = _read(known, rows[place + 1 :], long=too_long(rows))
    except Unreadable as fault:
        return found | {"problem": fault.problem, "values": {"most": MOST_ROWS}}
    if taken:
        return found | taken
    if nearest is None or not nearest.columns:
        return found | {"problem": "empty", "values": {}}
    return found | _unknown(nearest)


def _read(header: Header, rows: Sequence[Row], *, long: bool) -> dict[str, Any]:
    if long or len(rows) > MOST_ROWS:
        return {"problem": "too_long", "values": {"most": MOST_ROWS}}
    read = [{"n": number, **values} for number, cells in rows if (values := read_row(header, cells))]
    if not read:
        return {"problem": "no_rows", "values": {}}
    _mark_twice(header.kind, read)
    return {"kind": header.kind.value, "rows": read}


def _mark_twice(kind: Kind, rows: Sequence[dict[str, Any]]) -> None:
    """A sign-up or an order that stands there twice is a mistake of the sheet; of attendance the most counts."""
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if kind is Kind.ATTENDANCE or "faults" in row:
            continue
        person = next(iter(row.get("subject", {}).values()), "")
        key = (row["order_no"],) if kind is Kind.ORDERS else (person, row.get("cohort"), row.get("camp"))
        if key in first:
            row["faults"] = [["", "twice", {"n": first[key]}]]
        first.setdefault(key, row["n"])


def _unknown(nearest: NoHeader) -> dict[str, Any]:
    columns = [masked(words)[:20] for words in nearest.columns[:12]]  # of a sheet without a header they are somebody's
    if nearest.nearest is None or len(nearest.missing) > 2:
        return {"problem": "unknown", "values": {"columns": columns}}
    missing = [[called(field) for field in dict.fromkeys(group)] for group in nearest.missing]
    return {"problem": "missing", "values": {"columns": columns, "kind": nearest.nearest.value, "missing": missing}}


def _likeness(header: NoHeader) -> tuple[bool, int]:
    return header.nearest is not None, -len(header.missing)


def _heading(cell: Any) -> str:
    try:
        return words_of(cell)
    except BadCell:
        return ""
