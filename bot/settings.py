"""The settings of a process: config.toml and WECAMP_… from the environment, checked as a whole before anything starts."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot.settings_fault import ConfigError, Fault, unknown_variables, unreadable, wrong_variable
from bot.settings_fault import faults_of as _faults_of
from bot.settings_key import PrivacyKey, derive_link_key, find_or_make_key
from bot.settings_rule_section import RuleSection
from bot.settings_rules import DEFAULT_RULES, to_book
from bot.settings_sections import (
    AllocationSection,
    AttendanceSection,
    CallbackSection,
    CampSection,
    GroupMessageSection,
    IngestSection,
    LogsSection,
    NudgeSection,
    PoolSection,
    PracticeSection,
    PrivacySection,
    RetentionSection,
    ServerSection,
    StorageSection,
    TagsSection,
    TimeSection,
    WecomSection,
)
from bot.settings_shapes import is_loopback_address, wrong
from camp.policy import Policy
from camp.rules.rule import RuleBook

__all__ = ["DEFAULT_RULES", "ConfigError", "Fault", "Settings", "config_path", "load_settings"]

PREFIX = "WECAMP_"
CONFIG_VARIABLE = "WECAMP_CONFIG"
DEFAULT_PATH = Path("config.toml")


def _source_names(sources: dict[str, IngestSection]) -> dict[str, IngestSection]:
    bad = [name for name in sources if not re.fullmatch(r"[a-z0-9_-]{1,32}", name)]
    if bad:
        raise wrong("settings.source_name", names="、".join(bad))
    return sources


class Settings(BaseSettings):
    """All of config.toml; a variable WECAMP_<SECTION>__<KEY> wins over the file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True, frozen=True
    )

    server: ServerSection
    storage: StorageSection
    wecom: WecomSection
    ingest: Annotated[dict[str, IngestSection], AfterValidator(_source_names)] = Field(default_factory=dict)
    privacy: PrivacySection = PrivacySection()
    camp: CampSection = CampSection()
    attendance: AttendanceSection = AttendanceSection()
    time: TimeSection = TimeSection()
    nudge: NudgeSection = NudgeSection()
    group_messages: GroupMessageSection = GroupMessageSection()
    pool: PoolSection = PoolSection()
    allocation: AllocationSection = AllocationSection()
    tags: TagsSection = TagsSection()
    rules: list[RuleSection] = Field(default_factory=list)
    retention: RetentionSection = RetentionSection()
    logs: LogsSection = LogsSection()
    callback: CallbackSection = CallbackSection()
    practice: PracticeSection = PracticeSection()
    _path: Path = PrivateAttr(default=DEFAULT_PATH)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @field_validator("practice")
    @classmethod
    def _practise_apart(cls, practice: PracticeSection, info: ValidationInfo) -> PracticeSection:
        wecom = info.data.get("wecom")  # missing when it has faults of its own
        if practice.clock_url is not None and wecom is not None and not is_loopback_address(wecom.api_base_url):
            raise wrong("settings.practice_apart")
        return practice

    @model_validator(mode="after")
    def _distinct_rules(self) -> Settings:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise wrong("settings.rule_twice", names="、".join(twice))
        return self

    @property
    def path(self) -> Path:
        """The file these settings were read from."""
        return self._path

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.camp.zone)

    @property
    def checkin_opens_before(self) -> timedelta:
        return timedelta(minutes=self.attendance.checkin_opens_before_minutes)

    @property
    def checkin_closes_after(self) -> timedelta:
        return timedelta(minutes=self.attendance.checkin_closes_after_minutes)

    @property
    def rulebook(self) -> RuleBook:
        return to_book([rule.to_rule() for rule in self.rules])

    def privacy_key(self) -> PrivacyKey:
        """The key phones are sealed with; made once where the settings name none. ConfigError when it cannot be read or made."""
        return find_or_make_key(self.privacy, self.storage.url, self._path)

    def policy(self) -> Policy:
        """The business numbers for handlers, jobs and camp."""
        key = self.privacy_key().key
        auto = self.time.verdict_auto_after_hours
        before = sorted({m for m in self.time.remind_before_minutes if m}, reverse=True)
        return Policy(
            zone=self.zone,
            language=self.camp.language,
            open_kfid=self.wecom.kf.open_kfid,
            kf_scene=self.wecom.kf.scene,
            link_key=derive_link_key(key),
            privacy_key=key,
            robots=self.wecom.routes,
            robot=self.wecom.aibot.mode if self.wecom.aibot else None,
            robot_name=(self.wecom.aibot.name or "") if self.wecom.aibot else "",
            attended_seconds=self.attendance.attended_seconds,
            completed_share=self.attendance.completed_share,
            checkin_opens_before=self.checkin_opens_before,
            checkin_closes_after=self.checkin_closes_after,
            remind_before=tuple(timedelta(minutes=m) for m in before),
            kf_catch_up=timedelta(minutes=self.time.kf_catch_up_minutes),
            digest_after=timedelta(minutes=self.time.digest_after_minutes),
            verdict_auto_after=None if auto is None else timedelta(hours=auto),
            quota=dict(self.pool.quota),
            claims_per_day=self.pool.claims_per_day,
            views_per_day=self.pool.views_per_day,
            cards_per_handover=self.pool.cards_per_handover,
            nudge=self.nudge.to_limits(),
            allowance=self.group_messages.to_allowance(),
            group_reminders=self.group_messages.reminders,
            group_remind_every=timedelta(minutes=self.group_messages.remind_every_minutes),
            fallback_owner=self.allocation.fallback_owner,
            tag_group_channel=self.tags.channel_group,
            tag_group_camp=self.tags.camp_group,
            tag_group_state=self.tags.state_group,
            raw_kept=timedelta(days=self.retention.raw_days),
            rulebook=self.rulebook,
        )


def config_path(given: Path | None = None) -> Path:
    """`--config`, else WECAMP_CONFIG, else ./config.toml."""
    named = os.environ.get(CONFIG_VARIABLE)
    return given or (Path(named) if named else DEFAULT_PATH)


def load_settings(path: Path | str | None = None) -> Settings:
    """The settings of a file and the environment; raises ConfigError with every fault there is."""
    file = config_path(Path(path) if path is not None else None)
    tables = _read(file)
    strays = unknown_variables(os.environ, PREFIX, Settings.model_fields)
    try:
        settings = Settings(**tables)
    except ValidationError as error:
        raise ConfigError([*_faults_of(Settings, error), *strays]) from None
    except SettingsError as error:
        raise ConfigError([wrong_variable(error, PREFIX), *strays]) from None
    if strays:
        raise ConfigError(strays)
    settings._path = file
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigError([unreadable(file, error)]) from None
