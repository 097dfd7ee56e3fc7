"""One row's call to WeCom, with the slots its requests take, and what WeCom's answer means for the row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot import metrics
from bot.pacer import Pacer
from bot.settler import FATE_UNKNOWN, Verdict, judge
from bot.wecom.client import Answer, WeComClient
from bot.wecom.errors import Outcome
from bot.wecom.road import Call
from storage.outbox import Due

log = structlog.get_logger("lanes")


class Caller:
    """Calls for a lane, which has taken the slots of the first request and gives back those of the last.

    `heard` is told the errcode of every answer.
    """

    def __init__(
        self, client: WeComClient, calls: Mapping[str, Call], pacer: Pacer, heard: Callable[[int], Awaitable[None]]
    ) -> None:
        self._heard = heard
        self._client = client
        self._calls = calls
        self._pacer = pacer

    async def call(self, row: Due) -> Verdict:
        """Raises only what is a bug of a road."""
        call = self._calls.get(row.call)
        if call is None:
            return Verdict.impossible(f"no road knows the call {row.call}")
        if row.tried_at is not None and not call.repeatable:
            return Verdict.uncertain()  # the process died between the call and noting its end
        answer = await self._ask(call, row)
        await self._heard(answer.errcode)
        if row.tried_at is not None and answer.errcode in call.used_codes:
            answer = Answer(Outcome.SUCCESS, answer.errcode, answer.errmsg)
        fate_known = call.repeatable or answer.errcode not in FATE_UNKNOWN
        verdict = judge(row, answer) if fate_known else Verdict.uncertain()
        if verdict.closes_lane_for is not None:
            seconds = self._pacer.close(call, row.lane, verdict.closes_lane_for)
            verdict = replace(verdict, closes_lane_for=seconds, pause=timedelta(seconds=seconds))
        elif answer.errcode not in FATE_UNKNOWN:
            self._pacer.passed(row.lane)
        if answer.errcode:
            log.info("WeCom refused", call=row.call, outbox_id=row.id, errcode=answer.errcode, outcome=answer.outcome.value)
        return verdict

    async def _ask(self, call: Call, row: Due) -> Answer:
        payload = row.payload
        if row.tried_at is not None and row.call == "app.message":
            # The process may have died after sending: ask WeCom to drop an identical repetition (doc 90236).
            payload = {**payload, "duplicate_check": True}

        async def another_slot() -> None:
            self._pacer.over(call, row)
            # For a moment in time, not for an event.
            while (wait := self._pacer.wait(call, row)) > 0:  # noqa: ASYNC110
                await asyncio.sleep(wait)

        with metrics.call_seconds.labels(call=row.call).time():
            answer = await self._client.call(call, payload, another_slot)
        metrics.calls.labels(call=row.call, outcome=answer.outcome.value).inc()
        return answer
