"""What a class group reads: the declared text with the cohort's own names and times in it, and what is attached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from camp.harmless import Ours, harmless
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.roster import check_in_link, lesson_name
from camp.rules.group_message import GroupMessage
from camp.when import day_and_time, day_and_time_near
from storage import cohorts, members
from storage.cohorts import ClassGroup, Cohort, Lesson
from storage.database import Tx

Attached = list[dict[str, str]]


async def words_for(tx: Tx, policy: Policy, message: GroupMessage, group: ClassGroup, seq: int) -> tuple[str, Attached]:
    """The text and the attachments, in the house's language; without a kf link yet the check-in is told in words."""
    say = say_in(policy.language)
    cohort = await cohorts.load_cohort(tx, group.cohort_id)
    lesson = await cohorts.find_lesson(tx, cohort.id, seq) if seq else None
    link = None if lesson is None else await check_in_link(tx, policy, lesson)
    values: dict[str, Any] = {
        "camp": (await cohorts.load_camp(tx, cohort.camp_id)).name,
        "cohort": cohort.name,
        "class": group.code,
        "teacher": (await members.load(tx, group.class_teacher_id)).shown,
        "close_time": day_and_time(policy, cohort.closes_at),
    }
    if lesson is not None:
        values |= {
            "lesson": lesson_name(say, lesson),
            "lesson_time": day_and_time_near(policy, lesson.starts_at, tx.now),
            "checkin_link": Ours(link or say("group_message.no_link", seq=lesson.seq)),
        }
    text = message.text.format_map({name: harmless(value) for name, value in values.items()})
    return text, [part for each in message.attach if (part := _attached(say, each, lesson, link))]


def title_of(say: Say, message: GroupMessage, lesson: Lesson | None) -> str:
    """How staff know a message: `notice（第2课 精读）`."""
    about = say("group_message.of_lesson", lesson=lesson_name(say, lesson)) if lesson else ""
    return say("group_message.title", code=message.code, about=about)


async def title_in(tx: Tx, say: Say, message: GroupMessage, cohort: Cohort, seq: int) -> str:
    return title_of(say, message, await cohorts.find_lesson(tx, cohort.id, seq) if seq else None)


def _attached(say: Say, part: Mapping[str, Any], lesson: Lesson | None, link: str | None) -> dict[str, str] | None:
    """A link or a picture as camp.messages know them; a check-in card is a link to the lesson's own address."""
    if part["type"] != "checkin":
        return dict(part)
    if lesson is None or link is None:
        return None
    named = {"lesson": lesson_name(say, lesson), "seq": lesson.seq}
    title = part.get("title") or say("nudge.link_check_in", **named)
    return {"type": "link", "title": title, "url": link, "desc": part.get("desc") or say("nudge.link_check_in_desc", **named)}
