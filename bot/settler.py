"""What became of each call: judged by WeCom's error classes, written in groups, and told to whoever asked as a fact."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox_writer import Conceal
from bot.wecom import errors
from bot.wecom.client import Answer
from bot.wecom.errors import Outcome
from storage import outbox
from storage.columns import to_micros
from storage.database import Database, StorageAway, StorageBusy, Tx
from storage.inbox import FactDraft, add_facts
from storage.outbox import Answer as Wanted
from storage.outbox import Due, State

log = structlog.get_logger("lanes")

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0
# While WeCom is away a row is tried about once a minute until it expires; one that never expires, for a week.
_MOST_ATTEMPTS = 10_000
_CONFIG_PAUSE = timedelta(minutes=2)
_CONFIG_ATTEMPTS = 30
# After these WeCom may have taken the message all the same.
FATE_UNKNOWN = frozenset({errors.TIMEOUT, errors.DISCONNECTED, errors.BAD_STATUS, errors.NOT_JSON})
_GROUP = 512
_LAST_WORDS_SECONDS = 2.0


@dataclass(frozen=True)
class Verdict:
    """The end of a row (`state`) or its postponement (`pause`)."""

    state: State | None
    errcode: int = 0
    errmsg: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    pause: timedelta = timedelta(0)
    counted: bool = True
    closes_lane_for: float | None = None
    alert: bool = False

    @classmethod
    def expired(cls) -> Verdict:
        return cls(State.EXPIRED, errmsg="expired before it could be sent")

    @classmethod
    def uncertain(cls) -> Verdict:
        """The end of a call that may not be repeated and whose fate nobody knows; whoever asked has to look."""
        return cls(State.DEAD, errcode=errors.UNCERTAIN, errmsg="it may have counted; not repeated")

    @classmethod
    def impossible(cls, why: str) -> Verdict:
        return cls(State.DEAD, errcode=errors.UNSENDABLE, errmsg=why, alert=True)


def judge(row: Due, answer: Answer) -> Verdict:
    """From WeCom's answer to what happens with the row (wecom-api.md 2.2)."""
    code, words = answer.errcode, answer.errmsg
    if answer.outcome is Outcome.SUCCESS:
        return Verdict(State.SENT, code, words, answer.result)
    if answer.outcome is Outcome.WAIT and answer.closes_lane:
        seconds = answer.retry_after_s or errors.wait_seconds(code, words)
        # The refusal says nothing about this row: it is not counted against it.
        return Verdict(None, code, words, pause=timedelta(seconds=seconds), counted=False, closes_lane_for=seconds)
    allowed = errors.attempts_allowed(code)
    if answer.outcome is Outcome.RETRY and row.attempts + 1 < (_MOST_ATTEMPTS if allowed is None else allowed):
        return Verdict(None, code, words, pause=_back_off(row.attempts, answer.retry_after_s))
    if answer.outcome is Outcome.CONFIG and row.attempts + 1 < _CONFIG_ATTEMPTS:
        return Verdict(None, code, words, pause=_CONFIG_PAUSE, alert=True)
    # A person's own window (kf 95001, 95002, …) reopens only when they write again: waiting it out would be a surprise.
    alert = answer.outcome in (Outcome.CONFIG, Outcome.RETRY)
    return Verdict(State.DEAD, code, words, answer.result, alert=alert)


def _back_off(attempts: int, asked_s: float | None) -> timedelta:
    seconds = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempts) * random.uniform(0.8, 1.2)
    return timedelta(seconds=max(seconds, asked_s or 0.0))


_End = tuple[Due, Verdict, Callable[[Due], None]]


class Settler:
    """Writes the ends of calls, many in one commit. `woken()` is called when facts were added.

    `conceal` seals the phone numbers in what WeCom answered before it is stored. `pace`: how fast the house's time runs.
    """

    def __init__(
        self,
        database: Database,
        woken: Callable[[], None] = lambda: None,
        *,
        conceal: Conceal,
        pace: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._database = database
        self._pace = pace
        self._conceal = conceal
        self._woken = woken
        self._queue: asyncio.Queue[_End] = asyncio.Queue()

    def put(self, row: Due, verdict: Verdict, settled: Callable[[Due], None]) -> None:
        """Takes the end of a call; `settled(row)` is called once it is durable."""
        self._queue.put_nowait((row, verdict, settled))

    async def run(self) -> None:
        """Writes until cancelled; the group under way and what is queued then are still written."""
        try:
            while True:
                writing = asyncio.ensure_future(self._settle([await self._queue.get(), *self._waiting()]))
                try:
                    await asyncio.shield(writing)
                except asyncio.CancelledError:
                    await asyncio.wait([writing], timeout=_LAST_WORDS_SECONDS)
                    raise
        finally:
            rest = self._waiting()
            if rest:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORDS_SECONDS):
                        await self._settle(rest)

    def _waiting(self) -> list[_End]:
        found: list[_End] = []
        while not self._queue.empty() and len(found) < _GROUP:
            found.append(self._queue.get_nowait())
        return found

    async def _settle(self, group: list[_End]) -> None:
        while True:
            try:
                async with self._database.write() as tx:
                    for row, verdict, _ in group:
                        await self._write(tx, row, verdict)
                break
            except StorageBusy as error:
                await asyncio.sleep(1.0 if isinstance(error, StorageAway) else 0.1)
            except SQLAlchemyError as error:
                await self._settle_halves(group, error)
                return
        for row, _, settled in group:
            settled(row)
        self._woken()

    async def _settle_halves(self, group: list[_End], error: Exception) -> None:
        """One end that cannot be written must not hold its neighbours: split until it stands alone, then drop its result."""
        if len(group) > 1:
            middle = len(group) // 2
            await self._settle(group[:middle])
            await self._settle(group[middle:])
            return
        row, verdict, settled = group[0]
        log.error("end of a call not written", call=row.call, outbox_id=row.id, error=type(error).__name__)
        if verdict.errcode != errors.UNSENDABLE:
            why = f"the answer could not be stored: {type(error).__name__}"
            await self._settle([(row, Verdict.impossible(why), settled)])

    async def _write(self, tx: Tx, row: Due, verdict: Verdict) -> None:
        facts: list[FactDraft] = []
        if verdict.state is None:
            await outbox.postpone(
                tx,
                row.id,
                # A pause is real time, also where practice time stands still; the lane keeps it then.
                tx.now + verdict.pause * self._pace(),
                errcode=verdict.errcode,
                error=verdict.errmsg,
                counted=verdict.counted,
                refused=verdict.errcode not in FATE_UNKNOWN,
            )
        elif await outbox.finish(tx, row.id, verdict.state, errcode=verdict.errcode, error=verdict.errmsg or None):
            failed = verdict.state is not State.SENT
            if row.answer == Wanted.ALWAYS or (failed and row.answer == Wanted.FAILURE):
                facts.append(self._answer_fact(tx, row, verdict))
        if verdict.alert:
            facts.append(_alert_fact(tx, row, verdict))
        await add_facts(tx, facts)

    def _answer_fact(self, tx: Tx, row: Due, verdict: Verdict) -> FactDraft:
        body = {
            "outbox_id": row.id,
            "ok": verdict.state is State.SENT,
            "errcode": verdict.errcode,
            "errmsg": verdict.errmsg,
            "result": self._conceal(verdict.result),
            "context": row.context,
            "expired": verdict.state is State.EXPIRED,
        }
        # A row put back in line by the operator ends twice, so its second end is another fact.
        return FactDraft("lane", f"answer.{row.call}", f"answer:{row.id}:{to_micros(tx.now)}", "corp", body)


def _alert_fact(tx: Tx, row: Due, verdict: Verdict) -> FactDraft:
    zh, en = errors.explain(verdict.errcode)
    body = {"call": row.call, "outbox_id": row.id, "errcode": verdict.errcode, "hint": {"zh": zh, "en": en}}
    return FactDraft("lane", "camp.call_refused", f"refused:{row.call}:{verdict.errcode}:{tx.now:%Y%m%d}", "corp", body)
