"""The demo's run directory: made anew, never somebody else's; its config suits the bot and the look-alike alike."""

import stat
from pathlib import Path

import pytest

from bot.cli import run_directory
from bot.settings import load_settings
from sandbox.config import read_config


def test_an_earlier_run_is_removed(tmp_path: Path) -> None:
    with run_directory.fresh(tmp_path / "run") as directory:
        (directory / "wecamp.db").touch()
        (directory / "bytecode" / "deep").mkdir(parents=True)
    with run_directory.fresh(tmp_path / "run"):
        assert [left.name for left in directory.iterdir()] == [".wecamp-demo"]


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    with run_directory.fresh(tmp_path) as directory:
        assert directory == tmp_path


def test_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("…", encoding="utf-8")
    with pytest.raises(run_directory.NotOurs, match="别的东西"), run_directory.fresh(tmp_path):
        pass
    assert [left.name for left in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("…", encoding="utf-8")
    with pytest.raises(run_directory.NotOurs), run_directory.fresh(tmp_path / "file"):
        pass


def test_a_demo_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    with run_directory.fresh(tmp_path) as directory:
        (directory / "wecamp.db").touch()
        with pytest.raises(run_directory.NotOurs, match="另一场"), run_directory.fresh(tmp_path):
            pass
        assert (directory / "wecamp.db").exists()


def test_the_config_is_valid_private_and_different_each_time(tmp_path: Path) -> None:
    configs = []
    for name in ("one", "two"):
        with run_directory.fresh(tmp_path / name) as directory:
            configs.append(run_directory.write_config(directory, "http://127.0.0.1:8123"))
    settings = load_settings(configs[0])
    assert settings.wecom.api_base_url == "http://127.0.0.1:8123"
    assert settings.practice.clock_url == "http://127.0.0.1:8123/_sandbox/clock"
    assert settings.server.host == "127.0.0.1"
    assert settings.time.tick_seconds == 1
    assert stat.S_IMODE(configs[0].stat().st_mode) == 0o600
    seen = [read_config(config) for config in configs]
    assert seen[0].secret == settings.wecom.app.secret.get_secret_value()
    assert seen[0].callback_url == f"http://127.0.0.1:{settings.server.port}/wecom/callback"
    for name in ("corp_id", "secret", "token", "encoding_aes_key", "open_kfid", "robots"):
        assert getattr(seen[0], name) != getattr(seen[1], name)
