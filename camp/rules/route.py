"""Which webhook robot a post goes through: by whom it is for and by department, the nearest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Whom a robot may speak to, and the position of those people.
AUDIENCES: Mapping[str, str] = {"teachers": "class_teacher", "sales": "sales", "managers": "manager"}


@dataclass(frozen=True)
class Route:
    """A robot of [wecom.robots]. Without an `audience` nothing goes through it; `department`: a name or a number."""

    name: str
    audience: str | None
    department: str | None = None


def route_of(name: str, audience: str | None = None, department: str | None = None) -> Route:
    """The robot as the config has it; where that names no audience, its own name may say whom it is for."""
    return Route(name, audience or (name if name in AUDIENCES else None), department)


def nearest(routes: Iterable[Route], audience: str, departments: Sequence[str]) -> tuple[Route, ...]:
    """The routes to one person of the audience: those of the first of their departments (own first, then those above, each by
    number and by name) that has any, else those without a department."""
    open_to = [route for route in routes if route.audience == audience]
    for department in departments:
        found = tuple(route for route in open_to if route.department == department)
        if found:
            return found
    return tuple(route for route in open_to if route.department is None)
