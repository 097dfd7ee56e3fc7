"""Join codes (入群码): made once for each cohort, channel and class, kept as the groups change, shown as a picture to who asks.

Made by WeCom in two calls, drawn and uploaded in a third; who asks meanwhile is remembered and gets it when it is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from camp.harmless import Ours
from camp.join_code_asker import asker_in, in_group, to_groups
from camp.messages import Message, image, text
from camp.messages import join_code as picture_of_code
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from camp.talk import Talk
from storage import cohorts, join_ways
from storage.cohorts import Channel, ClassGroup, Cohort
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.join_ways import JoinWay
from storage.outbox import Answer, Intent, Priority, add_intent

# Docs 92229, 92569: at most five groups behind one code, a state of at most 30 bytes, a name of at most 40 characters.
MOST_GROUPS = 5
_STATE_BYTES = 30
_NAME_LENGTH = 36
_NO_SUCH_CODE = 41044  # doc 90313: somebody removed it
# WeCom counts on from here: the class's own chat is the first.
_FIRST_OVERFLOW = 2
# Doc 90253: an upload lives three days.
_PICTURE_LIVES = timedelta(days=3) - timedelta(hours=1)
# Somebody waits for the code; the picture waits for a server that is not WeCom's API.
_CODE_WITHIN = timedelta(minutes=10)
_PICTURE_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Wanted:
    """What a code is for. `group` None: all classes of the cohort; `groups` are the classes behind it, their overflow too."""

    cohort: Cohort
    group: ClassGroup | None
    channel: Channel | None
    groups: tuple[ClassGroup, ...]

    @property
    def chat_ids(self) -> list[str]:
        """The chats the code leads into: those of the classes, then the newest that opened behind them."""
        living = [g for g in self.groups if g.chat_id and g.dismissed_at is None]
        own = [g.chat_id for g in living if g.overflow_of is None and g.chat_id]
        behind = [g.chat_id for g in living if g.overflow_of is not None and g.chat_id]
        room = MOST_GROUPS - len(own)
        return own + behind[-room:] if room > 0 else own


def state_of(cohort: Cohort, channel: Channel | None) -> str:
    """What WeCom shows beside whoever came by the code: `c12.dy01`; a channel whose code is too long is told by its number.

    Read back by looking it up among the codes (storage.join_ways), never by taking it apart.
    """
    if channel is None:
        return f"c{cohort.id}"
    state = f"c{cohort.id}.{channel.code}"
    return state if len(state.encode()) <= _STATE_BYTES else f"c{cohort.id}.#{channel.id}"


async def ask(tx: Tx, policy: Policy, talk: Talk, wanted: Wanted) -> JoinWay:
    """A member wants this code: it is made if there is none, brought up to date if its groups changed, and shown in the group
    they ask in, or sent to them by app message."""
    name, number = _room(policy, wanted)
    way, new = await join_ways.ensure(
        tx,
        cohort_id=wanted.cohort.id,
        class_group_id=wanted.group.id if wanted.group else None,
        channel_id=wanted.channel.id if wanted.channel else None,
        state=state_of(wanted.cohort, wanted.channel),
        chat_ids=wanted.chat_ids,
        room_name=name,
        room_number=number,
    )
    first = not way.waiting
    if new:
        await _ask_code(tx, policy, way, wanted)
    else:
        await _keep(tx, policy, way, wanted)
        way = await join_ways.load(tx, way.id) or way
    asker = await asker_in(tx, policy, talk)
    if in_group(asker) and way.qr_code is not None:
        await _show(tx, policy, way, way.qr_code, [asker])
        return way
    if not in_group(asker) and way.media_id is not None and way.media_until is not None and way.media_until > tx.now:
        await _send(tx, [asker], way.media_id)
        return way
    await join_ways.change(tx, way.id, waiting=sorted({*way.waiting, asker}))
    if first and way.qr_code is not None:
        await _ask_picture(tx, policy, way, way.qr_code)
    elif first and way.config_id is not None:
        await _ask_where(tx, way, way.config_id)
    return way


async def take_made(tx: Tx, policy: Policy, answer: Mapping[str, Any]) -> None:
    """WeCom made the code, or did not: then it is forgotten, so that the next who asks begins anew."""
    way = await join_ways.load(tx, answer["context"]["join_way"])
    if way is None or way.config_id is not None:
        return
    config_id = answer["result"].get("config_id") if answer["ok"] else None
    if not config_id:
        await join_ways.remove(tx, way.id)
        await _tell(tx, policy, way, "join_code.refused", why=_why(policy, answer))
        return
    await join_ways.change(tx, way.id, config_id=config_id, made_at=tx.now)
    await _ask_where(tx, way, config_id)


async def take_where(tx: Tx, policy: Policy, answer: Mapping[str, Any]) -> Sequence[str]:
    """Where WeCom shows the code; who waits for the picture gets it drawn. Returns the chats that WeCom has behind it."""
    way = await join_ways.load(tx, answer["context"]["join_way"])
    if way is None:
        return ()
    url = answer["result"].get("qr_code") if answer["ok"] else None
    if url:
        in_app = [asker for asker in way.waiting if not in_group(asker)]
        await join_ways.change(tx, way.id, qr_code=url, waiting=in_app)
        await _show(tx, policy, way, url, way.waiting)
        if in_app:
            await _ask_picture(tx, policy, way, url)
        return tuple(answer["result"].get("chat_ids", ()))
    if answer["errcode"] == _NO_SUCH_CODE:
        await join_ways.remove(tx, way.id)
    elif way.waiting:
        await join_ways.change(tx, way.id, waiting=[])
    await _tell(tx, policy, way, "join_code.refused", why=_why(policy, answer))
    return ()


async def take_picture(tx: Tx, policy: Policy, answer: Mapping[str, Any]) -> None:
    """The picture is there, and goes to all who wait; where it could not be made they get the way to the code in words."""
    way = await join_ways.load(tx, answer["context"]["join_way"])
    if way is None:
        return
    media_id = answer["result"].get("media_id") if answer["ok"] else None
    await join_ways.change(tx, way.id, waiting=[])
    if media_id:
        await join_ways.change(tx, way.id, media_id=media_id, media_until=tx.now + _PICTURE_LIVES)
        await _send(tx, way.waiting, media_id)
    else:
        await _tell(tx, policy, way, "join_code.in_words", url=Ours(way.qr_code or ""))


async def note_update(tx: Tx, policy: Policy, answer: Mapping[str, Any]) -> None:
    """An update WeCom refused is not taken as told, so that the next comparison tries again; a code it does not know is gone."""
    if answer["errcode"] == _NO_SUCH_CODE:
        await join_ways.remove(tx, answer["context"]["join_way"])
    elif not answer["ok"]:
        await join_ways.change(tx, answer["context"]["join_way"], chat_ids=[])


async def ask_comparison(tx: Tx) -> None:
    """Has all codes compared with the groups they should lead into, after the commit; for `apply` and the night."""
    key = f"join_codes:{tx.cause_id or 0}:{int(tx.now.timestamp() * 1_000_000)}"
    await add_facts(tx, [FactDraft(WALK, "camp.join_codes", key, "corp", {})])


async def compare(tx: Tx, policy: Policy) -> None:
    """Every code of an open cohort leads where it should, and what opened behind a class has its class teacher."""
    await join_ways.follow_classes(tx)
    for way in await join_ways.live(tx):
        await _keep(tx, policy, way, await _wanted_of(tx, way))


async def ask_where_all(tx: Tx) -> None:
    """Asks WeCom which chats are behind each code: a chat that opened while its callback was lost is found so."""
    for way in await join_ways.live(tx):
        if way.config_id is not None:
            await _ask_where(tx, way, way.config_id, priority=Priority.SYNC)


def title_of(policy: Policy, wanted: Wanted) -> str:
    """`阅读营第1期 · A班`."""
    if wanted.group is None:
        return wanted.cohort.name
    return f"{wanted.cohort.name} · {class_name(policy, wanted.group.code)}"


def class_name(policy: Policy, code: str) -> str:
    """`A班`, also where the code says so itself."""
    return code if code.endswith("班") else say_in(policy.language)("join_code.class", code=code)


async def _wanted_of(tx: Tx, way: JoinWay) -> Wanted:
    cohort = await cohorts.load_cohort(tx, way.cohort_id)
    groups = await cohorts.class_groups_of(tx, way.cohort_id)
    group = next((g for g in groups if g.id == way.class_group_id), None)
    channel = await cohorts.load_channel(tx, way.channel_id) if way.channel_id is not None else None
    behind = tuple(g for g in groups if group is None or g.class_id == group.id)
    return Wanted(cohort, group, channel, behind)


async def _keep(tx: Tx, policy: Policy, way: JoinWay, wanted: Wanted) -> None:
    """Tells WeCom everything anew where a class got another chat or another name; what opened by itself WeCom added itself."""
    own = {g.chat_id for g in wanted.groups if g.overflow_of is None and g.chat_id and g.dismissed_at is None}
    behind = {g.chat_id for g in wanted.groups if g.overflow_of is not None}
    name, number = _room(policy, wanted)
    if way.config_id is None or not own or (own == set(way.chat_ids) - behind and name == way.room_name):
        return
    chats = wanted.chat_ids
    await join_ways.change(tx, way.id, chat_ids=chats, room_name=name, room_number=number, media_id=None)
    payload = _settings(way.state, wanted, chats, name, number)
    await add_intent(
        tx,
        Intent(
            "group.update_join_way",
            {**payload, "config_id": way.config_id},
            priority=Priority.READ,
            answer=Answer.ALWAYS,
            context={"join_way": way.id},
        ),
    )


def _room(policy: Policy, wanted: Wanted) -> tuple[str, int]:
    """What WeCom calls a chat that opens by itself, and the number it begins to count at."""
    name = title_of(policy, wanted)[:_NAME_LENGTH]
    return f"{name} ", _FIRST_OVERFLOW + sum(g.overflow_of is not None for g in wanted.groups)


def _settings(state: str, wanted: Wanted, chats: Sequence[str], name: str, number: int) -> dict[str, Any]:
    remark = f"{wanted.cohort.code} {wanted.channel.name if wanted.channel else ''}".strip()
    return {"state": state, "remark": remark, "chat_ids": list(chats), "room_name": name, "room_number": number}


async def _ask_code(tx: Tx, policy: Policy, way: JoinWay, wanted: Wanted) -> None:
    payload = _settings(way.state, wanted, wanted.chat_ids, way.room_name, way.room_number)
    await _ask(tx, "group.add_join_way", payload, way, _CODE_WITHIN)


async def _ask_where(tx: Tx, way: JoinWay, config_id: str, *, priority: Priority = Priority.READ) -> None:
    await _ask(tx, "group.get_join_way", {"config_id": config_id}, way, _CODE_WITHIN, priority=priority)


async def _ask_picture(tx: Tx, policy: Policy, way: JoinWay, url: str) -> None:
    picture = (await _picture(tx, policy, way, url))["picture"]
    await _ask(tx, "media.join_code", picture, way, _PICTURE_WITHIN)


async def _picture(tx: Tx, policy: Policy, way: JoinWay, url: str) -> Message:
    wanted = await _wanted_of(tx, way)
    say, title = say_in(policy.language), title_of(policy, wanted)
    lines = [say("join_code.channel", channel=wanted.channel.name)] if wanted.channel else []
    words = say("join_code.in_words", title=title, url=Ours(url))
    return picture_of_code(url, title, lines, say("join_code.foot"), words)


async def _show(tx: Tx, policy: Policy, way: JoinWay, url: str, askers: Sequence[str]) -> None:
    """Into the groups that wait for it."""
    if any(map(in_group, askers)):
        await to_groups(tx, policy, askers, await _picture(tx, policy, way, url), key=f"join-code:{way.id}:{tx.cause_id or 0}")


async def _ask(
    tx: Tx, call: str, payload: dict[str, Any], way: JoinWay, within: timedelta, *, priority: Priority = Priority.READ
) -> None:
    intent = Intent(call, payload, priority, expires_at=tx.now + within, answer=Answer.ALWAYS, context={"join_way": way.id})
    await add_intent(tx, intent)


async def _send(tx: Tx, userids: Sequence[str], media_id: str) -> None:
    await to_members(tx, userids, image(media_id), priority=Priority.REPLY)


async def _tell(tx: Tx, policy: Policy, way: JoinWay, phrase: str, **values: Any) -> None:
    title = title_of(policy, await _wanted_of(tx, way))
    words = text(say_in(policy.language)(phrase, title=title, **values))
    await to_groups(tx, policy, way.waiting, words, key=f"join-code:{way.id}:{tx.cause_id or 0}")
    await to_members(tx, [asker for asker in way.waiting if not in_group(asker)], words, priority=Priority.REPLY)


def _why(policy: Policy, answer: Mapping[str, Any]) -> str:
    say = say_in(policy.language)
    return say("join_code.expired") if answer["expired"] or answer["ok"] else say("join_code.errcode", code=answer["errcode"])
