"""The JSON envelope of URL mode (docs 101033, 90968): receiveid is empty, the answer repeats the nonce of the request."""

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.envelope import PAD_BLOCK, encrypt, sign

RECEIVE_ID = ""


class Misanswer(Exception):
    """An answer WeCom would not take, and why (中文)."""


@dataclass(frozen=True)
class SealedJson:
    """One encrypted callback: query parameters (the nonce among them) and body."""

    query: dict[str, str]
    body: str

    @property
    def nonce(self) -> str:
        return self.query["nonce"]


def seal_json(message: dict[str, Any], *, key: bytes, token: str, timestamp: int) -> SealedJson:
    """The POST WeCom sends."""
    encrypted, nonce = encrypt(key, json.dumps(message, ensure_ascii=False), RECEIVE_ID), secrets.token_hex(5)
    query = {"msg_signature": sign(token, str(timestamp), nonce, encrypted), "timestamp": str(timestamp), "nonce": nonce}
    return SealedJson(query, json.dumps({"encrypt": encrypted}))


def _object(text: bytes | str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise Misanswer(f"{what}不是 JSON") from None
    if not isinstance(found, dict):
        raise Misanswer(f"{what}不是 JSON 对象")
    return found


def _decrypted(key: bytes, encrypted: str) -> bytes:
    """The message between length field and receiveid; everything about it is checked."""
    try:
        sealed = base64.b64decode(encrypted, validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
    except ValueError:
        raise Misanswer("密文解不开") from None
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= PAD_BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise Misanswer("补位不对（PKCS#7 按 32 字节）")
    plain = plain[:-pad]
    end = 20 + int.from_bytes(plain[16:20], "big")
    if len(plain) < 20 or end > len(plain):
        raise Misanswer("长度字段不对")
    if plain[end:] != RECEIVE_ID.encode():
        raise Misanswer("receiveid 要是空的")
    return plain[20:end]


def open_answer(raw: bytes, *, key: bytes, token: str, nonce: str) -> dict[str, Any]:
    """The plain answer; Misanswer for a wrong field, signature, nonce or ciphertext."""
    envelope = _object(raw, "回复")
    encrypted, timestamp = envelope.get("encrypt"), envelope.get("timestamp")
    if not isinstance(encrypted, str) or not encrypted:
        raise Misanswer("回复里没有 encrypt")
    if not isinstance(timestamp, int) or isinstance(timestamp, bool):
        raise Misanswer("timestamp 要是整数秒")
    if envelope.get("nonce") != nonce:
        raise Misanswer("nonce 要和请求里的一样")
    if envelope.get("msgsignature") != sign(token, str(timestamp), nonce, encrypted):
        raise Misanswer("msgsignature 不对")
    return _object(_decrypted(key, encrypted), "回复的明文")
