"""建群: a manager asks for the staff room of a cohort; and what WeCom answers about rooms and robots."""

from __future__ import annotations

from camp import group_post, staff_room, staff_room_answers
from camp.room import bound_in_words
from handlers._cohort_choice import need_cohort
from handlers.core.context import Ctx, StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import MANAGER, Router
from storage import cohorts

router = Router()


@router.staff(
    "建群",
    "班务群",
    "staff room",
    positions=MANAGER,
    usage=("建群 期", "staff room COHORT"),
    example=("建群 read7-01", "staff room read7-01"),
    summary=("建本期的班务群（班主任、销售和你），人员自动同步", "makes the cohort's staff room: class teachers, sales and you"),
    in_groups=True,
)
async def make_room(ctx: StaffCtx, rest: Rest) -> Reply:
    room = ctx.talk.room
    if rest.empty and room is not None and room.pool is not None:
        # Which cohort is never guessed here, were it the only one: a pool is of all of them.
        return Reply.text(await _name_one(ctx, bound_in_words(ctx.say, room)))
    cohort = await need_cohort(ctx, rest, lambda c: c.closed_at is None)
    outcome = await staff_room.make(ctx.tx, ctx.policy, cohort, by=ctx.member)
    return Reply.text(ctx.say(f"staff_room.{outcome.verdict}", name=outcome.name, people=outcome.people))


async def _name_one(ctx: StaffCtx, bound: str) -> str:
    known = [cohort.code for cohort in await cohorts.cohorts_of(ctx.tx) if cohort.closed_at is None][-8:]
    return ctx.say("staff_room.of_a_cohort", bound=bound, known="、".join(known) or "-")


@router.fact("answer.appchat.create")
async def take_made(ctx: Ctx) -> None:
    await staff_room_answers.take_made(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.appchat.update")
async def take_changed(ctx: Ctx) -> None:
    await staff_room_answers.take_changed(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.appchat.get")
async def take_read(ctx: Ctx) -> None:
    await staff_room_answers.take_read(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.appchat.send")
async def take_post(ctx: Ctx) -> None:
    await staff_room_answers.take_post(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.robot.message")
async def take_robot_answer(ctx: Ctx) -> None:
    await group_post.take_robot_answer(ctx.tx, ctx.policy, ctx.fact.body)
