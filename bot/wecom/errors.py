"""What an errcode means for the next step: the vendor's table as data, with how long to wait and how often to try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from bot.wecom.error_words import UNKNOWN_WORDS, WORDS


class Outcome(Enum):
    """What the lane does next with one intent."""

    SUCCESS = "success"  # done, or nothing left to do
    RETRY = "retry"  # same call again, with back-off, at most `attempts_allowed` times
    TOKEN = "token"  # refresh the token once, then again; `WeComClient` never lets this one out
    WAIT = "wait"  # a window is closed; again after `wait_seconds`
    CONFIG = "config"  # a person must switch something on; tell the operator, keep the intent
    PERMANENT = "permanent"  # this input will never work


# Our own codes, for faults that have no errcode because no answer of WeCom was read.
TIMEOUT = -2
DISCONNECTED = -3
BAD_STATUS = -4
NOT_JSON = -5
NO_TOKEN = -6
UNSENDABLE = -7
ENDLESS_PAGES = -8
NOT_CONFIGURED = -9
UNCERTAIN = -10  # it may have counted, and a second time would be one too many
NOT_CONNECTED = -11  # the robot's long connection is down: it was not sent
FILE_GONE = -21  # the address of a file answers no more
FILE_TOO_LARGE = -22
FILE_GARBLED = -23  # it cannot be decrypted
LOCAL_CODES = frozenset(
    {TIMEOUT, DISCONNECTED, BAD_STATUS, NOT_JSON, NO_TOKEN, UNSENDABLE, ENDLESS_PAGES, NOT_CONFIGURED, UNCERTAIN, NOT_CONNECTED}
    | {FILE_GONE, FILE_TOO_LARGE, FILE_GARBLED}
)

EVERY_RECIPIENT_INVALID = 81013
FREQUENCY_LIMIT = 45009
KF_TOKEN_INVALID = 95007

# The vendor's table [D 90313] with the classes of our fact sheet, section 2.2. A range is inclusive on both ends.
_ROWS: tuple[tuple[Outcome, tuple[int | tuple[int, int], ...]], ...] = (
    (
        Outcome.RETRY,
        (-1, TIMEOUT, DISCONNECTED, BAD_STATUS, NOT_JSON, NO_TOKEN, NOT_CONNECTED, 6000, 41063, 41096, 45033, KF_TOKEN_INVALID),
    ),
    (Outcome.TOKEN, (40001, 40014, 42001)),
    (
        Outcome.WAIT,
        (
            *(40128, 41053, 41094, FREQUENCY_LIMIT, 95001, 95002, 95013, 95018, 95019, 95031),
            130101,
        ),
    ),
    (
        Outcome.CONFIG,
        (
            *(NOT_CONFIGURED, 40013, 40056, 40057, 40098, 41045, 41054, 41055, 41095, 43012),
            *(48002, 48005, 48006, 48007, 48009, 50001, 50002, 50003, 60011, 60020, 84074),
            *(93000, 93001, 93004, 93008, 95003, 95005, 95026, 95027, 95011, 95012, 95014, 95017, 95023),
            *(301002, 301052, 301053, 701008, 853006),
        ),
    ),
    (
        # 40071: the tag exists already. 41048: nobody can receive. 41051: the chat has begun, a welcome is too late to matter.
        # 90507 and 90508: the group is being transferred, or has been.
        Outcome.SUCCESS,
        (0, 40071, 40100, 41048, 41051, 41093, 90507, 90508),
    ),
    (
        Outcome.PERMANENT,
        (
            *(UNSENDABLE, ENDLESS_PAGES, UNCERTAIN, FILE_GONE, FILE_TOO_LARGE, FILE_GARBLED),
            *(40003, 40007, 40008, 40029, 40031, 40035, 40050, 40058, 40063, 40068),
            *(40096, 40097, 40099, 41035, 41041, 41044, 41047, 41050, 41058, 41064, 41091),
            *((42014, 42050), 45001, 45002, 45029, 60111, 60140, EVERY_RECIPIENT_INVALID, 81017, 84061),
            *(86001, 86003, (86215, 86220), (90500, 90506), 90509, 90511, 95000, 95004, 95008, 95016),
            *(301021, (610001, 610018), 846605, 846608),
        ),
    ),
)


def _spread() -> dict[int, Outcome]:
    table: dict[int, Outcome] = {}
    for outcome, rows in _ROWS:
        for row in rows:
            first, last = row if isinstance(row, tuple) else (row, row)
            for code in range(first, last + 1):
                if table.setdefault(code, outcome) is not outcome:
                    raise AssertionError(f"errcode {code} is listed twice")
    return table


TABLE: Mapping[int, Outcome] = MappingProxyType(_spread())

# These say that an API (or one robot) is asked too often; every other WAIT concerns only the one learner or customer.
CLOSES_LANE = frozenset({FREQUENCY_LIMIT, 130101})

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
_SPANS = (
    # Longest first: a hint may name the smaller unit as well ("per minute ... blocked till next day").
    (DAY_S, ("next day", "per day", "daily", "month", "次日", "每天", "每日", "每月")),
    (HOUR_S, ("hour", "小时")),
)
_LEARNER_MUST_WRITE_S = 600.0
_WAIT_S: Mapping[int, float] = {
    40128: DAY_S,  # customer moved twice within 90 days
    41053: HOUR_S,  # the learner has not agreed to archiving
    41094: DAY_S,  # three reminders in 24 h
    130101: MINUTE_S,
    95019: HOUR_S,  # servicer suspended
}
_ATTEMPTS: Mapping[int, int] = {-1: 3, NOT_JSON: 8, BAD_STATUS: 8, 41096: 5}
UNKNOWN_ATTEMPTS = 3


def classify(errcode: int, settled: Iterable[int] = ()) -> Outcome:
    """Return what to do after `errcode`; codes in `settled` mean "done before" for the call at hand.

    A code outside the table is RETRY, at most `UNKNOWN_ATTEMPTS` times: WeCom adds codes without notice, a passing fault taken
    for permanent loses a learner's message for good, while a permanent one taken for passing costs two useless calls.
    """
    if errcode in settled:
        return Outcome.SUCCESS
    return TABLE.get(errcode, Outcome.RETRY)


def attempts_allowed(errcode: int) -> int | None:
    """Return how many attempts in all a RETRY deserves; None means until the intent expires (the network's fault)."""
    if errcode in (TIMEOUT, DISCONNECTED, BAD_STATUS, NOT_JSON, NO_TOKEN, NOT_CONNECTED):
        return None
    if errcode not in TABLE:
        return UNKNOWN_ATTEMPTS
    return _ATTEMPTS.get(errcode, 5)


def wait_seconds(errcode: int, errmsg: str = "") -> float:
    """Return how long a WAIT lasts, in seconds.

    A 45009 blocks a minute limit for about 60 s, an hour limit for 60 min, a day limit until the next day [D 90313]. Which one
    it was is told, if at all, only by the hint in `errmsg`; the hint lengthens a wait and decides nothing else.
    """
    if errcode == FREQUENCY_LIMIT:
        hint = errmsg.lower()
        return next((span for span, words in _SPANS if any(word in hint for word in words)), MINUTE_S)
    return _WAIT_S.get(errcode, _LEARNER_MUST_WRITE_S)


def explain(errcode: int) -> tuple[str, str]:
    """Return one line in Chinese and one in English: what is missing and where in the console it is switched on."""
    words = WORDS.get(errcode)
    if words is None:
        zh, en = UNKNOWN_WORDS
        return zh.format(code=errcode), en.format(code=errcode)
    return words
