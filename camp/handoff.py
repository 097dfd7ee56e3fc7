"""Hand-off to sales: who came into the conversion pool is shown, without identity, to those who have room for them."""

from __future__ import annotations

from collections.abc import Sequence

from camp import card
from camp.group_post import Post, tell
from camp.harmless import in_markdown
from camp.messages import Message, markdown
from camp.messages import card as to_card
from camp.outgoing import to_members
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.quota import rooms_of_sales
from camp.room import rooms_of
from camp.rules.mask import mask_name
from camp.rules.place import Place
from storage import leads
from storage.database import Tx
from storage.leads import Lead
from storage.pools import Arrived, Entry

CARD = "claim"


async def hand_off(
    tx: Tx, policy: Policy, singled: Sequence[Entry], arrived: Arrived, cohort_name: str, *, cohort_id: int, key: str
) -> bool:
    """Tells sales of fresh open entries: one card for each of `singled`, one message about the rest of `arrived`.

    `key` makes it happen once. False when nobody has room.
    """
    if arrived.number == 0:
        return True
    say = say_in(policy.language)
    words = _summary(say, arrived, cohort_name)
    summary, here = (markdown(f"{words}\n{say(step)}") for step in ("pool.robot_next", "pool.robot_next_here"))
    free = [room.member for room in await rooms_of_sales(tx, policy) if room.free > 0]
    await tell(tx, policy, Post("sales", summary, f"handoff:{key}", cohort_id, Place.CONVERSION, concerned=free, here=here))
    people = [member.userid for member in free]
    if not people:
        return False
    known = await leads.of_entries(tx, singled)
    groups = await rooms_of(tx, pool=Place.CONVERSION)
    for entry in singled:
        # The fact in the name: an entry that comes back later gets a fresh card, for a task_id is used once (42014).
        face = claim_card(say, entry, known[entry.id], f"claim-{entry.id}-{tx.cause_id or 0}")
        await card.show(tx, CARD, str(entry.id), people, face)
        for room in groups:
            await card.show_in_room(tx, policy, room, CARD, str(entry.id), face)
    rest = arrived.number - len(singled)
    if rest > 0:
        words = say("pool.digest", number=rest, total=arrived.number, cohort=cohort_name)
        face = to_card(f"pool-{tx.cause_id or 0}", say("pool.digest_title", cohort=cohort_name), words=words)
        await to_members(tx, people, face, dedup_key=f"handoff:{key}:digest")
    return True


def claim_card(say: Say, entry: Entry, lead: Lead, task_id: str) -> Message:
    """What is known of a learner while nobody has claimed them."""
    rating = say("pool.rating", stars=f"{lead.rating_sum / lead.ratings:.1f}") if lead.ratings else "-"
    fields = [
        (say("pool.field_attended"), f"{entry.attended}/{lead.due.to_attend}"),
        (say("pool.field_completed"), f"{entry.completed}/{lead.due.to_complete}"),
        (say("pool.field_rating"), rating),
        (say("pool.field_questions"), str(lead.questions)),
        (say("pool.field_channel"), entry.channel_name or "-"),
        (say("pool.field_grade"), entry.grade or "-"),
    ]
    return to_card(
        task_id,
        say(f"pool.card_title_{entry.pool}", cohort=entry.cohort_name),
        desc=say("pool.card_desc", number=entry.learner_id, name=mask_name(entry.name or "")),
        fields=fields,
        buttons=[(f"claim:{entry.id}", say("pool.button_claim"), 1)],
    )


def _summary(say: Say, arrived: Arrived, cohort_name: str) -> str:
    return say(
        "pool.robot_summary",
        number=arrived.number,
        cohorts=in_markdown(cohort_name),
        grades=" · ".join(f"{grade} {arrived.grades[grade]}" for grade in sorted(arrived.grades)),
        attended=f"{arrived.attended / max(1, arrived.number):.1f}",
    )
