"""The nightly comparison with WeCom: callbacks get lost (doc 90238), so members, friendships and groups are read and repaired.

One chain of questions: departments, members of each, who has friends, their friends in pages, each class group, the report.
Each answer asks the next question; `context` carries the start of the run and what was found. Run twice, it finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from camp import class_group, contact, identity, join_code, member, staff_room, tagging
from camp.class_group import Drift
from camp.messages import text
from camp.outgoing import alert_operators, to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import directory, follows, group_members, identities, journal, learners, members
from storage.columns import from_micros, to_micros
from storage.database import Tx
from storage.outbox import Answer, Intent, Priority, add_intent

# Doc 92994: batch/get_by_user takes 100 members.
_USERS = 100
# Who added a member longer ago than this has met them by now; a first comparison finds years of them.
_STILL_UNGREETED = timedelta(days=3)
_NAMES = 10
_MORNING = time(8)
_COUNTS = ("added", "ended", "joined", "quit", "members_left", "failed")

Context = Mapping[str, Any]


async def start(tx: Tx, policy: Policy) -> None:
    """Begins a comparison; also gives those who wait for a cohort and tags that were refused their next chance, and looks
    where the join codes lead."""
    await contact.ask_enrol_waiting(tx)
    await tagging.retry_stuck(tx)
    await join_code.ask_comparison(tx)
    await join_code.ask_where_all(tx)
    await _ask(tx, "directory.departments", {}, {"run": to_micros(tx.now)}, step="departments")


async def take_departments(tx: Tx, policy: Policy, answer: Context) -> None:
    """All departments in sight; then the members of the first."""
    context = _counted(answer)
    found = answer["result"].get("departments", []) if answer["ok"] else []
    await directory.keep_departments(tx, [(d["id"], d["name"], d["parentid"]) for d in found])
    await _ask_next_department(tx, policy, context, 0)


async def take_members(tx: Tx, policy: Policy, answer: Context) -> None:
    """The members of one department; after the last one, who was not met any more has left."""
    context = _counted(answer)
    if answer["ok"]:
        found = [(m["userid"], m["name"]) for m in answer["result"].get("members", [])]
        await directory.meet_members(tx, context["department"], found, _run_at(context))
    await _ask_next_department(tx, policy, context, context["department"])


async def take_follow_users(tx: Tx, policy: Policy, answer: Context) -> None:
    """Who may have friends; their friends are read a hundred members at a time."""
    context = _counted(answer)
    users = answer["result"].get("userids", []) if answer["ok"] else []
    await _ask_contacts(tx, policy, {**context, "waiting": users})


async def take_contacts(tx: Tx, policy: Policy, answer: Context) -> None:
    """A page of friendships: missing ones are made up for (without a welcome), after the last page vanished ones end."""
    context = _counted(answer)
    users: list[str] = context["users"]
    if not answer["ok"]:
        # Half a list proves nothing about who is missing from it.
        await _ask_contacts(tx, policy, context)
        return
    result = answer["result"]
    added = await _compare_page(tx, policy, result.get("contacts", []), _run_at(context))
    context = _plus(context, added=added)
    if result.get("next_cursor"):
        await _ask_page(tx, context, users, result["next_cursor"])
        return
    known = [m for m in [await members.find(tx, user) for user in users] if m is not None]
    vanished = await follows.unseen(tx, [m.id for m in known], _run_at(context))
    for follow in vanished:
        await follows.end(tx, follow.learner_id, follow.member_id, "gone")
        await journal.record(tx, follow.learner_id, "friend_lost", by="wecom", ended_by="gone")
    await _ask_contacts(tx, policy, _plus(context, ended=len(vanished)))


async def after_group(tx: Tx, policy: Policy, answer: Context, drift: Drift) -> None:
    """A class group was read (camp.class_group did the comparing): on to the next, and at the end the report."""
    context = _plus(_counted(answer), joined=drift.joined, quit=drift.quit)
    await _ask_next_group(tx, policy, context, context["class_group_id"])


async def _ask_next_department(tx: Tx, policy: Policy, context: Context, after_id: int) -> None:
    department = await directory.next_department(tx, after_id)
    if department is not None:
        carried = {**context, "department": department}
        await _ask(tx, "directory.members", {"department_id": department}, carried, step=f"department:{department}")
        return
    # An unreadable department hides its members: then nobody counts as missing tonight.
    missing = [] if context.get("failed") else await directory.missing(tx, _run_at(context))
    left = [userid for userid in missing if await member.leave(tx, policy, userid)]
    await _ask(tx, "contact.follow_users", {}, _plus(context, members_left=len(left)), step="follow_users")


async def _ask_contacts(tx: Tx, policy: Policy, context: Context) -> None:
    waiting: Sequence[str] = context["waiting"]
    if waiting:
        carried = {**context, "waiting": waiting[_USERS:]}
        await _ask_page(tx, carried, list(waiting[:_USERS]), "")
        return
    await _ask_next_group(tx, policy, context, 0)


async def _ask_page(tx: Tx, context: Context, users: list[str], cursor: str) -> None:
    step = f"contacts:{users[0]}:{sha256(cursor.encode()).hexdigest()[:16]}"
    await _ask(tx, "contact.by_user", {"userids": users, "cursor": cursor}, {**context, "users": users}, step=step)


async def _ask_next_group(tx: Tx, policy: Policy, context: Context, after_id: int) -> None:
    group = await group_members.next_declared(tx, after_id)
    if group is not None:
        await class_group.read_group(tx, group, context=_core(context))
        return
    await _report(tx, policy, context)


async def _report(tx: Tx, policy: Policy, context: Context) -> None:
    await staff_room.read_all(tx, policy)
    say = say_in(policy.language)
    parts = [say(f"enrolment.drift_{name}", count=context[name]) for name in _COUNTS if context.get(name)]
    if parts:
        words = say("enrolment.drift", parts="，".join(parts) if policy.language == "zh" else ", ".join(parts))
        await alert_operators(tx, text(words), dedup_key=f"drift:{context['run']}")


async def _compare_page(tx: Tx, policy: Policy, contacts: Sequence[Mapping[str, Any]], run_at: datetime) -> int:
    """Makes up for the friendships of the page that we do not know; returns how many."""
    known = await identities.by_external_userids(tx, [c["external_userid"] for c in contacts])
    ours = {(f.learner_id, f.member_id): f for f in await follows.of_learners(tx, [person.id for person in known.values()])}
    staff = {user: await members.ensure(tx, user) for user in sorted({c["userid"] for c in contacts})}
    added = 0
    seen: list[tuple[int, int]] = []
    ungreeted: dict[str, list[tuple[int, str]]] = {}
    for row in contacts:
        learner, friend = known.get(row["external_userid"]), staff[row["userid"]]
        since = datetime.fromtimestamp(row["createtime"], UTC) if row.get("createtime") else run_at
        follow = ours.get((learner.id, friend.id)) if learner else None
        if learner is None or follow is None or _lives_again(follow, since):
            state = row.get("state") or ""
            learner = await contact.add_contact(tx, policy, row["external_userid"], row["userid"], state, at=min(since, run_at))
            added += 1
            if friend.active and since > run_at - _STILL_UNGREETED:
                ungreeted.setdefault(friend.userid, []).append((learner.id, row.get("name") or learner.shown))
        seen.append((learner.id, friend.id))
    await follows.mark_seen(tx, seen, run_at)
    await _compare_people(tx, policy, contacts)
    await _tell_ungreeted(tx, policy, ungreeted, run_at)
    return added


async def _tell_ungreeted(tx: Tx, policy: Policy, ungreeted: Mapping[str, Sequence[tuple[int, str]]], run_at: datetime) -> None:
    """The callback of these friends was lost and with it the welcome (20 s, doc 92599): whom they added may greet them.

    `ungreeted` is who they added → their numbers and names. The comparison runs at night; nobody is woken for this.
    """
    say = say_in(policy.language)
    local = tx.now.astimezone(policy.zone)
    morning = datetime.combine(local.date(), _MORNING, policy.zone)
    for userid, people in ungreeted.items():
        names = [say("enrolment.ungreeted_name", name=name, id=learner_id) for learner_id, name in people[:_NAMES]]
        words = say("enrolment.ungreeted", count=len(people), names=say("enrolment.ungreeted_between").join(names))
        key = f"ungreeted:{to_micros(run_at)}:{userid}:{people[0][0]}"
        await to_members(tx, [userid], text(words), dedup_key=key, not_before=morning if morning > tx.now else None)


def _lives_again(follow: follows.Follow, since: datetime) -> bool:
    """An ended friendship in WeCom's list: made anew after its end, or it had only been out of sight.

    A learner who deleted the member stays in that member's list (doc 92130), so being listed alone means nothing.
    """
    if follow.ended_at is None:
        return False
    return follow.ended_by == "gone" or since > follow.ended_at


async def _compare_people(tx: Tx, policy: Policy, contacts: Sequence[Mapping[str, Any]]) -> None:
    """Name, unionid and phones as WeCom has them now; only who has something new is touched."""
    known = await identities.by_external_userids(tx, [c["external_userid"] for c in contacts])
    ties = await identities.of_learners(tx, [person.id for person in known.values()])
    for row in contacts:
        before, phones = known[row["external_userid"]], identity.phones_of(policy, row)
        subjects: list[dict[str, Any]] = [{"unionid": row.get("unionid")}, *({"phone": number} for number in phones)]
        told = {pair for subject in subjects for pair in identity.identities_in(policy, subject)}
        if row.get("name") in (None, "", before.name) and told <= ties.get(before.id, set()):
            continue
        learner = await learners.find(tx, "external_userid", row["external_userid"])
        if learner is not None:
            await identity.learn(tx, policy, learner, name=row.get("name"), unionid=row.get("unionid"), phones=phones)


async def _ask(tx: Tx, call: str, payload: dict[str, Any], context: Context, *, step: str) -> None:
    await add_intent(
        tx,
        Intent(
            call,
            payload,
            priority=Priority.SYNC,
            dedup_key=f"reconcile:{context['run']}:{step}"[:200],
            answer=Answer.ALWAYS,
            context=dict(context),
        ),
    )


def _core(context: Context) -> dict[str, Any]:
    return {name: context[name] for name in ("run", *_COUNTS) if name in context}


def _counted(answer: Context) -> dict[str, Any]:
    context = dict(answer["context"])
    return context if answer["ok"] else _plus(context, failed=1)


def _plus(context: Context, **counts: int) -> dict[str, Any]:
    return {**context, **{name: context.get(name, 0) + number for name, number in counts.items() if number}}


def _run_at(context: Context) -> datetime:
    return from_micros(int(context["run"]))
