"""What people send to the robot: files behind urls that live 5 min, AES-256-CBC, PKCS#7 to 32 (docs 100719, 101463)."""

import base64
import os
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.clock import MINUTE, Clock
from sandbox.envelope import PAD_BLOCK

URL_LIFE_S = 5 * MINUTE
PATH = "/_aibot/file/"


def encrypt_file(key: bytes, content: bytes) -> bytes:
    """The bytes behind a url; the IV is the first half of the key."""
    pad = PAD_BLOCK - len(content) % PAD_BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize()


@dataclass
class Parcel:
    name: str
    born_at: float
    content: bytes = field(repr=False)


class Files:
    """Encrypted files by the secret part of their url."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parcels: dict[str, Parcel] = {}

    def offer(self, origin: str, name: str, content: bytes, key: bytes | None) -> dict[str, str]:
        """{"url"} of a file encrypted with `key` (EncodingAESKey, URL mode); without one also an "aeskey" of its own.

        The aeskey is base64 without the padding sign, as the official Python SDK expects to meet it.
        """
        own = key or os.urandom(32)
        secret = secrets.token_urlsafe(24)
        self._parcels[secret] = Parcel(name, self._clock.now(), encrypt_file(own, content))
        offered = {"url": f"{origin}{PATH}{secret}"}
        return offered if key else {**offered, "aeskey": base64.b64encode(own).decode().rstrip("=")}

    def serve(self, secret: str) -> web.Response:
        """The encrypted bytes; 404 after 5 min (the status is our choice), by the clock of the play."""
        parcel = self._parcels.get(secret)
        if parcel is None or self._clock.now() - parcel.born_at > URL_LIFE_S:
            self._parcels.pop(secret, None)
            return web.Response(status=404, text="the url has expired")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(parcel.name)}"}
        return web.Response(body=parcel.content, content_type="application/octet-stream", headers=headers)
