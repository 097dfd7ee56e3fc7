"""Customer groups are made, people join and leave (docs 92130, 92277)."""

from typing import Any

from sandbox.event_xml import Fields, from_system
from sandbox.people import Impossible
from sandbox.stage import Stage
from sandbox.world import Group, GroupPerson

SHAPES = ("item", "comma")
INVITED = 0  # JoinScene of the event; member_list calls the same 1 (sheets 6.6, 6.9)


def _tell(stage: Stage, chat_id: str, fields: Fields, what: str) -> None:
    at = stage.clock.seconds()
    xml = from_system(stage.config.corp_id, at, "change_external_chat", [("ChatId", chat_id), *fields])
    stage.courier.post(xml, what)


def _group(stage: Stage, chat_id: str) -> Group:
    group = stage.world.groups.get(chat_id)
    if group is None:
        raise Impossible(f"没有群 {chat_id}")
    return group


def new_group(stage: Stage, chat_id: str, name: str, owner: str) -> dict[str, Any]:
    member = stage.world.active_member(owner)
    if member is None:
        raise Impossible(f"没有成员 {owner}")
    chat_id = chat_id or stage.world.mint("wrSandbox")
    if chat_id in stage.world.groups:
        raise Impossible(f"群 {chat_id} 已经有了")
    stage.world.add_group(chat_id, name, member.userid)
    stage.transcript.add(member.name, f"群「{name}」", "建群", "group")
    _tell(stage, chat_id, [("ChangeType", "create")], "create")
    return {"chat_id": chat_id}


def _changed(stage: Stage, group: Group, detail: str, scene: tuple[str, int], who: str, shape: str) -> None:
    """An update event; MemChangeList as nested <Item> (now) or one comma-separated CDATA (older tenants)."""
    if shape not in SHAPES:
        raise Impossible(f"shape 只能是 {SHAPES}")
    last, current = stage.world.renew_version(group)
    fields: Fields = [
        ("ChangeType", "update"),
        ("UpdateDetail", detail),
        scene,
        ("MemChangeCnt", 1),
        ("MemChangeList", [("Item", who)] if shape == "item" else who),
        ("LastMemVer", last),
        ("CurMemVer", current),
    ]
    _tell(stage, group.chat_id, fields, detail)


def join(stage: Stage, chat_id: str, who: str, *, scene: int, state: str, shape: str) -> dict[str, Any]:
    """`scene` is the event's JoinScene (0 invited, 3 QR); `state` stays only for people who came by the code."""
    group = _group(stage, chat_id)
    if who not in stage.world.learners and stage.world.active_member(who) is None:
        raise Impossible(f"没有 {who} 这个人")
    if who in group.people:
        raise Impossible(f"{stage.world.name_of(who)} 已经在群里")
    invited = scene == INVITED
    group.people[who] = GroupPerson(
        who,
        2 if who in stage.world.learners else 1,
        stage.clock.seconds(),
        1 if invited else scene,
        invitor=group.owner if invited else "",
        state=state if scene == 3 else "",
    )
    stage.transcript.add(stage.world.name_of(who), f"群「{group.name}」", "进群", "join")
    _changed(stage, group, "add_member", ("JoinScene", scene), who, shape)
    return {"member_version": group.version}


def leave(stage: Stage, chat_id: str, who: str, *, scene: int, shape: str) -> dict[str, Any]:
    """`scene` is QuitScene: 0 left, 1 removed by owner or admin."""
    group = _group(stage, chat_id)
    if who not in group.people:
        raise Impossible(f"{stage.world.name_of(who)} 不在群里")
    del group.people[who]
    stage.transcript.add(stage.world.name_of(who), f"群「{group.name}」", "退群" if scene == 0 else "被移出群", "leave")
    _changed(stage, group, "del_member", ("QuitScene", scene), who, shape)
    return {"member_version": group.version}
