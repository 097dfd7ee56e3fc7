"""A sheet's file as rows of cells: XLSX, or CSV in any usual encoding; a file that is none, or too much, says why.

openpyxl reads row by row and stops where we stop. (The faster calamine lays out every cell between the first and the last:
two cells in far corners end the process.)
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from itertools import islice, repeat
from typing import Any

from camp.rules.sheet_cell import UNWORKED, Cell

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
_HEAD_ROWS = 20  # titles and notes that may stand above the header
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_PARTS = 2_000
_MOST_SHEETS = 10
# An XLSX with a password is an OLE file with this in it (MS-OFFCRYPTO 2.3.4.4).
_SEALED = "EncryptedPackage".encode("utf-16-le")
# Shops' systems call a page with a table in it xls.
_PAGE = re.compile(r"\s*<(?:!doctype html|html|table|meta|\?xml)", re.IGNORECASE)
_NO_TEXT = ("%PDF", "GIF8")
_FORMULA = re.compile(rb"<f[\s>/]")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_ROW = MOST_ROWS * 5  # empty rows in between count too

Row = tuple[int, Sequence[Cell]]


class Unreadable(ValueError):
    """`problem` is a phrase `sheet.file_<problem>`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def tables_in(data: bytes) -> Iterator[tuple[str, list[Row]]]:
    """(name, rows) of each visible sheet in the file: rows that are not empty, numbered as their program numbers them, at most
    MOST_ROWS below the head and one more, by which too many are known."""
    if not data.strip():
        raise Unreadable("empty")
    if data.startswith(_ZIP):
        yield from _workbook(data)
    elif data.startswith(_OLE):
        raise Unreadable("locked" if _SEALED in data else "old")
    else:
        yield "", _kept(enumerate(_lines(_decoded(data)), start=1))


def too_long(rows: Sequence[Row]) -> bool:
    return len(rows) > MOST_ROWS + _HEAD_ROWS


def _kept(rows: Iterator[tuple[int, Sequence[Cell]]]) -> list[Row]:
    filled = (row for row in rows if any(cell is not None and cell != "" for cell in row[1]))
    return list(islice(filled, MOST_ROWS + _HEAD_ROWS + 1))


def _workbook(data: bytes) -> Iterator[tuple[str, list[Row]]]:
    from openpyxl import load_workbook  # a tenth of a second that only those who import pay

    try:
        _check_size(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which are none of our business
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False) if _has_formulas(data) else None
            for sheet in [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:_MOST_SHEETS]:
                written = _rows(formulas[sheet.title]) if formulas else repeat(())
                rows = (_filled(*row) for row in zip(_rows(sheet), written, strict=False))
                yield sheet.title, _kept(enumerate(rows, start=1))
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - what a broken or hostile file does to its reader is one thing to whoever sent it
        raise Unreadable("broken") from None


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(min_row=1, max_row=_LAST_ROW, max_col=MOST_COLUMNS, values_only=True)
    return rows


def _filled(values: Iterable[object], written: Iterable[object]) -> tuple[Cell, ...]:
    """A row's cells; `written`: the same with formulas in place of their values, where the file has any."""
    return tuple(map(_cell, values, written or repeat(None)))


def _cell(value: object, written: object) -> Cell:
    if value is None:
        return None if written is None else UNWORKED
    return value if isinstance(value, str | int | float | date | time | timedelta) else str(value)


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return any(_FORMULA.search(book.read(name)) for name in book.namelist() if name.startswith("xl/worksheets/"))


def _check_size(data: bytes) -> None:
    """A small file may unpack to gigabytes; zipfile never unpacks more than the sizes it names here."""
    parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    names = {part.filename for part in parts}
    if not {"xl/workbook.xml", "xl/workbook.bin"} & names:
        raise Unreadable("no_sheet")
    if "xl/workbook.bin" in names:
        raise Unreadable("old")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise Unreadable("too_much")


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 with their marks, UTF-8 without, else what Excel in China writes."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if marked else ["utf-8", "gb18030"]:
        try:
            text = data.removeprefix(BOM_UTF8).decode(encoding)
        except UnicodeDecodeError:
            continue
        if _PAGE.match(text):
            raise Unreadable("old")
        if "\x00" in text or text.startswith(_NO_TEXT):
            break
        return text
    raise Unreadable("no_sheet")


def _lines(text: str) -> Iterator[list[str]]:
    head = [line for line in text.splitlines()[:_HEAD_ROWS] if line.strip()]
    delimiter = max(",\t;", key=lambda mark: max((line.count(mark) for line in head), default=0))
    try:
        for line in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _LAST_ROW):
            yield line[:MOST_COLUMNS]
    except csv.Error:
        raise Unreadable("broken") from None
