"""Control: the calendar of the play, which whoever plays declares and the time bar steps along."""

from typing import Any

from aiohttp import web

from sandbox.calendar import KINDS, Mark
from sandbox.control.form import Form, Route, acting, reply
from sandbox.people import Impossible, check_keys
from sandbox.stage import STAGE, Stage


def shown_calendar(stage: Stage) -> dict[str, Any]:
    return {"marks": [{"at": mark.at, "kind": mark.kind, "label": mark.label} for mark in stage.calendar.marks]}


async def calendar(request: web.Request) -> web.StreamResponse:
    return reply(shown_calendar(request.app[STAGE]))


def _mark(wanted: Any) -> Mark:
    try:
        check_keys(wanted, "at kind label")
        mark = Mark(int(wanted["at"]), str(wanted["kind"]), str(wanted.get("label", "")))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Impossible('每个日程要是 {"at": 秒, "kind": …, "label": …}') from None
    if mark.kind not in KINDS:
        raise Impossible(f"kind 只能是 {'、'.join(KINDS)}")
    return mark


def declare(stage: Stage, form: Form) -> dict[str, Any]:
    """{"marks": […]} replaces every mark there was; nothing changes when one of them makes no sense."""
    wanted = form.values.get("marks")
    if not isinstance(wanted, list):
        raise Impossible("marks 要是列表")
    stage.calendar.replace([_mark(one) for one in wanted])
    stage.changes.tell("calendar")
    return shown_calendar(stage)


ROUTES: list[Route] = [
    ("GET", "/calendar", calendar),
    ("POST", "/calendar", acting(declare, "marks")),
]
