"""config.toml: every fault at once, in words, without secrets; the environment wins; the example is in step."""

from __future__ import annotations

import re
import stat
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot.settings import DEFAULT_RULES, ConfigError, Settings, load_settings
from bot.settings_fault import _KINDS
from camp.phrases import PHRASES
from camp.rules.place import Place
from camp.rules.rule import Moment

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def faults(file: Path, **changes: str) -> dict[str, str]:
    """Where → reason of a config with these texts replaced (a key with its line) or, for `more`, added."""
    text = file.read_text("utf-8")
    for key, line in changes.items():
        text = text + line if key == "more" else re.sub(rf"(?m)^{key} = .*$", lambda _: line, text)  # noqa: B023
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    return {f"{fault.section} {fault.key}".strip(): fault.reason_zh for fault in caught.value.faults}


def test_the_required_sections_are_enough(config: Path) -> None:
    settings = load_settings(config)
    assert settings.server.port == 0
    assert settings.policy().zone.key == "Asia/Shanghai"
    assert settings.policy().remind_before == (timedelta(minutes=30),)
    assert settings.policy().rulebook.rules == DEFAULT_RULES


def test_all_faults_are_told_at_once(config: Path) -> None:
    found = faults(
        config,
        port="port = 70000",
        corp_id='corp_id = "acme"',
        api_base_url='api_base_url = "http://example.com"',
        agent_id='agent_id = "x"',
        encoding_aes_key='encoding_aes_key = "short"',
        token='token = ""\nsecrt = "x"',
        open_kfid='open_kfid = "desk"',
        more='[fo]\na = 1\n[camp]\nzone = "Mars/Base"\n[privacy]\nkey = "x"\n[pool.quota]\nboss = 3\n[ingest.shop]\n',
    )
    assert set(found) == {
        "server port",
        "wecom corp_id",
        "wecom api_base_url",
        "wecom.app agent_id",
        "wecom.app encoding_aes_key",
        "wecom.app token",
        "wecom.app secrt",
        "wecom.kf open_kfid",
        "fo",
        "camp zone",
        "privacy key",
        "pool",
        "ingest.shop",
    }


@pytest.mark.parametrize("section", ["server", "storage", "wecom.app", "wecom.kf"])
def test_a_required_section_is_missed(config: Path, section: str) -> None:
    text = re.sub(rf"(?ms)^\[{section}\].*?(?=^\[|\Z)", "", config.read_text())
    config.write_text(text)
    assert faults(config) == {section: "缺少这一节"}


@pytest.mark.parametrize(
    ("line", "where", "word"),
    [
        ('when = ["attended >< 3"]', "rules[0] when[0]", "看不懂"),
        ('when = ["paid = 0", "watched > 3"]', "rules[0] when[1]", "没有“watched”这个事实"),
        ('when = ["attended >= cold_lessons"]', "rules[0] when[0]", "不是数字"),
        ("when = []", "rules[0] when", "至少要 1 项"),
        ('move = "moon"', "rules[0] move", "不能移到“moon”"),
        ('moment = "someday"', "rules[0] moment", "没有“someday”这个时点"),
    ],
)
def test_a_rule_that_cannot_be_read(config: Path, line: str, where: str, word: str) -> None:
    rule = {"name": 'name = "x"', "moment": 'moment = "cohort_closed"', "when": 'when = ["paid = 0"]', "move": 'move = "waiting"'}
    rule[line.partition(" ")[0]] = line
    found = faults(config, more="[[rules]]\n" + "\n".join(rule.values()))
    assert list(found) == [where]
    assert word in found[where]


def test_declared_rules_replace_those_of_their_moment_only(config: Path) -> None:
    rule = '[[rules]]\nname = "all"\nmoment = "cohort_closed"\nwhen = ["paid = 0"]\nmove = "waiting"\n'
    config.write_text(config.read_text() + rule)
    book = load_settings(config).policy().rulebook
    assert [(r.name, r.move) for r in book.of(Moment.COHORT_CLOSED)] == [("all", Place.WAITING)]
    assert [r.name for r in book.of(Moment.SALE_WINDOW_ENDED)] == ["lukewarm-ended"]


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.8:8790/clock", "https://example.com/clock", "ftp://127.0.0.1/clock", "http://127.0.0.1:99999/", "now"],
)
def test_only_this_machine_may_say_what_time_it_is(config: Path, address: str) -> None:
    found = faults(config, more=f'[practice]\nclock_url = "{address}"\n')
    assert list(found) == ["practice clock_url"]
    assert "本机" in found["practice clock_url"]


def test_practice_time_never_meets_a_real_corp(config: Path) -> None:
    clock = '[practice]\nclock_url = "http://127.0.0.1:8790/_sandbox/clock"\n'
    found = faults(config, api_base_url='api_base_url = "https://qyapi.weixin.qq.com"', more=clock)
    assert list(found) == ["practice"]
    assert "api_base_url" in found["practice"]
    config.write_text(re.sub(r"(?m)^api_base_url = .*$", 'api_base_url = "http://localhost:8790"', config.read_text()))
    assert load_settings(config).practice.clock_url == "http://127.0.0.1:8790/_sandbox/clock"


def test_the_environment_wins(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECAMP_WECOM__APP__SECRET", "from-outside")
    monkeypatch.setenv("WECAMP_SERVER__PORT", "9000")
    monkeypatch.setenv("WECAMP_TIME__REMIND_BEFORE_MINUTES", "[60, 10]")
    monkeypatch.setenv("WECAMP_INGEST__SHOP__SECRET", "shh")
    settings = load_settings(config)
    assert settings.wecom.app.secret.get_secret_value() == "from-outside"
    assert settings.server.port == 9000
    assert settings.time.remind_before_minutes == [60, 10]
    assert settings.ingest["shop"].active == ("shh",)


def test_the_environment_may_be_wrong_too(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECAMP_SERVER__PRT", "9000")
    monkeypatch.setenv("WECAMP_SERVR__PORT", "9000")
    assert set(faults(config)) == {"server prt", "WECAMP_SERVR__PORT"}


def test_secrets_are_in_no_text(config: Path) -> None:
    settings = load_settings(config)
    assert "an-app-secret" not in repr(settings) + str(settings)
    config.write_text(config.read_text().replace('"an-app-secret"', '["an-app-secret"]').replace("sandboxToken", "my token!"))
    with pytest.raises(ConfigError) as caught:
        load_settings(config)
    assert "an-app-secret" not in str(caught.value)
    assert "my token" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_broken_toml_names_its_line(config: Path) -> None:
    config.write_text("[server]\nport = = 1\n")
    assert list(faults(config)) == [f"{config}:2"]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.example\.toml"):
        load_settings(tmp_path / "nothing.toml")


def test_the_privacy_key_is_made_once_and_kept_from_others(config: Path, tmp_path: Path) -> None:
    first = load_settings(config).policy()
    file = tmp_path / "wecamp.db.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = load_settings(config)
    assert again.policy().privacy_key == first.privacy_key
    assert again.privacy_key().ours
    assert first.link_key != first.privacy_key
    file.write_text("broken")
    with pytest.raises(ConfigError, match="已损坏"):
        again.policy()


def test_a_given_key_is_used(config: Path) -> None:
    config.write_text(config.read_text() + '[privacy]\nkey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="\n')
    key = load_settings(config).privacy_key()
    assert key.key == b"0123456789abcdef0123456789abcdef"
    assert not key.ours


def test_the_example_is_good_as_it_stands() -> None:
    settings = load_settings(EXAMPLE)
    defaults = Settings(server={}, storage=settings.storage, wecom=settings.wecom)  # type: ignore[arg-type]
    assert settings.model_dump() == defaults.model_dump(), "the example shows the defaults"


def test_the_example_names_every_key_and_no_other() -> None:
    text = re.sub(r"(?m)^#(?=[a-z_]+ = |\[)", "", EXAMPLE.read_text("utf-8"))
    shown = {re.sub(r"^ingest\.shop", "ingest.*", path) for path in paths_in(tomllib.loads(text))}
    free = re.compile(r"^(wecom\.robots|pool\.quota)\..*")
    named = {path for path in paths_of(Settings) if not path.startswith("wecom.robots.*.")}
    assert {path for path in shown if not free.match(path)} == named - {"wecom.robots", "pool.quota"}


def paths_in(table: dict[str, Any], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in table.items():
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        found |= paths_in(inner, f"{prefix}{key}.") if isinstance(inner, dict) else {f"{prefix}{key}"}
    return found


def paths_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = models_in(field.annotation)
        star = "*." if "dict" in str(field.annotation) and inner else ""
        found |= paths_of(inner[0], f"{prefix}{key}.{star}") if inner else {f"{prefix}{key}"}
    return found


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in models_in(part)]


def test_every_kind_of_fault_has_words() -> None:
    assert set(_KINDS.values()) <= PHRASES.keys()
