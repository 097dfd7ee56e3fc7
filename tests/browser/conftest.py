"""A real browser before a sandbox in the same process: Debian's Chromium, driven by Playwright.

The page's policy forbids evaluating strings, so tests wait with locators (`expect`), never with `wait_for_function`.
"""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, Locator, Page, async_playwright

from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE, Stage

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing of Chromium's own may look for a network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SLOTS = ("learner", "teacher", "sales", "manager")


def chromium() -> str | None:
    """The browser to drive; WECAMP_CHROMIUM names another one."""
    return os.environ.get("WECAMP_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Theatre:
    """A sandbox with people in it, and pages that look at it. `faults` gathers what the pages complained about."""

    client: TestClient[web.Request, web.Application]
    stage: Stage
    browser: Browser
    faults: list[str] = field(default_factory=list)
    token: str = ""

    async def act(self, path: str, /, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/_sandbox{path}", json=body)
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def api(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A call of the bot."""
        if not self.token:
            asked = {"corpid": self.stage.config.corp_id, "corpsecret": self.stage.config.secret}
            self.token = (await (await self.client.get("/cgi-bin/gettoken", params=asked)).json())["access_token"]
        answer = await self.client.post(f"/cgi-bin/{path}", params={"access_token": self.token}, json=body)
        found: dict[str, Any] = await answer.json()
        assert found["errcode"] == 0, found
        return found

    async def send(self, to: str, **message: Any) -> dict[str, Any]:
        return await self.api("message/send", {"touser": to, "agentid": self.stage.config.agent_id, **message})

    async def open(self, query: str = "", width: int = 1440, height: int = 900, **context: Any) -> Page:
        home = str(self.client.make_url("/"))
        return await open_page(self.browser, home, self.faults, query, width=width, height=height, **context)


async def open_page(
    browser: Browser, home: str, faults: list[str], query: str = "", width: int = 1440, height: int = 900, **context: Any
) -> Page:
    """A new page of the sandbox at `home`; it must not ask anybody else. `faults` gathers what it complains about."""
    place = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **context)
    page = await place.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(home) else faults.append(asked.url))
    await page.goto(home + query)
    await page.locator("body.is-ready").wait_for()
    return page


def phone(page: Page, slot: str) -> Locator:
    """One of the four phones: learner, teacher, sales, manager."""
    return page.get_by_test_id(f"phone-{slot}")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    if path is None:
        why = "no Chromium on this machine (apt-get install chromium, or set WECAMP_CHROMIUM): the page is NOT TESTED"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        await found.close()


@pytest.fixture
async def theatre(browser: Browser) -> AsyncIterator[Theatre]:
    """Four members with positions, one learner, a class group; the app has no callback URL, so nobody but the tests answers."""
    app = build_sandbox(SandboxConfig(robots={"公海": "key-pool"}))
    async with TestClient(TestServer(app)) as client:
        theatre = Theatre(client, app[STAGE], browser)
        for userid, name, position in (
            ("lin", "林老师", "class_teacher"),
            ("wu", "吴销售", "sales"),
            ("chen", "陈主管", "manager"),
        ):
            await theatre.act("/members", userid=userid, name=name, position=position)
        await theatre.act("/learners", external_userid="wmXiaoyu", name="周小雨")
        await theatre.act("/follow", external_userid="wmXiaoyu", userid="lin", state="dy01")
        await theatre.act("/groups", chat_id="wrA", name="A 班", owner="lin")
        yield theatre
        assert theatre.faults == []
