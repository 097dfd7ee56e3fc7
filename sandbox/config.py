"""What the look-alike must know of the bot it plays against: read from the bot's own config file, or defaults."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sandbox.envelope import aes_key


@dataclass(frozen=True)
class SandboxConfig:
    """Credentials of the fake corp, where callbacks go, and the few numbers tests shorten.

    `callback_url` empty means that the app has none: nothing is sent, interactive cards get 43012.
    """

    corp_id: str = "ww0000000000000000"
    agent_id: int = 1000002
    secret: str = "sandbox-app-secret"
    token: str = "sandboxToken"
    encoding_aes_key: str = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
    open_kfid: str = "wkSandboxDesk000000000000001"
    kf_name: str = "训练营助手"
    robots: dict[str, str] = field(default_factory=dict)  # name → key
    callback_url: str = ""
    token_life_s: int = 7200  # doc 91039
    callback_deadline_s: float = 5.0  # doc 90238
    callback_tries: int = 3  # doc 90238
    callback_pause_s: float = 1.0  # between two tries; undocumented, our choice
    quiet_s: float = 0.5
    api_per_minute: int = 10_000  # doc 90454
    sync_without_token_per_minute: int = 10  # doc 94670 says only "strict"; the number is our choice
    empty_page_every: int = 5  # every n-th sync_msg with news answers an empty page first (doc 94670 allows it)

    def __post_init__(self) -> None:
        aes_key(self.encoding_aes_key)

    @property
    def aes_key(self) -> bytes:
        return aes_key(self.encoding_aes_key)


def _known(table: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {ours: table[theirs] for theirs, ours in names.items() if theirs in table}


def read_config(path: Path | None, callback_url: str = "") -> SandboxConfig:
    """The bot's config file as the look-alike sees it; keys the file does not declare keep their defaults."""
    tables = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    wecom = tables.get("wecom", {})
    app_keys = {"agent_id": "agent_id", "secret": "secret", "token": "token", "encoding_aes_key": "encoding_aes_key"}
    found = {
        **_known(wecom, {"corp_id": "corp_id", "robots": "robots"}),
        **_known(wecom.get("app", {}), app_keys),
        **_known(wecom.get("kf", {}), {"open_kfid": "open_kfid"}),
    }
    server = {"host": "127.0.0.1", "port": 8780, **tables.get("server", {})}
    url = callback_url or f"http://{server['host']}:{server['port']}/wecom/callback"
    return replace(SandboxConfig(callback_url=url), **found)
