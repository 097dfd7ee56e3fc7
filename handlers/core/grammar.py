"""How people type: full-width forms, glued numbers, 第3课 in front, #12. Pure text in, plain values out."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
_KEPT = frozenset("，！？：；（）～")
# What a sentence ends with; a recognised voice always has one.
STOPS = "。.!！?？~～ "
_MENTION = re.compile(r"^@\S+\s+")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER = r"(\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]{1,3})"
_LESSON = re.compile(
    rf"^(?:第\s*{_NUMBER}\s*[课节讲]?|{_NUMBER}\s*[课节讲]|(?:lesson|l)\s*(\d{{1,3}})\b|(\d{{1,3}})(?![\d.])|{_NUMBER}$)\s*", re.I
)
_LESSON_FIRST = re.compile(rf"^(?:第\s*{_NUMBER}\s*[课节讲]?|{_NUMBER}\s*[课节讲])\s*(\D.*)$", re.S)
_ODD_NUMBER = re.compile(r"^(?:[-−]\s*\d+|\d+\.\d+)\s*[课节讲]?$")
_ROW = re.compile(r"[0-9]{1,18}")  # what a 64-bit column holds
_HASH = re.compile(r"^(?:#|＃|号)?\s*(\d{1,12})\s*号?(?=\s|$|[^\d])\s*")
_MONEY = re.compile(r"^[¥￥]?\s*([\d,]+(?:\.\d{1,2})?)\s*(元|块|rmb|cny|yuan)?$", re.I)


class UsageError(Exception):
    """The words do not fit the command; `problem` is a phrase key with its values."""

    def __init__(self, problem: str, **values: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.values = values


def normalise(words: str) -> str:
    """NFKC, no invisible characters, no leading slash or @mention, single spaces; line breaks of a text are kept.

    Chinese punctuation stays as typed: a learner's homework and questions are kept and passed on in their own words.
    """
    words = "".join(c if c in _KEPT else unicodedata.normalize("NFKC", c) for c in words)
    words = _INVISIBLE.sub("", words).strip()
    words = _MENTION.sub("", words)
    words = words.removeprefix("/").strip()
    return re.sub(r"[ \t\u3000]+", " ", words)


def lesson_to_the_back(words: str) -> str | None:
    """`第3课 签到 口令` → `签到 3 口令`; None when the words do not start with a lesson."""
    match = _LESSON_FIRST.match(words)
    if match is None:
        return None
    number = to_number(match[1] or match[2])
    head, _, tail = match[3].partition(" ")
    head = head if tail else head.rstrip(STOPS)
    return f"{head} {number} {tail}".strip()


def to_number(digits: str) -> int:
    """`3`, `三`, `十二`, `二十一` → int."""
    if digits.isdigit():
        return int(digits)
    if "十" in digits:
        tens, _, ones = digits.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS[c]) for c in digits))


def row_number(words: str) -> int | None:
    """The number of a row in a card's key or a menu's id, which come back from outside; None for anything else."""
    return int(words) if _ROW.fullmatch(words) else None


class Rest:
    """What follows the command word, taken piece by piece from the front; a full stop alone is nothing."""

    def __init__(self, words: str) -> None:
        self.words = _said(words)

    @property
    def empty(self) -> bool:
        return not self.words

    def lesson(self) -> int | None:
        """A lesson number at the front (`3`, `第3课`, `三课`), or None when there is none."""
        match = _LESSON.match(self.words)
        if match is None:
            return None
        self.words = _said(self.words[match.end() :])
        return to_number(next(group for group in match.groups() if group))

    def need_lesson(self) -> int:
        number = self.lesson()
        if number is None:
            raise _missing_or_bad(self.words, "课次", "common.problem_lesson")
        return number

    def refuse_odd_number(self) -> None:
        """`1.5` and `-1` are meant as a lesson and name none."""
        if _ODD_NUMBER.match(self.words):
            raise _missing_or_bad(self.words, "课次", "common.problem_lesson")

    def need_hash(self) -> int:
        """A learner's number: `#12`, `12`, `12号`."""
        match = _HASH.match(self.words)
        if match is None:
            raise _missing_or_bad(self.words, "学员编号", "common.problem_hash")
        self.words = _said(self.words[match.end() :])
        return int(match[1])

    def word(self) -> str | None:
        """The next word, or None."""
        head, _, self.words = self.words.partition(" ")
        self.words = self.words.strip()
        return head or None

    def text(self, limit: int = 1000) -> str:
        """All the rest, at most `limit` characters (never cut in silence)."""
        if len(self.words) > limit:
            raise UsageError("common.problem_too_long", length=len(self.words), limit=limit)
        taken, self.words = self.words, ""
        return taken

    def need_text(self, what: str, limit: int = 1000) -> str:
        if self.empty:
            raise UsageError("common.problem_missing", what=what)
        return self.text(limit)

    def need_score(self) -> int:
        """1 to 5, also as stars."""
        word = self.word()
        if word is None:
            raise UsageError("common.problem_missing", what="1-5")
        stars = word.count("★") + word.count("⭐")
        digits = re.match(r"^(\d{1,4})\s*[分星]?$", word)
        score = stars or (int(digits[1]) if digits else 0)
        if not 1 <= score <= 5:
            raise UsageError("common.problem_score", text=word)
        return score

    def need_money_last(self) -> int:
        """The amount in yuan at the end, as integer fen."""
        head, _, last = self.words.rpartition(" ")
        if not last:
            raise UsageError("common.problem_missing", what="金额")
        match = _MONEY.match(last)
        if match is None:
            raise UsageError("common.problem_money", text=last)
        try:
            fen = int(Decimal(match[1].replace(",", "")) * 100)
        except InvalidOperation:
            raise UsageError("common.problem_money", text=last) from None
        if not 0 < fen <= 100_000_000:
            raise UsageError("common.problem_money", text=last)
        self.words = head.strip()
        return fen


def _said(words: str) -> str:
    return words.strip() if words.strip(STOPS) else ""


def _missing_or_bad(words: str, what: str, bad: str) -> UsageError:
    if not words:
        return UsageError("common.problem_missing", what=what)
    return UsageError(bad, text=words.split(" ")[0][:20])
