"""What a group is bound to: 绑定, 解绑. Commands in it mean that cohort, class or pool from then on."""

from __future__ import annotations

from camp import room
from camp.scope import scope_of
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import cohorts, rooms, rosters
from storage.cohorts import ClassGroup, Cohort
from storage.rooms import Room

router = Router()

_POOLS = {
    **dict.fromkeys(["公海", "pool", "公海 转化", "转化公海", "pool conversion", "conversion"], "conversion"),
    **dict.fromkeys(["公海 续报", "续报公海", "pool renewal", "renewal"], "renewal"),
}
_EVERY_COHORT = ("manager", "operator")


@router.staff(
    "绑定",
    "bind",
    positions=TEACHER,
    usage=("绑定 期 [班]，或 绑定 公海", "bind COHORT [CLASS], or bind pool"),
    example=("绑定 read7-01 A", "bind read7-01 A"),
    summary=("在内部群里：这个群说的是哪期、哪班或公海", "in a group: which cohort, class or pool it is about"),
    in_groups=True,
)
async def bind(ctx: StaffCtx, rest: Rest) -> Reply:
    words = " ".join(rest.text(120).split())
    if not ctx.talk.in_group:
        return Reply.text(ctx.say("room.only_in_groups"))
    if not words:
        return Reply.text(await _as_it_is(ctx))
    pool = _POOLS.get(words.casefold())
    if pool is not None:
        return Reply.text(await _bound(ctx, pool=pool))
    cohort, code = await _cohort_and_class(ctx, words)
    if cohort is None:
        known = "、".join(c.code for c in (await rosters.cohorts_within(ctx.tx, scope_of(ctx.member)))[-8:]) or "-"
        return Reply.text(ctx.say("room.unknown", text=words[:30], known=known))
    group = await _group(ctx, cohort, code)
    return Reply.text(group if isinstance(group, str) else await _bound(ctx, cohort=cohort, group=group))


@router.staff(
    "解绑",
    "unbind",
    positions=TEACHER,
    usage=("解绑", "unbind"),
    example=("解绑", "unbind"),
    summary=("群不再绑定", "the group is bound to nothing any more"),
    arguments=False,
    in_groups=True,
)
async def unbind(ctx: StaffCtx, rest: Rest) -> Reply:
    if not ctx.talk.in_group:
        return Reply.text(ctx.say("room.only_in_groups"))
    now = ctx.talk.room
    if now is None:
        return Reply.text(ctx.say("room.not_bound"))
    if not room.may_unbind(ctx.member, now):
        return Reply.text(await _line(ctx, now, "room.not_your_binding"))
    await rooms.unbind(ctx.tx, ctx.talk.chat_id, ctx.member.id)
    return Reply.text(ctx.say("room.unbound", what=room.bound_in_words(ctx.say, now)))


async def _as_it_is(ctx: StaffCtx) -> str:
    now = ctx.talk.room
    return ctx.say("room.not_bound") if now is None else await _line(ctx, now, "room.is_bound")


async def _cohort_and_class(ctx: StaffCtx, words: str) -> tuple[Cohort | None, str]:
    """The longest code or name of a cohort the words begin with; what follows, glued or not, is the class."""
    named = [(cohort, name) for cohort in await cohorts.cohorts_of(ctx.tx) for name in (cohort.code, cohort.name)]
    found = max((one for one in named if _begins(words, one[1])), key=lambda one: len(one[1]), default=None)
    return (found[0], words[len(found[1]) :].strip()) if found else (None, "")


def _begins(words: str, name: str) -> bool:
    """Never within a number or a word: `read7-012` does not begin with `read7-01`."""
    end = name[-1:] + words[len(name) : len(name) + 1]
    within = len(end) == 2 and end.isascii() and (end.isdigit() or end.isalpha())
    return words[: len(name)].casefold() == name.casefold() and not within


async def _group(ctx: StaffCtx, cohort: Cohort, code: str) -> ClassGroup | str | None:
    """The class that is meant, None for the whole cohort; or why there is none. A class teacher who names none means theirs."""
    known = await cohorts.class_groups_of(ctx.tx, cohort.id)
    if not code:
        own = await room.classes_of(ctx.tx, cohort, ctx.member)
        if ctx.member.position in _EVERY_COHORT or len(own) == 1:
            return None if ctx.member.position in _EVERY_COHORT else own[0]
        if not own:
            return ctx.say("room.not_your_class", what=cohort.name)
        names = "、".join(group.code for group in own)
        return ctx.say("room.choose_class", cohort=cohort.name, code=cohort.code, known=names, first=own[0].code)
    wanted = code.casefold()
    found = next((group for group in known if wanted in (group.code.casefold(), f"{group.code}班".casefold())), None)
    names = "、".join(group.code for group in known if group.overflow_of is None) or "-"
    # What opened by itself behind a full class is that class.
    found = found and next((group for group in known if group.id == found.class_id), None)
    return found or ctx.say("room.no_class", cohort=cohort.name, text=code[:20], known=names)


async def _bound(ctx: StaffCtx, *, cohort: Cohort | None = None, group: ClassGroup | None = None, pool: str | None = None) -> str:
    before = ctx.talk.room
    what = ctx.say(f"pool.{pool}") if pool else ""
    if cohort is not None:
        what = room.target_in_words(ctx.say, cohort.name, group.code if group else None)
    if not await room.bind(ctx.tx, ctx.talk.chat_id, ctx.member, cohort=cohort, group=group, pool=pool):
        mine = before is None or room.may_unbind(ctx.member, before)
        if before is not None and not mine:
            return await _line(ctx, before, "room.not_your_binding")
        return ctx.say("room.not_your_pool") if pool else ctx.say("room.not_your_class", what=what)
    if before is None:
        return ctx.say("room.bound", what=what)
    if before.is_about(cohort.id if cohort else None, group.id if group else None, pool):
        return await _line(ctx, before, "room.same")
    return f"{await _line(ctx, before, 'room.replaced_from')}{ctx.say('room.replaced_by', what=what)}"


async def _line(ctx: StaffCtx, bound: Room, phrase: str) -> str:
    return await room.binding_line(ctx.tx, ctx.policy, ctx.say, bound, phrase)
