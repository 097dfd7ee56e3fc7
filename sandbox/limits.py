"""WeCom's frequency limits (sheet section 11), and how a caller who meets one is blocked (sheet 11.1).

A limit that answers 45009 blocks: per minute about 60 s, per hour about 60 min, per day till the next day, per month till
the next month. A limit that drops silently only drops what is too much.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.windows import CalendarQuota, Quota, Window

CORP = "corp"  # the key of limits that count for the whole corp
# APIs that read stored data, by the words of their path; only they answer 45033 (sheet 2.2).
READING = {"get", "list", "simplelist", "detail", "result", "statistic", "sync"}


class Limits:
    """One quota per row of the documents. Families of endpoints ask `passes(key, quota, …)` and answer 45009 to a False."""

    def __init__(self, config: SandboxConfig, clock: Clock) -> None:
        self._clock = clock
        self._parallel_reads = config.parallel_reads
        self._running: Counter[str] = Counter()
        minute, hour = config.minute_s, 60 * config.minute_s

        def per_minute(limit: int) -> Window:
            return Window(limit, minute, block_s=minute)

        def per_hour(limit: int) -> Window:
            return Window(limit, hour, block_s=hour)

        # Doc 90454: one API, by corp and by IP. Doc 90313: a wrong secret in a loop blocks the IP for about an hour.
        self.api = per_minute(config.api_per_minute)
        self.api_hour = per_hour(config.api_per_hour)
        self.ip = per_minute(config.ip_per_minute)
        self.ip_hour = per_hour(config.ip_per_hour)
        self.wrong_secrets = per_hour(config.wrong_secrets_per_hour)  # key: IP
        # Doc 90664: app messages. Person-messages per app and day, key: agent id; and what one member sees, key: userid.
        self.app_day = CalendarQuota(clock, config.account_ceiling * 200, 1)
        self.member_minute = Window(30, minute)
        self.member_hour = Window(1000, hour)
        # Docs 90244, 90245, 90248: app group chats. Person-messages, creates and changes, key: CORP; members: userid.
        self.appchat_minute = per_minute(config.appchat_persons_per_minute)
        self.appchat_member_minute = Window(200, minute)
        self.appchat_member_day = CalendarQuota(clock, 10_000, 1)
        self.appchat_creates = CalendarQuota(clock, 1000, 1)
        self.appchat_changes = per_hour(1000)
        # Docs 90253, 90256: media, key: CORP.
        self.media_uploads = per_minute(5000)
        self.images_day = CalendarQuota(clock, 1000, 1)
        self.images_month = CalendarQuota(clock, 3000, 30)
        # Doc 91770: webhook robots, key: the webhook's key.
        self.robot = per_minute(20)
        # Doc 101463: the intelligent robot. Replies and pushes, key: conversation; uploads, key: the robot.
        self.aibot_minute = per_minute(30)
        self.aibot_hour = per_hour(1000)
        self.aibot_uploads_minute = per_minute(30)
        self.aibot_uploads_hour = per_hour(1000)
        self.sync_without_token = per_minute(config.sync_without_token_per_minute)  # doc 94670, key: open_kfid
        self.group_transfers = CalendarQuota(clock, 300, 1)  # doc 95703: onjob_transfer, key: new owner

    def passes(self, key: str, *quotas: Quota, count: int = 1) -> bool:
        """Count `count` for `key` in each quota; False, and nothing counted, as soon as one of them is full."""
        at = self._clock.traffic()
        too_full = [quota for quota in quotas if quota.full(key, at, count)]
        for quota in too_full:
            quota.shut(key, at)
        if too_full:
            return False
        return all([quota.admit(key, at, count) for quota in quotas])

    def call_passes(self, path: str, ip: str) -> bool:
        """One call of one API, by corp and by IP."""
        return self.passes(f"{ip} {path}", self.ip, self.ip_hour) and self.passes(path, self.api, self.api_hour)

    @contextmanager
    def running(self, path: str) -> Iterator[bool]:
        """One call while it runs; True when it reads stored data and too many of its kind run already (45033)."""
        crowded = self._running[path] >= self._parallel_reads and not READING.isdisjoint(re.split(r"[/_]", path))
        self._running[path] += 1
        try:
            yield crowded
        finally:
            self._running[path] -= 1

    def wrong_secret_passes(self, ip: str) -> bool:
        """One more gettoken with a wrong secret; the first one too many blocks the IP."""
        return self.passes(ip, self.wrong_secrets)

    def ip_blocked(self, ip: str) -> bool:
        return self.wrong_secrets.full(ip, self._clock.traffic(), 0)
