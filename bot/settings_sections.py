"""The sections of config.toml as models: names, shapes, defaults and an example for each key."""

from __future__ import annotations

import base64
import binascii
import re
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.settings_rules import MOVES, RuleFault, to_condition
from bot.wecom.envelope import Keys
from camp.rules.place import Place
from camp.rules.rule import Moment, Rule

PRIVACY_KEY_BYTES = 32


def wrong(phrase: str, **values: str) -> PydanticCustomError:
    """A fault in our own words: a phrase of camp.phrases with its values, never with the value of a secret."""
    return PydanticCustomError("wecamp", "{phrase}", {"phrase": phrase, "values": values})


def _shaped(pattern: str, phrase: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise wrong(phrase)
        return value

    return AfterValidator(check)


def _shaped_secret(pattern: str, phrase: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise wrong(phrase)
        return value

    return AfterValidator(check)


def _aes_key(value: SecretStr) -> SecretStr:
    try:
        Keys(token="", encoding_aes_key=value.get_secret_value(), receive_id="")
    except ValueError:
        raise wrong("settings.aes_key") from None
    return value


def _privacy_key(value: SecretStr) -> SecretStr:
    to_key_bytes(value.get_secret_value())
    return value


def to_key_bytes(words: str) -> bytes:
    """The 32 bytes of a base64 key."""
    try:
        key = base64.b64decode(words.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != PRIVACY_KEY_BYTES:
        raise wrong("settings.privacy_key")
    return key


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise wrong("settings.database_url") from None
    if url.drivername == "sqlite+aiosqlite" and url.database and url.database != ":memory:":
        return value
    if url.drivername == "postgresql+asyncpg" and url.database:
        return value
    raise wrong("settings.database_url")


def _api_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong("settings.api_address") from None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise wrong("settings.api_address")
    if parts.scheme == "http" and not _is_loopback(host):
        raise wrong("settings.api_plain_http")
    return value.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("settings.zone", name=value[:40]) from None
    return value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, int | float | str) else value


NonEmpty = Annotated[SecretStr, _shaped_secret(r"(?s).*\S.*", "settings.empty")]
CallbackToken = Annotated[SecretStr, _shaped_secret(r"[0-9A-Za-z_-]{1,32}", "settings.token")]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]
Words = Annotated[str, _shaped(r"(?s).*\S.*", "settings.empty")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 30)]
_AES_EXAMPLE = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


class Section(BaseModel):
    """Unknown keys are faults, and no error repeats a value: it may be a secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class ServerSection(Section):
    host: Words = "127.0.0.1"
    port: int = Field(default=8780, ge=0, le=65535)


class StorageSection(Section):
    url: Annotated[str, AfterValidator(_database_url)] = Field(repr=False, examples=["sqlite+aiosqlite:///wecamp.db"])


class AppSection(Section):
    agent_id: int = Field(ge=1, examples=[1000002])
    secret: NonEmpty = Field(examples=["Secret of the app: 应用管理 → 应用 → Secret"])
    token: CallbackToken = Field(examples=["hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"])
    encoding_aes_key: AesKey = Field(examples=[_AES_EXAMPLE])


class KfSection(Section):
    open_kfid: Annotated[str, _shaped(r"wk[0-9A-Za-z_-]{1,62}", "settings.open_kfid")] = Field(
        examples=["wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw"]
    )
    # A road for `scene` is 1 to 32 of these characters (doc 94665).
    scene: Annotated[str, _shaped(r"[0-9A-Za-z_-]{1,32}", "settings.scene")] = "camp"


class AibotSection(Section):
    mode: Literal["url", "socket"] = "url"
    bot_id: str | None = Field(default=None, examples=["aibKdJ2mB3yT8"])
    secret: NonEmpty | None = Field(default=None, examples=["secret of the long connection"])
    token: CallbackToken | None = Field(default=None, examples=["aibotToken"])
    encoding_aes_key: AesKey | None = Field(default=None, examples=[_AES_EXAMPLE])

    @model_validator(mode="after")
    def _complete(self) -> AibotSection:
        needed = ("token", "encoding_aes_key") if self.mode == "url" else ("bot_id", "secret")
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise wrong("settings.aibot_missing", mode=self.mode, keys="、".join(missing))
        return self


class WecomSection(Section):
    corp_id: Annotated[str, _shaped(r"w[a-z][0-9A-Za-z_-]{4,62}", "settings.corp_id")] = Field(examples=["ww0123456789abcdef"])
    api_base_url: Annotated[str, AfterValidator(_api_address)] = Field(
        default="https://qyapi.weixin.qq.com", examples=["https://qyapi.weixin.qq.com"]
    )
    app: AppSection
    kf: KfSection
    aibot: AibotSection | None = None
    robots: dict[str, NonEmpty] = Field(default_factory=dict, examples=["693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"])


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
    key: Annotated[SecretStr, AfterValidator(_privacy_key)] | None = Field(default=None, examples=["base64 of 32 random bytes"])
    key_file: Words | None = Field(default=None, examples=["/etc/wecamp/privacy.key"])

    @model_validator(mode="after")
    def _one_way(self) -> PrivacySection:
        if self.key is not None and self.key_file is not None:
            raise wrong("settings.privacy_twice")
        return self


class CampSection(Section):
    zone: Annotated[str, AfterValidator(_zone)] = Field(default="Asia/Shanghai", examples=["Asia/Shanghai"])
    language: Literal["zh", "en"] = "zh"


class AttendanceSection(Section):
    attended_seconds: int = Field(default=60, ge=1, le=86_400)
    completed_share: float = Field(default=0.6, gt=0, le=1)
    checkin_opens_before_minutes: Minutes = 30
    checkin_closes_after_minutes: Minutes = 120


class TimeSection(Section):
    remind_before_minutes: Annotated[list[Minutes], BeforeValidator(_one_or_many)] = Field(
        default=[30], max_length=5, examples=[[30]]
    )
    digest_after_minutes: Minutes = 0
    verdict_auto_after_hours: float | None = Field(default=None, gt=0, le=24 * 30, examples=[24])
    tick_seconds: float = Field(default=15, gt=0, le=3600)


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
TagGroup = Annotated[str, _shaped(r"(?=.*\S).{1,15}", "settings.tag_group")]


class TagsSection(Section):
    channel_group: TagGroup = "渠道"
    camp_group: TagGroup = "训练营"
    state_group: TagGroup = "营伴状态"


class LogsSection(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = Field(default=True, alias="json")


class CallbackSection(Section):
    max_age_seconds: int = Field(default=300, ge=10, le=86_400)
    max_body_bytes: int = Field(default=65_536, ge=1024, le=10_000_000)


def _condition(words: str) -> str:
    try:
        to_condition(words)
    except RuleFault as fault:
        raise wrong(fault.phrase, **fault.values) from None
    return words


def _move(name: str) -> str:
    if name not in {place.value for place in MOVES}:
        raise wrong("settings.rule_move", name=name[:40], known="、".join(MOVES))
    return name


def _moment(name: str) -> str:
    if name not in {moment.value for moment in Moment}:
        raise wrong("settings.rule_moment", name=name[:40], known="、".join(Moment))
    return name


class RuleSection(Section):
    name: Annotated[str, _shaped(r"[0-9A-Za-z_-]{1,64}", "settings.rule_name")] = Field(examples=["warm"])
    title: str = Field(default="", max_length=80)
    moment: Annotated[str, AfterValidator(_moment)] = Field(examples=["cohort_closed"])
    when: list[Annotated[str, AfterValidator(_condition)]] = Field(
        min_length=1, max_length=10, examples=[["attended >= warm_lessons", "paid = 0"]]
    )
    move: Annotated[str, AfterValidator(_move)] = Field(examples=["conversion"])
    grade: str | None = Field(default=None, max_length=8, examples=["A"])
    tag: str | None = Field(default=None, min_length=1, max_length=30, examples=["高意向"])
    todo: str | None = Field(default=None, min_length=1, max_length=200, examples=["联系一下"])

    def to_rule(self) -> Rule:
        return Rule(
            name=self.name,
            title=self.title or self.name,
            moment=Moment(self.moment),
            when=tuple(to_condition(words) for words in self.when),
            move=Place(self.move),
            grade=self.grade,
            tag=self.tag,
            todo=self.todo,
        )
