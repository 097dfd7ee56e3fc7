"""What every API family shares: the parsed call, the refusal with an errcode, and the table of endpoints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sandbox.stage import Stage

EMPTY_PARAMETER = 40063  # doc 90313
BAD_PARAMETER = 40058  # doc 90313: broken JSON, wrong type, too long, too many, POST called with GET
TOO_LARGE = 45002
BAD_CURSOR = 50100

# What a nested field of another shape than the documents give ends in (Infinity is JSON to Python); answered with 40058.
OUT_OF_FORM = (AttributeError, KeyError, OverflowError, TypeError, ValueError)

Answer = dict[str, Any]


class Refusal(Exception):
    """An errcode other than 0 (doc 90313)."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass
class Download:
    """An answer that is no JSON: the bytes of a file (doc 90254)."""

    content: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass
class Ask:
    """One call: JSON body of a POST, query of a GET. Readers check type and size and refuse with 40058 or 40063.

    An endpoint that `takes_files` finds an empty body and reads `raw` by the Content-Type in `headers`; `origin` is the
    address the caller used, for links back to the look-alike.
    """

    body: dict[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    def _value(self, name: str) -> Any:
        return self.body.get(name, self.query.get(name))

    def has(self, name: str) -> bool:
        return self._value(name) not in (None, "", [], {})

    def text(self, name: str) -> str:
        """A required, non-empty string."""
        if not self.has(name):
            raise Refusal(EMPTY_PARAMETER, f"{name} is empty")
        return self.optional_text(name)

    def optional_text(self, name: str, most: int | None = None) -> str:
        """A string of at most `most` characters; "" when absent."""
        value = self._value(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Refusal(BAD_PARAMETER, f"{name} must be a string")
        if most is not None and len(value) > most:
            raise Refusal(BAD_PARAMETER, f"{name} is longer than {most}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self._value(name)
        if value is None:
            return default
        try:
            number = int(value)
        except (OverflowError, TypeError, ValueError):
            raise Refusal(BAD_PARAMETER, f"{name} must be a number") from None
        if not low <= number <= high:
            raise Refusal(BAD_PARAMETER, f"{name} must be {low}..{high}")
        return number

    def names(self, name: str, most: int) -> list[str]:
        """A list of strings with at most `most` entries; [] when absent."""
        value = self.body.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise Refusal(BAD_PARAMETER, f"{name} must be a list of strings")
        if len(value) > most:
            raise Refusal(BAD_PARAMETER, f"{name} has more than {most} entries")
        return value

    def part(self, name: str) -> dict[str, Any]:
        """A required JSON object."""
        value = self.body.get(name)
        if not value:
            raise Refusal(EMPTY_PARAMETER, f"{name} is empty")
        if not isinstance(value, dict):
            raise Refusal(BAD_PARAMETER, f"{name} must be an object")
        return value

    def content(self, kind: str) -> str:
        """The required `content` of a text-like message part."""
        content = self.part(kind).get("content")
        if not isinstance(content, str) or not content:
            raise Refusal(44004, "content is empty")
        return content


T = TypeVar("T")
Handler = Callable[[Stage, Ask], Answer | Download]


@dataclass(frozen=True)
class Endpoint:
    methods: frozenset[str]
    handler: Handler
    with_token: bool = True
    limited: bool = True
    takes_files: bool = False


Table = dict[str, Endpoint]


def get(handler: Handler) -> Endpoint:
    return Endpoint(frozenset({"GET"}), handler)


def post(handler: Handler) -> Endpoint:
    return Endpoint(frozenset({"POST"}), handler)


def page(found: list[T], ask: Ask, most: int, default: int) -> tuple[list[T], str]:
    """One page of `found` by `cursor` and `limit`, and the next cursor ("" at the end)."""
    limit = ask.number("limit", default, 1, most)
    cursor = ask.optional_text("cursor")
    if cursor and not cursor.removeprefix("pg").isdecimal():
        raise Refusal(BAD_CURSOR, "invalid cursor")
    start = int(cursor.removeprefix("pg") or "0")
    rest = start + limit
    return found[start:rest], f"pg{rest}" if rest < len(found) else ""


def too_large(text: str, most: int) -> None:
    """Refuse text of more than `most` UTF-8 bytes."""
    if len(text.encode()) > most:
        raise Refusal(TOO_LARGE, f"content exceeds {most} bytes")
