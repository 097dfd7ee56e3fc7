"""How a crowd is spread over class groups so that the smallest ones fill up first."""

from __future__ import annotations

import heapq
from collections.abc import Mapping


def plan_spread(loads: Mapping[int, int], number: int) -> dict[int, int]:
    """How many of `number` newcomers each group gets: always the least loaded next, the lower id on a tie."""
    plan = dict.fromkeys(loads, 0)
    heap = [(load, group) for group, load in loads.items()]
    heapq.heapify(heap)
    for _ in range(number if heap else 0):
        load, group = heapq.heappop(heap)
        plan[group] += 1
        heapq.heappush(heap, (load + 1, group))
    return plan
