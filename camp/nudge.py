"""A nudge: one mass-send task (企业群发) in the name of each class teacher, who sends it with one tap in WeCom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from camp import mass_task
from camp.mass_task import Made
from camp.nudge_offer import bury_offer, short_name, words_and_link
from camp.nudge_plan import Kind, Plan, Share, plan
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.nudge import lives_until, next_look
from camp.scope import scope_of
from camp.workplace import tell_each
from storage import cohorts, members, nudge_budgets, nudges
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.members import Member
from storage.nudges import Change, Got, Nudge, State
from storage.outbox import Priority
from storage.scopes import Scope

ABOUT = "nudge"
# Doc 92135: at most 10,000 customers in one task.
_MOST_LEARNERS = 10_000


class Verdict(StrEnum):
    """What came of a request; each has its wording `nudge.<value>`."""

    STARTED = "started"
    WAITING = "waiting"
    QUIET = "quiet"
    CLOSED = "closed"
    NOBODY_MISSING = "nobody_missing"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Outcome:
    """`started`: for whom tasks are being made, with the words `text`; `waiting`: the tasks there are already."""

    verdict: Verdict
    found: Plan | None = None
    started: Sequence[Share] = ()
    text: str = ""
    waiting: Sequence[Nudge] = ()


async def start(
    tx: Tx, policy: Policy, cohort: Cohort, lesson: Lesson, kind: Kind, member: Member, scope: Scope | None = None
) -> Outcome:
    """Asks WeCom for the tasks about the learners in the scope (by default the member's) who miss the lesson at this moment."""
    if cohort.closed_at is not None:
        return Outcome(Verdict.CLOSED)
    if policy.nudge.is_quiet(tx.now.astimezone(policy.zone).time()):
        return Outcome(Verdict.QUIET)
    scope = scope or scope_of(member)
    waiting = await nudges.waiting_for(tx, lesson.id, kind)
    # A second tap changes nothing: then it is not asked of every learner whether they can be reminded.
    if waiting and (asked := await _asked_for_all(tx, lesson, kind, scope, waiting)):
        return Outcome(Verdict.WAITING, waiting=asked)
    found = await plan(tx, policy, lesson, kind, scope)
    if not found.missing:
        return Outcome(Verdict.NOBODY_MISSING, found)
    if not found.open_shares:
        asked = [nudge for nudge in waiting if nudge.teacher_id in found.waiting]
        return Outcome(Verdict.WAITING if asked else Verdict.UNREACHABLE, found, waiting=asked)
    words, link = await words_and_link(tx, policy, lesson, kind)
    for share in found.open_shares:
        for first in range(0, len(share.learner_ids), _MOST_LEARNERS):
            part = slice(first, first + _MOST_LEARNERS)
            nudge_id = await nudges.add(
                tx,
                kind=kind,
                lesson_id=lesson.id,
                teacher_id=share.teacher.id,
                asked_by=member.id,
                text=words,
                until=lives_until(tx.now.astimezone(policy.zone), lesson.ends_at.astimezone(policy.zone)),
                learner_ids=share.learner_ids[part],
            )
            await _ask(tx, nudge_id, share.teacher, share.external_userids[part], words, link)
    return Outcome(Verdict.STARTED, found, found.open_shares, words)


async def _asked_for_all(tx: Tx, lesson: Lesson, kind: Kind, scope: Scope, waiting: Sequence[Nudge]) -> list[Nudge]:
    """The tasks for those in the scope who missed the lesson, if there is one for everybody who has a class teacher."""
    teachers = await nudge_budgets.teachers_missing(tx, lesson.id, kind.without, scope)
    return [n for n in waiting if n.teacher_id in teachers] if teachers <= {n.teacher_id for n in waiting} else []


async def _ask(
    tx: Tx, nudge_id: int, teacher: Member, addresses: Sequence[str], words: str, link: dict[str, str] | None, tries: int = 1
) -> None:
    payload: dict[str, Any] = {
        "userid": teacher.userid,
        "external_userids": list(addresses),
        "text": words,
        **({"link": link} if link else {}),
    }
    await mass_task.ask(tx, ABOUT, nudge_id, payload, tries=tries)


async def take_made(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The end of add_msg_template: the task stands, or not, or nobody knows and WeCom's list is asked."""
    nudge = await nudges.load(tx, int(answer["context"]["nudge_id"]))
    if nudge is None or nudge.state is not State.ASKED:
        return
    made = mass_task.made_of(answer)
    if made is Made.STANDS:
        await _stands(tx, policy, nudge, str(answer["result"]["msgid"]), [str(one) for one in answer["result"].get("failed", [])])
    elif made is Made.NOBODY:
        await _over(tx, policy, nudge, State.NOBODY, "nudge.nobody")
    elif made is Made.UNKNOWN:
        await nudges.change(tx, nudge.id, state=State.UNSURE)
        await mass_task.look_up(tx, ABOUT, nudge.id, chat_type="single", asked_at=nudge.asked_at, tries=nudge.tries)
    else:
        phrase = "nudge.too_late" if made is Made.LATE else "nudge.failed"
        await _over(tx, policy, nudge, State.FAILED, phrase, errcode=answer["errcode"])


async def take_list(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """WeCom's list after an uncertain call: a task with our words that is no other of ours is the one; if none, it is made."""
    nudge = await nudges.load(tx, int(answer["context"]["nudge_id"]))
    if nudge is None or nudge.state is not State.UNSURE:
        return
    found = [row["msgid"] for row in answer["result"].get("messages", []) if row["text"].strip() == nudge.text.strip()]
    ours = await nudges.tasks.known_msgids(tx, found)
    strange = [msgid for msgid in found if msgid not in ours]
    if answer["ok"] and not strange:
        await _ask_again(tx, policy, nudge)
    elif len(strange) == 1 and not await nudges.alike(tx, nudge):
        await _stands(tx, policy, nudge, strange[0], [])
    else:
        await _over(tx, policy, nudge, State.FAILED, "nudge.unsure")


async def tell(
    tx: Tx,
    policy: Policy,
    nudge: Nudge,
    phrase: str,
    *,
    everybody: bool = False,
    not_before: datetime | None = None,
    **values: object,
) -> None:
    """One line to the class teacher, with `everybody` also to whoever asked for the task, where they work (camp.workplace)."""
    lesson = await cohorts.load_lesson(tx, nudge.lesson_id)
    people = await members.load_many(tx, [nudge.teacher_id, *([nudge.asked_by] if everybody else [])])
    say = say_in(policy.language)
    command = say(f"nudge.command_{nudge.kind}", seq=lesson.seq)
    words = say(phrase, lesson=short_name(say, lesson), command=command, **values)
    await _tell_each(tx, policy, nudge, lesson, dict.fromkeys(people.values(), words), phrase, not_before=not_before)


async def _tell_each(
    tx: Tx,
    policy: Policy,
    nudge: Nudge,
    lesson: Lesson,
    words: Mapping[Member, str],
    what: str,
    *,
    not_before: datetime | None = None,
) -> None:
    # In the app without a dedup_key: WeCom would swallow the second of two equal answers to two taps.
    key = f"{ABOUT}:{nudge.id}:{what}:{tx.cause_id or 0}"
    cohort_id = lesson.cohort_id
    await tell_each(tx, policy, words, cohort_id=cohort_id, key=key, priority=Priority.REPLY, not_before=not_before)


async def _ask_again(tx: Tx, policy: Policy, nudge: Nudge) -> None:
    """Surely no task stands, so one more try is none too many; after a few the class teacher is asked to do it later."""
    quiet = policy.nudge.is_quiet(tx.now.astimezone(policy.zone).time())
    if nudge.tries >= mass_task.MOST_TRIES or quiet:
        await _over(tx, policy, nudge, State.FAILED, "nudge.not_made")
        return
    tries = nudge.tries + 1
    await nudges.change(tx, nudge.id, state=State.ASKED, tries=tries)
    lesson, teacher = await cohorts.load_lesson(tx, nudge.lesson_id), await members.load(tx, nudge.teacher_id)
    _, link = await words_and_link(tx, policy, lesson, Kind(nudge.kind))
    await _ask(tx, nudge.id, teacher, await nudges.addresses(tx, nudge.id), nudge.text, link, tries)


async def _stands(tx: Tx, policy: Policy, nudge: Nudge, msgid: str, refused: Sequence[str]) -> None:
    """The task is at WeCom; those it will not take keep their budget."""
    known = await nudges.learners_of(tx, nudge.id)
    out = {known[one][0] for one in refused if one in known}
    await nudges.note(tx, nudge.id, [Change(learner_id, Got.REFUSED, None) for learner_id in sorted(out)])
    look = next_look(tx.now, nudge.until, tx.now)
    await nudges.change(tx, nudge.id, state=State.WAITING, msgid=msgid, made_at=tx.now, next_look_at=look)
    number = len({learner_id for learner_id, _ in known.values()} - out)
    lesson = await cohorts.load_lesson(tx, nudge.lesson_id)
    people = await members.load_many(tx, [nudge.teacher_id, nudge.asked_by])
    teacher, asker = people[nudge.teacher_id], people[nudge.asked_by]
    say = say_in(policy.language)
    values = {"lesson": short_name(say, lesson), "number": number, "teacher": teacher.shown, "member": asker.shown}
    rest = say("nudge.made_without", number=len(out)) if out else ""
    own = say("nudge.made" if teacher.id == asker.id else "nudge.made_by", **values) + rest
    words = {teacher: own}
    words.setdefault(asker, say("nudge.made_for", **values) + rest)
    await _tell_each(tx, policy, nudge, lesson, words, "made")
    await bury_offer(tx, policy, teacher, lesson, Kind(nudge.kind), say("nudge.card_done", number=number))


async def _over(tx: Tx, policy: Policy, nudge: Nudge, state: State, phrase: str, *, errcode: int = 0) -> None:
    await nudges.change(tx, nudge.id, state=state, closed_at=tx.now)
    number = sum((await nudges.counts(tx, [nudge.id]))[nudge.id].values())
    await tell(tx, policy, nudge, phrase, everybody=True, number=number, errcode=errcode)
