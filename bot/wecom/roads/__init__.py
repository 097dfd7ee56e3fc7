"""One module per way out of the house; each exports `ROAD` and is found by being here.

A road maps neutral payloads to WeCom's wire and answers back; it may import `bot.wecom` but no other road, does no I/O and
keeps no state. To add one: a file with `ROAD = Road(name, calls, limits)`, and a test of its bodies in `tests/wire`. Nothing
else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable
from types import ModuleType

from bot.wecom.road import Call, Road


class BadRoad(RuntimeError):
    """A module of this package exports no `ROAD`, or two calls share a name; the process must not start."""


def load_roads(package: ModuleType | None = None) -> tuple[Road, ...]:
    """Import every module of the package in the order of their names and return their roads; raises `BadRoad`."""
    package = package or sys.modules[__name__]
    roads: list[Road] = []
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        road = getattr(importlib.import_module(f"{package.__name__}.{found.name}"), "ROAD", None)
        if not isinstance(road, Road):
            raise BadRoad(f"{package.__name__}.{found.name} must export ROAD")
        roads.append(road)
    calls_by_name(roads)
    return tuple(roads)


def calls_by_name(roads: Iterable[Road]) -> dict[str, Call]:
    """Return every call under its name; raises `BadRoad` when two roads or two calls share one."""
    calls: dict[str, Call] = {}
    names: set[str] = set()
    for road in roads:
        if road.name in names:
            raise BadRoad(f"two roads are called {road.name}")
        names.add(road.name)
        for call in road.calls:
            if call.name in calls:
                raise BadRoad(f"two calls are called {call.name}")
            calls[call.name] = call
    return calls
