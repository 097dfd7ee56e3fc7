"""What people hear when a run of the rules is over: each class teacher once, sales by hand-off, managers the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from camp.funnel import STEPS, load_funnel
from camp.group_post import Post, tell, tell_by_robot
from camp.handoff import hand_off
from camp.messages import bars, text
from camp.moving_on import tell_movers
from camp.outgoing import alert_operators, to_members
from camp.phrases import Say, say_in
from camp.place_words import ORDER, shares_in_lines
from camp.policy import Policy
from camp.rules.place import Place
from camp.rules.rule import Moment
from storage import closings, cohorts, members, placements, pools
from storage.closings import Closing, State
from storage.cohorts import Cohort
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.members import Member
from storage.pools import Arrived, Entry
from storage.sweeps import placed_by

# A notice names so many learners per place; the rest is a number and the way to the whole list.
_NAMES = 100
# So many class teachers are told in one step: each may have hundreds of learners, and callbacks wait for the step.
_TEACHERS = 5

# (grade, lessons attended, how many)
Row = tuple[str | None, int, int]


@dataclass
class Arrivals:
    """Who came to the conversion pool so far, counted by grade and lessons attended; carried from chunk to chunk of a close."""

    counts: Counter[tuple[str | None, int]] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> Arrivals:
        return cls(Counter({(grade, attended): number for grade, attended, number in rows}))

    def add(self, rows: Iterable[Row]) -> None:
        for grade, attended, number in rows:
            self.counts[grade, attended] += number

    @property
    def rows(self) -> list[Row]:
        return [(grade, attended, number) for (grade, attended), number in self.counts.items()]

    @property
    def best_first(self) -> list[tuple[str | None, int]]:
        return sorted(self.counts, key=lambda kind: (kind[0] or "Z", -kind[1]))

    @property
    def arrived(self) -> Arrived:
        grades: Counter[str] = Counter()
        for (grade, _), number in self.counts.items():
            grades[grade or "-"] += number
        return Arrived(dict(grades), sum(attended * number for (_, attended), number in self.counts.items()))


async def report_end(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, arrivals: Arrivals) -> None:
    """Tells everybody concerned, once."""
    say = say_in(policy.language)
    run = closing.task_id
    arrived = arrivals.arrived
    singled = await _singled(tx, policy, closing, arrivals)
    found_room = await hand_off(tx, policy, singled, arrived, cohort.name, cohort_id=cohort.id, key=run)
    if closing.moment == Moment.COHORT_CLOSED:
        await _tell_managers(tx, policy, say, run, cohort)
    if not found_room:
        await alert_operators(
            tx, text(say("closing.no_room", number=arrived.number, cohort=cohort.name)), dedup_key=f"{run}:no-room"
        )
    await _go_on(tx, closing, 0)
    await tell_movers(tx, closing)


async def _singled(tx: Tx, policy: Policy, closing: Closing, arrivals: Arrivals) -> list[Entry]:
    """The best of them, who get a card each."""
    since = closing.confirmed_at or tx.now
    placed = placed_by(closing.id, since)
    singled: list[Entry] = []
    for grade, attended in arrivals.best_first:
        missing = policy.cards_per_handover - len(singled)
        if missing:
            singled += await pools.open_of(tx, closing.cohort_id, Place.CONVERSION, placed, grade, attended, since, missing)
    return singled


async def tell_teachers(tx: Tx, policy: Policy, closing_id: int, after: int) -> None:
    """The next few class teachers hear where their learners went; then those after them, as a fact of its own."""
    closing = await closings.load(tx, closing_id)
    if closing is None or closing.state is not State.DONE:
        return
    cohort = await cohorts.load_cohort(tx, closing.cohort_id)
    people = await placements.teachers_after(tx, cohort.id, after, _TEACHERS)
    if not people:
        return
    await _tell_teachers(tx, policy, closing, cohort, people)
    if len(people) == _TEACHERS:
        await _go_on(tx, closing, people[-1])


async def _go_on(tx: Tx, closing: Closing, after: int) -> None:
    key = f"{closing.task_id}:teachers:{after}"
    body = {"closing_id": closing.id, "after": after}
    await add_facts(tx, [FactDraft(WALK, "camp.close_told", key, f"close:{closing.cohort_id}", body)])


async def _tell_teachers(tx: Tx, policy: Policy, closing: Closing, cohort: Cohort, people: Sequence[int]) -> None:
    say = say_in(policy.language)
    closed = closing.moment == Moment.COHORT_CLOSED
    run = None if closed else (closing.id, closing.confirmed_at or tx.now)
    rows = await placements.roster_by_teacher(tx, cohort.id, people, _NAMES, run)
    teachers = await members.load_many(tx, people)
    head = "closing.teacher_head" if closed else "closing.teacher_window_head"
    for member_id, own in groupby(rows, key=lambda row: row.member_id):
        mine = list(own)
        teacher = teachers[member_id]
        if not teacher.active:
            continue
        number = sum({row.place: row.number for row in mine}.values())
        lines = [say(head, cohort=cohort.name, number=number), *_by_place(say, mine)]
        if any(row.place == Place.NEXT_COHORT for row in mine) and cohort.next_code:
            lines.append(say("closing.teacher_hint"))
        key = f"{closing.task_id}:teacher:{member_id}"
        await to_members(tx, [teacher.userid], text("\n".join(lines)), dedup_key=key)


def _by_place(say: Say, rows: Sequence[Any]) -> list[str]:
    lines = []
    for place in ORDER:
        there = [row for row in rows if row.place == place]
        if not there:
            continue
        names = [say("closing.named", name=row.name or "?", number=row.learner_id) for row in there]
        lines.append(say("closing.teacher_place", place=say(f"common.place_{place}"), number=there[0].number))
        # Short lines, so that a page may end after any of them.
        lines += [say("closing.comma").join(names[start : start + 8]) for start in range(0, len(names), 8)]
        if there[0].number > len(there):
            lines.append(say("closing.and_more", number=there[0].number - len(there)))
    return lines


async def _tell_managers(tx: Tx, policy: Policy, say: Say, run: str, cohort: Cohort) -> None:
    counts = await placements.count_by_place(tx, cohort.id)
    lines = [say("closing.report_head", cohort=cohort.name), *shares_in_lines(say, counts)]
    if counts.get(Place.WAITING):
        lines.append(say("closing.report_waiting", number=counts[Place.WAITING], cohort=cohort.code))
    if counts.get(Place.CLASS):
        lines.append(say("closing.report_undecided", number=counts[Place.CLASS]))
    lines.append(say("closing.report_undo", cohort=cohort.code, hours=int(policy.undo_within.total_seconds() // 3600)))
    report = text("\n".join(lines))
    teachers = await members.load_many(tx, {group.class_teacher_id for group in await cohorts.class_groups_of(tx, cohort.id)})
    readers = await tell(tx, policy, Post("teachers", report, f"{run}:group", cohort.id, concerned=list(teachers.values())))
    managers = await members.with_position(tx, "manager") or await members.with_position(tx, "operator")
    people = [one for one in managers if one.userid not in readers]
    if people:
        await tell(tx, policy, Post("managers", report, f"{run}:managers", concerned=people, each=True, heard=readers))
    if any(route.audience == "managers" for route in policy.robots):
        await _show_funnel(tx, policy, say, run, cohort, managers)


async def _show_funnel(tx: Tx, policy: Policy, say: Say, run: str, cohort: Cohort, managers: Sequence[Member]) -> None:
    """How many of those who enrolled got how far, as a picture into the managers' group."""
    numbers = (await load_funnel(tx, cohort)).total.numbers
    rows = [(say(f"manager.step_{step}"), number) for step, number in zip(STEPS, numbers, strict=True)]
    title = say("manager.funnel_head", cohort=cohort.name)
    words = "\n".join([title, *(f"{label} {number}" for label, number in rows)])
    await tell_by_robot(tx, policy, Post("managers", bars(title, rows, words), f"{run}:funnel", concerned=managers))
