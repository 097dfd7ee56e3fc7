"""What stands in a cell of a sheet, read as what its column means: phones, amounts, moments, durations, yes and no. Pure.

A cell is what the file holds: text, a number, a date, a time, or nothing. Spreadsheets keep 15 digits of a number: what is
longer, or was written as 1.38E+10, is lost and must not be guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

Cell = str | int | float | bool | date | time | timedelta | None

# What stands in a cell whose formula no program has worked out.
UNWORKED = "#FORMULA"
_MOST_FEN = 10_000_000_000
_MOST_SECONDS = 86_400
_DIGITS_KEPT = 10**15
_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zone
_SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,]\d+)?[eE][+]?\d+")
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|GETTING_DATA|SPILL!|CALC!)")
_MOMENT = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<mo>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?(?:\s*(?:星期|周)[一二三四五六日天])?"
    r"(?:[T\s]*(?P<half>上午|下午)?\s*(?P<h>\d{1,2})[:时点](?P<mi>\d{1,2})分?(?::?(?P<s>\d{1,2})(?:\.\d+)?秒?)?"
    r"\s*(?P<noon>[AP]M)?\s*(?P<zone>Z|[-+]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_SHORT_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?")
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?")
_NO_TIME = frozenset(["-", "--", "—", "/", "无", "未观看"])
_CLOCK = re.compile(r"(\d{1,3})[:：](\d{1,2})(?:[:：](\d{1,2}))?")
_SPAN = re.compile(
    r"(?:(\d+(?:\.\d+)?)\s*(?:小时|时|h))?\s*(?:(\d+(?:\.\d+)?)\s*(?:分钟|分|min|m))?\s*(?:(\d+(?:\.\d+)?)\s*(?:秒|s))?", re.I
)
_LESSON = re.compile(
    r"(?:第|lesson|day|l|d)?\s*([0-9]{1,3}(?![0-9])|[零〇一二两三四五六七八九十]{1,3})\s*[课节讲次]?.{0,40}", re.I | re.S
)
_CHINESE = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_YES = frozenset(
    (
        *("是", "已签到", "已签", "签到", "出席", "已到", "到", "到课", "已到课", "出勤", "√", "✓", "✔", "☑", "✅"),
        *("1", "y", "yes", "true", "t", "已退款", "已退", "全额", "全额退款", "退"),
    )
)
_NO = frozenset(
    (
        *("否", "未签到", "未签", "未到", "没到", "未出席", "缺席", "缺勤", "旷课", "请假", "未到课", "×", "✗", "✘", "❌"),
        *("x", "0", "n", "no", "false", "f", "-", "--", "—", "/", "未退款", "未退", "无", "没有"),
    )
)


class BadCell(ValueError):
    """A cell that cannot be read; `problem` is a phrase `sheet.bad_<problem>` with its values."""

    def __init__(self, problem: str, **values: str | int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.values = values


def words_of(cell: Cell) -> str:
    """A cell as the text somebody sees; numbers without the zero behind the point, nothing unseen around it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise BadCell("number_lost")
        return str(int(cell)) if cell == int(cell) and abs(cell) < _DIGITS_KEPT else repr(cell)
    if isinstance(cell, str):
        if cell == UNWORKED:
            raise BadCell("formula")
        words = cell.replace("\xa0", " ").strip().strip("\ufeff\u200b\u202a\u202c\u202d").strip()
        # Shops write ="138…" or '138… so that a spreadsheet leaves the number alone.
        quoted = re.fullmatch(r'="([^"]*)"', words)
        words = quoted[1].strip() if quoted else words.removeprefix("'").strip()
        if _ERROR.fullmatch(words):
            raise BadCell("error_cell", text=words)
        return words
    return str(cell)


def _narrow(words: str) -> str:
    """With digits, letters and marks of full width as those of half width."""
    return unicodedata.normalize("NFKC", words)


def number_words(cell: Cell) -> str:
    """The text of an id or a number written as one: what lost digits is refused."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _DIGITS_KEPT:
        raise BadCell("number_lost")
    words = words_of(cell)
    if _SCIENTIFIC.fullmatch(words):
        raise BadCell("number_lost")
    return words


def phone(cell: Cell) -> str:
    """The digits of a phone number, of China without 86. Faults never repeat the number."""
    words = _narrow(number_words(cell)).removesuffix(".0")  # what a program makes of a column with gaps
    abroad = words.startswith(("+", "00"))
    digits = re.sub(r"[^0-9]", "", words.removeprefix("00"))
    if len(digits) == 13 and digits.startswith("86"):
        digits, abroad = digits[2:], False
    if len(digits) != 11 and not (abroad and 7 <= len(digits) <= 15):
        raise BadCell("phone", length=len(digits))
    return digits


def whole(cell: Cell, least: int, most: int) -> int:
    words = _narrow(words_of(cell)).removeprefix("#").removesuffix(".0").strip()
    if not re.fullmatch(r"[0-9]{1,18}", words) or not least <= int(words) <= most:
        raise BadCell("whole", text=_short(words), least=least, most=most)
    return int(words)


def lesson(cell: Cell) -> int:
    """`3`, `第3课`, `第三课 复盘`."""
    words = _narrow(words_of(cell)).removesuffix(".0")
    found = _LESSON.fullmatch(words)
    number = 0
    if found and not re.search(r"\d\s*\.\s*\d", words):
        number = int(found[1]) if found[1].isascii() else _chinese(found[1])
    if number < 1:
        raise BadCell("lesson", text=_short(words))
    return number


def fen(cell: Cell) -> int:
    """Yuan as integer fen: `1,999.00`, `¥99.9`, `99元`, and numbers with what binary fractions leave behind."""
    words = re.sub(r"[¥￥,，\s]|元整?|rmb|cny", "", words_of(cell), flags=re.I)
    try:
        amount = Decimal(words) * 100
    except InvalidOperation:
        raise BadCell("amount", text=_short(words_of(cell))) from None
    if not amount.is_finite() or not 0 <= amount <= _MOST_FEN:
        raise BadCell("amount_range", text=_short(words_of(cell)))
    near = amount.to_integral_value()
    if abs(amount - near) > (Decimal("0.0001") if isinstance(cell, float) else 0):
        raise BadCell("amount_fraction", text=_short(words_of(cell)))
    return int(near)


def seconds(cell: Cell, unit: int) -> int:
    """How long somebody watched; a bare number counts in `unit` seconds, `1:05:20` and `45分钟` say their own."""
    if isinstance(cell, datetime):  # 24 hours and more become a day of 1900
        cell = cell - _EXCEL_DAY_0
    if isinstance(cell, timedelta):
        return _bounded(cell.total_seconds(), str(cell))
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    words = _narrow(words_of(cell))
    if words in _NO_TIME:
        return 0
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", words):
        return _bounded(float(words) * unit, words)
    if clock := _CLOCK.fullmatch(words):
        first, second, third = (int(part or 0) for part in clock.groups())
        # Two parts are minutes and seconds where seconds are meant to be small, as players show them.
        return _bounded(first * 3600 + second * 60 + third if clock[3] else first * 60 + second, words)
    span = _SPAN.fullmatch(words)
    if span is None or not any(span.groups()):
        raise BadCell("duration", text=_short(words))
    hours, minutes, rest = (float(part or 0) for part in span.groups())
    return _bounded(hours * 3600 + minutes * 60 + rest, words)


def yes(cell: Cell) -> bool:
    words = _narrow(words_of(cell)).casefold().removesuffix("\ufe0f")
    if words in _YES:
        return True
    if words in _NO or not words:
        return False
    raise BadCell("yes_no", text=_short(words))


def moment(cell: Cell) -> datetime:
    """A date, with its time where it has one; naive, as a sheet knows no zone, unless the zone is written there."""
    found: datetime | None = None
    if isinstance(cell, datetime):
        found = cell.replace(tzinfo=None)
    elif isinstance(cell, date):
        found = datetime.combine(cell, time())
    elif _SERIAL.fullmatch(words := _narrow(words_of(cell))):
        found = _EXCEL_DAY_0 + timedelta(seconds=round(float(words) * 86_400))  # a date whose cell has no date's format
    else:
        try:
            found = _written(words)
        except ValueError:
            found = None
    if found is None or not 2000 <= found.year < 2100:
        raise BadCell("moment", text=_short(words_of(cell)))
    return found


def _written(words: str) -> datetime | None:
    """A date as people and programs write it; ValueError for a day or an hour that there is not."""
    if short := _SHORT_MOMENT.fullmatch(words):
        return datetime(*(int(part or 0) for part in short.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    match = _MOMENT.fullmatch(words)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[name] or 0) for name in ("y", "mo", "d", "h", "mi", "s"))
    half = str(match["half"] or match["noon"] or "").upper()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in ("下午", "PM") else 0)
    zone = datetime.strptime(match["zone"].upper(), "%z").tzinfo if match["zone"] else None
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _bounded(value: float, words: str) -> int:
    if not 0 <= value <= _MOST_SECONDS:
        raise BadCell("duration", text=_short(words))
    return round(value)


def _chinese(digits: str) -> int:
    if "十" not in digits:
        return int("".join(str(_CHINESE[c]) for c in digits))
    tens, _, ones = digits.partition("十")
    return (_CHINESE.get(tens, 0) if tens else 1) * 10 + (_CHINESE.get(ones, 0) if ones else 0)


def masked(words: str) -> str:
    """The words of a cell as they may be kept and said: a number that may be a phone's, in the wrong column, is not told."""
    return re.sub(r"\d{7,}", lambda number: f"{number[0][:3]}…", words)


def _short(words: str) -> str:
    return masked(" ".join(words.split()))[:20]
