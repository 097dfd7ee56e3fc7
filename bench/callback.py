"""Callbacks as WeCom seals them (documents 90930, 90968), made beforehand so that making them is not measured."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import time
from collections.abc import Iterable
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CORP_ID = "wwbench0000000001"
AGENT_ID = 1000002
TOKEN = "benchToken"
AES_KEY = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"


def member_text(userid: str, text: str, number: int) -> str:
    """The XML of what a member writes to the app; `number` is its MsgId."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[{userid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId><AgentID>{AGENT_ID}</AgentID></xml>"
    )


def event(name: str, sender: str = "sys", **fields: str | int) -> str:
    """The XML of an event, fields named as on the wire."""
    more = "".join(
        f"<{key}>{value}</{key}>" if isinstance(value, int) else f"<{key}><![CDATA[{value}]]></{key}>"
        for key, value in fields.items()
    )
    return (
        f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{name}]]></Event>{more}</xml>"
    )


def sealed(messages: Iterable[str], path: str = "/wecom/callback") -> list[bytes]:
    """One whole HTTP request for each message, signed now: the product takes it for five minutes."""
    return [_request(message, path) for message in messages]


def _request(message: str, path: str) -> bytes:
    encrypted, timestamp, nonce = _encrypt(message), str(int(time.time())), os.urandom(6).hex()
    signature = hashlib.sha1("".join(sorted([TOKEN, timestamp, nonce, encrypted])).encode()).hexdigest()
    body = (
        f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><AgentID><![CDATA[{AGENT_ID}]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    ).encode()
    query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
    return post(f"{path}?{query}", body, {"Content-Type": "text/xml"})


def post(target: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One HTTP request as bytes."""
    lines = [f"POST {target} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


_KEY = base64.b64decode(AES_KEY + "=")
_CIPHER = Cipher(algorithms.AES(_KEY), modes.CBC(_KEY[:16]))


def _encrypt(message: str) -> str:
    raw = message.encode()
    plain = os.urandom(16) + struct.pack(">I", len(raw)) + raw + CORP_ID.encode()
    pad = 32 - len(plain) % 32
    encryptor = _CIPHER.encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()
