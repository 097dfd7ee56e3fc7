"""What the look-alike must know of the bot it plays against: read from the bot's own config file, or defaults."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from sandbox.aibot.settings import AibotConfig
from sandbox.envelope import aes_key


@dataclass(frozen=True)
class SandboxConfig:
    """Credentials of the fake corp, where callbacks go, and the few numbers tests shorten.

    `callback_url` empty means that the app has none: nothing is sent, interactive cards get 43012.
    """

    corp_id: str = "ww0000000000000000"
    agent_id: int = 1000002
    secret: str = "sandbox-app-secret"
    apps: dict[int, str] = field(default_factory=dict)  # further apps of the corp, agent id → secret
    token: str = "sandboxToken"
    encoding_aes_key: str = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
    open_kfid: str = "wkSandboxDesk000000000000001"
    kf_name: str = "训练营助手"
    app_name: str = "训练营助手"
    robots: dict[str, str] = field(default_factory=dict)  # name → key
    aibot: AibotConfig = field(default_factory=AibotConfig)
    callback_url: str = ""
    token_life_s: int = 7200  # doc 91039
    callback_deadline_s: float = 5.0  # doc 90238
    callback_tries: int = 3  # doc 90238
    callback_pause_s: float = 1.0  # between two tries; undocumented, our choice
    quiet_s: float = 0.5
    seed: int = 0  # of faults that strike by chance
    minute_s: float = 60.0  # how long a minute of the frequency limits is; an hour is 60 of them
    api_per_minute: int = 10_000  # doc 90454, one corp, one API; the next three too
    api_per_hour: int = 150_000
    ip_per_minute: int = 20_000
    ip_per_hour: int = 600_000
    wrong_secrets_per_hour: int = 20  # then the IP is blocked for an hour (doc 90313); the number is our choice
    parallel_reads: int = 40  # more calls of one reading API at once are 45033 (doc 90313); the number is our choice
    account_ceiling: int = 1000  # times 200 are the person-messages per app and day (doc 90664); depends on the corp
    appchat_persons_per_minute: int = 20_000  # doc 90248
    sync_without_token_per_minute: int = 10  # doc 94670 says only "strict"; the number is our choice
    # Ceilings nobody has published, or that depend on how the corp is verified; the numbers are our choice.
    group_size: int = 200  # people in one customer group; up to 500 in verified corps
    ways_ceiling: int = 500_000  # contact and join ways together, doc 92572
    corp_tags: int = 3000  # 40126 of the error table (doc 90313) still says 3000; newer secondary text 10,000
    customers_per_member: int = 20_000
    mass_allowance: str = "month"  # "month" as many as it has days, or narrowed to "week" (7) or "day" (1), doc 92135
    live_page: int = 100  # viewers on one page of get_watch_stat; the number is our choice, doc 93636 names none
    live_settle_s: int = 60  # until seconds watched stand in get_watch_stat; whether there is a delay is unconfirmed
    live_replay_counts: bool = True  # whether seconds of a replay count, too; unconfirmed
    # Open questions of sheet 14, each with the answer we play until a real corp tells.
    api_edits_are_told: bool = False  # whether remarks and tags set by API cause edit_external_contact
    mem_change_shape: str = "item"  # MemChangeList as nested <Item>s, or "comma" as older tenants had it
    mass_task_sent: int = 2  # status in get_groupmsg_task; the official copy says 2, one fixture shows 1
    empty_page_every: int = 5  # every n-th sync_msg with news answers an empty page first (doc 94670 allows it)

    def __post_init__(self) -> None:
        aes_key(self.encoding_aes_key)

    @property
    def aes_key(self) -> bytes:
        return aes_key(self.encoding_aes_key)


def _known(table: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {ours: table[theirs] for theirs, ours in names.items() if theirs in table}


def _aibot(table: dict[str, Any], callback_url: str) -> AibotConfig:
    """The corp's intelligent robot; a file without [wecom.aibot] says that there is none, and its mode is "url" unless named."""
    names = ("mode", "name", "bot_id", "secret", "token", "encoding_aes_key")
    return replace(AibotConfig(mode="url", callback_url=callback_url), **_known(table, {name: name for name in names}))


def read_config(path: Path | None, callback_url: str = "") -> SandboxConfig:
    """The bot's config file as the look-alike sees it; keys the file does not declare keep their defaults."""
    tables = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    wecom = tables.get("wecom", {})
    app_keys = {"agent_id": "agent_id", "secret": "secret", "token": "token", "encoding_aes_key": "encoding_aes_key"}
    found = {
        **_known(wecom, {"corp_id": "corp_id"}),
        "robots": {name: robot if isinstance(robot, str) else robot["key"] for name, robot in wecom.get("robots", {}).items()},
        **_known(wecom.get("app", {}), app_keys),
        **_known(wecom.get("kf", {}), {"open_kfid": "open_kfid"}),
    }
    server = {"host": "127.0.0.1", "port": 8780, **tables.get("server", {})}
    url = callback_url or f"http://{server['host']}:{server['port']}/wecom/callback"
    found["aibot"] = _aibot(wecom.get("aibot", {"mode": ""} if path else {"mode": "socket"}), urljoin(url, "/wecom/aibot"))
    return replace(SandboxConfig(callback_url=url), **found)
