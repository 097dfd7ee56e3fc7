"""The JSON envelope of URL mode (docs 101033, 90968): receiveid is empty, the answer repeats the nonce of the request."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.envelope import Misanswer, decrypt, encrypt, sign

RECEIVE_ID = ""


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
    return _object(decrypt(key, encrypted, RECEIVE_ID), "回复的明文")
