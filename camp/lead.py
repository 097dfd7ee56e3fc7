"""Everything about a learner that the one who claimed them needs: who, how to reach them, and the story so far."""

from __future__ import annotations

from camp.messages import cut
from camp.phrases import Say
from camp.policy import Policy
from camp.when import day_and_time
from storage import follows, leads, members, notes
from storage.database import Tx
from storage.members import Member
from storage.pools import Entry

_NEWEST = 3
_QUOTE_BYTES = 120


async def identity_lines(tx: Tx, policy: Policy, say: Say, entry: Entry, member: Member) -> list[str]:
    """The lines for the claimer; phone numbers are not among them: each reveal is asked for and recorded by itself."""
    due = (await leads.lessons_due(tx, [entry]))[entry.id]
    lines = [
        say("pool.who", name=entry.name or "?", number=entry.learner_id, cohort=entry.cohort_name),
        await _reach(tx, say, entry, member),
        say(
            "pool.story",
            attended=entry.attended,
            to_attend=due.to_attend,
            completed=entry.completed,
            to_complete=due.to_complete,
            channel=entry.channel_name or "-",
        ),
    ]
    ratings = await leads.ratings_of(tx, entry.enrolment_id)
    if ratings:
        given = [
            say("pool.story_rating", seq=seq, stars=stars, words=f"“{cut(words, _QUOTE_BYTES)}”" if words else "")
            for seq, stars, words in ratings
        ]
        lines.append(say("pool.story_ratings", ratings=say("closing.comma").join(given)))
    asked = await leads.questions_of(tx, entry.learner_id, _NEWEST)
    if asked:
        lines.append(say("pool.story_questions", questions=" / ".join(cut(words, _QUOTE_BYTES) for words in asked)))
    written = await notes.newest(tx, entry.learner_id, _NEWEST)
    if written:
        lines.append(say("pool.story_notes"))
        lines += [
            say(
                "pool.story_note",
                at=day_and_time(policy, note.at),
                author=note.author,
                text=cut(note.text, _QUOTE_BYTES),
            )
            for note in written
        ]
    return [*lines, say("pool.next_step", number=entry.learner_id)]


async def _reach(tx: Tx, say: Say, entry: Entry, member: Member) -> str:
    friends = [follow.member_id for follow in await follows.of_learners(tx, [entry.learner_id]) if follow.live]
    if member.id in friends:
        return say("pool.reach_friend")
    # The class teacher knows them best; any other friend will do.
    known = sorted(friends, key=lambda member_id: member_id != entry.class_teacher_id)
    if not known:
        return say("pool.reach_none")
    return say("pool.reach_teacher", teacher=(await members.load(tx, known[0])).shown)
