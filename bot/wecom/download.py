"""A file that WeCom keeps for a few minutes behind an address: fetched once, never more than so many bytes of it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.wecom import errors

_TIMEOUT_S = 60.0
_CHUNK = 256 * 1024
_PAD_BLOCK = 32
_GONE = frozenset({400, 401, 403, 404, 410})


class NotFetched(Exception):
    """`errcode` is one of our own (`bot.wecom.errors`); the text never holds the address, which is a secret."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode


@dataclass(frozen=True, slots=True)
class Fetched:
    """`name`: of the file, where the server tells it."""

    name: str
    content: bytes = field(repr=False)


async def download(session: aiohttp.ClientSession, url: str, most_bytes: int) -> Fetched:
    """What stands at `url`; NotFetched when it is gone, too large or does not come."""
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S), allow_redirects=False) as response:
            if response.status in _GONE:
                raise NotFetched(errors.FILE_GONE, f"HTTP {response.status}")
            if response.status != 200:
                raise NotFetched(errors.BAD_STATUS, f"HTTP {response.status}")
            data = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > most_bytes:
                    raise NotFetched(errors.FILE_TOO_LARGE, f"more than {most_bytes} bytes")
            told = response.content_disposition
            return Fetched((told.filename if told else None) or "", bytes(data))
    except TimeoutError:
        raise NotFetched(errors.TIMEOUT, "no answer in time") from None
    except (aiohttp.InvalidURL, ValueError):
        raise NotFetched(errors.FILE_GONE, "no address") from None
    except (aiohttp.ClientError, OSError) as fault:
        # Only the kind: the text of aiohttp's exceptions may hold the address.
        raise NotFetched(errors.DISCONNECTED, type(fault).__name__) from None


def decrypt(data: bytes, key: str) -> bytes:
    """The file of an encrypted resource: AES-256-CBC, PKCS#7 to 32, the IV is the first half of the key [D 100719].

    `key` is base64 with or without padding: EncodingAESKey in URL mode, the resource's own aeskey in socket mode.
    """
    try:
        raw = base64.b64decode(key + "=" * (-len(key) % 4))
        decryptor = Cipher(algorithms.AES256(raw), modes.CBC(raw[:16])).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
    except (binascii.Error, ValueError):
        raise NotFetched(errors.FILE_GARBLED, "it cannot be decrypted") from None
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= _PAD_BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise NotFetched(errors.FILE_GARBLED, "it cannot be decrypted")
    return plain[:-pad]
