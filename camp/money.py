"""Money as people read it."""

from __future__ import annotations


def yuan(fen: int) -> str:
    """`¥1,999` or `¥1,999.50` of integer fen."""
    whole, rest = divmod(fen, 100)
    return f"¥{whole:,}.{rest:02d}" if rest else f"¥{whole:,}"
