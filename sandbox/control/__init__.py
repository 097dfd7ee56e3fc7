"""The control side, `/_sandbox/…`: whoever plays the people (tests, the demo, a person with a terminal) speaks here.

JSON in, JSON out; what nobody could have done is 400 `{"error": …}`.
"""

from aiohttp import web

from sandbox.control import acts, views, weather


def add_control_routes(app: web.Application) -> None:
    for family in (acts, views, weather):
        app.router.add_routes([web.RouteDef(m, f"/_sandbox{path}", h, {}) for m, path, h in family.ROUTES])
