"""The welcome of a new friend: one message per welcome code, inside its 20 seconds, with the kf link when it is known in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from camp.checkin_link import Ticket, link_with, token_for
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.way_in import way_into
from camp.when import day_and_time
from storage import cohorts, journal, kf, outbox
from storage.columns import to_micros
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.outbox import Answer, Intent, Priority, add_intent, add_intents

# Doc 92599: the code lives 20 s; two of them are left for the way.
_CODE_LIVES = timedelta(seconds=18)
# How long a welcome waits for the kf link before it goes out without.
_LINK_WITHIN = timedelta(seconds=8)
# In the context of a welcome that waits for the link: what it is made of.
_PARTS = "parts"


async def greet(tx: Tx, policy: Policy, learner: Learner, enrolment: Enrolment | None, code: str) -> None:
    """Welcomes the learner with this code; a code used before says nothing more.

    While the kf link is not known the welcome waits for it a little in the outbox; one question to WeCom serves all who wait.
    """
    say = say_in(policy.language)
    parts = await _parts(tx, policy, say, learner, enrolment)
    until = tx.now + _CODE_LIVES
    url = await kf.link_url(tx, policy.open_kfid) if policy.open_kfid else None
    if url is not None or not policy.open_kfid:
        await _send(tx, policy, code, parts, url, until)
        return
    patience = tx.now + _LINK_WITHIN
    await _send(tx, policy, code, parts, None, until, not_before=patience)
    if not await outbox.on_its_way(tx, "kf.link", patience):
        # The code in the context says that somebody's seconds are counted (storage.inbox.Turn).
        await _ask_link(tx, policy, expires_at=patience, dedup_key=f"welcome_link:{code}", context={"code": code})


async def ensure_kf_link(tx: Tx, policy: Policy) -> None:
    """Asks WeCom for the kf link at start when it is not known yet, so that welcomes need not wait for it."""
    if not policy.open_kfid or (await kf.account(tx, policy.open_kfid)).link_url is not None:
        return
    await _ask_link(tx, policy, expires_at=tx.now + timedelta(minutes=10), dedup_key=f"kf_link:{to_micros(tx.now)}", context={})


async def take_link(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The kf link came, or did not: it is kept, and the welcomes that waited go out with it or without."""
    url = answer["result"].get("url") or None if answer["ok"] else None
    if url is not None:
        await kf.account(tx, policy.open_kfid)
        await kf.change_account(tx, policy.open_kfid, link_url=url, link_scene=policy.kf_scene)
    elif await outbox.on_its_way(tx, "kf.link", tx.now + _LINK_WITHIN):
        return
    for row in await outbox.held_back(tx, "contact.welcome"):
        if _PARTS in row.context:
            await outbox.let_go(tx, row, _message(policy, row.payload["code"], row.context[_PARTS], url))


async def note_refusal(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """WeCom refused a welcome (41050 too late, 41051 they talk already, …): kept in the story, never tried again."""
    if answer["ok"]:
        return
    reason = "expired" if answer["expired"] else str(answer["errcode"])
    await journal.record(tx, answer["context"]["learner_id"], "welcome_refused", by="wecom", reason=reason)


async def words_of(tx: Tx, policy: Policy, say: Say, enrolment: Enrolment, key: str) -> str:
    """A phrase with the camp, the cohort and its start."""
    cohort = await cohorts.load_cohort(tx, enrolment.cohort_id)
    camp = await cohorts.load_camp(tx, cohort.camp_id)
    return say(key, camp=camp.name, cohort=cohort.name, start=day_and_time(policy, cohort.starts_at))


async def _parts(tx: Tx, policy: Policy, say: Say, learner: Learner, enrolment: Enrolment | None) -> dict[str, Any]:
    """What the message needs, as plain values that can wait in a context."""
    if enrolment is None:
        return {"learner_id": learner.id, "text": say("enrolment.welcome_waiting"), "camp": "", "token": None}
    cohort = await cohorts.load_cohort(tx, enrolment.cohort_id)
    camp = await cohorts.load_camp(tx, cohort.camp_id)
    hello = "enrolment.welcome" if cohort.starts_at > tx.now else "enrolment.welcome_started"
    lines = [await words_of(tx, policy, say, enrolment, hello)]
    if not enrolment.in_group:
        lines.append(await _how_to_join(tx, say, enrolment))
    token = token_for(policy, Ticket("enrolment", enrolment.id))
    return {"learner_id": learner.id, "text": "\n".join(lines), "camp": camp.name, "token": token}


async def _how_to_join(tx: Tx, say: Say, enrolment: Enrolment) -> str:
    if enrolment.class_group_id is None:
        return say("enrolment.join_soon")
    group = await cohorts.load_class_group(tx, enrolment.class_group_id)
    way = await way_into(tx, group, enrolment.channel_id)
    if way is not None:
        return say("enrolment.join_code" if way.scanned else "enrolment.join_url", url=way.url)
    name = group.code if group.code.endswith("班") else say("enrolment.group_name", code=group.code)
    return say("enrolment.join_invite", group=name)


def _message(policy: Policy, code: str, parts: dict[str, Any], url: str | None) -> dict[str, Any]:
    say = say_in(policy.language)
    payload: dict[str, Any] = {"code": code, "text": parts["text"]}
    if url is not None and parts["token"] is not None:
        payload["text"] += "\n" + say("enrolment.link_line")
        payload["link"] = {
            "title": say("enrolment.link_title", camp=parts["camp"]),
            "url": link_with(url, parts["token"]),
            "desc": say("enrolment.link_desc"),
        }
    return payload


async def _send(
    tx: Tx, policy: Policy, code: str, parts: dict[str, Any], url: str | None, until: datetime, not_before: datetime | None = None
) -> None:
    waits = {_PARTS: parts} if not_before is not None else {}
    hello = Intent(
        "contact.welcome",
        _message(policy, code, parts, url),
        priority=Priority.WELCOME,
        dedup_key=f"welcome:{code}",
        not_before=not_before,
        expires_at=until,
        answer=Answer.FAILURE,
        context={"learner_id": parts["learner_id"], **waits},
    )
    await add_intents(tx, [hello])


async def _ask_link(tx: Tx, policy: Policy, *, expires_at: datetime, dedup_key: str, context: dict[str, Any]) -> None:
    await add_intent(
        tx,
        Intent(
            "kf.link",
            {"open_kfid": policy.open_kfid, "scene": policy.kf_scene},
            priority=Priority.WELCOME,
            dedup_key=dedup_key,
            expires_at=expires_at,
            answer=Answer.ALWAYS,
            context=context,
        ),
    )
