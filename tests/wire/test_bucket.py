"""GCRA: no sliding window is ever exceeded, and little of the quota is wasted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wecom.bucket import Bucket, Buckets, KeyedBuckets, Limit
from bot.wecom.road import API_LIMITS, MEMBER_LIMITS, ROBOT_LIMITS

paced = st.builds(
    lambda count, window, share: Limit("api", count, window, max(1, int(count * share))),
    st.integers(1, 60),
    st.floats(0.5, 100),
    st.floats(0, 0.8),
)
counted = st.builds(lambda count, window: Limit("recipient", count, window, exact=True), st.integers(2, 60), st.floats(0.5, 100))
limits = paced | counted


def busiest(times: list[float], window_s: float) -> int:
    first = worst = 0
    for last, at in enumerate(times):
        while times[first] <= at - window_s + 1e-9:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


@settings(max_examples=150, deadline=None)
@given(limits, st.lists(st.floats(0, 30), min_size=1, max_size=150))
def test_no_sliding_window_holds_more_than_the_limit(limit: Limit, gaps: list[float]) -> None:
    bucket, now, times = limit.bucket(), 0.0, []
    for gap in gaps:
        now += gap
        times.append(now + bucket.reserve(now))
    assert busiest(times, limit.window_s) <= limit.count


@settings(max_examples=60, deadline=None)
@given(limits, limits, st.lists(st.floats(0, 5), min_size=1, max_size=100))
def test_chained_limits_both_hold(one: Limit, two: Limit, gaps: list[float]) -> None:
    chain, now, times = Buckets([one.bucket(), two.bucket()]), 0.0, []
    for gap in gaps:
        now += gap
        times.append(now + chain.reserve(now))
    assert times == sorted(times)
    assert busiest(times, one.window_s) <= one.count
    assert busiest(times, two.window_s) <= two.count


@pytest.mark.parametrize("limit", [*API_LIMITS, *MEMBER_LIMITS, *ROBOT_LIMITS])
def test_documented_limits_hold_from_a_cold_start(limit: Limit) -> None:
    bucket = limit.bucket()
    times = [bucket.reserve(0.0) for _ in range(min(limit.count * 2, 25_000))]
    assert busiest(times, limit.window_s) <= limit.count


def test_the_quota_is_used() -> None:
    chain = Buckets(limit.bucket() for limit in API_LIMITS)
    times = [chain.reserve(0.0) for _ in range(24_000)]
    assert 0.975 * 10_000 <= busiest(times, 60.0) <= 10_000


def test_burst_then_steady() -> None:
    bucket = Bucket(2.0, 3)
    assert [bucket.reserve(10.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_looking_takes_nothing() -> None:
    bucket = Bucket(1.0, 1)
    assert bucket.earliest(5.0) == bucket.earliest(5.0) == 5.0
    bucket.take(5.0)
    assert bucket.earliest(5.0) == 6.0


def test_closing_holds_everybody_and_never_shortens() -> None:
    one, two = Bucket(100.0, 5), Bucket(100.0, 5)
    chain = Buckets([one, two])
    one.close_until(60.0)
    one.close_until(30.0)
    assert chain.reserve(0.0) == 60.0
    chain.close_until(100.0)
    assert two.earliest(0.0) == 100.0


def test_members_have_their_own_buckets_and_idle_ones_go() -> None:
    members = KeyedBuckets(MEMBER_LIMITS)
    assert [members.of("lin").reserve(0.0) for _ in range(30)] == [0.0] * 30, "a person is answered as quickly as they type"
    assert members.of("lin").reserve(0.0) > 60.0
    assert members.of("wu").reserve(0.0) == 0.0
    members.forget_idle(5.0)
    assert len(members) == 1 or len(members) == 2
    members.forget_idle(10_000.0)
    assert len(members) == 0


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1), (-1.0, 1), (1.0, 0)])
def test_senseless_buckets_are_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="bucket"):
        Bucket(rate, burst)
