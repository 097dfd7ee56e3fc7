"""What the look-alike must know of the corp's intelligent robot, and the numbers that are open in the documents."""

from dataclasses import dataclass

from sandbox.clock import HOUR, MINUTE
from sandbox.envelope import aes_key

MODES = ("", "socket", "url")


@dataclass(frozen=True)
class AibotConfig:
    """Credentials as in the console; `mode` is "socket", "url", or "" for a corp without a robot.

    Credentials of both modes may stand beside each other, only those of the present mode count (doc 101463: a callback URL
    and a long connection exclude each other).
    """

    mode: str = "socket"
    name: str = "营伴"
    bot_id: str = "aibSandbox000001"
    secret: str = "sandbox-aibot-secret"
    token: str = "sandboxAibot"
    encoding_aes_key: str = "YWlib3Qta2V5LTAxMjM0NTY3ODlhYmNkZWZnaGlqa2w"
    callback_url: str = ""
    open_userids: bool = False  # from.userid is an encrypted id, as of robots made by members or providers (doc 101521)
    # Doc 101463 (2026-03) and error texts of that time say 6 minutes, error texts since 2026-09 say 10.
    stream_window_s: int = 6 * MINUTE
    reply_window_s: int = 24 * HOUR  # doc 101463
    req_id_survives_reconnect: bool = False  # undocumented; integrators report 846605 after a reconnect
    subscribes_per_minute: int = 10  # rate-protected (45009); the number is our choice
    idle_s: float = 90.0  # real seconds without a frame until the server hangs up: three pings; our choice
    kick_s: float = 0.0  # real seconds between disconnected_event and the cut; integrators measured 2 to 313
    poll_s: float = 1.0  # real seconds between two polls for a stream in URL mode; our choice

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError("[wecom.aibot] mode is url or socket")
        aes_key(self.encoding_aes_key)

    @property
    def aes_key(self) -> bytes:
        return aes_key(self.encoding_aes_key)
