"""Shapes of single values in config.toml: what a corp id, a key or an address must look like, and the words when it does not."""

from __future__ import annotations

import base64
import binascii
import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.wecom.envelope import Keys

PRIVACY_KEY_BYTES = 32


def wrong(phrase: str, **values: str) -> PydanticCustomError:
    """A fault in our own words: a phrase of camp.phrases with its values, never with the value of a secret."""
    return PydanticCustomError("wecamp", "{phrase}", {"phrase": phrase, "values": values})


def shaped(pattern: str, phrase: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise wrong(phrase)
        return value

    return AfterValidator(check)


def shaped_secret(pattern: str, phrase: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise wrong(phrase)
        return value

    return AfterValidator(check)


def _aes_key(value: SecretStr) -> SecretStr:
    try:
        Keys(token="", encoding_aes_key=value.get_secret_value(), receive_id="")
    except ValueError:
        raise wrong("settings.aes_key") from None
    return value


def _privacy_key(value: SecretStr) -> SecretStr:
    to_key_bytes(value.get_secret_value())
    return value


def to_key_bytes(words: str) -> bytes:
    """The 32 bytes of a base64 key."""
    try:
        key = base64.b64decode(words.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != PRIVACY_KEY_BYTES:
        raise wrong("settings.privacy_key")
    return key


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise wrong("settings.database_url") from None
    if url.drivername == "sqlite+aiosqlite" and url.database and url.database != ":memory:":
        return value
    if url.drivername == "postgresql+asyncpg" and url.database:
        return value
    raise wrong("settings.database_url")


def _address(schemes: tuple[str, str], phrase: str, plain: str) -> AfterValidator:
    """An address by one of these schemes, plain and encrypted; the plain one only on this machine."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            raise wrong(phrase) from None
        if parts.scheme not in schemes or not host or parts.username or parts.query or parts.fragment:
            raise wrong(phrase)
        if parts.scheme == schemes[0] and not _is_loopback(host):
            raise wrong(plain)
        return value.rstrip("/")

    return AfterValidator(check)


def _clock_address(value: str) -> str:
    """Only this machine may say what time it is, and only while practising."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong("settings.clock_address") from None
    if parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment or not _is_loopback(host):
        raise wrong("settings.clock_address")
    return value


def is_loopback_address(url: str) -> bool:
    """Whether an address that was found usable is of this machine."""
    return _is_loopback(urlsplit(url).hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("settings.zone", name=value[:40]) from None
    return value


def one_or_many(value: object) -> object:
    return [value] if isinstance(value, int | float | str) else value


NonEmpty = Annotated[SecretStr, shaped_secret(r"(?s).*\S.*", "settings.empty")]
CallbackToken = Annotated[SecretStr, shaped_secret(r"[0-9A-Za-z_-]{1,32}", "settings.token")]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
ApiAddress = Annotated[str, _address(("http", "https"), "settings.api_address", "settings.api_plain_http")]
SocketAddress = Annotated[str, _address(("ws", "wss"), "settings.socket_address", "settings.socket_plain")]
ClockAddress = Annotated[str, AfterValidator(_clock_address)]
ZoneName = Annotated[str, AfterValidator(_zone)]
PrivacyKeyText = Annotated[SecretStr, AfterValidator(_privacy_key)]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]
Words = Annotated[str, shaped(r"(?s).*\S.*", "settings.empty")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
ClockTime = Annotated[str, shaped(r"([01][0-9]|2[0-3]):[0-5][0-9]", "settings.clock_time")]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 30)]
AES_EXAMPLE = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
