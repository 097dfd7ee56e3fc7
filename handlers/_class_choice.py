"""The cohort and the class a member means: `read7-01`, `read7-01 A班`, `A`; without words those of the room, else the current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camp.roster import current_cohort
from camp.scope import scope_of
from handlers.core.context import StaffCtx
from handlers.core.reply import Reply
from storage import join_ways, rosters
from storage.cohorts import ClassGroup, Cohort


@dataclass(frozen=True)
class Choice:
    """`groups`: the classes of the member's scope in the cohort, what opened behind them too. `rest`: words that named no cohort.

    `bound`: the class of the group they speak in.
    """

    cohort: Cohort
    groups: tuple[ClassGroup, ...]
    rest: tuple[str, ...]
    known: tuple[Cohort, ...]
    bound: ClassGroup | None

    @property
    def classes(self) -> tuple[ClassGroup, ...]:
        return tuple(group for group in self.groups if group.overflow_of is None)

    def find_class(self, words: str) -> ClassGroup | None:
        """By its code; the code of a chat that opened behind a class means that class."""
        wanted = words.casefold()
        found = next((g for g in self.groups if wanted in (g.code.casefold(), f"{g.code}班".casefold())), None)
        return found and next((g for g in self.classes if g.id == found.class_id), None)

    def of_class(self, group: ClassGroup | None) -> tuple[ClassGroup, ...]:
        """The groups of one class, or all."""
        return tuple(g for g in self.groups if group is None or g.class_id == group.id)


async def choose_cohort(ctx: StaffCtx, words: str) -> Choice | Reply:
    """The cohort named at the front of the words, else that of the group they speak in, else the current one."""
    scope, parts = scope_of(ctx.member), words.split()
    known = await rosters.cohorts_within(ctx.tx, scope)
    room = ctx.talk.room
    cohort, taken = _named(known, parts)
    if cohort is None and room is not None:
        cohort = next((one for one in known if one.id == room.cohort_id), None)
    cohort = cohort or current_cohort(known, ctx.now)
    if cohort is None:
        return Reply.text(ctx.say("teacher.no_cohort"))
    groups = tuple(await join_ways.groups_within(ctx.tx, scope, cohort.id))
    bound = next((g for g in groups if room is not None and g.id == room.class_group_id), None)
    return Choice(cohort, groups, tuple(parts[taken:]), tuple(known), bound)


async def choose_class(ctx: StaffCtx, words: str) -> tuple[Choice, ClassGroup | None] | Reply:
    """The same with a class behind the cohort; None stands for all classes of the member's scope."""
    choice = await choose_cohort(ctx, words)
    if isinstance(choice, Reply):
        return choice
    if not choice.rest:
        return choice, choice.bound
    group = choice.find_class(" ".join(choice.rest))
    if group is None:
        return Reply.text(ctx.say("join_code.unknown_class", **unknown_words(ctx, choice)))
    return choice, group


def unknown_words(ctx: StaffCtx, choice: Choice) -> dict[str, str]:
    """What the member wrote, and what they could have written."""
    none = ctx.say("join_code.none")
    return {
        "text": " ".join(choice.rest)[:20],
        "cohort": choice.cohort.name,
        "cohorts": "、".join(one.code for one in choice.known[-10:]),
        "classes": "、".join(group.code for group in choice.classes) or none,
    }


def _named(known: Sequence[Cohort], parts: Sequence[str]) -> tuple[Cohort | None, int]:
    """The cohort that as many words as possible at the front name by code or name, and how many they are."""
    for taken in range(len(parts), 0, -1):
        wanted = " ".join(parts[:taken]).casefold()
        for cohort in known:
            if wanted in (cohort.code.casefold(), cohort.name.casefold()):
                return cohort, taken
    return None, 0
