"""Files as people and programs make them, and files made to do harm: read, or refused with a reason, and never for long."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from camp.phrases import PHRASES
from camp.rules.sheet_cell import BadCell
from camp.rules.sheet_columns import COLUMNS, MAY, NEEDS, plain
from camp.rules.sheet_row import _READ, _refund
from camp.sheet_file import MOST_ROWS
from camp.sheet_reading import read_sheet
from tests.sheets.conftest import csv, saved, xlsx

HEAD = ("姓名", "手机", "期")
ROW = ("周小雨", "13800138000", "一期")
READ = {"n": 2, "name": "周小雨", "cohort": "一期", "subject": {"phone": "13800138000"}}


@pytest.mark.parametrize(
    "data",
    [
        csv([HEAD, ROW]).encode(),
        csv([HEAD, ROW]).encode("utf-8-sig"),
        csv([HEAD, ROW]).encode("gbk"),
        csv([HEAD, ROW]).encode("gb18030"),
        csv([HEAD, ROW], mark="\t").encode("utf-16"),
        csv([HEAD, ROW], mark=";").encode(),
        csv([HEAD, ROW], mark="\t").encode("gbk"),
        csv([HEAD, ROW], mark=";").encode("gbk"),
        b"\xef\xbb\xbf" + csv([HEAD, ROW]).encode("gbk"),
        csv([HEAD, ("周小雨", "13800138000.0", "一期")]).encode(),
        csv([HEAD, ("周小雨", "１３８００１３８０００", "一期")]).encode(),
        (csv([HEAD, ROW]) + ",,\r\n" * 3_000).encode(),
        xlsx([HEAD, ROW, *[(None, " ", "")] * 500]),
        csv([HEAD, ROW]).replace("\r\n", "\n").rstrip().encode(),
        '姓名,手机,期\n周小雨,"=""13800138000""",一期\n'.encode(),
        "姓名,手机,期\n周小雨,'13800138000,一期\n".encode(),
        "\ufeff 姓 名 ,手机号（必填）*,期次\n周小雨 ,+86 138-0013-8000,\t一期\n".encode(),
        "Name,PHONE,Cohort\n周小雨,008613800138000,一期\n".encode(),
        xlsx([HEAD, ROW]),
        xlsx([HEAD, ("周小雨", 13800138000, "一期")]),
        xlsx([HEAD, ("周小雨", 13800138000.0, "一期")]),
    ],
)
def test_the_same_sheet_in_every_dress(data: bytes) -> None:
    read = read_sheet(data)
    assert read["kind"] == "roster"
    assert read["rows"] == [READ]


def test_a_title_above_merged_cells_and_empty_rows(tmp_path: Any) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["一期报名表"])
    sheet.merge_cells("A1:C1")
    sheet.append([])
    sheet.append(list(HEAD))
    sheet.append(list(ROW))
    sheet.append([None, None, None])
    sheet.append(["李小明", "13800138001", None])
    sheet.merge_cells("C4:C6")
    read = read_sheet(saved(book))
    assert [row["n"] for row in read["rows"]] == [4, 6]
    assert read["rows"][1]["faults"] == [["期", "empty", {}]]


def test_a_header_over_two_rows_of_merged_cells() -> None:
    book = Workbook()
    sheet = book.active
    for row in (("一期报名表", None, None), ("学员信息", None, "报名"), HEAD, ROW):
        sheet.append(row)
    for cells in ("A1:C1", "A2:B2"):
        sheet.merge_cells(cells)
    assert read_sheet(saved(book))["rows"] == [READ | {"n": 4}]


def test_two_sheets_of_one_file() -> None:
    """The first that holds rows is taken, and it is said that there is another."""
    book = Workbook()
    book.active.append(list(HEAD))
    for title, row in (("1班", ROW), ("2班", ("李小明", "13800138001", "一期")), ("空", None)):
        sheet = book.create_sheet(title)
        sheet.append(list(HEAD))
        if row:
            sheet.append(list(row))
    read = read_sheet(saved(book))
    assert read["rows"] == [READ]
    assert read["unread"] == 1


def test_the_sheet_among_several_that_is_one_hidden_ones_aside() -> None:
    book = Workbook()
    book.active.append(["说明", "请勿修改"])
    hidden = book.create_sheet("旧")
    hidden.append(["手机", "期"])
    hidden.append(["13800138009", "旧期"])
    hidden.sheet_state = "hidden"
    good = book.create_sheet("名单")
    good.append(list(HEAD))
    good.append(list(ROW))
    assert read_sheet(saved(book))["rows"] == [READ]


def test_dates_durations_and_formulas_with_their_values() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "期", "第几课", "观看时长", "时间", "签到"])
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    span = book.add_format({"num_format": "[h]:mm:ss"})
    sheet.write_row(1, 0, ["甲", "一期", 1])
    sheet.write_formula(1, 3, "=40+5", None, 45)
    sheet.write_number(1, 4, 46358.8333333333, day)
    sheet.write_boolean(1, 5, True)
    sheet.write_row(2, 0, ["乙", "一期", "第二课", "1小时5分", 46358.8333333333])
    sheet.write_row(3, 0, ["丙", "一期", "L3"])
    sheet.write_number(3, 3, 25 / 24, span)
    sheet.write_formula(4, 0, "=NA()", None, "#N/A")
    sheet.write_row(4, 1, ["一期", 1, 5])
    book.close()
    rows = read_sheet(file.getvalue())["rows"]
    assert rows[0] == {
        **{"n": 2, "name": "甲", "cohort": "一期", "lesson": 1, "watched_seconds": 2700},
        **{"at": "2026-12-02T20:00:00", "checked_in": True},
    }
    assert (rows[1]["lesson"], rows[1]["watched_seconds"], rows[1]["at"]) == (2, 3900, "2026-12-02T20:00:00")
    assert rows[2]["faults"] == [["观看时长", "duration", {"text": "1 day, 1:00:00"}]]
    assert rows[3]["faults"] == [["姓名", "error_cell", {"text": "#N/A"}]]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"\xff\xfe", "empty"),
        (xlsx([]), "empty"),
        (xlsx([HEAD]), "no_rows"),
        (csv([HEAD]).encode(), "no_rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "no_sheet"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "no_sheet"),
        (b"GIF89a\x01\x01\x02\x03;", "no_sheet"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\x00", "no_sheet"),
        (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "no_sheet"),
        ("<html><table><tr><td>手机</td><td>期</td></tr></table></html>".encode("gbk"), "old"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old"),
        (b"PK\x03\x04 no zip at all", "broken"),
        (xlsx([HEAD, ROW])[:-200], "broken"),
        (csv([("a", "b"), (1, 2)]).encode(), "unknown"),
        (csv([("姓名", "手机"), ("甲", 1)]).encode(), "missing"),
        (('姓名,手机,期\n"' + "x" * 200_000 + '",1,1').encode(), "broken"),
        (csv([HEAD, *[ROW] * (MOST_ROWS + 1)]).encode(), "too_long"),
    ],
)
def test_what_is_no_sheet_says_so(data: bytes, problem: str) -> None:
    read = read_sheet(data)
    assert read["problem"] == problem
    assert f"sheet.file_{problem}" in PHRASES
    assert len(read["sha256"]) == 64


@pytest.mark.parametrize(
    "rows",
    [
        [("周小雨", "13800138000"), ("李小明", "13800138001")],
        [("手机", "期", "金额", "订单号", "时间"), ("x", "一期", "13800138000 元整", "13800138000 0", "13800138000")],
        [("姓名", "期", "课", "时长", "签到"), ("甲", "一期", "13800138000", "13800138000", "13800138000")],
        [("姓名", "手机"), ("甲", "13800138000"), ("乙", "13800138000")],
    ],
)
def test_a_phone_in_the_wrong_place_is_not_told(rows: list[tuple[str, ...]]) -> None:
    read = read_sheet(csv(rows).encode())
    assert "13800138000" not in str(read)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        *((cell, "2026-12-02T20:00:00") for cell in ("2026-12-02 20:00", "2026/12/2 20:00:00.000", "2026年12月2日 20时00分")),
        *(
            (cell, "2026-12-02T20:00:00")
            for cell in ("2026/12/2 下午8:00", "2026-12-02 8:00 pm", "20261202200000", 20261202200000)
        ),
        *((cell, "2026-12-02T00:00:00") for cell in (46358, 46358.0, "46358", "20261202", "2026.12.2", "２０２６－１２－０２")),
        *((cell, "2026-12-02T00:00:00") for cell in ("2026/12/02 星期三", "2026-12-02 上午12:00", dt.date(2026, 12, 2))),
        ("2026-12-02T20:00:00+08:00", "2026-12-02T20:00:00+08:00"),
        ("2026-12-02T12:00:00Z", "2026-12-02T12:00:00+00:00"),
    ],
)
def test_a_moment_in_many_shapes(cell: Any, moment: str) -> None:
    assert _READ["at"](cell) == moment


@pytest.mark.parametrize(
    "cell", ["12/2/2026", "12月2日", "2026-02-30", "2026-12-02 25:00", "2026-12-02T20:00+99:99", "明天", 1733054400]
)
def test_a_moment_that_may_mean_another_is_not_guessed(cell: Any) -> None:
    assert tried(_READ["at"], cell)[1] is not None


@pytest.mark.parametrize("cell", ["3", 3.0, "3.0", "３", "第3课", "第三天", "Day 3", "D3", "lesson 3", "3、开课"])
def test_a_lesson_in_many_shapes(cell: Any) -> None:
    assert _READ["lesson"](cell) == 3


@pytest.mark.parametrize(
    ("cell", "yes"), [("已签", True), ("✅", True), ("✔️", True), ("缺席", False), ("❌", False), ("—", False)]
)
def test_who_came_in_many_shapes(cell: str, yes: bool) -> None:
    assert _READ["checked_in"](cell) is yes


def test_what_a_sheet_lacks_is_named() -> None:
    read = read_sheet(csv([("订单号", "商品", "手机"), (1, 2, 3)]).encode())
    assert read["values"]["kind"] == "orders"
    assert read["values"]["missing"] == [["金额", "金额分", "退款"]]


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(xlsx([HEAD, ROW]))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _lying(data: bytes) -> bytes:
    """The same archive, whose largest part is said to be small."""
    big = max(zipfile.ZipFile(io.BytesIO(data)).infolist(), key=lambda part: part.file_size).file_size.to_bytes(4, "little")
    return data.replace(big, (1000).to_bytes(4, "little"))


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))


@pytest.mark.parametrize(
    "data",
    [
        _zip({**_parts(), "xl/media/huge.bin": bytes(80_000_000)}),
        _zip({**_parts(), SHEET: b"<worksheet>" + b"<row/>" * 12_000_000}),
        _lying(_zip({**_parts(), SHEET: b"<worksheet>" + b"<row/>" * 12_000_000})),
        _zip({f"xl/{n}": b"" for n in range(3000)} | _parts()),
        _zip({**_parts(), SHEET: f"{LAUGHS}]><worksheet><sheetData>&m;</sheetData></worksheet>".encode()}),
        _zip({**_parts(), SHEET: _parts()[SHEET].replace(b'r="A2"', b'r="ZZZZZ99999999999"')}),
        _zip({**_parts(), "xl/workbook.xml": b"<workbook/>"}),
        _zip({**_parts(), SHEET: b"\x00\xff"}),
        _zip({"a.txt": b"x"}),
    ],
    ids=["stored", "bomb", "lying bomb", "many parts", "laughs", "far cell", "no sheets", "no xml", "some zip"],
)
def test_files_made_to_do_harm_are_refused_soon(data: bytes) -> None:
    begun = time.process_time()
    assert read_sheet(data)["problem"] in ("too_much", "broken", "no_sheet", "empty")
    assert time.process_time() - begun < 5


def test_two_cells_in_far_corners_cost_nothing() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ROW)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    begun = time.process_time()
    assert read_sheet(file.getvalue())["rows"] == [READ]
    assert time.process_time() - begun < 2


def tried(read: Callable[[Any], Any], cell: Any) -> tuple[Any, BadCell | None]:
    try:
        return read(cell), None
    except BadCell as bad:
        return None, bad


@settings(max_examples=300, deadline=None)
@given(
    field=st.sampled_from(sorted(_READ)),
    cell=st.one_of(
        st.text(max_size=60),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.datetimes(),
        st.dates(),
        st.times(),
        st.timedeltas(),
        st.sampled_from(
            ["1e308", "-0", "１３８００１３８０００", "٣", "第零课", "99:99:99", "2026-02-30", "NaN", "∞", "0x10", "1_000", "²"]
        ),
    ),
)
def test_a_cell_is_read_or_bad_and_never_raises_anything_else(field: str, cell: Any) -> None:
    value, bad = tried(_READ[field], cell)
    if bad is not None:
        assert PHRASES[f"sheet.bad_{bad.problem}"][0].format(**bad.values)
        return
    assert isinstance(value, str | int)
    if field in ("amount", "amount_fen", "watched_seconds", "watched_minutes", "lesson"):
        assert 0 <= value <= 10_000_000_000
    if field == "at":
        assert 2000 <= dt.datetime.fromisoformat(str(value)).year < 2100
    if field == "phone":
        assert str(value).isascii()
        assert 7 <= len(str(value)) <= 15


@given(cell=st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans()))
def test_a_refund_is_read_or_bad(cell: Any) -> None:
    found, bad = tried(_refund, cell)
    if bad is not None:
        assert f"sheet.bad_{bad.problem}" in PHRASES
        return
    assert found in ({}, {"refund_all": True}) or 0 < found["refund_fen"] <= 10_000_000_000


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_a_sheet_or_a_problem(data: bytes) -> None:
    read = read_sheet(data)
    assert "rows" in read or f"sheet.file_{read['problem']}" in PHRASES


def test_no_name_means_two_columns() -> None:
    names = [name for names in COLUMNS.values() for name in names]
    assert len(names) == len(set(names))
    assert [name for name in names if plain(name) != name] == []
    fields = {field for groups in NEEDS.values() for group in groups for field in group}
    assert fields | {field for some in MAY.values() for field in some} <= set(COLUMNS)
    assert set(_READ) | {"refund"} == set(COLUMNS)
