"""The marks of the time bar, read from a camp.toml: each lesson's start and end, and each cohort's close."""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")  # of a time that is written without one


class Unreadable(ValueError):
    """The file says nothing that could be put on a calendar; the message says what is wrong, in people's words."""


def marks_in(text: str) -> list[dict[str, Any]]:
    """The body of `POST /_sandbox/calendar`: {at: unix s, kind: lesson|lesson_end|close, label}, earliest first.

    Only times and names are read; whether the rest of the file makes sense is for the bot to say.
    """
    try:
        cohorts = tomllib.loads(text).get("cohorts", [])
        marks = [mark for cohort in cohorts for mark in _marks_of(cohort)]
    except tomllib.TOMLDecodeError as fault:
        raise Unreadable(f"不是 TOML：{fault}") from None
    except KeyError as missing:
        raise Unreadable(f"[[cohorts]] 或 [[cohorts.lessons]] 里缺 {missing.args[0]}") from None
    except (TypeError, ValueError, AttributeError):
        raise Unreadable("[[cohorts]] 或 [[cohorts.lessons]] 里有读不懂的时间或分钟数") from None
    return sorted(marks, key=lambda mark: int(mark["at"]))


def _marks_of(cohort: dict[str, Any]) -> Iterator[dict[str, Any]]:
    name = str(cohort.get("name") or cohort["code"])
    for lesson in cohort.get("lessons", []):
        starts_at = _moment(lesson["starts_at"])
        title = f"第{lesson['seq']}课 {lesson.get('title', '')}".strip()
        yield _mark(starts_at, "lesson", f"{name} {title}")
        yield _mark(starts_at + timedelta(minutes=lesson["minutes"]), "lesson_end", f"{name} {title} 下课")
    if "closes_at" in cohort:
        yield _mark(_moment(cohort["closes_at"]), "close", f"{name} 结营")


def _moment(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=ZONE)


def _mark(at: datetime, kind: str, label: str) -> dict[str, Any]:
    return {"at": int(at.timestamp()), "kind": kind, "label": label}
