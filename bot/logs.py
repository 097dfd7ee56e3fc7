"""Structured logs: one JSON object a line, and nothing in it that could open a door or name a learner."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEYS = re.compile(r"secret|token|aes_key|password|passphrase|signature|phone|mobile|content|text|key$", re.I)
# Values that slip into a sentence: tokens in a query string, phone numbers.
_SECRET_VALUES = re.compile(r"((?:access_token|corpsecret|key|msg_signature|token)=)[^&\s\"']+|(?<!\d)1[3-9]\d{9}(?!\d)", re.I)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blanks values by the name of their key, and tokens and phone numbers inside any text."""
    for key, value in event.items():
        if key != "event" and _SECRET_KEYS.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = _SECRET_VALUES.sub(lambda m: f"{m[1]}***" if m[1] else "***", value)
    return event


def configure(level: str, json_lines: bool) -> None:
    """Sets up structlog for this process, writing to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False) if json_lines else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; only what needs a person's eye gets through.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
