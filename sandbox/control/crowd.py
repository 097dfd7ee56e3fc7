"""Control: a crowd of scripted learners is invited by the text of its file, watched, and sent home."""

from aiohttp import web

from sandbox.control.form import Form, Route, acting, reply
from sandbox.crowd.plan import read_plan
from sandbox.crowd.play import Crowd, check_ways
from sandbox.crowd.progress import Progress
from sandbox.people import Impossible
from sandbox.stage import STAGE, Stage


def invite(stage: Stage, form: Form) -> dict[str, object]:
    """`toml`: the text of the file. One crowd at a time."""
    if stage.crowd.running:
        raise Impossible("已经有一群学员在场，先请他们走（DELETE /crowd）")
    plan = read_plan(form.text("toml"))
    check_ways(stage, plan)
    progress = Progress(plan.total)
    stage.crowd.begin(progress, Crowd(stage, plan, progress).play())
    return progress.shown()


def _shown(stage: Stage) -> dict[str, object]:
    """How far the newest crowd has come, with the courier's counts; state "none" when there was none."""
    known = stage.crowd.progress.shown() if stage.crowd.progress else {"state": "none"}
    return {**known, "callbacks": stage.courier.counted()}


async def look(request: web.Request) -> web.StreamResponse:
    return reply(_shown(request.app[STAGE]))


async def send_home(request: web.Request) -> web.StreamResponse:
    stage = request.app[STAGE]
    await stage.crowd.end()
    return reply(_shown(stage))


ROUTES: list[Route] = [
    ("POST", "/crowd", acting(invite, "toml")),
    ("GET", "/crowd", look),
    ("DELETE", "/crowd", send_home),
]
