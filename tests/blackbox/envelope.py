"""The published envelope of WeCom callbacks (wecom-api.md 1.2 to 1.4), written from the sheet alone."""

import base64
import hashlib
import os
import struct
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def _cipher(key43: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(key43 + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(key43: str, message: str, receiveid: str) -> str:
    """Base64 of AES-256-CBC(16 random bytes, big-endian length, message, receiveid, PKCS#7 to 32)."""
    raw = message.encode()
    plain = os.urandom(16) + struct.pack(">I", len(raw)) + raw + receiveid.encode()
    pad = 32 - len(plain) % 32
    encryptor = _cipher(key43).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """Lower-case sha1 of the four strings in lexical order."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, encrypted])).encode()).hexdigest()


def sealed(token: str, key43: str, message: str, receiveid: str) -> tuple[dict[str, str], str]:
    """Query and the encrypted text for one delivery, freshly signed."""
    timestamp, nonce, encrypted = str(int(time.time())), os.urandom(6).hex(), encrypt(key43, message, receiveid)
    return {"msg_signature": signature(token, timestamp, nonce, encrypted), "timestamp": timestamp, "nonce": nonce}, encrypted


def xml(**fields: object) -> str:
    """An event as on the wire: text in CDATA, integers plain, `Raw(...)` values verbatim."""
    parts = []
    for key, value in fields.items():
        if isinstance(value, Raw):
            parts.append(f"<{key}>{value.text}</{key}>")
        elif isinstance(value, int):
            parts.append(f"<{key}>{value}</{key}>")
        else:
            parts.append(f"<{key}><![CDATA[{value}]]></{key}>")
    return "<xml>" + "".join(parts) + "</xml>"


class Raw:
    """Inner XML that is put in as it is."""

    def __init__(self, text: str) -> None:
        self.text = text
