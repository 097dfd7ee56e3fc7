"""The demo's own choices: where the look-alike stands, and whether a browser is opened."""

import socket
import webbrowser

import pytest

from bot.cli import browser, demo, run_directory

PAGE = "http://127.0.0.1:8790/"


class _Drawing(webbrowser.BackgroundBrowser):
    def __init__(self, opened: list[str]) -> None:
        super().__init__("firefox")
        self.opened = opened

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.opened.append(url)
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")


def test_the_wanted_port_when_it_is_free_else_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run_directory.free_port(port) != port
    assert run_directory.free_port(port) == port


@pytest.mark.parametrize("display", ["DISPLAY", "WAYLAND_DISPLAY", ""])
def test_a_screen_is_named_by_the_display(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv(display, ":0")
    assert browser.has_screen() is bool(display)


def test_no_browser_without_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(webbrowser, "get", lambda: pytest.fail("nobody is to be asked"))
    assert not browser.show(PAGE)


@pytest.mark.usefixtures("screen")
def test_a_browser_that_draws_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "get", lambda: _Drawing(opened))
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread.run())
    assert browser.show(PAGE)
    assert opened == [PAGE]


@pytest.mark.usefixtures("screen")
def test_a_text_browser_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("lynx"))
    assert not browser.show(PAGE)


@pytest.mark.parametrize("pace", ["-1", "61", "nan", "slow"])
def test_a_pace_nobody_could_keep(pace: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        demo.run(["--pace", pace])
    assert "--pace" in capsys.readouterr().err
