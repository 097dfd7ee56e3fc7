"""The offer of a nudge: a card that says who can be reminded, who cannot and why, and what they would read."""

from __future__ import annotations

from collections.abc import Mapping

from camp import card
from camp.card import Tap
from camp.messages import Message, cut
from camp.messages import card as to_card
from camp.nudge_plan import Kind, Plan, plans_by_teacher
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.roster import check_in_link, lesson_name
from camp.rules.nudge import LeftOut
from camp.talk import Talk
from camp.when import day_and_time_near
from storage import kf
from storage.cards import Card
from storage.cohorts import Cohort, Lesson
from storage.database import Tx
from storage.members import Member

CARD = "nudge"
_NAME_BYTES = 90
# A card's description holds 44 characters.
_DESC_CHARACTERS = 44


async def offer(tx: Tx, policy: Policy, say: Say, member: Member, talk: Talk, cohort: Cohort, found: Plan) -> bool:
    """Shows the member, where they talk to us, a card about this plan for the learners in their scope; False where a tap could do
    nothing now."""
    if cohort.closed_at is not None or not found.open_shares:
        return False
    await card.bury(tx, policy, CARD, _ref(member, found.lesson, found.kind), say("nudge.card_replaced"), replaced=True)
    words, _ = await words_and_link(tx, policy, found.lesson, found.kind)
    face = _face(say, found, words, f"nudge-{found.kind}-{found.lesson.id}-{member.id}-{tx.cause_id or 0}")
    await card.show_in_talk(tx, policy, talk, CARD, _ref(member, found.lesson, found.kind), face)
    return True


async def offer_each(tx: Tx, policy: Policy, teachers: Mapping[int, Member], cohort: Cohort, lesson: Lesson) -> None:
    """Shows each of these class teachers a card about their own absent learners."""
    say = say_in(policy.language)
    for who, own in (await plans_by_teacher(tx, policy, lesson, Kind.ABSENT)).items():
        if who in teachers and teachers[who].active:
            await offer(tx, policy, say, teachers[who], Talk(teachers[who].userid), cohort, own)


async def bury_offer(
    tx: Tx, policy: Policy, member: Member, lesson: Lesson, kind: Kind, verdict: str, tap: Tap | None = None
) -> bool:
    """The member's cards about this say the verdict in place of the button; True when the tapped one is among them."""
    return await card.bury(tx, policy, CARD, _ref(member, lesson, kind), verdict, tap)


def is_for(shown: Card, member: Member) -> bool:
    """Whether the card offers this member's nudge: in a group everybody can tap it."""
    return shown.ref.rpartition(":")[2] == str(member.id)


def in_words(say: Say, found: Plan) -> str:
    """`5 人没到课：可群发提醒 4 人，1 人本月额度已用完`."""
    return _head(say, found) + "".join(say(f"nudge.left_{why}", number=found.left[why]) for why in LeftOut if found.left.get(why))


async def words_and_link(tx: Tx, policy: Policy, lesson: Lesson, kind: Kind) -> tuple[str, dict[str, str] | None]:
    """What the learners will read, in the house's language whatever the member speaks, and the link below it."""
    say = say_in(policy.language)
    link = await _link_of(tx, policy, say, lesson)
    return _text_of(tx, policy, say, lesson, kind, linked=link is not None), link


def _text_of(tx: Tx, policy: Policy, say: Say, lesson: Lesson, kind: Kind, *, linked: bool) -> str:
    """How to be counted while check-in is open, how to make up for it afterwards."""
    values = {"lesson": short_name(say, lesson), "seq": lesson.seq}
    if kind is Kind.UNFINISHED:
        return say("nudge.text_unfinished", **values)
    if tx.now >= lesson.checkin_closes_at:
        return say("nudge.text_over", **values)
    if not linked:
        return say("nudge.text_no_link", **values)
    if tx.now < lesson.ends_at:
        return say("nudge.text_running", end=day_and_time_near(policy, lesson.ends_at, tx.now), **values)
    return say("nudge.text_open", until=day_and_time_near(policy, lesson.checkin_closes_at, tx.now), **values)


async def _link_of(tx: Tx, policy: Policy, say: Say, lesson: Lesson) -> dict[str, str] | None:
    """The link below the text: it checks in while that is open, and then leads to where 完课 is said; None without kf."""
    if tx.now < lesson.checkin_closes_at:
        url = await check_in_link(tx, policy, lesson)
        title, desc = "nudge.link_check_in", "nudge.link_check_in_desc"
    else:
        url = await kf.link_url(tx, policy.open_kfid)
        title, desc = "nudge.link_kf", "nudge.link_kf_desc"
    if url is None:
        return None
    return {"title": say(title, lesson=short_name(say, lesson)), "url": url, "desc": say(desc, seq=lesson.seq)}


def short_name(say: Say, lesson: Lesson) -> str:
    """The lesson's name, cut so that a text with it stays short."""
    return cut(lesson_name(say, lesson), _NAME_BYTES)


def _face(say: Say, found: Plan, words: str, task_id: str) -> Message:
    whole = in_words(say, found)
    content = say("nudge.card_content", text=words)
    fits = len(whole) <= _DESC_CHARACTERS
    return to_card(
        task_id,
        say("nudge.card_title", lesson=short_name(say, found.lesson)),
        desc=whole if fits else _head(say, found),
        words=content if fits else f"{whole}\n{content}",
        fields=[(say("nudge.field_budget"), say("nudge.budget", spent=found.spent, limit=found.monthly))],
        buttons=[(f"nudge:{found.kind}:{found.lesson.id}", say("nudge.button"), 1)],
    )


def _head(say: Say, found: Plan) -> str:
    return say(f"nudge.head_{found.kind}", missing=found.missing, number=found.reachable)


def _ref(member: Member, lesson: Lesson, kind: Kind) -> str:
    return f"{kind}:{lesson.id}:{member.id}"
