"""At each beat: managers are asked about cohorts past their close; what nobody answered runs by itself where that is set."""

from __future__ import annotations

from camp.policy import Policy
from camp.verdict import accept_silence, ask_due
from jobs.core.job import BEAT, Job
from storage.database import Tx


async def close_cohorts(tx: Tx, policy: Policy) -> None:
    """First the answers that are overdue, then new questions, so that a question asked now is not answered now."""
    await accept_silence(tx, policy)
    await ask_due(tx, policy)


JOB = Job("cohort_close", close_cohorts, every=BEAT)
