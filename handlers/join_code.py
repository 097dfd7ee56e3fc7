"""入群码: a join code for a cohort, a channel and a class; and what WeCom answers on the way to its picture."""

from __future__ import annotations

from collections.abc import Sequence

from camp import join_code, join_overflow
from camp.contact import OTHER
from camp.join_code import MOST_GROUPS, Wanted
from camp.join_code_asker import asker_in, in_group
from handlers._class_choice import Choice, choose_cohort, unknown_words
from handlers.core.context import Ctx, StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import join_ways
from storage.cohorts import Channel, ClassGroup, class_groups_of

router = Router()


@router.staff(
    "入群码",
    "join code",
    "joincode",
    positions=TEACHER,
    usage=("入群码 [期] [渠道] [班]", "join code [cohort] [channel] [class]"),
    example=("入群码 read7-01 抖音投放 A", "join code read7-01 dy01 A"),
    summary=("进班群的二维码，谁从哪个渠道来", "the QR code into the class group, and who came by which channel"),
    in_groups=True,
)
async def join_code_of(ctx: StaffCtx, rest: Rest) -> Reply:
    choice = await choose_cohort(ctx, rest.text(200))
    if isinstance(choice, Reply):
        return choice
    channels = [c for c in await join_ways.channels_for(ctx.tx, choice.cohort.camp_id) if c.code != OTHER]
    read = _read(choice, channels)
    if read is None:
        names = "、".join(channel.code for channel in channels[:20]) or ctx.say("join_code.none")
        return Reply.text(ctx.say("join_code.unknown_word", channels=names, **unknown_words(ctx, choice)))
    channel, group = read
    wanted = await _wanted(ctx, choice, channel, group)
    if isinstance(wanted, Reply):
        return wanted
    title = join_code.title_of(ctx.policy, wanted)
    if not wanted.chat_ids:
        return Reply.text(ctx.say("join_code.no_chat", title=title))
    way = await join_code.ask(ctx.tx, ctx.policy, ctx.talk, wanted)
    where = ctx.say(
        "join_code.comes_here" if in_group(await asker_in(ctx.tx, ctx.policy, ctx.talk)) else "join_code.comes_by_app"
    )
    of_channel = ctx.say("join_code.of_channel", channel=channel.name) if channel else ""
    if way.config_id is None:
        return Reply.text(ctx.say("join_code.new", title=title, channel=of_channel, where=where))
    number = await join_ways.came_by(ctx.tx, way)
    return Reply.text(ctx.say("join_code.known", title=title, channel=of_channel, number=number, where=where))


@router.fact("answer.group.add_join_way")
async def code_made(ctx: Ctx) -> None:
    await join_code.take_made(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.group.get_join_way")
async def code_read(ctx: Ctx) -> None:
    chats = await join_code.take_where(ctx.tx, ctx.policy, ctx.fact.body)
    await join_overflow.look_at(ctx.tx, chats, "listed")


@router.fact("answer.group.update_join_way")
async def code_updated(ctx: Ctx) -> None:
    await join_code.note_update(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.media.join_code")
async def picture_made(ctx: Ctx) -> None:
    await join_code.take_picture(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.join_codes")
async def compare_codes(ctx: Ctx) -> None:
    await join_code.compare(ctx.tx, ctx.policy)


def _read(choice: Choice, channels: Sequence[Channel]) -> tuple[Channel | None, ClassGroup | None] | None:
    """The channel and the class the words behind the cohort name, in either order; None when they name anything else."""
    words = choice.rest
    if not words:
        return None, choice.bound
    whole = " ".join(words)
    if (channel := _channel(channels, whole)) is not None:
        return channel, choice.bound
    if (group := choice.find_class(whole)) is not None:
        return None, group
    for name, code in ((words[:-1], words[-1]), (words[1:], words[0])):
        channel, group = _channel(channels, " ".join(name)), choice.find_class(code)
        if channel is not None and group is not None:
            return channel, group
    return None


def _channel(channels: Sequence[Channel], words: str) -> Channel | None:
    wanted = words.casefold()
    return next((c for c in channels if wanted in (c.code.casefold(), c.name.casefold())), None)


async def _wanted(ctx: StaffCtx, choice: Choice, channel: Channel | None, group: ClassGroup | None) -> Wanted | Reply:
    """What the code is for: the class named, the only one, or all classes of the cohort for whoever may see them all."""
    classes = choice.classes
    if not classes:
        return Reply.text(ctx.say("join_code.not_yours", cohort=choice.cohort.name))
    everything = await class_groups_of(ctx.tx, choice.cohort.id)
    if group is None and len(classes) == 1:
        group = classes[0]
    if group is not None:
        return Wanted(choice.cohort, group, channel, tuple(g for g in everything if g.class_id == group.id))
    whole = len(choice.groups) == len(everything)
    if not whole or len(classes) > MOST_GROUPS:
        names = "、".join(one.code for one in classes)
        return Reply.text(ctx.say("join_code.which_class", classes=names, cohort=choice.cohort.code, first=classes[0].code))
    return Wanted(choice.cohort, None, channel, tuple(everything))
