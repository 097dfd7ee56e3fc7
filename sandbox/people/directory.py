"""The administrator changes the address book: departments, member tags, mobile numbers (doc 90971)."""

from typing import Any

from sandbox.directory import MemberTag
from sandbox.event_xml import Fields
from sandbox.people import Impossible
from sandbox.people.staff import member_of, tell_contact
from sandbox.stage import Stage
from sandbox.world import Department


def put_department(stage: Stage, number: int, name: str, parentid: int, *, told: bool) -> dict[str, Any]:
    """A new department, silently unless `told` (then create_party fires); a known one is changed and update_party fires."""
    known = number in stage.world.departments
    if parentid not in stage.world.departments and number != 1:
        raise Impossible(f"没有上级部门 {parentid}")
    stage.world.departments[number] = Department(number, name, parentid if number != 1 else 0)
    stage.changes.tell("world")
    if known or told:
        change = "update_party" if known else "create_party"
        fields: Fields = [("ChangeType", change), ("Id", number), ("Name", name), ("ParentId", parentid), ("Order", number)]
        tell_contact(stage, fields)
    return {"id": number}


def remove_department(stage: Stage, number: int) -> dict[str, Any]:
    """Only an empty one, as in the console."""
    world = stage.world
    if number not in world.departments or number == 1:
        raise Impossible(f"没有部门 {number}，或者它是根部门")
    if stage.directory.in_party(number) or any(one.parentid == number for one in world.departments.values()):
        raise Impossible("部门里还有成员或下级部门")
    del world.departments[number]
    tell_contact(stage, [("ChangeType", "delete_party"), ("Id", number)])
    return {}


def set_mobile(stage: Stage, userid: str, mobile: str) -> dict[str, Any]:
    """No event tells of a mobile number (doc 96079)."""
    member = member_of(stage, userid)
    other = stage.directory.by_mobile(mobile)
    if other is not None and other is not member:
        raise Impossible(f"手机号 {mobile} 已经是 {other.name} 的")
    member.mobile = mobile
    return {"userid": member.userid}


def change_tag(stage: Stage, tag_id: int, name: str, changes: dict[str, list[str]]) -> dict[str, Any]:
    """Who has a member tag; update_tag fires. `changes`: add_userids, del_userids, add_party_ids, del_party_ids."""
    tag = stage.directory.tags.setdefault(tag_id, MemberTag(tag_id, name or f"标签{tag_id}"))
    tag.name = name or tag.name
    added, removed = [member_of(stage, userid).userid for userid in changes["add_userids"]], changes["del_userids"]
    parties_added, parties_removed = ([int(number) for number in changes[key]] for key in ("add_party_ids", "del_party_ids"))
    if not set(parties_added) <= set(stage.world.departments):
        raise Impossible(f"没有部门 {parties_added}")
    tag.userids = [userid for userid in dict.fromkeys([*tag.userids, *added]) if userid not in removed]
    tag.party_ids = [number for number in dict.fromkeys([*tag.party_ids, *parties_added]) if number not in parties_removed]
    lists: dict[str, list[str] | list[int]] = {
        "AddUserItems": added,
        "DelUserItems": removed,
        "AddPartyItems": parties_added,
        "DelPartyItems": parties_removed,
    }
    fields: Fields = [(field, ",".join(str(item) for item in items)) for field, items in lists.items() if items]
    tell_contact(stage, [("ChangeType", "update_tag"), ("TagId", tag_id), *fields])
    return {"tag_id": tag_id, "userids": tag.userids, "party_ids": tag.party_ids}
