"""One token for everybody: single flight, early renewal, floors."""

from __future__ import annotations

import asyncio

import pytest

from bot.wecom.errors import Outcome
from bot.wecom.tokens import NoToken, Token, TokenKeeper, to_token


class Desk:
    """A gettoken that counts, and a clock that moves when told."""

    def __init__(self, expires_in_s: float = 7200) -> None:
        self.now, self.asked, self.expires_in_s = 1000.0, 0, expires_in_s
        self.fault: NoToken | None = None
        self.keeper = TokenKeeper(self.fetch, lambda: self.now)

    async def fetch(self) -> Token:
        self.asked += 1
        await asyncio.sleep(0)
        if self.fault:
            raise self.fault
        return Token(f"secret-{self.asked}", self.expires_in_s)


async def test_fifty_callers_share_one_fetch() -> None:
    desk = Desk()
    assert set(await asyncio.gather(*(desk.keeper.get() for _ in range(50)))) == {"secret-1"}
    assert desk.asked == 1


async def test_fifty_refusals_of_one_token_cost_one_fetch() -> None:
    desk = Desk()
    token = await desk.keeper.get()

    async def refused() -> str:
        desk.keeper.invalidate(token)
        return await desk.keeper.get()

    assert set(await asyncio.gather(*(refused() for _ in range(50)))) == {"secret-2"}
    desk.keeper.invalidate(token)
    assert await desk.keeper.get() == "secret-2"
    assert desk.asked == 2


async def test_a_token_refused_at_once_is_not_fetched_in_a_loop() -> None:
    desk = Desk()
    worth_repeating = [desk.keeper.invalidate(await desk.keeper.get()) for _ in range(20)]
    assert worth_repeating == [True] * 3 + [False] * 17
    assert desk.asked == 4
    desk.now += 31
    assert desk.keeper.invalidate(await desk.keeper.get())
    assert await desk.keeper.get() == "secret-5"


async def test_renewed_five_minutes_early() -> None:
    desk = Desk()
    await desk.keeper.get()
    desk.now += 6899
    assert await desk.keeper.get() == "secret-1"
    desk.now += 1
    assert await desk.keeper.get() == "secret-2"


async def test_short_lived_tokens_are_used_for_half_their_life() -> None:
    desk = Desk(expires_in_s=60)
    await desk.keeper.get()
    desk.now += 29
    assert await desk.keeper.get() == "secret-1"
    desk.now += 1
    assert await desk.keeper.get() == "secret-2"


async def test_a_failed_renewal_keeps_the_old_token_to_its_end() -> None:
    desk = Desk()
    await desk.keeper.get()
    desk.fault = NoToken(Outcome.RETRY, -2, "slow")
    desk.now += 6950
    assert await desk.keeper.get() == "secret-1"
    desk.now += 300
    with pytest.raises(NoToken):
        await desk.keeper.get()


async def test_a_wrong_secret_is_asked_once_in_five_minutes() -> None:
    desk = Desk()
    desk.fault = NoToken(Outcome.CONFIG, 40001, "invalid credential")
    for _ in range(100):
        with pytest.raises(NoToken) as refused:
            await desk.keeper.get()
        assert refused.value.outcome is Outcome.CONFIG
        desk.now += 2
    assert desk.asked == 1
    desk.now += 200
    desk.fault = None
    assert await desk.keeper.get() == "secret-2"


async def test_passing_faults_back_off() -> None:
    desk = Desk()
    desk.fault = NoToken(Outcome.RETRY, -3, "cut")
    for _ in range(600):
        with pytest.raises(NoToken) as refused:
            await desk.keeper.get()
        assert refused.value.retry_after_s is not None
        assert refused.value.retry_after_s <= 60
        desk.now += 1
    assert 10 <= desk.asked <= 16


async def test_a_cancelled_caller_does_not_block_the_others() -> None:
    desk = Desk()
    first, second = asyncio.create_task(desk.keeper.get()), asyncio.create_task(desk.keeper.get())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "secret-2"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_no_token_in_any_text() -> None:
    desk = Desk()
    await desk.keeper.get()
    assert "secret" not in repr(desk.keeper) + repr(Token("secret-1", 7200.0)) + repr(vars(desk.keeper))


@pytest.mark.parametrize(
    ("errcode", "answer", "outcome"),
    [
        (40001, {}, Outcome.CONFIG),
        (40013, {}, Outcome.CONFIG),
        (60020, {}, Outcome.CONFIG),
        (-1, {}, Outcome.RETRY),
        (-2, {}, Outcome.RETRY),
        (45009, {}, Outcome.WAIT),
        (0, {}, Outcome.RETRY),
        (0, {"access_token": ""}, Outcome.RETRY),
    ],
)
def test_gettoken_refusals(errcode: int, answer: dict[str, object], outcome: Outcome) -> None:
    with pytest.raises(NoToken) as refused:
        to_token(errcode, "", answer)
    assert refused.value.outcome is outcome


def test_gettoken_answers() -> None:
    assert to_token(0, "ok", {"access_token": "t", "expires_in": "60"}) == Token("t", 60.0)
    assert to_token(0, "ok", {"access_token": "t"}) == Token("t", 7200.0)
