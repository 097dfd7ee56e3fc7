"""Learners add and delete members; members edit and delete learners (docs 92130, 92277)."""

from typing import Any

from sandbox import notices
from sandbox.people import Impossible
from sandbox.stage import Stage
from sandbox.world import Learner, Welcome


def learner_of(stage: Stage, external_userid: str) -> Learner:
    learner = stage.world.learners.get(external_userid)
    if learner is None:
        raise Impossible(f"没有学员 {external_userid}")
    return learner


def new_learner(stage: Stage, external_userid: str, name: str, unionid: str) -> dict[str, Any]:
    external_userid = external_userid or stage.world.mint("wmSandbox")
    stage.world.learners[external_userid] = Learner(external_userid, name, unionid)
    stage.changes.tell("world")
    return {"external_userid": external_userid}


def follow(
    stage: Stage, external_userid: str, userid: str, *, state: str = "", half: bool = False, welcome: bool | str = True
) -> dict[str, Any]:
    """A learner scans a member's code. `welcome` False: the console has a welcome, so no code comes; "busy": another
    app is sending one just now, so the first send_welcome_msg meets 41096."""
    learner = learner_of(stage, external_userid)
    member = stage.world.active_member(userid)
    if member is None:
        raise Impossible(f"没有成员 {userid}")
    stage.world.add_follow(member.userid, external_userid, state, half=half)
    stage.transcript.add(learner.name, member.name, f"加好友{f'（渠道 {state}）' if state else ''}", "follow")
    code = stage.world.mint("wc") if welcome else ""
    rest: list[tuple[str, str]] = [("State", state)] if state else []
    if code:
        stage.world.welcomes[code] = Welcome(member.userid, external_userid, stage.clock.now(), busy=welcome == "busy")
        rest.append(("WelcomeCode", code))
    change = "add_half_external_contact" if half else "add_external_contact"
    notices.of_customer(stage, change, member.userid, external_userid, rest)
    return {"welcome_code": code}


def unfollow(stage: Stage, external_userid: str, userid: str, by: str) -> dict[str, Any]:
    """By "learner": the relation stays callable; by "member": it is gone (doc 92130)."""
    known = stage.world.follows.get((userid, external_userid))
    if known is None:
        raise Impossible(f"{userid} 和 {external_userid} 不是好友")
    names = stage.world.name_of(external_userid), stage.world.name_of(userid)
    if by == "learner":
        known.refused, known.refused_at = True, stage.clock.seconds()
        stage.transcript.add(names[0], names[1], "删除了好友", "unfollow")
        notices.of_customer(stage, "del_follow_user", userid, external_userid)
    elif by == "member":
        stage.world.remove_follow(userid, external_userid)
        stage.transcript.add(names[1], names[0], "删除了客户", "unfollow")
        notices.of_customer(stage, "del_external_contact", userid, external_userid)
    else:
        raise Impossible('by 只能是 "learner" 或 "member"')
    return {}


def mark(stage: Stage, external_userid: str, userid: str, add: list[str], remove: list[str]) -> dict[str, Any]:
    """A member tags a customer in the client."""
    known = stage.world.follows.get((userid, external_userid))
    if known is None:
        raise Impossible(f"{userid} 和 {external_userid} 不是好友")
    unknown = [tag_id for tag_id in (*add, *remove) if stage.world.tag(tag_id) is None]
    if unknown:
        raise Impossible(f"没有标签 {unknown[0]}")
    known.tag_ids = [tag_id for tag_id in dict.fromkeys([*known.tag_ids, *add]) if tag_id not in remove]
    notices.of_customer(stage, "edit_external_contact", userid, external_userid)
    return {}


def edit(stage: Stage, external_userid: str, userid: str, remark: str) -> dict[str, Any]:
    """A member changes the remark in the client."""
    known = stage.world.follows.get((userid, external_userid))
    if known is None:
        raise Impossible(f"{userid} 和 {external_userid} 不是好友")
    known.remark = remark
    notices.of_customer(stage, "edit_external_contact", userid, external_userid)
    return {}
