"""Structured logs: one JSON object a line, and nothing in it that could open a door or name a learner."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO, cast

import structlog

_SECRET_KEYS = re.compile(r"secret|token|aes_key|password|passphrase|signature|phone|mobile|content|text|key$", re.I)
# Values that slip into a sentence: tokens in a query string or a dict, phone numbers with or without +86.
_SECRET_VALUES = re.compile(
    r"""((?:access_token|corpsecret|key|msg_signature|token|secret)["']?\s*[=:]\s*["']?)[^&\s"',}]+"""
    r"""|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)""",
    re.I,
)
_FRAMES = 8


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blanks values by the name of their key, and tokens and phone numbers inside any text."""
    for key, value in event.items():
        event[key] = "***" if key != "event" and _SECRET_KEYS.search(key) else _blank(value)
    return event


def _blank(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): "***" if _SECRET_KEYS.search(str(key)) else _blank(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_blank(item) for item in value]
    return _SECRET_VALUES.sub(lambda m: f"{m[1]}***" if m[1] else "***", str(value))


def frames_of(error: BaseException) -> str:
    """Where an exception came from, without its message, which may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


class _Redacted(logging.Formatter):
    """What libraries log passes the same filter."""

    def format(self, record: logging.LogRecord) -> str:
        return str(_blank(super().format(record)))


class _Voice:
    """Standard error that never fails its speaker: on a full disk or a closed pipe a line is lost, and nothing else."""

    def write(self, words: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(words)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


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
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Voice())),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; only what needs a person's eye gets through.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Redacted(logging.BASIC_FORMAT))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
