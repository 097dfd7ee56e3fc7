"""Control: mass-send tasks, the member's tap, and the administrator's rule."""

from typing import Any

from aiohttp import web

from sandbox.control.form import Form, Route, acting, reply
from sandbox.mass_tasks import task_data
from sandbox.people import Impossible, mass
from sandbox.stage import STAGE, Stage

Answer = dict[str, Any]


async def tasks(request: web.Request) -> web.StreamResponse:
    """Every task (of `?userid=`), newest first, and the allowance in force."""
    stage, userid = request.app[STAGE], request.query.get("userid", "")
    found = [
        task_data(stage, send, task)
        for send in reversed(stage.mass.sends.values())
        for task in send.tasks.values()
        if userid in ("", task.userid)
    ]
    return reply({"tasks": found, "allowance": stage.mass.allowance.period})


def _ids(form: Form, name: str) -> list[str] | None:
    ids = form.values.get(name)
    if ids is not None and not (isinstance(ids, list) and all(isinstance(one, str) for one in ids)):
        raise Impossible(f"{name} 要是列表")
    return ids


def tap(stage: Stage, form: Form) -> Answer:
    return mass.tap(stage, form.text("msgid"), form.text("userid"), _ids(form, "only"))


def own(stage: Stage, form: Form) -> Answer:
    return mass.own(stage, form.text("userid"), form.text("text"), _ids(form, "receivers") or [])


def narrow(stage: Stage, form: Form) -> Answer:
    """The console's rule for how much a customer may receive: "month", "week" or "day"."""
    try:
        stage.mass.allowance.narrow(form.text("allowance"))
    except ValueError:
        raise Impossible('allowance 只能是 "month"、"week" 或 "day"') from None
    return {"allowance": stage.mass.allowance.period}


ROUTES: list[Route] = [
    ("GET", "/mass", tasks),
    ("POST", "/mass", acting(own, "userid text receivers")),
    ("POST", "/mass/rules", acting(narrow, "allowance")),
    ("POST", "/mass/{msgid}/send", acting(tap, "userid only")),
]
