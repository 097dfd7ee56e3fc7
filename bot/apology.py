"""What is said when a fact has failed: one apology to the person who sent it, one alert to an operator."""

from __future__ import annotations

from typing import Any

from camp.kf_item import FROM_LEARNER, read_item
from camp.messages import Message, text
from camp.outgoing import DAY, alert_operators, to_learner, to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.robot import answer_turn
from storage import kf, learners
from storage.database import Tx
from storage.inbox import Fact
from storage.outbox import Intent, Priority, add_intent


async def apologise(tx: Tx, policy: Policy, fact: Fact, error: str) -> None:
    """One apology to the person who sent it, one alert to an operator; a fact that fails again says nothing new."""
    if fact.attempts == 0:
        sorry = text(say_in(policy.language)("common.apology"))
        if fact.kind in ("app.text", "app.click"):
            await to_members(tx, [fact.body["userid"]], sorry, priority=Priority.REPLY, dedup_key=f"sorry:{fact.id}")
        elif fact.kind in ("aibot.text", "aibot.click", "aibot.file", "aibot.media"):
            await answer_turn(tx, policy, fact.body["turn"], sorry)
        elif fact.kind == "kf.message":
            await _apologise_in_kf(tx, policy, fact, sorry)
    words = say_in(policy.language)("common.alert_fact", fact_id=fact.id, kind=family_of(fact), error=error)
    # A job that fails does so at every beat.
    tick = fact.kind.startswith("tick.")
    key = f"failed:{fact.kind}:{tx.now:%Y%m%d}" if tick else f"failed:{fact.id}"
    await alert_operators(tx, text(words), dedup_key=key)


async def _apologise_in_kf(tx: Tx, policy: Policy, fact: Fact, sorry: Message) -> None:
    item, key = read_item(fact.body), f"sorry:{fact.id}"
    if item.origin != FROM_LEARNER or not item.external_userid:
        return
    open_kfid = item.open_kfid or policy.open_kfid
    learner = await learners.find(tx, "external_userid", item.external_userid)
    if learner is not None:
        # That they spoke was rolled back with the rest, and without it their window looks shut.
        await kf.learner_spoke(tx, learner.id, open_kfid, item.at(tx.now))
        await to_learner(tx, policy, learner, sorry, dedup_key=key)
        return
    payload = {"to": item.external_userid, "open_kfid": open_kfid, "msgid": f"s{fact.id}", "message": sorry}
    await add_intent(tx, Intent("kf.message", payload, Priority.REPLY, dedup_key=key, expires_at=tx.now + DAY))


def family_of(fact: Fact) -> str:
    """The kind of a fact as a label: events by name and ChangeType, never anything a person wrote."""
    if fact.kind != "wecom.event":
        return fact.kind
    parts: list[Any] = [fact.body.get("Event"), fact.body.get("ChangeType")]
    return ":".join([fact.kind, *(str(part)[:40] for part in parts if part)])
