"""The privacy key: given, or made once with mode 0600 beside the database; the key that signs links comes out of it."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import PydanticCustomError
from sqlalchemy.engine import make_url

from bot.settings_fault import ConfigError, key_fault
from bot.settings_sections import PrivacySection
from bot.settings_shapes import PRIVACY_KEY_BYTES, to_key_bytes


@dataclass(frozen=True)
class PrivacyKey:
    """`file` is where the key lies (None when config.toml holds it); `ours` says that we made that file ourselves."""

    key: bytes = field(repr=False)
    file: Path | None
    ours: bool


def find_or_make_key(section: PrivacySection, database_url: str, config_file: Path) -> PrivacyKey:
    """The configured key, the one in the named file, or the one beside the database, made now if it is not there."""
    if section.key is not None:
        return PrivacyKey(to_key_bytes(section.key.get_secret_value()), None, ours=False)
    if section.key_file is not None:
        file = Path(section.key_file).expanduser()
        return PrivacyKey(_read(file), file, ours=False)
    file = key_file_beside(database_url, config_file)
    _make(file)
    return PrivacyKey(_read(file), file, ours=True)


def key_place(section: PrivacySection, database_url: str, config_file: Path) -> Path | None:
    """Where the key lies, whether it is there or not; None when config.toml or the environment holds it."""
    if section.key is not None:
        return None
    if section.key_file is not None:
        return Path(section.key_file).expanduser()
    return key_file_beside(database_url, config_file)


def key_file_beside(database_url: str, config_file: Path) -> Path:
    """`<database>.key`; for PostgreSQL, `wecamp.key` beside the config file (every node needs the same one)."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(f"{url.database}.key")
    return config_file.absolute().parent / "wecamp.key"


def derive_link_key(key: bytes) -> bytes:
    """32 bytes for signing check-in links, from which the privacy key cannot be found."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wecamp check-in links").derive(key)


def _make(file: Path) -> None:
    """Writes a new key unless there is one. Linking a finished file into place lets no second process read half a key."""
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(base64.b64encode(secrets.token_bytes(PRIVACY_KEY_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    except OSError as error:
        raise ConfigError([key_fault("settings.key_unwritable", file, error.strerror or "")]) from None


def _read(file: Path) -> bytes:
    try:
        return to_key_bytes(file.read_text("ascii"))
    except OSError as error:
        raise ConfigError([key_fault("settings.key_unreadable", file, error.strerror or "")]) from None
    except (UnicodeDecodeError, PydanticCustomError):
        raise ConfigError([key_fault("settings.key_damaged", file, "")]) from None
