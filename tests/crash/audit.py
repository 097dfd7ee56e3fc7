"""The audit: every promise held against the books of a run; what it names was broken."""

from __future__ import annotations

import re

from tests.crash.audit_domain import domain_breaches
from tests.crash.audit_effects import effect_breaches
from tests.crash.audit_inbox import inbox_breaches
from tests.crash.audit_wire import wire_breaches
from tests.crash.books import Books

_FAULT = re.compile(r"Traceback|\"level\": \"(error|critical)\"")


def audit(books: Books) -> list[str]:
    """The breaches as sentences; none when all promises held."""
    breaches = list(books.ledger.broken)
    breaches += inbox_breaches(books)
    breaches += domain_breaches(books)
    breaches += effect_breaches(books)
    breaches += wire_breaches(books)
    breaches += [f"{rule}: {row}" for rule, rows in books.sums.items() for row in rows]
    breaches += [f"the house logged: {line[:300]}" for line in books.log.splitlines() if _FAULT.search(line)]
    return breaches
