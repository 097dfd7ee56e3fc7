"""Counts per place in words, in one order everywhere: bought, moved on, handed to sales, kept."""

from __future__ import annotations

from collections.abc import Mapping

from camp.phrases import Say
from camp.rules.place import Place

ORDER = (
    Place.PAID,
    Place.NEXT_COHORT,
    Place.WAITING,
    Place.CONVERSION,
    Place.SALE_WINDOW,
    Place.RENEWAL,
    Place.CLASS,
    Place.LEFT,
)


def places_in_words(say: Say, counts: Mapping[str, int]) -> str:
    """`312 人：31 已成交，58 转入下一期，…`."""
    parts = [say("closing.count", number=counts[p], place=say(f"common.place_{p}")) for p in ORDER if counts.get(p)]
    return say("closing.counts", total=sum(counts.values()), parts=say("closing.comma").join(parts))


def shares_in_lines(say: Say, counts: Mapping[str, int]) -> list[str]:
    """One line per place with its share in whole percent; the shares add up to 100."""
    total = sum(counts.values())
    shown = [place for place in ORDER if counts.get(place)]
    shares = whole_percents([counts[place] for place in shown])
    return [
        say("closing.share", place=say(f"common.place_{place}"), number=counts[place], percent=percent)
        for place, percent in zip(shown, shares, strict=True)
    ] + [say("closing.total", number=total, percent=100 if total else 0)]


def whole_percents(numbers: list[int]) -> list[int]:
    """Percents that add up to 100: the largest remainders are rounded up."""
    total = sum(numbers)
    if total == 0:
        return [0 for _ in numbers]
    floors = [number * 100 // total for number in numbers]
    by_remainder = sorted(range(len(numbers)), key=lambda i: (-(numbers[i] * 100 % total), i))
    for i in by_remainder[: 100 - sum(floors)]:
        floors[i] += 1
    return floors
