"""Members of the corp who leave or are renamed: from that moment they are refused, and their learners are listed for handover."""

from __future__ import annotations

from camp import staff_room
from camp.messages import text
from camp.outgoing import to_members
from camp.phrases import say_in
from camp.policy import Policy
from storage import loads, members, todos
from storage.columns import to_micros
from storage.database import Tx


async def leave(tx: Tx, policy: Policy, userid: str) -> bool:
    """The member has left the corp; False when they were unknown or had left before. The managers get one message and a to-do."""
    member = await members.find(tx, userid)
    if member is None or member.left_at is not None:
        return False
    await members.change(tx, member.id, left_at=tx.now)
    if member.position is not None:
        await staff_room.keep_all_in_step(tx, policy)
    count = await loads.left_behind(tx, member.id)
    if count == 0:
        return True
    say = say_in(policy.language)
    managers = await members.with_position(tx, "manager")
    key = f"member_left:{member.id}:{to_micros(tx.now)}"
    words = say("enrolment.member_left", name=member.shown, userid=member.userid, count=count)
    await to_members(tx, [m.userid for m in managers], text(words), dedup_key=key)
    for manager in managers:
        todo = say("enrolment.todo_handover", name=member.shown, count=count)
        await todos.add(tx, manager.id, kind="handover", text=todo, dedup_key=f"{key}:{manager.id}")
    return True


async def come_back(tx: Tx, policy: Policy, userid: str) -> None:
    """An account of this name exists (again); its position still comes from camp.toml."""
    member = await members.ensure(tx, userid)
    if member.left_at is not None:
        await members.change(tx, member.id, left_at=None)
        await staff_room.keep_all_in_step(tx, policy)


async def rename(tx: Tx, policy: Policy, userid: str, new_userid: str) -> None:
    """The same person under a new userid; when that name is taken here already, the old one counts as left."""
    member = await members.find(tx, userid)
    if member is None:
        await members.ensure(tx, new_userid)
        return
    taken = await members.find(tx, new_userid)
    if taken is not None and taken.id != member.id:
        await leave(tx, policy, userid)
        return
    await members.change(tx, member.id, userid=new_userid, userid_key=new_userid.lower())
