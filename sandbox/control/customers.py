"""Control: QR codes, transfers, changes of customer groups, and corp tags of the console."""

from typing import Any

from aiohttp import web

from sandbox import tagging
from sandbox.control.form import Form, Route, acting, reply
from sandbox.people import Impossible, contacts, groups, scanning, transfers
from sandbox.stage import STAGE, Stage
from sandbox.world import Tag, TagGroup

Answer = dict[str, Any]


def scan(stage: Stage, form: Form) -> Answer:
    return scanning.scan(stage, form.text("external_userid"), form.text("config_id", "") or form.text("url"))


async def moves(request: web.Request) -> web.StreamResponse:
    """Every transfer of a customer, newest first; status as transfer_result gives it."""
    shown = [
        {
            "external_userid": move.external_userid,
            "handover_userid": move.handover,
            "takeover_userid": move.takeover,
            "asked_at": move.asked_at,
            "status": move.status,
            "takeover_time": move.takeover_time,
        }
        for move in reversed(request.app[STAGE].transfers.moves)
    ]
    return reply({"transfers": shown})


def refuse(stage: Stage, form: Form) -> Answer:
    return transfers.refuse(stage, form.text("external_userid"), form.text("handover_userid", ""))


def invite(stage: Stage, form: Form) -> Answer:
    people = form.values.get("people")
    if not isinstance(people, list):
        raise Impossible("people 要是列表")
    return groups.invite(stage, form.text("chat_id"), form.text("invitor", ""), people, form.text("shape", ""))


def rename(stage: Stage, form: Form) -> Answer:
    return groups.rename(stage, form.text("chat_id"), form.text("name"))


def put_notice(stage: Stage, form: Form) -> Answer:
    return groups.put_notice(stage, form.text("chat_id"), form.text("notice"))


def bind_welcome(stage: Stage, form: Form) -> Answer:
    return groups.bind_welcome(stage, form.text("chat_id"), form.text("template_id", ""))


def put_owner(stage: Stage, form: Form) -> Answer:
    return groups.put_owner(stage, form.text("chat_id"), form.text("userid"))


def dismiss(stage: Stage, form: Form) -> Answer:
    return groups.dismiss(stage, form.text("chat_id"))


def _tag(stage: Stage, form: Form) -> tuple[TagGroup, Tag | None]:
    """What the path names: a tag, or a group without a tag."""
    one_id = form.text("tag_id")
    if one_id in stage.world.tag_groups:
        return stage.world.tag_groups[one_id], None
    found = stage.world.tag(one_id)
    if found is None:
        raise Impossible(f"没有标签 {one_id}")
    return found


def new_tag(stage: Stage, form: Form) -> Answer:
    """A tag made in the console: the app can read and mark it, but not change it (301002)."""
    wanted, now = form.text("group"), stage.clock.seconds()
    group = next((group for group in stage.world.tag_groups.values() if group.name == wanted), None)
    group = group or TagGroup(stage.world.mint("etg"), wanted, now, 0, foreign=True)
    tag = Tag(stage.world.mint("et"), form.text("name"), now, form.number("order", 0), foreign=True)
    if any(other.name == tag.name for other in group.tags):
        raise Impossible(f"标签组里已经有「{tag.name}」")
    tagging.add(stage, group, [tag])
    return {"group_id": group.id, "tag_id": tag.id}


def edit_tag(stage: Stage, form: Form) -> Answer:
    group, tag = _tag(stage, form)
    tagging.edit(stage, group, tag, form.text("name", ""), form.number("order", (tag or group).order))
    return {}


def remove_tag(stage: Stage, form: Form) -> Answer:
    tagging.remove(stage, *_tag(stage, form))
    return {}


def shuffle_tags(stage: Stage, form: Form) -> Answer:
    """`order`: the tag ids of the group as they stand from now on."""
    group, tag = _tag(stage, form)
    if tag is not None:
        raise Impossible("只能给标签组排序")
    tagging.shuffle(stage, group, list(form.values.get("order") or []))
    return {}


def mark(stage: Stage, form: Form) -> Answer:
    """A member tags a customer in the client."""
    add, remove = list(form.values.get("add_tag") or []), list(form.values.get("remove_tag") or [])
    return contacts.mark(stage, form.text("external_userid"), form.text("userid"), add, remove)


ROUTES: list[Route] = [
    ("POST", "/scan", acting(scan, "external_userid config_id url")),
    ("GET", "/transfers", moves),
    ("POST", "/transfers/refuse", acting(refuse, "external_userid handover_userid")),
    ("POST", "/groups/{chat_id}/invite", acting(invite, "invitor people shape")),
    ("POST", "/groups/{chat_id}/rename", acting(rename, "name")),
    ("POST", "/groups/{chat_id}/notice", acting(put_notice, "notice")),
    ("POST", "/groups/{chat_id}/welcome", acting(bind_welcome, "template_id")),
    ("POST", "/groups/{chat_id}/owner", acting(put_owner, "userid")),
    ("POST", "/groups/{chat_id}/dismiss", acting(dismiss)),
    ("POST", "/tags", acting(new_tag, "group name order")),
    ("POST", "/tags/{tag_id}", acting(edit_tag, "name order")),
    ("POST", "/tags/{tag_id}/shuffle", acting(shuffle_tags, "order")),
    ("DELETE", "/tags/{tag_id}", acting(remove_tag)),
    ("POST", "/mark", acting(mark, "external_userid userid add_tag remove_tag")),
]
