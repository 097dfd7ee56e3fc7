"""WeCom's callback envelope (doc 90968), written with `cryptography` alone.

The house uses wechatpy for the same job; two implementations keep a misreading from cancelling itself out.
"""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAD_BLOCK = 32  # doc 90968: PKCS#7 to 32, although the AES block is 16


class Misanswer(Exception):
    """An answer WeCom would not take, and why (中文)."""


@dataclass(frozen=True)
class Sealed:
    """One encrypted callback: the query parameters and the XML body."""

    query: dict[str, str]
    body: str


def aes_key(encoding_aes_key: str) -> bytes:
    """The 32-byte key behind the 43 characters of the console."""
    key = base64.b64decode(encoding_aes_key + "=", validate=True)
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise ValueError("EncodingAESKey must be 43 base64 characters")
    return key


def encrypt(key: bytes, message: str, receive_id: str) -> str:
    """base64 of AES-256-CBC over 16 random bytes + big-endian length + message + receiveid."""
    text = message.encode()
    plain = os.urandom(16) + len(text).to_bytes(4, "big") + text + receive_id.encode()
    pad = PAD_BLOCK - len(plain) % PAD_BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(key: bytes, encrypted: str, receive_id: str) -> str:
    """The message between length field and receiveid; everything about it is checked (sheet 1.4)."""
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
    if plain[end:] != receive_id.encode():
        raise Misanswer(f"receiveid 要是 {receive_id}" if receive_id else "receiveid 要是空的")
    try:
        return plain[20:end].decode()
    except UnicodeDecodeError:
        raise Misanswer("明文不是 UTF-8") from None


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """sha1 over the sorted parts, lower-case hex (doc 90968)."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, encrypted])).encode()).hexdigest()


def seal(message: str, *, key: bytes, token: str, corp_id: str, agent_id: str, timestamp: int) -> Sealed:
    """The POST of sheet section 1.3; `agent_id` is empty for corp-level events."""
    encrypted = encrypt(key, message, corp_id)
    nonce = secrets.token_hex(5)
    query = {
        "msg_signature": sign(token, str(timestamp), nonce, encrypted),
        "timestamp": str(timestamp),
        "nonce": nonce,
    }
    body = (
        f"<xml><ToUserName><![CDATA[{corp_id}]]></ToUserName>"
        f"<AgentID><![CDATA[{agent_id}]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
    return Sealed(query, body)


def open_reply(body: str, *, key: bytes, token: str, corp_id: str) -> str:
    """The plain XML of an encrypted reply (sheet 1.5); Misanswer for a wrong form, signature or ciphertext."""
    try:
        parts = {part.tag: part.text or "" for part in ElementTree.fromstring(body)}
    except ElementTree.ParseError:
        raise Misanswer("回复不是 XML") from None
    missing = [name for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce") if not parts.get(name)]
    if missing:
        raise Misanswer(f"回复里没有 {'、'.join(missing)}")
    if parts["MsgSignature"] != sign(token, parts["TimeStamp"], parts["Nonce"], parts["Encrypt"]):
        raise Misanswer("MsgSignature 不对")
    return decrypt(key, parts["Encrypt"], corp_id)
