"""At each beat: managers are asked about cohorts past their close; silence may be an answer; waiting lists are served."""

from __future__ import annotations

from camp.moving_on import serve_waiting
from camp.policy import Policy
from camp.verdict import accept_silence, ask_due
from jobs.core.job import BEAT, Job
from storage.database import Tx


async def close_cohorts(tx: Tx, policy: Policy) -> None:
    """First the answers that are overdue, then new questions, so that a question asked now is not answered now."""
    await accept_silence(tx, policy)
    await ask_due(tx, policy)
    await serve_waiting(tx, policy)


JOB = Job("cohort_close", close_cohorts, every=BEAT)
