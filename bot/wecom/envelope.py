"""Authenticate and decrypt what WeCom posts; the only module that touches wechatpy, and it raises only `BadEnvelope`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.ciphers import CipherContext
from wechatpy.crypto.cryptography import WeChatCipher
from wechatpy.enterprise.crypto import PrpCrypto

from bot.wecom.xml_tree import MAX_BYTES, XmlRefused, parse_xml

UNREADABLE = 400
UNAUTHENTIC = 403
DEFAULT_MAX_AGE_S = 300  # our own window against replays; WeCom's three tries span about 15 s [D 90930]
ENVELOPE_DEPTH = 8
PAD_BLOCK = 32  # PKCS#7 with 32-byte blocks over a 16-byte cipher block [D 90968]
HEAD = 20  # 16 random bytes and the 4-byte big-endian length of the message


# The envelope as WeCom writes it, its leaves in any order. Whatever else comes, right or wrong, is read as XML.
_TEXT = rb"(?:<!\[CDATA\[\w*\]\]>|\w*)"
_REST = rb"[ \t\n]*(?:(?:<ToUserName>%b</ToUserName>|<AgentID>%b</AgentID>)[ \t\n]*)*" % (_TEXT, _TEXT)
_USUAL = re.compile(rb"<xml>%b<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>%b</xml>[ \t\n]*" % (_REST, _REST))


class BadEnvelope(Exception):
    """A request is unauthentic (`status` 403) or unreadable (`status` 400); `reason` is for counters, never for the sender."""

    def __init__(self, reason: str, status: int = UNREADABLE) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(frozen=True)
class Keys:
    """The three callback values of one app; `receive_id` is the CorpID, or empty for an intelligent robot [D 101033].

    Raises ValueError when the EncodingAESKey is not 43 characters of base64 (32 bytes).
    """

    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    receive_id: str

    def __post_init__(self) -> None:
        if len(self.encoding_aes_key) != 43:
            raise ValueError("encoding_aes_key must have 43 characters")
        try:
            key = self.aes_key
        except (binascii.Error, ValueError):
            raise ValueError("encoding_aes_key must be base64") from None
        if len(key) != 32:
            raise ValueError("encoding_aes_key must decode to 32 bytes")

    @cached_property
    def decryptor(self) -> CipherContext:
        """AES-256-CBC under this key, one for all messages, as to make one costs more than to decrypt with it.

        In CBC the message before changes the first block of the next and no other; with WeCom it is 16 random bytes that are
        thrown away [D 90968].
        """
        decryptor: CipherContext = self.cipher.cipher.decryptor()
        return decryptor

    @cached_property
    def cipher(self) -> WeChatCipher:
        """AES-256-CBC under this key; it begins each message anew, as what we seal must."""
        return PrpCrypto(self.aes_key).cipher

    @cached_property
    def aes_key(self) -> bytes:
        """32 bytes. The last character may carry non-zero spare bits (consoles make such keys), so it is no strict base64."""
        padded = self.encoding_aes_key + "="
        if not padded.isascii():
            raise ValueError("not ASCII")
        return base64.b64decode(padded, altchars=None, validate=True)


def open_envelope(
    keys: Keys,
    *,
    signature: str,
    timestamp: str,
    nonce: str,
    body: bytes,
    now: float,
    max_age_s: float | None = DEFAULT_MAX_AGE_S,
) -> str:
    """Return the decrypted XML text of one POST; `now` is epoch seconds, `max_age_s=None` accepts any age [D 90930]."""
    if len(body) > MAX_BYTES:
        raise BadEnvelope("too large")
    return open_encrypted(
        keys,
        signature=signature,
        timestamp=timestamp,
        nonce=nonce,
        encrypted=read_encrypted(body),
        now=now,
        max_age_s=max_age_s,
    )


def read_encrypted(body: bytes) -> str:
    """Return what the envelope carries, still encrypted; `BadEnvelope` 400 on junk."""
    if usual := _USUAL.fullmatch(body):
        return usual[1].decode()
    try:
        encrypted = parse_xml(body, max_depth=ENVELOPE_DEPTH).get("Encrypt")
    except XmlRefused as refused:
        raise BadEnvelope(f"envelope: {refused}") from None
    if not isinstance(encrypted, str) or not encrypted:
        raise BadEnvelope("no Encrypt")
    return encrypted.strip()


def open_echo(
    keys: Keys,
    *,
    signature: str,
    timestamp: str,
    nonce: str,
    echostr: str,
    now: float,
    max_age_s: float | None = DEFAULT_MAX_AGE_S,
) -> str:
    """Return the plaintext to answer verbatim when the console checks the URL with GET [D 90930]."""
    if not echostr:
        raise BadEnvelope("no echostr")
    # A blank is never base64: it is a "+" that a proxy or framework has decoded once too often.
    encrypted = echostr.replace(" ", "+")
    return open_encrypted(
        keys,
        signature=signature,
        timestamp=timestamp,
        nonce=nonce,
        encrypted=encrypted,
        now=now,
        max_age_s=max_age_s,
    )


def open_encrypted(
    keys: Keys,
    *,
    signature: str,
    timestamp: str,
    nonce: str,
    encrypted: str,
    now: float,
    max_age_s: float | None = DEFAULT_MAX_AGE_S,
) -> str:
    """Check signature, age and receiver of one base64 ciphertext and return its message (also the JSON variant [D 101033])."""
    if len(encrypted) > MAX_BYTES:
        raise BadEnvelope("too large")
    expected = sign(keys.token, timestamp, nonce, encrypted)
    if not hmac.compare_digest(expected.encode(), _raw(signature)):
        raise BadEnvelope("signature", UNAUTHENTIC)
    _check_age(timestamp, now, max_age_s)
    return _split(_decrypt(keys.decryptor, encrypted), keys.receive_id)


def seal_answer(keys: Keys, words: str, *, nonce: str, now: float) -> dict[str, str | int]:
    """The encrypted answer to a callback in JSON, which repeats its nonce [D 101033]."""
    message = words.encode("utf-8", "replace")
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + keys.receive_id.encode()
    pad = PAD_BLOCK - len(plain) % PAD_BLOCK
    encrypted = base64.b64encode(keys.cipher.encrypt(plain + bytes([pad]) * pad)).decode()
    timestamp = int(now)
    signature = sign(keys.token, str(timestamp), nonce, encrypted)
    return {"encrypt": encrypted, "msgsignature": signature, "timestamp": timestamp, "nonce": nonce}


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """Return the lower-case hex SHA-1 of the four values, sorted bytewise and joined [D 90968]."""
    parts = sorted(_raw(part) for part in (token, timestamp, nonce, encrypted))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def _raw(text: str) -> bytes:
    # Query strings may hold lone surrogates after percent-decoding; they must fail the comparison, not raise.
    return text.encode("utf-8", "surrogatepass")


def _check_age(timestamp: str, now: float, max_age_s: float | None) -> None:
    if max_age_s is None:
        return
    # Digits only and short: int() would accept "1_0" or refuse 5,000 digits with an error of its own.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadEnvelope("timestamp", UNAUTHENTIC)
    if abs(now - int(timestamp)) > max_age_s:
        raise BadEnvelope("stale timestamp", UNAUTHENTIC)


def _decrypt(decryptor: CipherContext, encrypted: str) -> bytes:
    """AES-256-CBC with wechatpy's cipher; its unpadding is not used because it accepts pad 0 and never checks pad bytes."""
    try:
        ciphertext = binascii.a2b_base64(encrypted, strict_mode=True)
    except ValueError:  # binascii.Error is a kind of it
        raise BadEnvelope("not base64") from None
    if not ciphertext or len(ciphertext) % 16:
        raise BadEnvelope("ciphertext length")
    return decryptor.update(ciphertext)


def _split(plain: bytes, receive_id: str) -> str:
    """Take padding, random head, length and receiver apart; every check of [D 90968] and no slice that forgives."""
    pad = plain[-1]
    if not 1 <= pad <= PAD_BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise BadEnvelope("padding")
    content = plain[:-pad]
    if len(content) < HEAD:
        raise BadEnvelope("too short")
    end = HEAD + int.from_bytes(content[16:HEAD], "big")
    if end > len(content):
        raise BadEnvelope("length field")
    if not hmac.compare_digest(content[end:], receive_id.encode()):
        raise BadEnvelope("receiveid", UNAUTHENTIC)
    # It is WeCom's own by now: half a character costs that character, never the message.
    return content[HEAD:end].decode("utf-8", "replace")
