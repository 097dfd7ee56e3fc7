"""退订 and 恢复: whether we may write to a learner unasked. Who unsubscribes has left the class; a check-in brings them back."""

from __future__ import annotations

from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.place import Place
from storage import cohorts, enrolments, journal, learners, members
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner


async def unsubscribe(tx: Tx, policy: Policy, learner: Learner) -> bool:
    """No more unasked messages; places in class become LEFT, so that no rule hands the learner on. False when done before."""
    if learner.unsubscribed_at is not None:
        return False
    await learners.change(tx, learner.id, unsubscribed_at=tx.now)
    await journal.record(tx, learner.id, "unsubscribed", by="learner")
    for enrolment in await enrolments.of_learner(tx, learner.id):
        if enrolment.place == Place.CLASS:
            await enrolments.move(tx, enrolment.id, Place.LEFT)
            await _tell_teacher(tx, policy, learner, enrolment, "learner.told_unsubscribed")
    return True


async def resume(tx: Tx, policy: Policy, learner: Learner) -> bool:
    """Undoes `unsubscribe`, also the places it took in cohorts still open. False when there is nothing to undo."""
    if learner.unsubscribed_at is None:
        return False
    await learners.change(tx, learner.id, unsubscribed_at=None)
    await journal.record(tx, learner.id, "resumed", by="learner")
    for enrolment in await enrolments.of_learner(tx, learner.id):
        # Only what 退订 itself did: who was let go for another reason at another time stays where they are.
        if enrolment.place != Place.LEFT or enrolment.place_at != learner.unsubscribed_at:
            continue
        if (await cohorts.load_cohort(tx, enrolment.cohort_id)).closed_at is None:
            await enrolments.move(tx, enrolment.id, Place.CLASS)
            await _tell_teacher(tx, policy, learner, enrolment, "learner.told_resumed")
    return True


async def _tell_teacher(tx: Tx, policy: Policy, learner: Learner, enrolment: Enrolment, phrase: str) -> None:
    if enrolment.class_teacher_id is None:
        return
    teacher = await members.load(tx, enrolment.class_teacher_id)
    if not teacher.active:
        return
    cohort = await cohorts.load_cohort(tx, enrolment.cohort_id)
    words = say_in(policy.language)(phrase, name=learner.shown, learner=learner.id, cohort=cohort.name)
    await to_members(tx, [teacher.userid], text(words), dedup_key=f"{phrase}:{enrolment.id}:{tx.cause_id}")
