"""What becomes of each call: noted before it, judged by WeCom's error classes after it, told to whoever asked as a fact.

Everything the lanes write is written here, in groups: on SQLite they share one writer with the worker and the callbacks.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from bot import metrics
from bot.inbox_writer import Conceal
from bot.wecom import errors
from bot.wecom.client import Answer
from bot.wecom.errors import Outcome
from storage import outbox, pace
from storage.columns import to_micros
from storage.database import Database, Tx
from storage.faults import StorageAway, StorageBusy
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
# Of these somebody waits for every single one. (A welcome that comes too late is told to the class teacher.)
_TO_PEOPLE = frozenset({"app.message", "kf.message", "robot.message", "appchat.send"})
# An end that nobody waits for is written with what comes next, at the latest after so long: a crash in between sends once more
# what section 3 of docs/architecture.md makes harmless.
_LINGER_SECONDS = 0.1


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
    def not_sent(cls) -> Verdict:
        """Of a row that was noted as about to be sent, and then was not."""
        return cls(None, counted=False)

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


@dataclass(frozen=True)
class _End:
    row: Due
    verdict: Verdict
    settled: Callable[[Due], None]
    urgent: bool


@dataclass(frozen=True)
class _Mark:
    row_ids: Sequence[int]
    done: asyncio.Future[set[int]]
    urgent = True


class Settler:
    """Writes what the lanes have to write, many in one commit. `woken()` is called when facts were added.

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
        self._queue: deque[_End | _Mark] = deque()
        self._queued = asyncio.Event()
        self._urgent = asyncio.Event()

    def put(self, row: Due, verdict: Verdict, settled: Callable[[Due], None], *, at_once: bool = True) -> None:
        """Takes the end of a call; `settled(row)` is called once it is durable.

        Without `at_once` an end that nobody asked to hear of may wait for other things to be written.
        """
        ended = verdict.state in (State.SENT, State.DEAD) and not verdict.alert
        may_linger = ended and not _asked(row, verdict) and not at_once
        self._add(_End(row, verdict, settled, urgent=not may_linger))

    async def mark(self, row_ids: Sequence[int]) -> set[int]:
        """Notes durably that these rows are about to be sent; returns those that still wait to be."""
        mark = _Mark(row_ids, asyncio.get_running_loop().create_future())
        self._add(mark)
        return await mark.done

    def _add(self, item: _End | _Mark) -> None:
        self._queue.append(item)
        self._queued.set()
        if item.urgent or len(self._queue) >= _GROUP:
            self._urgent.set()

    async def run(self) -> None:
        """Writes until cancelled; the group under way and what is queued then are still written."""
        try:
            while True:
                await self._queued.wait()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LINGER_SECONDS):
                        await self._urgent.wait()
                writing = asyncio.ensure_future(self._settle(self._take()))
                try:
                    await asyncio.shield(writing)
                except asyncio.CancelledError:
                    await asyncio.wait([writing], timeout=_LAST_WORDS_SECONDS)
                    raise
        finally:
            if self._queue:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORDS_SECONDS):
                        await self._settle(self._take())

    def _take(self) -> list[_End | _Mark]:
        group = [self._queue.popleft() for _ in range(min(_GROUP, len(self._queue)))]
        if not self._queue:
            self._queued.clear()
            self._urgent.clear()
        return group

    async def _settle(self, group: list[_End | _Mark]) -> None:
        while True:
            try:
                async with self._database.write() as tx:
                    marked = await self._write(tx, group)
                break
            except (StorageBusy, OSError) as error:
                await asyncio.sleep(0.1 if isinstance(error, StorageBusy) and not isinstance(error, StorageAway) else 1.0)
            except Exception as error:  # noqa: BLE001 - an answer nobody can store must not end the process
                await self._settle_halves(group, error)
                return
        for item in group:
            if isinstance(item, _End):
                if item.verdict.state is not None:
                    metrics.ended.labels(call=item.row.call, state=item.verdict.state.name.lower()).inc()
                item.settled(item.row)
            elif not item.done.done():
                item.done.set_result(marked.intersection(item.row_ids))
        if tx.facts:
            self._woken()

    async def _settle_halves(self, group: list[_End | _Mark], error: Exception) -> None:
        """One that cannot be written must not hold its neighbours: split until it stands alone, then drop its result."""
        if len(group) > 1:
            middle = len(group) // 2
            await self._settle(group[:middle])
            await self._settle(group[middle:])
            return
        (item,) = group
        if isinstance(item, _Mark):
            if not item.done.done():
                item.done.set_exception(error)
            return
        row = item.row
        log.error("end of a call not written", call=row.call, outbox_id=row.id, error=type(error).__name__)
        if item.verdict.errcode != errors.UNSENDABLE:
            why = f"the answer could not be stored: {type(error).__name__}"
            await self._settle([_End(row, Verdict.impossible(why), item.settled, urgent=True)])

    async def _write(self, tx: Tx, group: Sequence[_End | _Mark]) -> set[int]:
        """Returns which of the rows to be marked still wait."""
        to_mark = [row_id for item in group if isinstance(item, _Mark) for row_id in item.row_ids]
        marked = await outbox.mark_tried(tx, to_mark) if to_mark else set()
        facts: list[FactDraft] = []
        ended: dict[tuple[State, int, str], list[_End]] = {}
        for item in group:
            if isinstance(item, _Mark):
                continue
            row, verdict = item.row, item.verdict
            if verdict.state is None:
                await self._put_off(tx, row, verdict)
            else:
                ended.setdefault((verdict.state, verdict.errcode, verdict.errmsg), []).append(item)
            if verdict.alert or (verdict.state is State.EXPIRED and row.call in _TO_PEOPLE):
                facts.append(_alert_fact(tx, row, verdict))
        for (state, errcode, errmsg), items in ended.items():
            ids = await outbox.finish(tx, [item.row.id for item in items], state, errcode=errcode, error=errmsg or None)
            told = [item for item in items if item.row.id in ids and _asked(item.row, item.verdict)]
            facts += [self._answer_fact(tx, item.row, item.verdict) for item in told]
        await add_facts(tx, facts)
        return marked

    async def _put_off(self, tx: Tx, row: Due, verdict: Verdict) -> None:
        await outbox.postpone(
            tx,
            row.id,
            # A pause is real time, also where practice time stands still; the lane keeps it then.
            tx.now + verdict.pause * self._pace(),
            errcode=verdict.errcode,
            error=verdict.errmsg,
            counted=verdict.counted,
            # An earlier try that WeCom may have taken stays one.
            refused=verdict.errcode not in FATE_UNKNOWN and row.tried_at is None,
        )
        if verdict.closes_lane_for is not None:
            await pace.close(tx, row.lane, tx.now + timedelta(seconds=verdict.closes_lane_for))

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


def _asked(row: Due, verdict: Verdict) -> bool:
    failed = verdict.state is not State.SENT
    return row.answer == Wanted.ALWAYS or (failed and row.answer == Wanted.FAILURE)


def _alert_fact(tx: Tx, row: Due, verdict: Verdict) -> FactDraft:
    zh, en = errors.explain(verdict.errcode)
    body = {"call": row.call, "outbox_id": row.id, "errcode": verdict.errcode, "hint": {"zh": zh, "en": en}}
    body["expired"] = verdict.state is State.EXPIRED
    return FactDraft("lane", "camp.call_refused", f"refused:{row.call}:{verdict.errcode}:{tx.now:%Y%m%d}", "corp", body)
