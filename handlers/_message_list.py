"""Messages to class groups as 群发 lists them: of one cohort all that had their turn, of everybody what waits for a tap."""

from __future__ import annotations

from camp.group_message_notice import about
from camp.group_message_words import title_in
from camp.room import target_in_words
from camp.rules.group_message import Skip
from camp.scope import scope_of
from camp.when import day_and_time, day_and_time_near
from handlers.core.context import StaffCtx
from storage import cohorts, group_messages, members
from storage.cohorts import Cohort
from storage.group_messages import OPEN, GroupMessageRow, State


async def of_cohort(ctx: StaffCtx, cohort: Cohort, class_id: int | None = None) -> tuple[str, list[str]]:
    """What the tasks of the cohort, or of one class of it, have come to, and each of them, the newest first."""
    groups = {g.id: g for g in await cohorts.class_groups_of(ctx.tx, cohort.id) if class_id in (None, g.id, g.class_id)}
    rows = sorted(await group_messages.of_groups(ctx.tx, list(groups)), key=lambda row: row.id, reverse=True)
    where = target_in_words(ctx.say, cohort.name, None if class_id is None else groups[class_id].code)
    if not rows:
        return ctx.say("group_message.list_none", where=where, code=cohort.code), []
    sent = sum(row.state is State.SENT for row in rows)
    waiting = sum(row.state in OPEN for row in rows)
    values = {"where": where, "sent": sent, "waiting": waiting, "other": len(rows) - sent - waiting}
    lines = []
    for row in rows:
        group, _, message = await about(ctx.tx, row)
        title = await title_in(ctx.tx, ctx.say, message, cohort, row.seq)
        at = day_and_time(ctx.policy, row.made_at or row.asked_at)
        lines.append(ctx.say("group_message.list_line", at=at, title=title, code=group.code, what=await _what(ctx, row)))
    return ctx.say("group_message.list_head", **values), lines


async def waiting_lines(ctx: StaffCtx) -> list[str]:
    """What waits in the class groups of the member's scope."""
    lines = []
    for row in await group_messages.open_within(ctx.tx, scope_of(ctx.member)):
        group, cohort, message = await about(ctx.tx, row)
        values = {
            "at": day_and_time_near(ctx.policy, row.made_at or row.asked_at, ctx.now),
            "title": await title_in(ctx.tx, ctx.say, message, cohort, row.seq),
            "group": ctx.say("group_message.group", cohort=cohort.name, code=group.code),
        }
        lines.append(ctx.say("group_message.waiting_line", **values, what=await _what(ctx, row)))
    return lines


async def _what(ctx: StaffCtx, row: GroupMessageRow) -> str:
    owner = (await members.load(ctx.tx, row.sender_id)).shown if row.sender_id else ""
    at = day_and_time_near(ctx.policy, row.sent_at, ctx.now) if row.sent_at else ""
    why = ""
    if row.why:
        why = ctx.say(f"group_message.{'skip' if row.why in list(Skip) else 'why'}_{row.why}")
    return ctx.say(f"group_message.state_{row.state}", owner=owner, at=at, why=why)
