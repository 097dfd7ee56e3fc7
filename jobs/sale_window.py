"""At each beat: the rules look again at those whose sale window is over."""

from __future__ import annotations

from camp.closing import end_sale_window
from camp.policy import Policy
from camp.rules.place import Place
from jobs.core.job import BEAT, Job
from storage import closings
from storage.database import Tx


async def end_windows(tx: Tx, policy: Policy) -> None:
    """Starts one run for each cohort that has somebody due."""
    for cohort_id in await closings.ended_sale_windows(tx, Place.SALE_WINDOW):
        await end_sale_window(tx, policy, cohort_id)


JOB = Job("sale_window", end_windows, every=BEAT)
