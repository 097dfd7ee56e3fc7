"""Class groups (customer groups, 客户群): who joins and leaves, by events while their versions fit, by a full read otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from camp import enrolment, identity, join_channel
from camp.contact import known_or_new, read_contact
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.place import Place
from storage import cohorts, enrolments, group_members, identities, join_ways, journal, learners, members
from storage.cohorts import ClassGroup, Cohort
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.learners import Learner
from storage.outbox import Answer, Intent, Priority, add_intent

# Outside people as WeCom numbers them: wm… of WeChat, wo… of another corp. Members of the corp sit in the groups too.
_OUTSIDE = ("wm", "wo")
_SCENE = re.compile(r"[0-9]{1,4}")
_NO_SUCH_CHAT = 40050  # doc 90313
_OUTSIDER = 2  # `type` of a member in group.get
_BY_CODE = 3  # JoinScene
# Doc 92130: after an event some fields follow seconds later, so a read may still show the state before it.
_READ_AGAIN_AFTER = (timedelta(seconds=5), timedelta(seconds=20), timedelta(minutes=1))
_STATE_LENGTH = 64  # longer than any WeCom gives (30, doc 92229)
# By which code people came is told by a read alone; whoever comes within so many seconds shares one.
_STATES_EVERY = 10


@dataclass(frozen=True)
class Drift:
    """How many joined and left since we last knew."""

    joined: int = 0
    quit: int = 0


async def take_change(tx: Tx, policy: Policy, event: Mapping[str, Any], at: datetime) -> None:
    """An `update` event: its list is applied when it starts from the state we know, otherwise the group is read as a whole.

    The first event of a group does both: its own people count at once, whoever sat there before comes with the read.
    """
    group = await cohorts.class_group_of_chat(tx, str(event.get("ChatId") or ""))
    detail = event.get("UpdateDetail")
    if group is not None and detail in ("change_owner", "change_name"):
        await read_group(tx, group)
    if group is None or detail not in ("add_member", "del_member"):
        return
    changed: Sequence[str] = event.get("MemChangeList") or []
    last, current = str(event.get("LastMemVer") or ""), str(event.get("CurMemVer") or "")
    if current and current == group.member_version:
        return
    fits = bool(changed and last and current) and group.member_version in (None, last)
    if group.member_version is None or not fits:
        await read_group(tx, group, expect=current)
    if not fits:
        return
    await group_members.keep_version(tx, group.id, current)
    outside = await _outsiders(tx, changed)
    if detail == "add_member":
        scene = _scene(str(event.get("JoinScene") or ""))
        await _join(tx, policy, group, outside, at, scene)
        if scene in (_BY_CODE, None) and outside and await join_ways.leads_into(tx, group.cohort_id):
            await _read_states(tx, group)
    else:
        await _leave(tx, group, outside, at, _scene(str(event.get("QuitScene") or "")))


async def read_group(tx: Tx, group: ClassGroup, *, expect: str = "", context: Mapping[str, Any] | None = None) -> None:
    """Asks WeCom for the whole membership; `expect` is the version the answer should have reached."""
    again = int(context.get("again", 0)) if context else 0
    await add_intent(
        tx,
        Intent(
            "group.get",
            {"chat_id": group.chat_id},
            priority=Priority.SYNC,
            dedup_key=f"group.get:{group.id}:{expect}:{group.member_version}" if expect and not context else None,
            answer=Answer.ALWAYS,
            context={**_asked(group, expect), **(context or {})},
            not_before=tx.now + _READ_AGAIN_AFTER[again - 1] if again else None,
        ),
    )


async def _read_states(tx: Tx, group: ClassGroup) -> None:
    """The group once everybody who comes now is in: `state` stands beside its members and not in the event (doc 92122)."""
    slot = int(tx.now.timestamp()) // _STATES_EVERY + 1
    await add_intent(
        tx,
        Intent(
            "group.get",
            {"chat_id": group.chat_id},
            priority=Priority.SYNC,
            dedup_key=f"group.states:{group.id}:{slot}",
            answer=Answer.ALWAYS,
            context={**_asked(group, ""), "known": ""},
            not_before=datetime.fromtimestamp(slot * _STATES_EVERY, UTC),
        ),
    )


def _asked(group: ClassGroup, expect: str) -> dict[str, Any]:
    return {"class_group_id": group.id, "expect": expect, "known": group.member_version or ""}


async def take_group(tx: Tx, policy: Policy, answer: Mapping[str, Any]) -> Drift:
    """The whole membership (group.get): everybody in it sits here, everybody else has left.

    A read older than what events have told meanwhile changes nothing and is repeated after a pause, at most three times.
    """
    context, result = answer["context"], answer["result"]
    group = await cohorts.load_class_group(tx, context["class_group_id"])
    if not answer["ok"]:
        if answer["errcode"] == _NO_SUCH_CHAT and group.chat_id is not None:
            await dismiss(tx, policy, group, tx.now)
        return Drift()
    if not result.get("members"):
        return Drift()  # a group has at least its owner: an answer without members tells nothing
    again, expect = int(context.get("again", 0)), str(context.get("expect") or "")
    version = str(result.get("member_version") or "")
    more = again < len(_READ_AGAIN_AFTER)
    if more and version != group.member_version and _told_since(group, context):
        await read_group(tx, group, context={"again": again + 1, "known": ""})
        return Drift()
    drift = await _apply_read(tx, policy, group, result)
    if version:
        await group_members.keep_version(tx, group.id, version)
    if more and expect and version != expect:
        # The context of the nightly comparison stays behind: its chain has gone on.
        await read_group(tx, await cohorts.load_class_group(tx, group.id), expect=expect, context={"again": again + 1})
    return drift


def _told_since(group: ClassGroup, context: Mapping[str, Any]) -> bool:
    """Whether events have told of a version that was not known when the read was asked for."""
    return group.member_version is not None and context.get("known", group.member_version) != group.member_version


async def _apply_read(tx: Tx, policy: Policy, group: ClassGroup, result: Mapping[str, Any]) -> Drift:
    inside = {m["id"]: m for m in result.get("members", []) if m.get("type") == _OUTSIDER}
    before = await group_members.present(tx, group.id)
    joined, quit_ = sorted(inside.keys() - before), sorted(before - inside.keys())
    await _tie_by_unionid(tx, policy, [inside[who] for who in joined])
    for who in joined:
        at = _joined_at(inside[who], tx.now)
        await _join(tx, policy, group, [who], at, _scene(str(inside[who].get("join_scene"))))
    await _leave(tx, group, quit_, tx.now)
    await _learn_names(tx, policy, inside, set(joined))
    came = {who: str(person["state"])[:_STATE_LENGTH] for who, person in inside.items() if person.get("state")}
    new = await group_members.keep_states(tx, group.id, came) if came else set()
    if new:
        await join_channel.attribute(tx, policy, group.cohort_id, {who: came[who] for who in new})
    await _learn_chat(tx, policy, group, str(result.get("name") or ""), str(result.get("owner") or ""))
    return Drift(len(joined), len(quit_))


async def _learn_chat(tx: Tx, policy: Policy, group: ClassGroup, name: str, owner: str) -> None:
    """The chat's name and owner; a new owner is told to the class teacher and the managers, tasks to the group go to them."""
    if (name and name != group.chat_name) or group.dismissed_at is not None:
        await group_members.change_group(tx, group.id, chat_name=name or group.chat_name, dismissed_at=None)
    if not owner or owner.lower() == (group.owner or "").lower():
        return
    await group_members.change_group(tx, group.id, owner=owner)
    if group.owner is None:
        return
    before, after = await members.find(tx, group.owner), await members.find(tx, owner)
    names = {"old": before.shown if before else group.owner, "new": after.shown if after else owner}
    await _tell_staff(tx, policy, group, "group.owner_changed", f"{owner.lower()}:{tx.cause_id}", **names)


async def dismiss(tx: Tx, policy: Policy, group: ClassGroup, at: datetime) -> None:
    """The chat is no more: everybody in it has left; said once to the class teacher and the managers."""
    inside = await group_members.present(tx, group.id)
    await _leave(tx, group, sorted(inside), at)
    if group.dismissed_at is None:
        await group_members.change_group(tx, group.id, dismissed_at=at)
        await _tell_staff(tx, policy, group, "group.dismissed", group.chat_id or "", number=len(inside))


async def _tell_staff(tx: Tx, policy: Policy, group: ClassGroup, phrase: str, key: str, **values: Any) -> None:
    cohort = await cohorts.load_cohort(tx, group.cohort_id)
    teacher = await members.load(tx, group.class_teacher_id)
    people = {m.userid for m in (teacher, *await members.with_position(tx, "manager")) if m.active}
    words = say_in(policy.language)(phrase, cohort=cohort.name, group=group.code, **values)
    await to_members(tx, sorted(people), text(words), dedup_key=f"{phrase}:{group.id}:{key}")


async def _join(tx: Tx, policy: Policy, group: ClassGroup, people: Sequence[str], at: datetime, scene: int | None) -> None:
    """People came in: who is enrolled in the cohort sits here now, strangers are enrolled while it takes learners."""
    if not people:
        return
    await group_members.join(tx, group.id, people, at, scene)
    cohort = await cohorts.load_cohort(tx, group.cohort_id)
    enrolled = await group_members.enrolled_in_cohort(tx, group.cohort_id, people)
    known = await identities.by_external_userids(tx, [who for who in people if who not in enrolled])
    for who in people:
        if who in enrolled:
            await _sit_down(tx, group, enrolled[who], at)
        elif await _may_enrol(tx, cohort, known.get(who)):
            await _enrol_joiner(tx, policy, cohort, group, who)


async def _sit_down(tx: Tx, group: ClassGroup, e: Enrolment, at: datetime) -> None:
    """The class group and with it the class teacher follow where the learner sits."""
    teacher_id = group.class_teacher_id if e.place == Place.CLASS else e.class_teacher_id
    came_at = e.in_group_at if e.in_group and e.class_group_id == group.id else at
    await enrolments.change(
        tx, e.id, class_group_id=group.id, class_teacher_id=teacher_id, in_group_at=came_at, left_group_at=None
    )
    await journal.record(tx, e.learner_id, "joined_group", by="wecom", enrolment_id=e.id, at=at, group=group.code)
    if teacher_id != e.class_teacher_id and teacher_id is not None:
        userid = (await members.load(tx, teacher_id)).userid
        await journal.record(
            tx, e.learner_id, "class_teacher", by="wecom", enrolment_id=e.id, at=at, class_teacher=userid, why="group"
        )


async def _may_enrol(tx: Tx, cohort: Cohort, learner: Learner | None) -> bool:
    """Joining a group enrols somebody new while the cohort takes learners; who is in another running cohort stays there."""
    if cohort.closed_at is not None or cohort.enrol_until <= tx.now:
        return False
    return learner is None or await enrolment.open_enrolment(tx, learner.id, cohort.camp_id) is None


async def _enrol_joiner(tx: Tx, policy: Policy, cohort: Cohort, group: ClassGroup, who: str) -> None:
    """They may be nobody's friend: their name comes with the group's members, the rest when they add somebody."""
    learner = await known_or_new(tx, who)
    teacher = await members.load(tx, group.class_teacher_id)
    # The row in group_members is there already, so the enrolment starts with its seat taken.
    await enrolment.enrol(tx, policy, learner, cohort, source="chat", teacher=teacher if teacher.active else None)
    if learner.name is None:
        await read_contact(tx, who)


async def _leave(tx: Tx, group: ClassGroup, people: Sequence[str], at: datetime, scene: int | None = None) -> None:
    if not people:
        return
    await group_members.leave(tx, group.id, people, at, scene)
    for who, e in (await group_members.enrolled_in_cohort(tx, group.cohort_id, people)).items():
        if e.class_group_id != group.id or not e.in_group:
            continue
        seat = await group_members.seat_in_cohort(tx, who, group.cohort_id)
        await journal.record(tx, e.learner_id, "left_group", by="wecom", enrolment_id=e.id, at=at, group=group.code)
        if seat is None:
            await enrolments.change(tx, e.id, left_group_at=at)
        else:
            await _sit_down(tx, await cohorts.load_class_group(tx, seat.class_group_id), e, seat.joined_at)


async def _learn_names(tx: Tx, policy: Policy, inside: Mapping[str, Mapping[str, Any]], new: set[str]) -> None:
    """Of who is new here, and of whoever an event made known without a name."""
    known = await identities.by_external_userids(tx, list(inside))
    for who, person in inside.items():
        learner = known.get(who)
        if learner is not None and (who in new or (learner.name is None and person.get("name"))):
            name = person.get("name") if learner.name is None else None
            await identity.learn(tx, policy, learner, name=name or None, unionid=person.get("unionid") or None)


async def _tie_by_unionid(tx: Tx, policy: Policy, people: Sequence[Mapping[str, Any]]) -> None:
    """Who signed up elsewhere and now sits in the group is the same person: the read tells their unionid (doc 92122)."""
    known = await identities.by_external_userids(tx, [person["id"] for person in people])
    for person in people:
        if person["id"] in known or not person.get("unionid"):
            continue
        learner = await learners.find(tx, "unionid", person["unionid"])
        if learner is not None:
            await identity.learn(tx, policy, learner, external_userid=person["id"])


async def _outsiders(tx: Tx, ids: Sequence[str]) -> list[str]:
    known = await identities.by_external_userids(tx, ids)
    return [who for who in dict.fromkeys(ids) if who in known or who.startswith(_OUTSIDE)]


def _joined_at(member: Mapping[str, Any], now: datetime) -> datetime:
    seconds = int(member.get("join_time") or 0)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < now.timestamp() else now


def _scene(words: str) -> int | None:
    """How somebody came in, as WeCom numbers it (doc 92122)."""
    return int(words) if _SCENE.fullmatch(words) else None
