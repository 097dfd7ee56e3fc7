"""Customer groups are made, people join and leave (docs 92130, 92277)."""

from typing import Any

from sandbox import handover, notices
from sandbox.attachments import parts
from sandbox.people import Impossible
from sandbox.people.media import Sent
from sandbox.stage import Stage
from sandbox.world import Group, GroupPerson

SHAPES = ("item", "comma")
INVITED, BY_CODE = 0, 3  # JoinScene of the event; member_list calls the first 1 (sheets 6.6, 6.9)


def _group(stage: Stage, chat_id: str) -> Group:
    group = stage.world.groups.get(chat_id)
    if group is None:
        raise Impossible(f"没有群 {chat_id}")
    return group


def show_notice(stage: Stage, chat_id: str, text: str, *others: str) -> None:
    """A system line in the group's timeline; `others` see a change too, although they are not in it."""
    stage.phones.show_chat(stage.phones.bubble(f"group:{chat_id}", "system", "system", text))
    stage.phones.touch(*others)
    stage.changes.tell("world")


def say(stage: Stage, chat_id: str, who: str, said: Sent) -> dict[str, Any]:
    """A post of one of its people. No bot is ever told: WeCom has no such callback."""
    group = _group(stage, chat_id)
    if who not in group.people:
        raise Impossible(f"{stage.world.name_of(who)} 不在群里")
    bubble = stage.phones.bubble(f"group:{chat_id}", who, said.kind, said.text, data=said.data)
    stage.phones.show_chat(bubble)
    words = said.text if said.kind != "link" else f"{said.text} {said.data['url']}"
    stage.transcript.add(stage.world.name_of(who), f"群「{group.name}」", words, "say")
    return {"id": bubble.id}


def new_group(stage: Stage, chat_id: str, name: str, owner: str) -> dict[str, Any]:
    member = stage.world.active_member(owner)
    if member is None:
        raise Impossible(f"没有成员 {owner}")
    chat_id = chat_id or stage.world.mint("wrSandbox")
    if chat_id in stage.world.groups:
        raise Impossible(f"群 {chat_id} 已经有了")
    stage.world.add_group(chat_id, name, member.userid)
    stage.transcript.add(member.name, f"群「{name}」", "建群", "group")
    show_notice(stage, chat_id, f"{member.name} 建了群聊")
    notices.of_group(stage, chat_id, "create")
    return {"chat_id": chat_id}


def _check_shape(shape: str) -> None:
    if shape and shape not in SHAPES:
        raise Impossible(f"shape 只能是 {'、'.join(SHAPES)}")


def _check_room(stage: Stage, group: Group, people: list[str]) -> None:
    """Everybody exists, is not in it yet, and finds a place."""
    for who in people:
        if who not in stage.world.learners and stage.world.active_member(who) is None:
            raise Impossible(f"没有 {who} 这个人")
        if who in group.people:
            raise Impossible(f"{stage.world.name_of(who)} 已经在群里")
    if len(group.people) + len(people) > stage.config.group_size:
        raise Impossible(f"群「{group.name}」满了")


def _admit(stage: Stage, chat_id: str, people: list[str], *, scene: int, state: str, invitor: str, shape: str) -> dict[str, Any]:
    """All of them in one event, or nobody."""
    group = _group(stage, chat_id)
    _check_room(stage, group, people)
    _check_shape(shape)
    join_scene = 1 if scene == INVITED else scene
    for who in people:
        kind = 2 if who in stage.world.learners else 1
        group.people[who] = GroupPerson(who, kind, stage.clock.seconds(), join_scene, invitor=invitor, state=state)
        stage.transcript.add(stage.world.name_of(who), f"群「{group.name}」", "进群", "join")
    show_notice(stage, chat_id, f"{'、'.join(map(stage.world.name_of, people))} 加入了群聊")
    notices.of_group_people(stage, group, "add_member", ("JoinScene", scene), people, shape)
    _welcome(stage, group, people)
    return {"member_version": group.version}


def join(stage: Stage, chat_id: str, who: str, *, scene: int, state: str, shape: str) -> dict[str, Any]:
    """`scene` is the event's JoinScene (0 invited, 3 QR); `state` stays only for people who came by the code."""
    invitor = _group(stage, chat_id).owner if scene == INVITED else ""
    return _admit(stage, chat_id, [who], scene=scene, state=state if scene == BY_CODE else "", invitor=invitor, shape=shape)


def invite(stage: Stage, chat_id: str, invitor: str, people: list[str], shape: str) -> dict[str, Any]:
    """Somebody of the group brings several people at once: one event names them all."""
    if not people or len(set(people)) < len(people):
        raise Impossible("要拉谁进群？")
    if invitor and invitor not in _group(stage, chat_id).people:
        raise Impossible(f"{stage.world.name_of(invitor)} 不在群里")
    invitor = invitor or _group(stage, chat_id).owner
    return _admit(stage, chat_id, people, scene=INVITED, state="", invitor=invitor, shape=shape)


def leave(stage: Stage, chat_id: str, who: str, *, scene: int, shape: str) -> dict[str, Any]:
    """`scene` is QuitScene: 0 left, 1 removed by owner or admin."""
    group = _group(stage, chat_id)
    if who not in group.people:
        raise Impossible(f"{stage.world.name_of(who)} 不在群里")
    _check_shape(shape)
    del group.people[who]
    stage.transcript.add(stage.world.name_of(who), f"群「{group.name}」", "退群" if scene == 0 else "被移出群", "leave")
    show_notice(stage, chat_id, f"{stage.world.name_of(who)} {'退出了群聊' if scene == 0 else '被移出了群聊'}", who)
    notices.of_group_people(stage, group, "del_member", ("QuitScene", scene), [who], shape)
    return {"member_version": group.version}


def bind_welcome(stage: Stage, chat_id: str, template_id: str) -> dict[str, Any]:
    """The owner chooses the welcome of the group in the client; "" for none (doc 92366)."""
    group = _group(stage, chat_id)
    if template_id and template_id not in stage.world.welcome_templates:
        raise Impossible(f"没有入群欢迎语 {template_id}")
    group.welcome_template = template_id
    stage.changes.tell("world")
    return {}


def _welcome(stage: Stage, group: Group, people: list[str]) -> None:
    """What the group says to those who have come, in its owner's name; %NICKNAME% is each of them."""
    template = stage.world.welcome_templates.get(group.welcome_template)
    names = [stage.world.name_of(who) for who in people if who in stage.world.learners]
    if template is None or not names:
        return
    text = template["text"].replace("%NICKNAME%", "、".join(names))
    for kind, words, data in parts(stage, text, template["attachments"]):
        stage.phones.show_chat(stage.phones.bubble(f"group:{group.chat_id}", group.owner, kind, words, data=data))
    stage.transcript.add(f"群「{group.name}」（入群欢迎语）", "、".join(names), text, "welcome")


def rename(stage: Stage, chat_id: str, name: str) -> dict[str, Any]:
    """Somebody gives the group another name; the event has no MemChangeList (sheet 6.9)."""
    group = _group(stage, chat_id)
    stage.transcript.add(f"群「{group.name}」", "群里", f"改名为「{name}」", "group")
    group.name = name
    show_notice(stage, chat_id, f"群名改成了「{name}」")
    notices.of_group(stage, chat_id, "update", [("UpdateDetail", "change_name")])
    return {}


def put_notice(stage: Stage, chat_id: str, notice: str) -> dict[str, Any]:
    """The owner writes the group's notice."""
    group = _group(stage, chat_id)
    group.notice = notice
    stage.transcript.add(stage.world.name_of(group.owner), f"群「{group.name}」", f"群公告：{notice}", "group")
    show_notice(stage, chat_id, f"群公告：{notice}")
    notices.of_group(stage, chat_id, "update", [("UpdateDetail", "change_notice")])
    return {}


def put_owner(stage: Stage, chat_id: str, userid: str) -> dict[str, Any]:
    """The owner gives the group to a colleague in the client."""
    group, member = _group(stage, chat_id), stage.world.active_member(userid)
    if member is None:
        raise Impossible(f"没有成员 {userid}")
    if member.userid == group.owner:
        raise Impossible(f"{member.name} 已经是群主")
    handover.hand_group(stage, group, member.userid)
    return {}


def dismiss(stage: Stage, chat_id: str) -> dict[str, Any]:
    """The owner dissolves the group; from then on groupchat/get knows it no more (40050, our choice)."""
    group = _group(stage, chat_id)
    stage.transcript.add(stage.world.name_of(group.owner), f"群「{group.name}」", "解散群聊", "group")
    show_notice(stage, chat_id, "群聊已解散")
    notices.of_group(stage, chat_id, "dismiss")
    del stage.world.groups[chat_id]
    return {}
