"""Corp tags and marking (docs 92117, 92118): a tag on a learner belongs to the pair (member, learner).

An app changes only tags it made: 301002 for those of the console or another app (sheet 6.3).
"""

from typing import Any

from sandbox import notices, tagging
from sandbox.api.contacts import relation
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.stage import Stage
from sandbox.world import Tag, TagGroup

UNKNOWN_TAG = 40068
NAME_TAKEN = 40071
TOO_MANY = 40126
FOREIGN = 301002
NAME_LENGTH = 30
MARKS_PER_PAIR = 3000


def _shown(group: TagGroup, tags: list[Tag], **deleted: bool) -> dict[str, Any]:
    return {
        "group_id": group.id,
        "group_name": group.name,
        "create_time": group.create_time,
        "order": group.order,
        **deleted,
        "tag": [{"id": tag.id, "name": tag.name, "create_time": tag.create_time, "order": tag.order, **deleted} for tag in tags],
    }


def list_tags(stage: Stage, ask: Ask) -> Answer:
    """Everything, or by group_id, or by tag_id; group_id wins when both are given."""
    groups, tag_ids = stage.world.tag_groups.values(), set(ask.names("tag_id", 1000))
    group_ids = set(ask.names("group_id", 1000))
    if group_ids:
        return {"tag_group": [_shown(g, g.tags, deleted=False) for g in groups if g.id in group_ids]}
    kept = [(group, [tag for tag in group.tags if not tag_ids or tag.id in tag_ids]) for group in groups]
    return {"tag_group": [_shown(group, tags, deleted=False) for group, tags in kept if tags]}


def _wanted_tags(ask: Ask) -> list[dict[str, Any]]:
    wanted = ask.body.get("tag")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal(EMPTY_PARAMETER, "tag is empty: groups without tags are impossible")
    for tag in wanted:
        name = tag.get("name") if isinstance(tag, dict) else None
        if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH:
            raise Refusal(BAD_PARAMETER, f"tag.name has 1..{NAME_LENGTH} characters")
    return wanted


def _group_for(stage: Stage, ask: Ask) -> TagGroup:
    """The group named by id or (joined when it exists) by name; a new one is not yet part of the world."""
    group_id = ask.optional_text("group_id")
    if group_id:
        if group_id not in stage.world.tag_groups:
            raise Refusal(UNKNOWN_TAG, "invalid tag group id")
        return stage.world.tag_groups[group_id]
    name = ask.text("group_name")
    for group in stage.world.tag_groups.values():
        if group.name == name:
            return group
    return TagGroup(stage.world.mint("etg"), name, stage.clock.seconds(), ask.number("order", 0, 0, 2**32 - 1))


def add_tags(stage: Stage, ask: Ask) -> Answer:
    """All or nothing; answers the group with the tags just made (doc 92117)."""
    wanted = _wanted_tags(ask)
    group = _group_for(stage, ask)
    names = [tag["name"] for tag in wanted]
    if len(set(names)) < len(names) or {tag.name for tag in group.tags} & set(names):
        raise Refusal(NAME_TAKEN, "tag name exists")
    if sum(len(other.tags) for other in stage.world.tag_groups.values()) + len(wanted) > stage.config.corp_tags:
        raise Refusal(TOO_MANY, f"more than {stage.config.corp_tags} corp tags")
    made = [Tag(stage.world.mint("et"), tag["name"], stage.clock.seconds(), int(tag.get("order", 0))) for tag in wanted]
    tagging.add(stage, group, made)
    return {"tag_group": _shown(group, made)}


def _own(stage: Stage, one_id: str) -> tuple[TagGroup, Tag | None]:
    """The group, and the tag when the id is one; 40068 for neither, 301002 when it is not this app's."""
    if one_id in stage.world.tag_groups:
        group, tag = stage.world.tag_groups[one_id], None
    else:
        found = stage.world.tag(one_id)
        if found is None:
            raise Refusal(UNKNOWN_TAG, "invalid tag or tag group id")
        group, tag = found
    if (tag or group).foreign:
        raise Refusal(FOREIGN, "the tag was made by another app")
    return group, tag


def edit(stage: Stage, ask: Ask) -> Answer:
    """A new name or order for one tag or group; what is left out stays."""
    group, tag = _own(stage, ask.text("id"))
    name = ask.optional_text("name", NAME_LENGTH)
    others = group.tags if tag is not None else stage.world.tag_groups.values()
    if name and any(other.name == name and other is not (tag or group) for other in others):
        raise Refusal(NAME_TAKEN, "tag name exists")
    order = ask.number("order", (tag or group).order, 0, 2**32 - 1)
    tagging.edit(stage, group, tag, name, order)
    return {}


def remove(stage: Stage, ask: Ask) -> Answer:
    """All or nothing; a group without tags is gone."""
    tag_ids, group_ids = ask.names("tag_id", 1000), ask.names("group_id", 1000)
    if not tag_ids and not group_ids:
        raise Refusal(EMPTY_PARAMETER, "tag_id and group_id are empty")
    found = [_own(stage, one_id) for one_id in (*group_ids, *tag_ids)]
    for group, tag in found:
        tagging.remove(stage, group, tag)
    return {}


def mark(stage: Stage, ask: Ask) -> Answer:
    add, remove = ask.names("add_tag", MARKS_PER_PAIR), ask.names("remove_tag", MARKS_PER_PAIR)
    if not add and not remove:
        raise Refusal(EMPTY_PARAMETER, "add_tag and remove_tag are empty")
    follow = relation(stage, ask)
    found = {tag_id: stage.world.tag(tag_id) for tag_id in (*add, *remove)}
    if None in found.values():
        raise Refusal(UNKNOWN_TAG, "invalid tag id")
    kept = [tag_id for tag_id in dict.fromkeys([*follow.tag_ids, *add]) if tag_id not in remove]
    if len(kept) > MARKS_PER_PAIR:
        raise Refusal(BAD_PARAMETER, f"more than {MARKS_PER_PAIR} tags on one customer")
    follow.tag_ids = kept
    notices.of_api_edit(stage, follow)
    names = {tag_id: pair[1].name for tag_id, pair in found.items() if pair is not None}
    words = " ".join([f"+{names[tag_id]}" for tag_id in add] + [f"-{names[tag_id]}" for tag_id in remove])
    people = f"{stage.world.name_of(follow.external_userid)}（{stage.world.name_of(follow.userid)}的客户）"
    stage.transcript.add("机器人", people, f"标签 {words}", "tag")
    return {}


TABLE: Table = {
    "externalcontact/get_corp_tag_list": post(list_tags),
    "externalcontact/add_corp_tag": post(add_tags),
    "externalcontact/edit_corp_tag": post(edit),
    "externalcontact/del_corp_tag": post(remove),
    "externalcontact/mark_tag": post(mark),
}
