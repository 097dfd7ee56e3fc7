"""The control side, `/_sandbox/…`: whoever plays the people (tests, the demo, the page, a person with a terminal) speaks here.

JSON in, JSON out; what nobody could have done is 400 `{"error": …}`. Every module here that has ROUTES is found by itself.
"""

import importlib
import pkgutil

from aiohttp import web

from sandbox.control.form import Route


def add_control_routes(app: web.Application) -> None:
    for module in pkgutil.iter_modules(__path__):
        routes: list[Route] = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ROUTES", [])
        app.router.add_routes([web.RouteDef(m, f"/_sandbox{path}", h, {}) for m, path, h in routes])
