"""The router: handlers register here by decorator; discovery collects all modules of `handlers/`; clashes are fatal at start."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import handlers
from handlers.core.context import Ctx, LearnerCtx, StaffCtx
from handlers.core.event_field import text_of
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from storage.inbox import Fact

FactHandler = Callable[[Ctx], Awaitable[None]]
LearnerHandler = Callable[[LearnerCtx, Rest], Awaitable[Reply | None]]
StaffHandler = Callable[[StaffCtx, Rest], Awaitable[Reply | None]]
ClickHandler = Callable[[StaffCtx, str], Awaitable[Reply | None]]

TEACHER = frozenset({"class_teacher", "manager", "operator"})
SALES = frozenset({"sales", "manager"})
MANAGER = frozenset({"manager", "operator"})
STAFF = frozenset({"class_teacher", "sales", "manager", "operator"})


class DuplicateName(Exception):
    """Two handlers claim the same fact, command alias or card button."""


@dataclass(frozen=True)
class Command:
    """One command: its names (Chinese first), how it is used, and who may. `takes_arguments`: they may follow without a space.

    `in_groups`: in a group its answer stands for all to read, with learners' names masked; any other goes to the speaker alone.
    """

    names: tuple[str, ...]
    usage: tuple[str, str]
    example: tuple[str, str]
    summary: tuple[str, str]
    run: Callable[..., Awaitable[Reply | None]]
    positions: frozenset[str] = frozenset()
    takes_arguments: bool = True
    in_groups: bool = False

    @property
    def name(self) -> str:
        return self.names[0]

    @cached_property
    def folded(self) -> tuple[tuple[str, str], ...]:
        """Each name as it is compared, whatever its case, and as it is written."""
        return tuple((name.casefold(), name) for name in self.names)


@dataclass
class Router:
    """What one module handles."""

    facts: dict[str, FactHandler] = field(default_factory=dict)
    learner_commands: list[Command] = field(default_factory=list)
    staff_commands: list[Command] = field(default_factory=list)
    clicks: dict[str, tuple[frozenset[str], ClickHandler]] = field(default_factory=dict)
    overtaken: set[str] = field(default_factory=set)

    def fact(self, *kinds: str) -> Callable[[FactHandler], FactHandler]:
        """Facts of these kinds (`kf.message`, `answer.contact.get`, `ingest.order.paid`, `camp.close` …)."""

        def register(run: FactHandler) -> FactHandler:
            for kind in kinds:
                _put(self.facts, kind, run)
            return run

        return register

    def event(
        self, event: str, *change_types: str, needs: Sequence[str] = (), overtaken: bool = False
    ) -> Callable[[FactHandler], FactHandler]:
        """WeCom events: by name, or by name and ChangeType. One without the ids it `needs` changes nothing.

        `overtaken`: of several of one conversation that are applied together only the last one is heard.
        """
        kinds = [f"wecom.event:{event}:{change}" for change in change_types] or [f"wecom.event:{event}"]
        self.overtaken.update(kinds if overtaken else ())

        def register(run: FactHandler) -> FactHandler:
            async def run_whole(ctx: Ctx) -> None:
                if all(text_of(ctx.fact.body, name) for name in needs):
                    await run(ctx)

            self.fact(*kinds)(run_whole)
            return run

        return register

    def learner(
        self, *names: str, usage: tuple[str, str], example: tuple[str, str], summary: tuple[str, str], arguments: bool = True
    ) -> Callable[[LearnerHandler], LearnerHandler]:
        """A command of learners in kf chat; each text as (中文, English)."""

        def register(run: LearnerHandler) -> LearnerHandler:
            self.learner_commands.append(_command(names, usage, example, summary, run, frozenset(), arguments))
            return run

        return register

    def staff(
        self,
        *names: str,
        positions: frozenset[str],
        usage: tuple[str, str],
        example: tuple[str, str],
        summary: tuple[str, str],
        arguments: bool = True,
        in_groups: bool = False,
    ) -> Callable[[StaffHandler], StaffHandler]:
        """A command of staff, wherever they speak to us. `in_groups` only where the answer holds nothing but counts, learners'
        names (they are masked there) and what every member may know: no phones, notes, questions or amounts of one person."""

        def register(run: StaffHandler) -> StaffHandler:
            command = _command(names, usage, example, summary, run, positions, arguments)
            self.staff_commands.append(replace(command, in_groups=in_groups))
            return run

        return register

    def click(self, prefix: str, *, positions: frozenset[str]) -> Callable[[ClickHandler], ClickHandler]:
        """Card buttons whose key is `<prefix>:<rest>`; the handler gets the rest."""

        def register(run: ClickHandler) -> ClickHandler:
            _put(self.clicks, prefix, (positions, run))
            return run

        return register


@dataclass(frozen=True)
class Handlers:
    """All routers of the house together."""

    facts: dict[str, FactHandler]
    learner_commands: tuple[Command, ...]
    staff_commands: tuple[Command, ...]
    clicks: dict[str, tuple[frozenset[str], ClickHandler]]
    overtaken: frozenset[str] = frozenset()

    def find_fact(self, kind: str, body: dict[str, Any]) -> FactHandler | None:
        """The handler of a fact: events by name and ChangeType, then by name."""
        name = self.name_of(kind, body)
        return None if name is None else self.facts[name]

    def overtaken_among(self, facts: Sequence[Fact]) -> set[int]:
        """The ids of those that say nothing which a later one of them does not say as well."""
        last: set[tuple[str, str]] = set()
        found = set()
        for fact in reversed(facts):
            name = self.name_of(fact.kind, fact.body)
            if name in self.overtaken and (name, fact.conversation) in last:
                found.add(fact.id)
            elif name in self.overtaken:
                last.add((name, fact.conversation))
        return found

    def name_of(self, kind: str, body: dict[str, Any]) -> str | None:
        """The name a fact is handled under, one of few; None when nobody handles it."""
        names = [kind]
        if kind == "wecom.event":
            event = f"{kind}:{body.get('Event', '')}"
            names = [f"{event}:{body.get('ChangeType', '')}", event]
        return next((name for name in names if name in self.facts), None)


def discover() -> Handlers:
    """Imports every module of `handlers/` and joins their routers; DuplicateName on a clash."""
    facts: dict[str, FactHandler] = {}
    clicks: dict[str, tuple[frozenset[str], ClickHandler]] = {}
    overtaken: set[str] = set()
    learner: list[Command] = []
    staff: list[Command] = []
    for module in sorted(pkgutil.iter_modules(handlers.__path__), key=lambda m: m.name):
        if module.ispkg or module.name.startswith("_"):
            continue
        router: Router = importlib.import_module(f"handlers.{module.name}").router
        for kind, run in router.facts.items():
            _put(facts, kind, run)
        for prefix, entry in router.clicks.items():
            _put(clicks, prefix, entry)
        overtaken |= router.overtaken
        learner += router.learner_commands
        staff += router.staff_commands
    for commands in (learner, staff):
        names: dict[str, Command] = {}
        for command in commands:
            for name in command.names:
                _put(names, name.casefold(), command)
    return Handlers(facts, tuple(learner), tuple(staff), clicks, frozenset(overtaken))


def _command(
    names: tuple[str, ...],
    usage: tuple[str, str],
    example: tuple[str, str],
    summary: tuple[str, str],
    run: Callable[..., Awaitable[Reply | None]],
    positions: frozenset[str],
    arguments: bool,
) -> Command:
    if not inspect.iscoroutinefunction(run) or len(inspect.signature(run).parameters) != 2:
        raise TypeError(f"command {names[0]}: the handler must be `async def handler(ctx, rest)`")
    return Command(names, usage, example, summary, run, positions, arguments)


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    if key in table:
        raise DuplicateName(key)
    table[key] = value
