"""Members make internal groups and talk in them, and members and learners write to each other 1:1. No bot hears any of it:
WeCom has no callback for either, and the aibot is told only of lines that mention it (doc 100719)."""

from typing import Any

from sandbox.people import Impossible
from sandbox.people.media import Sent
from sandbox.rooms import Room
from sandbox.stage import Stage


def room_of(stage: Stage, room_id: str) -> Room:
    room = stage.rooms.get(room_id)
    if room is None:
        raise Impossible(f"没有内部群 {room_id}")
    return room


def new_room(stage: Stage, room_id: str, name: str, members: list[str], *, aibot: bool) -> dict[str, Any]:
    """An internal group of these members; one that is there already (a robot made it) gets the name and the members."""
    known = [stage.world.active_member(userid) for userid in members]
    missing = [userid for userid, member in zip(members, known, strict=True) if member is None]
    if missing or not members:
        raise Impossible(f"没有成员 {'、'.join(missing)}" if missing else "内部群里至少要有一个成员")
    room_id = room_id or stage.world.mint("room")
    before = stage.people_in(f"room:{room_id}")
    room = stage.rooms.setdefault(room_id, Room(stage.world, room_id, name))
    room.name, room.aibot = name, aibot
    room.chosen = list(dict.fromkeys(member.userid for member in known if member is not None))
    stage.phones.touch(*before)
    stage.phones.touch_chat(room.chat)
    stage.changes.tell("world")
    return {"id": room_id}


def put_aibot(stage: Stage, room_id: str, *, inside: bool) -> dict[str, Any]:
    """A member adds the intelligent robot to the group, or takes it out; it is told of neither (doc 101027 has no such event)."""
    room = room_of(stage, room_id)
    if inside and stage.aibot is None:
        raise Impossible("这个企业没有智能机器人")
    room.aibot = inside
    stage.transcript.add("成员", f"内部群「{room.name}」", "把智能机器人拉进群" if inside else "把智能机器人移出群", "robot")
    stage.phones.touch_chat(room.chat)
    stage.changes.tell("world")
    return {"id": room_id}


def say(stage: Stage, room_id: str, userid: str, said: Sent) -> dict[str, Any]:
    """A line that mentions no robot."""
    room = room_of(stage, room_id)
    member = stage.world.active_member(userid)
    if member is None or member.userid not in room.members:
        raise Impossible(f"{stage.world.name_of(userid)} 不在内部群「{room.name}」里")
    bubble = stage.phones.bubble(room.chat, member.userid, said.kind, said.text, data=said.data)
    stage.phones.show_chat(bubble)
    stage.transcript.add(member.name, f"内部群「{room.name}」", said.text, "say")
    return {"id": bubble.id}


def write(stage: Stage, speaker: str, reader: str, said: Sent) -> dict[str, Any]:
    """One line between a member and a learner who are friends; refused once either of them has deleted the other."""
    learner, userid = (speaker, reader) if speaker in stage.world.learners else (reader, speaker)
    follow = stage.world.follows.get((userid, learner))
    if follow is None:
        raise Impossible(f"{stage.world.name_of(userid)} 和 {stage.world.name_of(learner)} 不是好友")
    if stage.world.active_member(userid) is None:
        raise Impossible(f"{stage.world.name_of(userid)} 已经离职")
    if follow.refused:
        raise Impossible(f"{stage.world.name_of(learner)} 已经删除了 {stage.world.name_of(userid)}，消息发不出去")
    by_learner, follow.talked = speaker == learner, True
    mine = stage.phones.bubble(f"contact:{reader}", "me", said.kind, said.text, data=said.data)
    theirs = stage.phones.bubble(f"contact:{speaker}", speaker, said.kind, said.text, data=said.data)
    stage.phones.show_learner(learner, mine if by_learner else theirs)
    stage.phones.show_member(userid, theirs if by_learner else mine)
    stage.transcript.add(stage.world.name_of(speaker), stage.world.name_of(reader), said.text, "say")
    return {"id": mine.id}
