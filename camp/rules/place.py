"""The places an enrolment can be in. Every enrolment is in exactly one, so a cohort's report always adds up."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    CLASS = "class"  # being taught: the class teacher looks after them
    SALE_WINDOW = "sale_window"  # cohort closed, 1..n-1 lessons: the class teacher keeps them a while
    CONVERSION = "conversion"  # conversion pool (转化公海), open or claimed
    NEXT_COHORT = "next_cohort"  # moved on; a new enrolment in the next cohort carries on
    WAITING = "waiting"  # there is no next cohort yet: named list, the manager knows
    PAID = "paid"  # bought; the class teacher serves them
    RENEWAL = "renewal"  # renewal pool (续报公海)
    LEFT = "left"  # left for good (unsubscribed before the close)


# Places in which a cohort's rules still have to decide at its close.
UNDECIDED = (Place.CLASS,)
