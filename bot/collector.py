"""Python's garbage collector, told what it need not look at."""

from __future__ import annotations

import gc

# New containers until the youngest are looked through. A callback leaves some hundred behind and nearly all of them are freed
# without the collector.
_YOUNG = 5_000


def spare_what_stays() -> None:
    """To be called once, when all is wired: what exists now lives as long as the process and is not looked through again.

    Else every full collection walks all modules and tables, and whoever calls meanwhile waits for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
