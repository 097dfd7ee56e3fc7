"""Forgetting: what people wrote and what was written to them goes after the retention time; the story stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from camp.policy import Policy
from storage.columns import from_micros, to_micros
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.retention import PURGE_KIND, SWEEPS, newest_mark, purge_stretch

# WeCom hands out kf messages again for 3 days (doc 94670), and whoever looks into a fault wants to see its facts.
LEAST_DAYS = 4
# A stretch empties rows in place, which is slower than reading them: a callback that comes meanwhile waits for one stretch.
CHUNK = 1_000
# A night's walk begins where the last one within this time left off, else at the start.
_MARKS_KEPT_DAYS = 60


async def start(tx: Tx, policy: Policy) -> None:
    """Begins a night's walk: stretch after stretch, each a fact of its own, so that a restart goes on where it stopped."""
    today = tx.now.astimezone(policy.zone).date()
    marks = await newest_mark(tx, [_end_key(today - timedelta(days=back)) for back in range(1, _MARKS_KEPT_DAYS)]) or {}
    await _go_on(tx, today, tx.now - policy.raw_kept, SWEEPS[0], marks.get(SWEEPS[0]), {})


async def go_on(tx: Tx, body: dict[str, Any]) -> None:
    """One stretch, then the next; doubled it does nothing new. `marks`: how far each table needs no second look."""
    if "table" not in body:  # the mark of a night that is over
        return
    table, after, marks = body["table"], body["after"], dict(body["marks"])
    before, day = from_micros(int(body["before"])), date.fromisoformat(body["day"])
    step = await purge_stretch(tx, table, before, after, CHUNK)
    if step is not None:
        if step.first_kept is not None:
            marks.setdefault(table, step.first_kept - 1)
        await _go_on(tx, day, before, table, step.upto, marks)
        return
    if isinstance(after, int):
        marks.setdefault(table, after)
    rest = SWEEPS[SWEEPS.index(table) + 1 :]
    if not rest:
        await add_facts(tx, [FactDraft(WALK, PURGE_KIND, _end_key(day), "purge", marks)])
        return
    earlier = await newest_mark(tx, [_end_key(day - timedelta(days=back)) for back in range(1, _MARKS_KEPT_DAYS)]) or {}
    await _go_on(tx, day, before, rest[0], earlier.get(rest[0]), marks)


def least_before(now: datetime) -> datetime:
    """Nothing younger may be purged by hand."""
    return now - timedelta(days=LEAST_DAYS)


async def _go_on(tx: Tx, day: date, before: datetime, table: str, after: int | str | None, marks: dict[str, int]) -> None:
    body = {"day": day.isoformat(), "before": to_micros(before), "table": table, "after": after, "marks": marks}
    key = f"purge:{day.isoformat()}:{table}:{'' if after is None else after}"
    await add_facts(tx, [FactDraft(WALK, PURGE_KIND, key, "purge", body)])


def _end_key(day: date) -> str:
    return f"purge:{day.isoformat()}:end"
