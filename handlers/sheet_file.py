"""A sheet sent to the robot 1:1, the buttons of its preview, and what a sheet may hold: 表格格式."""

from __future__ import annotations

from camp import card, sheet, sheet_import
from camp.messages import text
from camp.rules.sheet_columns import MAY, NEEDS, Kind
from camp.sheet_words import format_words, import_line
from camp.talk import Talk, answer
from handlers._tap import tap_of
from handlers.core.context import Ctx, StaffCtx
from handlers.core.grammar import Rest, row_number
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, STAFF, Router
from storage import members, sheets
from storage.sheets import State

router = Router()

_LISTED = 50


@router.fact("aibot.file")
async def take_file(ctx: Ctx) -> None:
    """A file from somebody without a position is not even fetched."""
    body = ctx.fact.body
    member, turn = await members.find(ctx.tx, str(body["userid"])), int(body["turn"])
    if member is None or not member.active or member.position is None:
        key = "common.left" if member is not None and not member.active else "common.not_staff"
        await answer(ctx.tx, ctx.policy, Talk(str(body["userid"]), turn), text(ctx.say(key)))
        return
    await sheet.take_file(ctx.tx, ctx.policy, member, turn, body)


@router.fact("answer.aibot.sheet")
async def take_read(ctx: Ctx) -> None:
    await sheet.take_read(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.sheet_keep")
async def keep_on(ctx: Ctx) -> None:
    await sheet.keep_next(ctx.tx, ctx.fact.body)


@router.fact("camp.sheet_check")
async def check_on(ctx: Ctx) -> None:
    await sheet.check_next(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.sheet_apply")
async def apply_on(ctx: Ctx) -> None:
    await sheet_import.line_up_next(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.sheet_row")
async def apply_row(ctx: Ctx) -> None:
    await sheet_import.apply_row(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.sheet_quarter")
async def tell_quarter(ctx: Ctx) -> None:
    await sheet_import.tell_quarter(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.sheet_done")
async def finish(ctx: Ctx) -> None:
    await sheet_import.finish(ctx.tx, ctx.policy, ctx.fact.body)


@router.click("sheet", positions=STAFF)
async def tapped(ctx: StaffCtx, rest: str) -> Reply | None:
    """确认导入 or 放弃, by whoever sent the sheet and may still import it; on a card that is over its face is shown again."""
    what, _, number = rest.partition(":")
    sheet_id = row_number(number)
    found = None if sheet_id is None else await sheets.load(ctx.tx, sheet_id)
    if found is None or found.kind is None:
        return Reply.text(ctx.say("desk.old_card"))
    if found.member_id != ctx.member.id:
        return Reply.text(ctx.say("sheet.not_sender", who=(await members.load(ctx.tx, found.member_id)).shown))
    if found.state is not State.SHOWN:
        await card.repaint(ctx.tx, ctx.policy, tap_of(ctx))
        return None
    if what == "no":
        await sheet.give_up(ctx.tx, ctx.policy, found, tap_of(ctx))
    elif ctx.member.position not in sheet.RIGHTS[Kind(found.kind)]:
        return Reply.text(sheet.not_allowed(ctx.say, Kind(found.kind)))
    elif (known := await sheet.imported_before(ctx.tx, ctx.policy, str(found.sha256))) is not None:
        await sheet.give_up(ctx.tx, ctx.policy, found, tap_of(ctx))
        return Reply.text(ctx.say("sheet.refused", name=found.name, why=known))
    else:
        await sheet_import.confirm(ctx.tx, ctx.policy, found, tap_of(ctx))
    return None


@router.staff(
    "表格格式",
    "表格",
    "sheets",
    positions=STAFF,
    usage=("表格格式", "sheets"),
    example=("表格格式", "sheets"),
    summary=("发给机器人的表格（名单、到课、订单）要有哪些列", "the columns of sheets you can send to the robot"),
    arguments=False,
)
async def show_format(ctx: StaffCtx, rest: Rest) -> Reply:
    mine = [kind for kind in Kind if ctx.member.position in sheet.RIGHTS[kind]]
    lines = [format_words(ctx.say, kind, NEEDS[kind], MAY[kind]) for kind in mine]
    return Reply.listing(ctx.say("sheet.format_head"), [*lines, ctx.say("sheet.format_foot")])


@router.staff(
    "导入记录",
    "imports",
    positions=STAFF,
    usage=("导入记录", "imports"),
    example=("导入记录", "imports"),
    summary=("谁在什么时候导入了哪张表", "who imported which sheet, and when"),
    arguments=False,
)
async def list_imports(ctx: StaffCtx, rest: Rest) -> Reply:
    everybody = ctx.member.position in MANAGER
    found = await sheets.imported(ctx.tx, None if everybody else ctx.member.id, _LISTED)
    senders = await members.load_many(ctx.tx, [one.member_id for one in found])
    lines = [import_line(ctx.say, ctx.policy, one, senders[one.member_id].shown) for one in found]
    return Reply.listing(ctx.say("sheet.list_head"), lines or [ctx.say("sheet.list_none")])
