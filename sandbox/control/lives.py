"""Control: live lessons. Who makes, starts, ends and watches them, and what there is."""

from typing import Any

from aiohttp import web

from sandbox.control.form import Form, Route, acting, reply
from sandbox.lives import Live
from sandbox.people import Impossible, lives
from sandbox.stage import STAGE, Stage

Answer = dict[str, Any]


def _shown(stage: Stage, live: Live) -> Answer:
    now = stage.clock.now()
    return {
        "livingid": live.livingid,
        "theme": live.theme,
        "anchor": {"id": live.anchor, "name": stage.world.name_of(live.anchor)},
        "status": live.status_at(now),
        "by_app": live.agent_id is not None,
        "reserve_start": live.reserve_start,
        "reserve_duration": live.reserve_duration,
        "started_at": live.started_at,
        "ended_at": live.ended_at,
        "viewers": [
            {
                "id": viewer.id,
                "name": viewer.name,
                "kind": "member" if viewer.member else "learner",
                "seconds": viewer.seconds_by(now),
                "comments": viewer.comments,
                "mics": viewer.mics,
            }
            for viewer in live.viewers.values()
        ],
    }


async def show_lives(request: web.Request) -> web.StreamResponse:
    """{"lives": […]}; status 0 reserved, 1 on air, 2 ended, 3 expired, 4 cancelled."""
    stage = request.app[STAGE]
    return reply({"lives": [_shown(stage, live) for live in stage.lives.all.values()]})


def make_by_hand(stage: Stage, form: Form) -> Answer:
    """{anchor_userid, theme, living_start?, living_duration?}: a live no app may read."""
    starts = form.number("living_start", stage.clock.seconds())
    duration = form.number("living_duration", 3600)
    return lives.make_by_hand(stage, form.text("anchor_userid"), form.text("theme"), starts, duration)


def start(stage: Stage, form: Form) -> Answer:
    return lives.start(stage, form.text("livingid"))


def end(stage: Stage, form: Form) -> Answer:
    return lives.end(stage, form.text("livingid"))


def watch(stage: Stage, form: Form) -> Answer:
    """{external_userid | userid | name, anonymous?, seconds, comment?, mic?, invitor?}."""
    if not any(form.values.get(name) for name in ("external_userid", "userid", "name")):
        raise Impossible("缺少 external_userid、userid 或 name")
    return lives.watch(
        stage,
        form.text("livingid"),
        form.values,
        form.number("seconds"),
        comment=bool(form.values.get("comment")),
        mic=bool(form.values.get("mic")),
        invitor=form.text("invitor", ""),
    )


ROUTES: list[Route] = [
    ("GET", "/lives", show_lives),
    ("POST", "/lives", acting(make_by_hand, "anchor_userid theme living_start living_duration")),
    ("POST", "/lives/{livingid}/start", acting(start)),
    ("POST", "/lives/{livingid}/end", acting(end)),
    (
        "POST",
        "/lives/{livingid}/watch",
        acting(watch, "external_userid userid name anonymous seconds comment mic invitor living_code"),
    ),
]
