"""The corp's directory: departments, the members in sight of the app [D 90208, 90200], whose an open_userid is [D 101521]."""

from __future__ import annotations

from bot.wecom.fields import at_most, names_of, number_of, numbers_of, rows_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext

OPEN_USERIDS = 1000  # in one call [D 101521]


def read_departments(answer: Json) -> Json:
    """The root has parentid 0; department/list without an id gives everything in sight."""
    return {
        "departments": [
            {"id": number_of(row, "id"), "name": text_of(row, "name"), "parentid": number_of(row, "parentid")}
            for row in rows_of(answer, "department")
        ]
    }


def to_members(payload: Json, _ctx: RoadContext) -> Json:
    return {"department_id": payload["department_id"]}


def read_members(answer: Json) -> Json:
    return {
        "members": [
            {
                "userid": text_of(row, "userid"),
                "name": text_of(row, "name"),
                "departments": numbers_of(row.get("department")),
            }
            for row in rows_of(answer, "userlist")
        ]
    }


def to_open_userids(payload: Json, _ctx: RoadContext) -> Json:
    return {"open_userid_list": at_most(names_of(payload["open_userids"]), OPEN_USERIDS, "open_userids")}


def read_open_userids(answer: Json) -> Json:
    """Open ids that belong to nobody are in no row."""
    rows = rows_of(answer, "userid_list")
    return {"userids": {text_of(row, "open_userid"): text_of(row, "userid") for row in rows if text_of(row, "userid")}}


ROAD = Road(
    name="directory",
    calls=(
        Call(
            name="directory.departments",
            method="GET",
            path="/cgi-bin/department/list",
            build=lambda payload, ctx: {},
            read=read_departments,
        ),
        Call(
            name="directory.members",
            method="GET",
            path="/cgi-bin/user/simplelist",
            build=to_members,
            read=read_members,
        ),
        Call(
            name="directory.open_userids",
            path="/cgi-bin/batch/openuserid_to_userid",
            build=to_open_userids,
            read=read_open_userids,
        ),
    ),
    limits=API_LIMITS,
)
