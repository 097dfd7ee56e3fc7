"""What WeCom answers about contacts, tags, groups, the directory and kf customers: each answer is handed to the one who asked."""

from __future__ import annotations

from camp import class_group, contact, join_overflow, reconcile, tagging, welcome
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("answer.contact.get")
async def contact_read(ctx: Ctx) -> None:
    await contact.take_contact(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.kf.customers")
async def customers_read(ctx: Ctx) -> None:
    await contact.take_customers(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.kf.link")
async def kf_link_made(ctx: Ctx) -> None:
    await welcome.take_link(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.welcome")
async def welcome_refused(ctx: Ctx) -> None:
    await welcome.note_refusal(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.tags")
async def tags_read(ctx: Ctx) -> None:
    await tagging.take_tags(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.add_tag")
async def tags_created(ctx: Ctx) -> None:
    await tagging.take_created(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.mark_tag")
async def tags_marked(ctx: Ctx) -> None:
    await tagging.take_marked(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.group.get")
async def group_read(ctx: Ctx) -> None:
    """Asked for after a version gap, about a chat nobody declared, or by the nightly comparison, which then goes on."""
    if "stranger" in ctx.fact.body["context"]:
        await join_overflow.take_stranger(ctx.tx, ctx.policy, ctx.fact.body)
        return
    drift = await class_group.take_group(ctx.tx, ctx.policy, ctx.fact.body)
    if "run" in ctx.fact.body["context"]:
        await reconcile.after_group(ctx.tx, ctx.policy, ctx.fact.body, drift)


@router.fact("answer.contact.follow_users")
async def follow_users_read(ctx: Ctx) -> None:
    await reconcile.take_follow_users(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.contact.by_user")
async def contacts_page_read(ctx: Ctx) -> None:
    await reconcile.take_contacts(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.directory.departments")
async def departments_read(ctx: Ctx) -> None:
    await reconcile.take_departments(ctx.tx, ctx.policy, ctx.fact.body)


@router.fact("answer.directory.members")
async def members_read(ctx: Ctx) -> None:
    await reconcile.take_members(ctx.tx, ctx.policy, ctx.fact.body)
