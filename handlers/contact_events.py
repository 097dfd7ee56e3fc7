"""What WeCom tells about friendships of members and learners (change_external_contact, doc 92130)."""

from __future__ import annotations

from camp import contact, tagging
from handlers._event_time import moment_of
from handlers.core.context import Ctx
from handlers.core.event_field import text_of
from handlers.core.router import Router

router = Router()

EVENT = "change_external_contact"
_BOTH = ("ExternalUserID", "UserID")


@router.event(EVENT, "add_external_contact", "add_half_external_contact", needs=_BOTH)
async def added(ctx: Ctx) -> None:
    """A friend was made; half: the learner added, the member has not added back, which is a friend all the same."""
    body = ctx.fact.body
    await contact.add_contact(
        ctx.tx,
        ctx.policy,
        text_of(body, "ExternalUserID"),
        text_of(body, "UserID"),
        text_of(body, "State"),
        at=moment_of(body, ctx.now),
        welcome_code=text_of(body, "WelcomeCode") or None,
    )


@router.event(EVENT, "edit_external_contact", needs=["ExternalUserID"])
async def edited(ctx: Ctx) -> None:
    """Remark or tags changed, perhaps by ourselves: the person is read again, with the minute's other edits."""
    await contact.read_contact(ctx.tx, text_of(ctx.fact.body, "ExternalUserID"), later=True)


@router.event(EVENT, "del_follow_user", needs=_BOTH)
async def deleted_by_learner(ctx: Ctx) -> None:
    body = ctx.fact.body
    await contact.end_contact(ctx.tx, ctx.policy, text_of(body, "ExternalUserID"), text_of(body, "UserID"), by="learner")


@router.event(EVENT, "del_external_contact", needs=_BOTH)
async def deleted_by_member(ctx: Ctx) -> None:
    """By the member, or because the friendship was handed to a colleague."""
    body = ctx.fact.body
    by = "transfer" if body.get("Source") == "DELETE_BY_TRANSFER" else "member"
    await contact.end_contact(ctx.tx, ctx.policy, text_of(body, "ExternalUserID"), text_of(body, "UserID"), by=by)


@router.event(EVENT, "transfer_fail", needs=_BOTH)
async def transfer_failed(ctx: Ctx) -> None:
    body = ctx.fact.body
    who, userid = text_of(body, "ExternalUserID"), text_of(body, "UserID")
    await contact.fail_transfer(ctx.tx, ctx.policy, who, userid, text_of(body, "FailReason"))


@router.fact("camp.tags")
async def tell_tags(ctx: Ctx) -> None:
    """A part of the tag wishes goes to WeCom."""
    await tagging.flush(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("camp.enrol_waiting")
async def enrol_waiting(ctx: Ctx) -> None:
    await contact.enrol_waiting(ctx.tx, ctx.policy, int(ctx.fact.body.get("after", 0)))
