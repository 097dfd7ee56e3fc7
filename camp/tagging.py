"""Tags in WeCom as a projection of our facts: a wish is recorded at once, a continuation tells WeCom, the answers settle it.

Others call `want` or `want_many` and forget about it. Several wishes of one learner in one transaction become one call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from camp.policy import Policy
from storage import tagging
from storage.columns import from_micros, to_micros
from storage.database import Tx
from storage.follows import end as end_follow
from storage.inbox import WALK, FactDraft, add_facts
from storage.outbox import Answer, Intent, Priority, add_intent
from storage.tagging import Due, Tag, Wish

TEACHER_GROUP = "老师标签"

# One continuation handles so many learners: its transaction stays short while a close tags thousands.
_LEARNERS_PER_FACT = 50
# Of a walk over all wishes one step looks at so many, due or not.
_MARKS_PER_FACT = 5_000
# Doc 92117: a tag name has at most 30 characters; WeCom would cut it and then not know ours.
_NAME_CHARS = 30
_ASK_AGAIN_AFTER = timedelta(minutes=10)
_STUCK_AFTER = timedelta(hours=1)

# WeCom's answers that mean something of their own here (wecom-api.md 2.2).
_BAD_TAG_ID, _NO_FRIEND = 40068, 84061


async def want(tx: Tx, policy: Policy, learner_id: int, group: str, name: str, wanted: bool = True, *, by: str = "camp") -> None:
    """The learner should carry (or not carry) this tag; WeCom is told after the commit."""
    await want_many(tx, policy, [(learner_id, group, name)], wanted=wanted, by=by)


async def want_many(
    tx: Tx, policy: Policy, wishes: Sequence[tuple[int, str, str]], *, wanted: bool = True, by: str = "camp"
) -> None:
    """The same for many (learner_id, group, name) at once; set-based, thousands are fine."""
    if not wishes:
        return
    await tagging.wish(tx, [Wish(learner_id, group, name[:_NAME_CHARS], wanted) for learner_id, group, name in wishes], by)
    await ask_flush(tx, sorted({learner_id for learner_id, _, _ in wishes}))


async def ask_flush(tx: Tx, learner_ids: Sequence[int]) -> None:
    """Tells WeCom of these learners' wishes after the commit."""
    drafts = []
    for start in range(0, len(learner_ids), _LEARNERS_PER_FACT):
        part = list(learner_ids[start : start + _LEARNERS_PER_FACT])
        digest = hashlib.sha256(repr(part).encode()).hexdigest()[:16]
        key = f"tags:{tx.cause_id or to_micros(tx.now)}:{digest}"
        drafts.append(FactDraft("camp", "camp.tags", key, "tags", {"learner_ids": part}))
    await add_facts(tx, drafts)


async def ask_flush_all(tx: Tx, after_id: int = 0, stuck_before: datetime | None = None) -> None:
    """Goes through all learners with untold wishes, part by part; marks sent before `stuck_before` are due again."""
    key = f"tags:{tx.cause_id or to_micros(tx.now)}:after:{after_id}"
    body = {"after": after_id, **({} if stuck_before is None else {"stuck_before": to_micros(stuck_before)})}
    await add_facts(tx, [FactDraft(WALK, "camp.tags", key, "tags", body)])


async def flush(tx: Tx, policy: Policy, body: dict[str, Any]) -> None:
    """One part of the work: marks for tags whose ids are known, one question to WeCom about all the others."""
    learner_ids = body.get("learner_ids")
    if learner_ids is None:
        learner_ids = await _next_due(tx, int(body["after"]), body.get("stuck_before"))
    dues = await tagging.due_of(tx, learner_ids)
    # A tag WeCom does not know needs no removing.
    unknown = {(d.group, d.name) for d in dues if d.tag_id is None and d.wanted}
    if unknown:
        await _ask_ids(tx, unknown)
    if known := [d for d in dues if d.tag_id is not None]:
        await _mark(tx, known)


async def _next_due(tx: Tx, after: int, stuck_before: int | None) -> list[int]:
    """The learners of the next step of a walk; the step after it is a fact of its own."""
    upto = await tagging.window_after(tx, after, _MARKS_PER_FACT)
    older = None if stuck_before is None else from_micros(stuck_before)
    if older is not None:
        await tagging.release_older(tx, after, upto, older)
    learner_ids = await tagging.learners_due(tx, after, upto, _LEARNERS_PER_FACT)
    if len(learner_ids) == _LEARNERS_PER_FACT:
        await ask_flush_all(tx, learner_ids[-1], older)
    elif upto is not None:
        await ask_flush_all(tx, upto, older)
    return learner_ids


async def take_tags(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The corp's tags (contact.tags): ids are kept, names that are missing are created, one call per group."""
    if not answer["ok"]:
        return
    await _keep_ids(tx, answer)
    asked_at = from_micros(int(answer["context"]["asked_at"]))
    missing = await tagging.still_unknown(tx, asked_at)
    if answer["context"].get("created"):
        missing = []  # created and still not listed: trying again at once would create them for ever
    for group, tags in groupby(sorted(missing), key=lambda tag: tag[0]):
        await add_intent(
            tx,
            Intent(
                "contact.add_tag",
                {"group": group, "names": [name for _, name in tags]},
                priority=Priority.SYNC,
                dedup_key=f"add_tag:{to_micros(asked_at)}:{group}",
                answer=Answer.ALWAYS,
                context={"asked_at": to_micros(asked_at)},
            ),
        )
    await ask_flush_all(tx)


async def take_created(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """Created tags (contact.add_tag). 40071 (exists already) is a success without ids: then the list is read again."""
    if not answer["ok"]:
        return
    await _keep_ids(tx, answer)
    asked_at = from_micros(int(answer["context"]["asked_at"]))
    if await tagging.still_unknown(tx, asked_at) and not answer["result"].get("tags"):
        await _read_tags(tx, asked_at, created=True)
    await ask_flush_all(tx)


async def take_marked(tx: Tx, policy: Policy, answer: dict[str, Any]) -> None:
    """The end of one contact.mark_tag; refused marks stay as they are until the night, or until their cause is gone."""
    context = answer["context"]
    learner_id: int = context["learner_id"]
    marks: list[tuple[str, str, bool]] = [(group, name, wanted) for group, name, wanted in context["marks"]]
    tags: list[Tag] = [(group, name) for group, name, _ in marks]
    if answer["ok"]:
        await tagging.mark_told(tx, learner_id, marks)
    elif answer["errcode"] == _NO_FRIEND:
        # Another friendship may carry the tags; without one they wait until somebody is added again.
        if await end_follow(tx, learner_id, context["member_id"], "gone"):
            await tagging.release(tx, learner_id, tags)
            await ask_flush(tx, [learner_id])
    elif answer["errcode"] == _BAD_TAG_ID and await tagging.forget_ids(tx, tags, tx.now - _ASK_AGAIN_AFTER):
        await tagging.release(tx, learner_id, tags)
        await ask_flush(tx, [learner_id])


async def renew(tx: Tx, learner_id: int) -> None:
    """A friendship began (again): its tags start empty, all wishes are told once more."""
    if await tagging.forget_told(tx, learner_id):
        await ask_flush(tx, [learner_id])


async def retry_stuck(tx: Tx) -> None:
    """The nightly second chance for marks that were refused or lost."""
    await ask_flush_all(tx, stuck_before=tx.now - _STUCK_AFTER)


async def _mark(tx: Tx, dues: Sequence[Due]) -> None:
    targets = await tagging.targets(tx, {d.learner_id for d in dues})
    sent: list[Due] = []
    for learner_id, group in groupby(dues, key=lambda d: d.learner_id):
        target = targets.get(learner_id)
        if target is None:
            continue
        own = list(group)
        payload = {
            "userid": target.userid,
            "external_userid": target.external_userid,
            "add": [d.tag_id for d in own if d.wanted],
            "remove": [d.tag_id for d in own if not d.wanted],
        }
        marks = [[d.group, d.name, d.wanted] for d in own]
        context = {"learner_id": learner_id, "member_id": target.member_id, "marks": marks}
        await add_intent(tx, Intent("contact.mark_tag", payload, priority=Priority.SYNC, answer=Answer.ALWAYS, context=context))
        sent += own
    await tagging.mark_sent(tx, sent)


async def _ask_ids(tx: Tx, unknown: Collection[Tag]) -> None:
    if await tagging.ask_for(tx, unknown, tx.now - _ASK_AGAIN_AFTER):
        await _read_tags(tx, tx.now)


async def _read_tags(tx: Tx, asked_at: datetime, *, created: bool = False) -> None:
    context = {"asked_at": to_micros(asked_at), "created": created}
    key = f"tags:{context['asked_at']}:{created}"
    await add_intent(tx, Intent("contact.tags", {}, priority=Priority.SYNC, dedup_key=key, answer=Answer.ALWAYS, context=context))


async def _keep_ids(tx: Tx, answer: dict[str, Any]) -> None:
    tags = answer["result"].get("tags", [])
    await tagging.learn_ids(tx, [(tag["group_name"], tag["name"], tag["tag_id"]) for tag in tags])
