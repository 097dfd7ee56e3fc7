"""Bytes to decisions: every hostile input is made from a string of bytes, so it can be mutated, shrunk, kept and replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Source:
    """Reads decisions off `data`. A source that has run dry decides for the plain and normal thing."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self.name = hashlib.sha256(data).hexdigest()[:16]  # unique for these bytes: ids are made of it

    def byte(self) -> int:
        """0 to 255; 0 when the bytes are used up."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def below(self, limit: int) -> int:
        """0 to limit - 1, for limits up to 65,536."""
        number = self.byte() if limit <= 256 else self.byte() << 8 | self.byte()
        return number % limit

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def odds(self, of_256: int) -> bool:
        """True about so many times of 256; never when the bytes are used up."""
        return self.byte() >= 256 - of_256

    def raw(self, limit: int) -> bytes:
        """Up to `limit` bytes as they come."""
        length = self.below(limit + 1)
        taken = self._data[self._at : self._at + length]
        self._at += len(taken)
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        taken = self._data[self._at :]
        self._at = len(self._data)
        return taken
