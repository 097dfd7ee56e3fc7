"""What a command answers: one message, or a long list in pages of which the first is sent and 更多 brings the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camp.messages import TEXT_BYTES, Message, split_pages, text

# Room for the page hint below and the to-do line above a page, or the two would become a message of their own.
_PAGE_BYTES = TEXT_BYTES - 200


@dataclass(frozen=True)
class Reply:
    message: Message
    more: tuple[str, ...] = ()  # the pages after the first
    in_group: str = ""  # what a group may hear of it when the rest goes to the speaker alone

    @classmethod
    def text(cls, words: str) -> Reply:
        return cls(text(words))

    @classmethod
    def listing(cls, head: str, lines: Sequence[str]) -> Reply:
        """Lines under a head, in as many pages as WeCom's byte limit asks for (a page hint is added by the desk)."""
        pages = split_pages(lines, head=head, limit=_PAGE_BYTES) or [head]
        return cls(text(pages[0]), tuple(pages[1:]))
