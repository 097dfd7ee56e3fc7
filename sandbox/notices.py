"""What the bot hears of customers, customer groups and corp tags: always from `sys`, never with an AgentID (doc 92130).

And of lives, which the app that made them hears from their anchor (doc 94145).
"""

from sandbox.event_xml import Fields, from_member, from_system
from sandbox.lives import EXPIRED, Live
from sandbox.stage import Stage
from sandbox.world import Follow, Group


def _post(stage: Stage, event: str, fields: Fields, what: str) -> None:
    stage.courier.post(from_system(stage.config.corp_id, stage.clock.seconds(), event, fields), what)
    stage.changes.tell("world")


def of_customer(stage: Stage, change: str, userid: str, external_userid: str, rest: Fields = ()) -> None:
    """change_external_contact: one friendship began, changed or ended."""
    fields: Fields = [("ChangeType", change), ("UserID", userid), ("ExternalUserID", external_userid), *rest]
    stage.phones.touch(userid, external_userid)
    _post(stage, "change_external_contact", fields, change)


def of_api_edit(stage: Stage, follow: Follow) -> None:
    """The bot itself changed remark or tags: whether it is told of it is unconfirmed, see `api_edits_are_told`."""
    stage.phones.touch(follow.userid, follow.external_userid)
    if stage.config.api_edits_are_told:
        of_customer(stage, "edit_external_contact", follow.userid, follow.external_userid)


def of_group(stage: Stage, chat_id: str, change: str, rest: Fields = ()) -> None:
    """change_external_chat: create, dismiss, and updates without people (name, notice, owner) carry no MemChangeList."""
    stage.phones.touch_chat(f"group:{chat_id}")
    detail = next((str(value) for name, value in rest if name == "UpdateDetail"), change)
    _post(stage, "change_external_chat", [("ChatId", chat_id), ("ChangeType", change), *rest], detail)


def of_group_people(stage: Stage, group: Group, detail: str, scene: tuple[str, int], people: list[str], shape: str = "") -> None:
    """People came or went; MemChangeList as nested <Item>s ("item") or one comma-separated CDATA ("comma")."""
    last, current = stage.world.renew_version(group)
    nested = (shape or stage.config.mem_change_shape) == "item"
    rest: Fields = [
        ("UpdateDetail", detail),
        scene,
        ("MemChangeCnt", len(people)),
        ("MemChangeList", [("Item", who) for who in people] if nested else ",".join(people)),
        ("LastMemVer", last),
        ("CurMemVer", current),
    ]
    of_group(stage, group.chat_id, "update", rest)


def of_tag(stage: Stage, change: str, tag_id: str, kind: str) -> None:
    """change_external_tag: create, update, delete of a "tag" or "tag_group", or shuffle of the tags in a group.

    Sent for changes of the console and of the API alike; no document says that the app's own are left out (UNCONFIRMED).
    """
    fields: list[tuple[str, str]] = [("ChangeType", change), ("Id", tag_id)]
    _post(stage, "change_external_tag", [*fields, ("TagType", kind)], f"{change} {kind}")


def of_live(stage: Stage, live: Live, status: int) -> None:
    """living_status_change goes to the app that made the live, and only for 0, 1, 2 and 4 (doc 94145)."""
    stage.changes.tell("world")
    if live.agent_id is None or status == EXPIRED:
        return
    fields: Fields = [
        ("Event", "living_status_change"),
        ("LivingId", live.livingid),
        ("Status", status),
        ("AgentID", live.agent_id),
    ]
    xml = from_member(stage.config.corp_id, live.anchor, stage.clock.seconds(), "event", fields)
    stage.courier.post(xml, f"living_status_change {status}", agent_id=str(live.agent_id))
