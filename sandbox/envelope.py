"""WeCom's callback envelope (doc 90968), written with `cryptography` alone.

The house uses wechatpy for the same job; two implementations keep a misreading from cancelling itself out.
"""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAD_BLOCK = 32  # doc 90968: PKCS#7 to 32, although the AES block is 16


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
