"""Departments, members and the app itself (docs 90196, 90200, 90201, 90208, 95350, 96067).

Fields restricted since 2022 (mobile, avatar, …) are absent, as for every new self-built app (doc 96079). Our choices:
list_id, which belongs to the contacts-sync secret, is open to the app's token too; a mobile number nobody has is 46004, and
after a hundred misses in a day 45009 (the documents only say that misses are counted).
"""

from sandbox.api.wire import EMPTY_PARAMETER, Answer, Ask, Refusal, Table, get, page, post
from sandbox.directory import OPEN_ID
from sandbox.limits import CORP
from sandbox.stage import Stage
from sandbox.world import Department, Member

ROOT = 1
UNKNOWN_DEPARTMENT = 60123
NOBODY, TOO_OFTEN = 46004, 45009


def _department(stage: Stage, ask: Ask, name: str, default: int | None) -> Department:
    if default is None and not ask.has(name):
        raise Refusal(60127, f"{name} missing")
    number = ask.number(name, default or ROOT, 1, 2**32)
    if number not in stage.world.departments:
        raise Refusal(UNKNOWN_DEPARTMENT, "invalid department id")
    return stage.world.departments[number]


def _below(stage: Stage, top: Department) -> list[Department]:
    """`top` and everything under it, parents first."""
    found = [top]
    for parent in found:
        found += [d for d in stage.world.departments.values() if d.parentid == parent.id and d.id != parent.id]
    return found


def list_departments(stage: Stage, ask: Ask) -> Answer:
    below = _below(stage, _department(stage, ask, "id", ROOT))
    return {
        "department": [
            {"id": d.id, "name": d.name, "name_en": "", "parentid": d.parentid, "order": d.id, "department_leader": []}
            for d in below
        ]
    }


def list_department_ids(stage: Stage, ask: Ask) -> Answer:
    """Ids only, without names (doc 95350)."""
    below = _below(stage, _department(stage, ask, "id", ROOT))
    return {"department_id": [{"id": d.id, "parentid": d.parentid, "order": d.id} for d in below]}


def _members_in(stage: Stage, ask: Ask) -> list[Member]:
    department = _department(stage, ask, "department_id", None)
    return [member for member in stage.world.active_members() if department.id in member.departments]


def _profile(member: Member) -> Answer:
    return {
        "userid": member.userid,
        "name": member.name,
        "department": member.departments,
        "main_department": member.departments[0] if member.departments else ROOT,
        "order": [0] * len(member.departments),
        "position": member.position,
        "status": member.status,
        "is_leader_in_dept": [0] * len(member.departments),
        "direct_leader": [],
        "alias": "",
    }


def list_members_simply(stage: Stage, ask: Ask) -> Answer:
    """Without open_userid, which only apps of providers get."""
    members = _members_in(stage, ask)
    return {"userlist": [{"userid": m.userid, "name": m.name, "department": m.departments} for m in members]}


def list_members(stage: Stage, ask: Ask) -> Answer:
    """One department only: fetch_child is retired for many callers (doc 90201)."""
    return {"userlist": [_profile(member) for member in _members_in(stage, ask)]}


def get_member(stage: Stage, ask: Ask) -> Answer:
    member = stage.world.active_member(ask.text("userid"))
    if member is None:
        raise Refusal(60111, "userid not found")
    return _profile(member)


def list_ids(stage: Stage, ask: Ask) -> Answer:
    """One row per member and department (doc 96067)."""
    rows = [
        {"userid": member.userid, "department": department}
        for member in stage.world.active_members()
        for department in member.departments
    ]
    shown, cursor = page(rows, ask, 10_000, 10_000)
    return {"next_cursor": cursor, "dept_user": shown}


def userid_by_mobile(stage: Stage, ask: Ask) -> Answer:
    mobile, misses = ask.text("mobile"), stage.directory.mobile_misses
    if misses.full(CORP, stage.clock.traffic()):
        raise Refusal(TOO_OFTEN, "api freq out of limit: too many mobiles of nobody")
    member = stage.directory.by_mobile(mobile)
    if member is None:
        misses.admit(CORP, stage.clock.traffic())
        raise Refusal(NOBODY, "user does not exist")
    return {"userid": member.userid}


def userids_of_open_ids(stage: Stage, ask: Ask) -> Answer:
    """The userids behind ids that robots made by members report (doc 100719)."""
    wanted = ask.names("open_userid_list", 1000)
    if not wanted:
        raise Refusal(EMPTY_PARAMETER, "open_userid_list is empty")
    found, invalid = [], []
    for name in wanted:
        member = stage.world.active_member(name.removeprefix(OPEN_ID)) if name.startswith(OPEN_ID) else None
        if member is None:
            invalid.append(name)
        else:
            found.append({"open_userid": name, "userid": member.userid})
    return {"userid_list": found, "invalid_open_userid_list": invalid}


def get_agent(stage: Stage, ask: Ask) -> Answer:
    agent_id = ask.number("agentid", 0, 0, 2**32)
    if agent_id != stage.tokens.agent_of(ask.query.get("access_token", "")):
        raise Refusal(301002, "not allowed to operate this agentid")
    return {
        "agentid": agent_id,
        "name": "营伴",
        "description": "训练营助手",
        "square_logo_url": "",
        "allow_userinfos": {"user": [{"userid": m.userid} for m in stage.world.active_members()]},
        "allow_partys": {"partyid": [ROOT]},
        "allow_tags": {"tagid": []},
        "close": 0,
        "redirect_domain": "",
        "report_location_flag": 0,
        "isreportenter": 1,
        "home_url": "",
    }


TABLE: Table = {
    "department/list": get(list_departments),
    "department/simplelist": get(list_department_ids),
    "user/simplelist": get(list_members_simply),
    "user/list": get(list_members),
    "user/get": get(get_member),
    "user/list_id": post(list_ids),
    "user/getuserid": post(userid_by_mobile),
    "batch/openuserid_to_userid": post(userids_of_open_ids),
    "agent/get": get(get_agent),
}
