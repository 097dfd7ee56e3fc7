"""漏斗: 报名 → 进群 → 到课 → 完课 → 成交 of one cohort, by channel, with the step that loses most."""

from __future__ import annotations

from dataclasses import dataclass

from storage import cohorts, funnels
from storage.cohorts import Cohort
from storage.database import Tx
from storage.funnels import Steps

STEPS = ("enrolled", "joined", "attended", "completed", "paid")


@dataclass(frozen=True)
class Funnel:
    """`total` is the sum of `channels`; `worst` is the index of the step reached by the smallest share of the one before."""

    cohort: Cohort
    total: Steps
    channels: tuple[Steps, ...]

    @property
    def worst(self) -> int | None:
        return worst_step(self.total.numbers)

    @property
    def worst_channel(self) -> Steps | None:
        """The channel that does worst at the worst step, where there is more than one to compare."""
        step = self.worst
        if step is None or len(self.channels) < 2:
            return None
        known = [c for c in self.channels if c.numbers[step - 1] > 0]
        return min(known, key=lambda c: c.numbers[step] / c.numbers[step - 1], default=None)


def worst_step(numbers: tuple[int, ...]) -> int | None:
    """The index of the step with the lowest rate to the one before it; None where nobody got that far."""
    rates = [(numbers[i] / numbers[i - 1], i) for i in range(1, len(numbers)) if numbers[i - 1] > 0]
    return min(rates)[1] if rates else None


async def load_funnel(tx: Tx, cohort: Cohort) -> Funnel:
    channels = tuple(await funnels.of_cohort(tx, cohort.id))
    total = Steps(
        None,
        enrolled=sum(c.enrolled for c in channels),
        joined=sum(c.joined for c in channels),
        attended=sum(c.attended for c in channels),
        completed=sum(c.completed for c in channels),
        paid=sum(c.paid for c in channels),
        paid_fen=sum(c.paid_fen for c in channels),
    )
    return Funnel(cohort, total, channels)


async def choose_cohort(tx: Tx) -> Cohort | None:
    """The cohort that began last, else the first to come."""
    known = await cohorts.cohorts_of(tx)
    begun = [cohort for cohort in known if cohort.starts_at <= tx.now]
    return begun[-1] if begun else next(iter(known), None)
