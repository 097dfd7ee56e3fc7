"""The corp's own directory: departments and the members in sight of the app [D 90208, 90200]."""

from __future__ import annotations

from bot.wecom.fields import number_of, numbers_of, rows_of, text_of
from bot.wecom.road import API_LIMITS, Call, Json, Road, RoadContext


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
    ),
    limits=API_LIMITS,
)
