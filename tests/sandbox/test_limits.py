"""Frequency limits: what answers 45009 and for how long, what is dropped silently, 45033, and how it all counts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox.app import build_sandbox
from sandbox.clock import DAY, HOUR, MINUTE, Clock
from sandbox.config import SandboxConfig
from sandbox.limits import CORP, Limits
from sandbox.stage import STAGE
from sandbox.windows import CalendarQuota, Quota, Window
from tests.sandbox.conftest import CREDENTIALS, NOW, Bot, Play

ALL_NUMBERS = SandboxConfig(
    api_per_minute=5,
    api_per_hour=8,
    ip_per_minute=12,
    ip_per_hour=14,
    wrong_secrets_per_hour=3,
    parallel_reads=2,
    account_ceiling=1,
    appchat_persons_per_minute=6,
)


@pytest.fixture
async def strict(bot: Bot) -> AsyncIterator[Play]:
    """A corp with tiny limits, two members in it."""
    clock = Clock(lambda: NOW)
    app = build_sandbox(ALL_NUMBERS, clock)
    async with TestClient(TestServer(app)) as client:
        play = Play(client, app[STAGE], clock, bot)
        for userid in ("lin", "wu"):
            await play.act("/members", userid=userid, name=userid)
        play.token = (await play.gettoken())["access_token"]
        yield play


def note(touser: str) -> dict[str, Any]:
    return {"touser": touser, "msgtype": "text", "agentid": CREDENTIALS.agent_id, "text": {"content": "好"}}


async def codes(play: Play, path: str, times: int) -> list[int]:
    return [await play.code(path) for _ in range(times)]


async def test_a_minute_limit_blocks_the_api_for_a_minute(strict: Play) -> None:
    assert await codes(strict, "getcallbackip", 7) == [0] * 5 + [45009] * 2
    assert await strict.code("get_api_domain_ip") == 0
    strict.later(59)
    assert await strict.code("getcallbackip") == 45009
    strict.later(1)
    assert await strict.code("getcallbackip") == 0


async def test_the_block_counts_from_the_call_that_was_too_much(strict: Play) -> None:
    await codes(strict, "getcallbackip", 5)
    strict.later(30)
    assert await strict.code("getcallbackip") == 45009
    strict.later(31)  # the window is empty again, the block is not over
    assert await strict.code("getcallbackip") == 45009
    strict.later(29)
    assert await strict.code("getcallbackip") == 0


async def test_an_hour_limit_blocks_the_api_for_an_hour(strict: Play) -> None:
    assert await codes(strict, "getcallbackip", 5) == [0] * 5
    strict.later(2 * MINUTE)
    assert await codes(strict, "getcallbackip", 4) == [0] * 3 + [45009]
    strict.later(HOUR - 1)
    assert await strict.code("getcallbackip") == 45009
    strict.later(1)
    assert await strict.code("getcallbackip") == 0


async def test_one_ip_has_limits_of_its_own(strict: Play) -> None:
    strict.stage.limits.api.limit = strict.stage.limits.api_hour.limit = 1000
    assert await codes(strict, "getcallbackip", 13) == [0] * 12 + [45009]
    strict.later(MINUTE)
    assert await codes(strict, "getcallbackip", 3) == [0, 0, 45009]
    strict.later(HOUR - 1)
    assert await strict.code("getcallbackip") == 45009
    strict.later(1)
    assert await strict.code("getcallbackip") == 0


def test_limits_of_one_ip_do_not_meet_another() -> None:
    limits = Limits(ALL_NUMBERS, Clock(lambda: NOW))
    limits.api.limit = limits.api_hour.limit = 1000
    assert [limits.call_passes("user/get", "10.0.0.1") for _ in range(13)][-2:] == [True, False]
    assert limits.call_passes("user/get", "10.0.0.2")


async def test_a_loop_of_wrong_secrets_blocks_the_ip_for_an_hour(strict: Play) -> None:
    wrong = [(await strict.gettoken(corpsecret="no"))["errcode"] for _ in range(4)]
    assert wrong == [40001, 40001, 40001, 45009]
    assert (await strict.gettoken())["errcode"] == 45009
    assert await strict.code("getcallbackip") == 45009
    strict.later(HOUR - 1)
    assert (await strict.gettoken())["errcode"] == 45009
    strict.later(1)
    assert (await strict.gettoken())["errcode"] == 0


async def test_person_messages_of_one_day(strict: Play) -> None:
    strict.stage.limits.member_minute.limit = 1000
    sent = [await strict.code("message/send", note("lin|wu")) for _ in range(101)]
    assert sent == [0] * 100 + [45009]  # ceiling 1 × 200 person-messages
    strict.later(HOUR)
    assert await strict.code("message/send", note("lin")) == 45009
    strict.later(DAY)
    strict.token = ""
    assert await strict.code("message/send", note("lin")) == 0


async def test_sending_is_not_counted_among_the_calls(strict: Play) -> None:
    assert [await strict.code("message/send", note("lin")) for _ in range(10)] == [0] * 10


async def test_a_held_clock_does_not_fill_one_minute_for_ever(strict: Play) -> None:
    real = [NOW]
    clock = Clock(lambda: real[0])
    limits = Limits(ALL_NUMBERS, clock)
    clock.hold()
    assert [limits.passes("Lin", limits.member_minute) for _ in range(31)] == [True] * 30 + [False]
    real[0] += 60
    assert limits.passes("Lin", limits.member_minute)
    assert clock.now() == NOW


async def test_too_many_reads_at_once(strict: Play) -> None:
    await strict.act("/faults", path="*", chance=1, hang_s=0.2)
    asked = [strict.code("user/list", department_id=1) for _ in range(4)]
    assert sorted(await asyncio.gather(*asked)) == [0, 0, 45033, 45033]
    assert await strict.code("user/list", department_id=1) == 0
    written = [strict.code("message/send", note("lin")) for _ in range(4)]
    assert await asyncio.gather(*written) == [0] * 4


LIMITS_OF_FAMILIES: list[tuple[Callable[[Limits], Quota], int, int]] = [
    (lambda limits: limits.robot, 20, MINUTE),
    (lambda limits: limits.aibot_minute, 30, MINUTE),
    (lambda limits: limits.aibot_hour, 1000, HOUR),
    (lambda limits: limits.aibot_uploads_minute, 30, MINUTE),
    (lambda limits: limits.aibot_uploads_hour, 1000, HOUR),
    (lambda limits: limits.media_uploads, 5000, MINUTE),
    (lambda limits: limits.images_day, 1000, DAY),
    (lambda limits: limits.images_month, 3000, 30 * DAY),
    (lambda limits: limits.appchat_minute, 6, MINUTE),
    (lambda limits: limits.appchat_member_minute, 200, MINUTE),
    (lambda limits: limits.appchat_member_day, 10_000, DAY),
    (lambda limits: limits.appchat_creates, 1000, DAY),
    (lambda limits: limits.appchat_changes, 1000, HOUR),
    (lambda limits: limits.group_transfers, 300, DAY),
    (lambda limits: limits.member_minute, 30, MINUTE),
    (lambda limits: limits.member_hour, 1000, HOUR),
    (lambda limits: limits.sync_without_token, 10, MINUTE),
]


@pytest.mark.parametrize(("quota_of", "limit", "block_s"), LIMITS_OF_FAMILIES)
def test_the_documented_numbers(quota_of: Callable[[Limits], Quota], limit: int, block_s: int) -> None:
    clock = Clock(lambda: NOW)
    limits = Limits(ALL_NUMBERS, clock)
    quota = quota_of(limits)
    assert all([limits.passes("one", quota) for _ in range(limit)])
    assert not limits.passes("one", quota)
    assert limits.passes("another", quota)
    clock.step(block_s)
    assert limits.passes("one", quota)


def test_several_quotas_admit_together_or_not_at_all() -> None:
    limits = Limits(ALL_NUMBERS, Clock(lambda: NOW))
    hour = Window(3, HOUR)
    day = CalendarQuota(Clock(lambda: NOW), 100, 1)
    assert [limits.passes(CORP, hour, day, count=2) for _ in range(2)] == [True, False]
    assert limits.passes(CORP, day, count=98)


def test_a_day_ends_at_midnight_in_shanghai_and_a_month_with_its_last_day() -> None:
    clock = Clock(lambda: NOW)
    clock.hold(1_790_783_999)  # 2026-09-30 23:59:59 +08:00
    day, month = CalendarQuota(clock, 2, 1), CalendarQuota(clock, 2, 30)
    assert [quota.admit(CORP, clock.traffic(), 2) for quota in (day, month, day, month)] == [True, True, False, False]
    clock.step(1)
    assert [quota.admit(CORP, clock.traffic()) for quota in (day, month)] == [True, True]
    clock.step(DAY)
    assert [quota.admit(CORP, clock.traffic(), 2) for quota in (day, month)] == [True, False]
    assert not month.admit(CORP, clock.traffic())  # shut, although one would fit


def test_a_day_of_a_held_play_ends_after_a_day_of_traffic() -> None:
    real = [NOW]
    clock = Clock(lambda: real[0])
    clock.hold()
    quota = CalendarQuota(clock, 1, 1)
    assert [quota.admit(CORP, clock.traffic()), quota.admit(CORP, clock.traffic())] == [True, False]
    real[0] += DAY
    assert quota.admit(CORP, clock.traffic())


def test_ten_thousand_a_minute_are_counted_in_few_slices() -> None:
    window = Window(10_000, MINUTE)
    admitted = sum(window.admit("api", NOW + n / 200) for n in range(24_000))  # two minutes of 200 a second
    assert 20_000 <= admitted <= 20_100
    assert len(window._slices["api"]) <= 601
