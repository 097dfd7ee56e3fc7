"""Signed `scene_param` tokens: the kf link that checks a learner in with one tap, posted in a class group or sent 1:1."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from camp.policy import Policy

_SIGNATURE_CHARS = 16


@dataclass(frozen=True)
class Ticket:
    """What a valid token names: a lesson (posted for a class) or an enrolment (sent to one learner)."""

    kind: str  # "lesson" or "enrolment"
    id: int


def token_for(policy: Policy, ticket: Ticket) -> str:
    """`l12.<signature>` or `e345.<signature>`: at most 128 bytes of URL-safe characters (doc 94665)."""
    plain = f"{ticket.kind[0]}{ticket.id}"
    return f"{plain}.{_sign(policy, plain)}"


def read_token(policy: Policy, token: str) -> Ticket | None:
    """The ticket, or None for anything we did not sign."""
    plain, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _sign(policy, plain).encode()):
        return None
    kinds = {"l": "lesson", "e": "enrolment"}
    if plain[:1] not in kinds or not plain[1:].isascii() or not plain[1:].isdigit():
        return None
    return Ticket(kinds[plain[0]], int(plain[1:]))


def link_with(url: str, token: str) -> str:
    """The kf link with the token appended; any other change to the link would break its event (doc 94665)."""
    return f"{url}{'&' if '?' in url else '?'}scene_param={quote(token, safe='')}"


def _sign(policy: Policy, plain: str) -> str:
    digest = hmac.new(policy.link_key, plain.encode(), sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_SIGNATURE_CHARS]
