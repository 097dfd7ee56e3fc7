"""The sections of config.toml as models: names, shapes, defaults and an example for each key."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.settings_shapes import (
    AES_EXAMPLE,
    AesKey,
    ApiAddress,
    CallbackToken,
    ClockAddress,
    ClockTime,
    Count,
    DatabaseUrl,
    Minutes,
    NonEmpty,
    PrivacyKeyText,
    SocketAddress,
    Words,
    ZoneName,
    one_or_many,
    shaped,
    wrong,
)
from camp.purge import LEAST_DAYS
from camp.rules.allowance import Allowance
from camp.rules.nudge import NudgeLimits
from camp.rules.route import Route, route_of


class Section(BaseModel):
    """Unknown keys are faults, and no error repeats a value: it may be a secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class ServerSection(Section):
    host: Words = "127.0.0.1"
    port: int = Field(default=8780, ge=0, le=65535)


class StorageSection(Section):
    url: DatabaseUrl = Field(repr=False, examples=["sqlite+aiosqlite:///wecamp.db"])


class AppSection(Section):
    agent_id: int = Field(ge=1, examples=[1000002])
    secret: NonEmpty = Field(examples=["Secret of the app: 应用管理 → 应用 → Secret"])
    token: CallbackToken = Field(examples=["hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"])
    encoding_aes_key: AesKey = Field(examples=[AES_EXAMPLE])


class KfSection(Section):
    open_kfid: Annotated[str, shaped(r"wk[0-9A-Za-z_-]{1,62}", "settings.open_kfid")] = Field(
        examples=["wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw"]
    )
    # A road for `scene` is 1 to 32 of these characters (doc 94665).
    scene: Annotated[str, shaped(r"[0-9A-Za-z_-]{1,32}", "settings.scene")] = "camp"


class AibotSection(Section):
    mode: Literal["url", "socket"] = "url"
    bot_id: str | None = Field(default=None, examples=["aibKdJ2mB3yT8"])
    secret: NonEmpty | None = Field(default=None, examples=["secret of the long connection"])
    token: CallbackToken | None = Field(default=None, examples=["aibotToken"])
    encoding_aes_key: AesKey | None = Field(default=None, examples=[AES_EXAMPLE])
    socket_url: SocketAddress = Field(default="wss://openws.work.weixin.qq.com", examples=["wss://openws.work.weixin.qq.com"])
    # So long WeCom asks for the rest of an answer: 6 by doc 101031, 10 by later copies.
    stream_minutes: int = Field(default=6, ge=1, le=10)
    # What it is called, for mentions of a name with blanks in the middle of a line.
    name: Words | None = Field(default=None, examples=["营长 助手"])

    @model_validator(mode="after")
    def _complete(self) -> AibotSection:
        needed = ("token", "encoding_aes_key") if self.mode == "url" else ("bot_id", "secret")
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise wrong("settings.aibot_missing", mode=self.mode, keys="、".join(missing))
        return self


def _from_key(given: object) -> object:
    """A robot given by nothing but its key."""
    return given if isinstance(given, dict | RobotSection) else {"key": given}


class RobotSection(Section):
    """A webhook robot: its key, whom it speaks to (by default what it is called), and of which department."""

    key: NonEmpty = Field(examples=["693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"])
    audience: Literal["teachers", "sales", "managers"] | None = Field(default=None, alias="for", examples=["teachers"])
    department: Words | None = Field(default=None, examples=["增长部"])


class WecomSection(Section):
    corp_id: Annotated[str, shaped(r"w[a-z][0-9A-Za-z_-]{4,62}", "settings.corp_id")] = Field(examples=["ww0123456789abcdef"])
    api_base_url: ApiAddress = Field(default="https://qyapi.weixin.qq.com", examples=["https://qyapi.weixin.qq.com"])
    app: AppSection
    kf: KfSection
    aibot: AibotSection | None = None
    robots: dict[str, Annotated[RobotSection, BeforeValidator(_from_key)]] = Field(default_factory=dict)

    @property
    def robot_keys(self) -> dict[str, str]:
        """The key of each robot, a secret."""
        return {name: robot.key.get_secret_value() for name, robot in self.robots.items()}

    @property
    def routes(self) -> tuple[Route, ...]:
        """What each robot is for; one without `for` speaks to those it is called after."""
        return tuple(route_of(name, robot.audience, robot.department) for name, robot in self.robots.items())


class IngestSection(Section):
    """One source of signed events; two secrets are valid at once while one replaces the other."""

    secret: NonEmpty | None = Field(default=None, examples=["a long random text"])
    secrets: list[NonEmpty] = Field(default_factory=list, max_length=2, examples=[["new secret", "old secret"]])

    @model_validator(mode="after")
    def _one_way(self) -> IngestSection:
        if (self.secret is None) == (not self.secrets):
            raise wrong("settings.ingest_secret")
        return self

    @property
    def active(self) -> tuple[str, ...]:
        """The secrets a signature may be made with."""
        given = self.secrets or ([self.secret] if self.secret else [])
        return tuple(secret.get_secret_value() for secret in given)


class PrivacySection(Section):
    key: PrivacyKeyText | None = Field(default=None, examples=["base64 of 32 random bytes"])
    key_file: Words | None = Field(default=None, examples=["/etc/wecamp/privacy.key"])

    @model_validator(mode="after")
    def _one_way(self) -> PrivacySection:
        if self.key is not None and self.key_file is not None:
            raise wrong("settings.privacy_twice")
        return self


class CampSection(Section):
    zone: ZoneName = Field(default="Asia/Shanghai", examples=["Asia/Shanghai"])
    language: Literal["zh", "en"] = "zh"


class AttendanceSection(Section):
    attended_seconds: int = Field(default=60, ge=1, le=86_400)
    completed_share: float = Field(default=0.6, gt=0, le=1)
    checkin_opens_before_minutes: Minutes = 30
    checkin_closes_after_minutes: Minutes = 120


class TimeSection(Section):
    remind_before_minutes: Annotated[list[Minutes], BeforeValidator(one_or_many)] = Field(
        default=[30], max_length=5, examples=[[30]]
    )
    digest_after_minutes: Minutes = 0
    verdict_auto_after_hours: float | None = Field(default=None, gt=0, le=24 * 30, examples=[24])
    tick_seconds: float = Field(default=15, gt=0, le=3600)
    # Without the token of a callback WeCom allows a pull only rarely (doc 94670).
    kf_catch_up_minutes: int = Field(default=5, ge=1, le=24 * 60)


class NudgeSection(Section):
    per_day: int = Field(default=1, ge=1, le=31)
    per_week: int = Field(default=7, ge=1, le=31)
    per_month: int = Field(default=0, ge=0, le=31)
    quiet_from: ClockTime = "22:00"
    quiet_to: ClockTime = "08:00"
    # WeCom reminds at most three times in 24 h (doc 97610).
    reminders: int = Field(default=1, ge=0, le=3)

    def to_limits(self) -> NudgeLimits:
        return NudgeLimits(
            per_day=self.per_day,
            per_week=self.per_week,
            per_month=self.per_month,
            quiet_from=time.fromisoformat(self.quiet_from),
            quiet_to=time.fromisoformat(self.quiet_to),
            reminders=self.reminders,
        )


class GroupMessageSection(Section):
    """0: not narrowed, so WeCom's own ceiling holds, the days of the month (doc 92135)."""

    per_day: int = Field(default=0, ge=0, le=31)
    per_week: int = Field(default=0, ge=0, le=31)
    per_month: int = Field(default=0, ge=0, le=31)
    # WeCom reminds at most three times in 24 h (doc 97610).
    reminders: int = Field(default=2, ge=0, le=3)
    remind_every_minutes: int = Field(default=30, ge=5, le=24 * 60)

    def to_allowance(self) -> Allowance:
        return Allowance(self.per_day, self.per_week, self.per_month)


class PoolSection(Section):
    quota: dict[str, Count] = Field(default_factory=lambda: {"sales": 100, "class_teacher": 300}, examples=[100])
    claims_per_day: Count = 50
    views_per_day: Count = 200
    cards_per_handover: int = Field(default=10, ge=0, le=100)

    @model_validator(mode="after")
    def _known_positions(self) -> PoolSection:
        unknown = [name for name in self.quota if name not in POSITIONS]
        if unknown:
            raise wrong("settings.quota_position", names="、".join(unknown), known="、".join(POSITIONS))
        return self


POSITIONS = ("class_teacher", "sales", "manager", "operator")


class AllocationSection(Section):
    fallback_owner: Words | None = Field(default=None, examples=["lin"])


# A tag group's name has at most 15 characters (doc 92117).
TagGroup = Annotated[str, shaped(r"(?=.*\S).{1,15}", "settings.tag_group")]


class TagsSection(Section):
    channel_group: TagGroup = "渠道"
    camp_group: TagGroup = "训练营"
    state_group: TagGroup = "营伴状态"


class LogsSection(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = Field(default=True, alias="json")


class PracticeSection(Section):
    """To practise against the look-alike: the house lives in its time."""

    clock_url: ClockAddress | None = Field(default=None, examples=["http://127.0.0.1:8790/_sandbox/clock"])


class RetentionSection(Section):
    raw_days: int = Field(default=30, ge=LEAST_DAYS, le=3650, examples=[30])


class CallbackSection(Section):
    max_age_seconds: int = Field(default=300, ge=10, le=86_400)
    max_body_bytes: int = Field(default=65_536, ge=1024, le=10_000_000)
