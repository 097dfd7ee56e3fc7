"""Notes (备注) and tags by hand (标签): what a class teacher adds to a learner's story."""

from __future__ import annotations

from collections.abc import Sequence

from camp.policy import Policy
from camp.tagging import TEACHER_GROUP, want_many
from storage import journal, notes, tagging
from storage.database import Tx
from storage.learners import Learner
from storage.members import Member


async def add_note(tx: Tx, learner: Learner, member: Member, words: str) -> None:
    """Keeps the words with their author; the story says that there is a note, the note says what."""
    await notes.add(tx, learner.id, member.id, "note", words)
    await journal.record(tx, learner.id, "noted", by=f"member:{member.userid}")


async def change_tags(
    tx: Tx, policy: Policy, learner: Learner, member: Member, *, add: Sequence[str], remove: Sequence[str]
) -> list[str]:
    """Adds and removes tags of the class teachers' own group; returns all tags the learner carries now."""
    by = f"member:{member.userid}"
    await want_many(tx, policy, [(learner.id, TEACHER_GROUP, name) for name in remove], wanted=False, by=by)
    await want_many(tx, policy, [(learner.id, TEACHER_GROUP, name) for name in add], wanted=True, by=by)
    await journal.record(tx, learner.id, "tagged", by=by, add=list(add), remove=list(remove))
    return [name for _, name in await tagging.wanted_of(tx, learner.id)]
