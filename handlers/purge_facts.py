"""A night's forgetting goes on (camp.purge)."""

from __future__ import annotations

from camp.purge import go_on
from handlers.core.context import Ctx
from handlers.core.router import Router

router = Router()


@router.fact("camp.purge")
async def next_stretch(ctx: Ctx) -> None:
    """One stretch; the fact of the next one is made in the same transaction."""
    await go_on(ctx.tx, ctx.fact.body)
