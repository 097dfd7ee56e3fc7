"""The page with the four phones: all it names is served, nothing outside this machine is asked, both languages say the same."""

import json
import re
from pathlib import Path

import pytest

from sandbox.page import ROOT, file_of
from tests.sandbox.conftest import Play

SCRIPTS = sorted(ROOT.glob("js/*.js"))
SHEETS = sorted(ROOT.glob("css/*.css"))
NAMESPACE = "http://www.w3.org/2000/svg"


def words(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / f"words/{language}.json").read_text())
    return found


async def test_the_page_stands_at_the_root_and_trusts_only_its_own_server(play: Play) -> None:
    answer = await play.client.get("/")
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'id="phones"' in await answer.text()


async def test_every_file_the_page_names_is_served_with_its_type(play: Play) -> None:
    html = await (await play.client.get("/")).text()
    named = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert len(named) > 5
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
    for url in [*named, "/page/words/zh.json", "/page/words/en.json"]:
        answer = await play.client.get(url)
        assert (url, answer.status, answer.content_type) == (url, 200, types[Path(url).suffix])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_module_a_module_imports_exists_and_exports_the_name(script: Path) -> None:
    for names, module in re.findall(r'^import (?:\{([^}]*)\}|\* as \w+) from "([^"]+)";$', script.read_text(), re.MULTILINE):
        assert module.startswith("./")
        other = (script.parent / module).read_text()
        for name in filter(None, map(str.strip, names.split(","))):
            assert re.search(rf"^export (?:async )?(?:const|let|function|class) {name}\b", other, re.MULTILINE), (
                f"{module}: {name}"
            )


async def test_nothing_outside_the_directory_is_served(play: Play) -> None:
    for name in (
        "../page.py",
        "../config.py",
        "js/../../page.py",
        "/etc/passwd",
        "js",
        "nothing.js",
        "words/zh.json\0.js",
        "x" * 5000,
    ):
        assert file_of(name) is None
    for path in ("/page/%2e%2e/page.py", "/page/js/%2e%2e/%2e%2e/stage.py", "/page/%2fetc%2fpasswd", "/page/nothing.js"):
        assert (await play.client.get(path)).status == 404


@pytest.mark.parametrize("path", [ROOT / "index.html", ROOT / "mark.svg", *SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_no_file_asks_anybody_outside_this_machine(path: Path) -> None:
    """Addresses in patterns are written with escaped slashes and are never fetched."""
    text = path.read_text().replace(NAMESPACE, "")
    assert not re.search(r"(?:https?:)?//[\w-]+\.[\w.-]+/?", re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert "url(" not in text
    for asked in re.findall(r"(?:fetch|EventSource)\(([\"`])(.)", text):
        assert asked[1] == "/"


def test_people_s_words_never_become_markup() -> None:
    for script in SCRIPTS:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text()), script.name


def test_both_languages_have_the_same_words_and_the_same_gaps() -> None:
    chinese, english = words("zh"), words("en")
    assert list(chinese) == list(english)
    for key in chinese:
        gaps = [sorted(re.findall(r"\{\w+\}", book[key])) for book in (chinese, english)]
        assert gaps[0] == gaps[1], key


def test_every_word_the_modules_ask_for_is_there() -> None:
    known = words("zh")
    for script in SCRIPTS:
        for key in re.findall(r'\bt\("([\w.]+)"', script.read_text()):
            assert key in known, f"{script.name}: {key}"


async def test_a_position_given_with_a_member_reaches_the_page(play: Play) -> None:
    await play.act("/members", userid="lin", name="林老师", position="class_teacher")
    [member] = (await play.see("/people"))["members"]
    assert member["position"] == "class_teacher"
    await play.act("/members", userid="lin", name="林老师")
    [member] = (await play.see("/people"))["members"]
    assert member["position"] == "class_teacher"  # a change without a position keeps the old one
