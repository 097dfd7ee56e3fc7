"""The learner card (学员): the whole story of one learner as a class teacher needs it on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from camp.messages import cut
from camp.money import yuan
from camp.nudge_plan import spans_now
from camp.phrases import PHRASES, Say
from camp.policy import Policy
from camp.progress import LessonState, lesson_state, tally
from camp.roster import lesson_name
from camp.when import day_and_time, day_and_time_near
from storage import attendance, journal, kf, learner_cards, members, notes, nudge_budgets, orders, placements, tagging
from storage.attendance import Seat
from storage.cohorts import Lesson
from storage.database import Tx
from storage.journal import Entry
from storage.learner_cards import Surroundings
from storage.learners import Learner

_NEWEST = 3
_STORY = 5
_QUOTE_BYTES = 120
_NOT_THERE = {
    LessonState.OPEN: "card.not_yet",
    LessonState.NOT_COUNTED: "card.not_counted",
    LessonState.REPLAYED: "card.not_counted",
}


async def card_lines(tx: Tx, policy: Policy, say: Say, learner: Learner) -> list[str]:
    """The card's lines, the most asked-for first; no phone number is on it."""
    seats = await attendance.seats_of(tx, learner.id)
    around = await learner_cards.surroundings(tx, learner.id)
    lines = [say("card.head", id=learner.id, name=learner.shown)]
    if seats:
        lines += _seat_lines(policy, say, seats[0], around[seats[0].enrolment.id])
        lines += await _why_there(tx, policy, say, learner, seats[0])
        lines += [_lesson_line(policy, say, seats[0], lesson, tx) for lesson in seats[0].lessons]
    else:
        lines.append(say("card.not_enrolled"))
    lines += [_earlier_line(say, seat, around[seat.enrolment.id]) for seat in seats[1:]]
    lines += await _written_lines(tx, policy, say, learner)
    lines += await _reach_lines(tx, policy, say, learner)
    story = await journal.story(tx, learner.id, _STORY)
    if story:
        names = await _names(tx, story)
        lines += [say("card.story"), *[_story_line(policy, say, entry, names) for entry in story]]
    return lines


def _seat_lines(policy: Policy, say: Say, seat: Seat, around: Surroundings) -> list[str]:
    enrolment = seat.enrolment
    named = around.cohort != around.cohort_code
    where = [say("card.cohort", cohort=around.cohort, code=around.cohort_code) if named else around.cohort]
    where.append(say("card.group", group=around.group) if around.group else say("card.no_group"))
    if not enrolment.in_group:
        where.append(say("teacher.mark_not_in_group"))
    lines = [" · ".join(where)]
    lines.append(
        say(
            "card.people",
            teacher=around.class_teacher or say("card.nobody"),
            channel=around.channel or say("card.nobody"),
            since=day_and_time(policy, enrolment.enrolled_at),
        )
    )
    lines.append(say("progress.counts", **vars(tally(seat))))
    return lines


async def _why_there(tx: Tx, policy: Policy, say: Say, learner: Learner, seat: Seat) -> list[str]:
    """The one place where somebody looks after them, since when, and by which rule if a rule put them there."""
    place = say(f"common.place_{seat.enrolment.place}")
    line = say("card.place", place=place, since=day_and_time(policy, seat.enrolment.place_at))
    placed = await placements.newest(tx, learner.id)
    if placed is None or placed.enrolment_id != seat.enrolment.id or placed.to_place != seat.enrolment.place:
        return [line]
    titles = {rule.name: rule.title for rule in policy.rulebook.rules}
    return [line + say("card.placed_by", rule=titles.get(placed.rule) or placed.rule, attended=placed.attended)]


def _lesson_line(policy: Policy, say: Say, seat: Seat, lesson: Lesson, tx: Tx) -> str:
    seen = seat.seen(lesson)
    state = lesson_state(seat, lesson, tx.now)
    if state is LessonState.UPCOMING:
        begins = day_and_time(policy, lesson.starts_at)
        return say("card.lesson", lesson=lesson_name(say, lesson), what=say("card.upcoming", begins=begins))
    what = [say("card.attended" if seen.attended else _NOT_THERE.get(state, "card.absent"))]
    if seen.completed:
        what.append(say("card.completed"))
    if seen.teacher_mark_at is not None:
        what.append(say("card.marked", reason=cut(seen.teacher_mark_reason or "", _QUOTE_BYTES)))
    if seen.homework_at is not None:
        what.append(say("card.homework", text=cut(seen.homework or "", _QUOTE_BYTES)))
    if seen.score is not None:
        what.append(say("card.score", score=seen.score))
    if seen.rating is not None:
        what.append(say("card.rating", rating=seen.rating, words=cut(seen.rating_words or "", _QUOTE_BYTES)).rstrip())
    return say("card.lesson", lesson=lesson_name(say, lesson), what=" · ".join(what))


def _earlier_line(say: Say, seat: Seat, around: Surroundings) -> str:
    return say(
        "card.earlier",
        code=around.cohort_code,
        attended=seat.enrolment.attended,
        completed=seat.enrolment.completed,
        place=say(f"common.place_{seat.enrolment.place}"),
    )


async def _written_lines(tx: Tx, policy: Policy, say: Say, learner: Learner) -> list[str]:
    """Tags, orders, questions and notes."""
    lines = []
    tags = await tagging.wanted_of(tx, learner.id)
    if tags:
        lines.append(say("card.tags", tags="、".join(name for _, name in tags)))
    for order in await orders.of_learner(tx, learner.id):
        bought = say("card.order", course=order.course, amount=yuan(order.amount_fen), at=day_and_time(policy, order.paid_at))
        lines.append(bought + (say("card.refunded", amount=yuan(order.refunded_fen)) if order.refunded_fen else ""))
    for asked in await learner_cards.newest_questions(tx, learner.id, _NEWEST):
        answer = cut(asked.answer, _QUOTE_BYTES) if asked.answer else say("card.unanswered", id=asked.id)
        lines.append(say("card.question", text=cut(asked.text, _QUOTE_BYTES), answer=answer))
    for note in await notes.newest(tx, learner.id, _NEWEST):
        key = "card.follow_up" if note.kind == "follow_up" else "card.note"
        at = day_and_time(policy, note.at)
        lines.append(say(key, text=cut(note.text, _QUOTE_BYTES * 2), author=note.author, at=at))
    return lines


async def _reach_lines(tx: Tx, policy: Policy, say: Say, learner: Learner) -> list[str]:
    """How the learner can be reached now."""
    window = await kf.window(tx, learner.id)
    if learner.unsubscribed_at is not None:
        line = say("card.unsubscribed")
    elif window is None or window.until is None:
        line = say("card.window_shut")
    else:
        line = say("card.window", left=window.left, until=day_and_time_near(policy, window.until, tx.now))
    friends = await learner_cards.friends_of(tx, learner.id)
    if friends:
        spent = (await nudge_budgets.spent_by(tx, learner.id, spans_now(tx, policy)))[2]
        limit = policy.nudge.monthly(tx.now.astimezone(policy.zone).date())
        mass = say("card.mass_sends", spent=spent, limit=limit) if spent else ""
        return [line + say("card.friends", friends="、".join(friends)) + mass]
    return [line + say("card.no_friends")]


async def _names(tx: Tx, story: Sequence[Entry]) -> dict[str, str]:
    """What the members in the story are called, by userid."""
    userids = {name for kind, _, name in (entry.by.partition(":") for entry in story) if kind == "member"}
    found = [await members.find(tx, userid) for userid in sorted(userids)]
    return {member.userid: member.shown for member in found if member is not None}


def _story_line(policy: Policy, say: Say, entry: Entry, names: Mapping[str, str]) -> str:
    known = f"card.story_{entry.kind}"
    what = say(known) if known in PHRASES else entry.kind
    lesson = entry.detail.get("lesson")
    if isinstance(lesson, int):
        what = say("card.story_lesson", lesson=say("teacher.lesson_number", seq=lesson), what=what)
    return say("card.story_line", at=day_and_time(policy, entry.at), what=what, by=_who(say, entry.by, names))


def _who(say: Say, by: str, names: Mapping[str, str]) -> str:
    kind, _, name = by.partition(":")
    known = f"card.by_{kind}"
    return say(known, name=names.get(name, name)) if known in PHRASES else by
