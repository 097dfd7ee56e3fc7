"""One access token for all nodes: whoever needs a new one asks WeCom, the others take it from the database [D 91039]."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.wecom.tokens import Token
from storage import leases, tokens
from storage.database import Database, machine_now
from storage.faults import StorageBusy

log = structlog.get_logger("token")

# Longer than gettoken may take; a node that dies while asking is replaced after it.
_TERM = timedelta(seconds=12)
_LOOK_SECONDS = 0.1
# A token that dies in a moment is not worth taking over.
_LEAST_SECONDS = 30.0


class TokenShare:
    """`fetch` has the shape TokenKeeper wants. `seal` and `unseal` (None: not ours) keep the token unreadable in the database."""

    def __init__(
        self,
        database: Database,
        owner: str,
        app: str,
        ask: Callable[[], Awaitable[Token]],
        *,
        seal: Callable[[str], str],
        unseal: Callable[[str], str | None],
    ) -> None:
        self._database = database
        self._owner = owner
        self._app = app
        self._ask = ask
        self._seal = seal
        self._unseal = unseal
        self._version = 0  # of the token this node had last: it wants a newer one

    async def fetch(self) -> Token:
        """A token newer than the last one, fetched by one node; raises only NoToken. A database that is away stops nobody."""
        if self._database.is_sqlite:
            return await self._ask()
        try:
            token = await self._theirs_or_my_turn()
        except (StorageBusy, SQLAlchemyError) as error:
            log.warning("token not shared", error=type(error).__name__)
            return await self._ask()
        return token or await self._ask_for_all()

    async def _theirs_or_my_turn(self) -> Token | None:
        while True:
            async with self._database.write(machine_now()) as tx:
                # First the lease: whoever had it has written down its token before giving it back.
                mine = await leases.take(tx, self._lease, self._owner, _TERM)
                kept = await tokens.load(tx, self._app)
                if kept is not None and kept.version > self._version:
                    value, left = self._unseal(kept.sealed), (kept.expires_at - tx.now).total_seconds()
                    if value is not None and left > _LEAST_SECONDS:
                        self._version = kept.version
                        if mine:
                            await leases.give_back(tx, self._owner, self._lease)
                        return Token(value, left)
                if mine:
                    return None
            await asyncio.sleep(_LOOK_SECONDS)

    async def _ask_for_all(self) -> Token:
        try:
            fresh = await self._ask()
        except BaseException:
            await self._note(None)
            raise
        await self._note(fresh)
        return fresh

    async def _note(self, fresh: Token | None) -> None:
        try:
            async with self._database.write(machine_now()) as tx:
                if fresh is not None:
                    dies_at = tx.now + timedelta(seconds=fresh.expires_in_s)
                    self._version = await tokens.keep(tx, self._app, self._seal(fresh.value), dies_at)
                await leases.give_back(tx, self._owner, self._lease)
        except (StorageBusy, SQLAlchemyError) as error:  # the lease runs out by itself
            log.warning("token not shared", error=type(error).__name__)

    @property
    def _lease(self) -> str:
        return f"token:{self._app}"
