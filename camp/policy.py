"""The business numbers: the only part of the settings that handlers, jobs and camp see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from camp.rules.allowance import Allowance
from camp.rules.nudge import NudgeLimits
from camp.rules.route import Route
from camp.rules.rule import RuleBook


@dataclass(frozen=True)
class Policy:
    """Filled once at start from the config file; see config.example.toml for the meaning and default of each."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    language: str = "zh"
    open_kfid: str = ""
    kf_scene: str = "camp"
    # Signs check-in links; sealing and hashing of phone numbers has its own key.
    link_key: bytes = field(default=b"", repr=False)
    privacy_key: bytes = field(default=b"", repr=False)
    robots: tuple[Route, ...] = ()
    # The way the robot people talk to is reached: "url", "socket"; None: there is none.
    robot: str | None = None
    robot_name: str = ""  # as people mention it, where that is known
    # attendance
    attended_seconds: int = 60
    completed_share: float = 0.6
    checkin_opens_before: timedelta = timedelta(minutes=30)
    checkin_closes_after: timedelta = timedelta(hours=2)
    # time
    remind_before: tuple[timedelta, ...] = (timedelta(minutes=30),)
    digest_after: timedelta = timedelta(0)
    kf_catch_up: timedelta = timedelta(minutes=5)
    verdict_auto_after: timedelta | None = None
    confirm_within: timedelta = timedelta(hours=24)
    undo_within: timedelta = timedelta(hours=24)
    # pools
    quota: Mapping[str, int] = field(default_factory=lambda: {"sales": 100, "class_teacher": 300})
    claims_per_day: int = 50
    views_per_day: int = 200
    cards_per_handover: int = 10
    # mass sends to learners
    nudge: NudgeLimits = field(default_factory=NudgeLimits)
    # mass sends to class groups: how many, how often WeCom reminds of one that is not sent, and how far apart
    allowance: Allowance = field(default_factory=Allowance)
    group_reminders: int = 2
    group_remind_every: timedelta = timedelta(minutes=30)
    # allocation
    fallback_owner: str | None = None
    # projection into WeCom
    tag_group_channel: str = "渠道"
    tag_group_camp: str = "训练营"
    tag_group_state: str = "营伴状态"
    rulebook: RuleBook = field(default_factory=RuleBook)
    # how long what people wrote is kept as it came
    raw_kept: timedelta = timedelta(days=30)
    # Learners in one step of a close and of its undo, at most: on SQLite callbacks wait for the step. A close takes fewer where
    # they take longer than `sweep_step`.
    sweep_chunk: int = 3_000
    sweep_step: timedelta = timedelta(milliseconds=50)
    undo_chunk: int = 1_000
