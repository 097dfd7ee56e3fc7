"""The main job as people do it, on the four phones of the page, before the real bot: from the scanned code to the sale.

WECAMP_SCREENS=DIR keeps the pictures of README.md (`make screens`).
"""

from __future__ import annotations

import asyncio
import os
import re
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import open_page, phone
from tests.loopback import Camp, open_camp

SLOW = 20_000  # ms; a busy machine is slow, a broken bot is silent


async def _picture(page: Page, name: str) -> None:
    if directory := os.environ.get("WECAMP_SCREENS"):
        await expect(page.get_by_test_id("banner").locator("visible=true")).to_have_count(0, timeout=SLOW)
        await page.screenshot(path=Path(directory) / f"{name}.jpg", type="jpeg", quality=62)


async def _says(someone: Locator, words: str) -> None:
    await someone.get_by_test_id("composer-input").fill(words)
    await someone.get_by_test_id("composer-input").press("Enter")


async def _opens(someone: Locator, chat: str) -> None:
    """Goes back to the list of chats and opens one."""
    await someone.get_by_test_id("back").click()
    await someone.get_by_test_id(f"chat-{chat}").click()


async def _hears(someone: Locator, words: str) -> Locator:
    bubble = someone.get_by_test_id("bubble").filter(has_text=re.compile(words, re.DOTALL)).last
    await expect(bubble).to_be_visible(timeout=SLOW)
    return bubble


async def _button(someone: Locator, card: str, label: str) -> Locator:
    """A living button of the newest card with these words."""
    return (await _hears(someone, card)).get_by_test_id("card-button").filter(has_text=label)


async def test_from_the_scanned_code_to_the_sale(browser: Browser, tmp_path: Path) -> None:
    async with open_camp(tmp_path) as camp:
        faults: list[str] = []
        cast = "#learner=wmYu&teacher=lin&teacher.chat=app&sales=wu&sales.chat=app&manager=chen&manager.chat=app"
        page = await open_page(browser, f"{camp.corp.url}/", faults, cast)
        await _signs_up_and_joins(page, camp)
        await _checks_in(page, camp)
        await _is_missed_and_nudged(page, camp)
        await _closes(page)
        assert faults == []
        await _two_claim_one_sells(browser, page, camp, faults)


async def _signs_up_and_joins(page: Page, camp: Camp) -> None:
    """The learner scans the class teacher's code, is welcomed, and joins the class group; another one only signs up."""
    learner = phone(page, "learner")
    await learner.get_by_test_id("scan").click()  # an empty phone offers nothing else
    await learner.get_by_label("渠道").fill("dy01")
    await learner.get_by_role("button", name="添加好友").click()
    await _hears(learner, "欢迎.*阅读营第1期")
    await learner.get_by_test_id("back").click()
    await learner.get_by_test_id("phone-add").click()
    await learner.get_by_test_id("join-group").click()
    await learner.get_by_test_id("join-wrFaultsA").click()
    await camp.learners["李小明"].adds("lin", "dy01")
    await camp.quiet()
    teacher = phone(page, "teacher")
    await _says(teacher, "名单")
    await expect(await _hears(teacher, "李小明")).to_contain_text("未进群")
    await _opens(learner, "contact:lin")
    await _hears(learner, "欢迎")


async def _checks_in(page: Page, camp: Camp) -> None:
    """The bot reminds the class teacher, who posts the link in the class group; one tap is the check-in."""
    learner, teacher = phone(page, "learner"), phone(page, "teacher")
    await camp.jump_to(camp.first_lesson - timedelta(minutes=5))
    reminder = await _hears(teacher, "第1课.*scene_param=")
    link = re.search(r"https?://\S+scene_param=[\w.\-]+", await reminder.inner_text())
    assert link is not None
    await camp.corp.act("/groups/wrFaultsA/say", who="lin", text="上课啦，点这里签到", url=link[0], title="第1课 签到")
    await page.get_by_test_id("time-next-lesson").click()
    await _opens(learner, "group:wrFaultsA")
    await (await _hears(learner, "第1课 签到")).click()
    await _hears(learner, "第1课 签到成功")
    await _says(learner, "进度")
    await _hears(learner, "到课 1/2 · 完课")
    await _picture(page, "check-in")


async def _is_missed_and_nudged(page: Page, camp: Camp) -> None:
    """The class teacher asks who is missing, taps 群发提醒, and then the task; the learner has one message."""
    teacher = phone(page, "teacher")
    await _says(teacher, "缺勤1")
    await _hears(teacher, "李小明")
    await (await _button(teacher, "群发提醒：第1课", "群发提醒")).click()
    await _hears(teacher, "群发助手")
    await _opens(teacher, "tasks")
    await expect(teacher.get_by_test_id("mass-send")).to_be_visible(timeout=SLOW)
    await _picture(page, "nudge")
    await teacher.get_by_test_id("mass-send").click()
    await expect(teacher.locator(".mass-sent")).to_be_visible(timeout=SLOW)
    got = [b for b in await camp.learners["李小明"].screen() if b["kind"] == "text" and "mass_msgid" in b.get("data", {})]
    assert len(got) == 1
    await camp.jump_to(camp.first_lesson + timedelta(minutes=45))
    await _opens(teacher, "app")
    await _hears(teacher, "已发 1")


async def _closes(page: Page) -> None:
    """The manager sees the verdict first, and confirms it."""
    manager = phone(page, "manager")
    await _says(manager, "结营 read-01")
    confirm = await _button(manager, "结营确认", "确认")
    await expect(confirm).to_be_visible(timeout=SLOW)
    await _picture(page, "close")
    await confirm.click()
    await _hears(manager, "结营报告")
    await _hears(manager, "合计：2 人 · 100%")
    await _hears(phone(page, "teacher"), "阅读营第1期 已结营")


async def _two_claim_one_sells(browser: Browser, page: Page, camp: Camp, faults: list[str]) -> None:
    """Both salespeople tap 领取 on their own screens: one wins, the other is told who; then the sale."""
    second = await open_page(browser, f"{camp.corp.url}/", faults, "#sales=zhao&sales.chat=app")
    sellers = {"吴销售": phone(page, "sales"), "赵销售": phone(second, "sales")}
    for seller in sellers.values():
        await expect(await _hears(seller, r"周\*\*")).not_to_contain_text("周小雨")
    await _picture(page, "hand-off")
    buttons = [seller.get_by_test_id("card-button").filter(has_text="领取").first for seller in sellers.values()]
    await asyncio.gather(*(button.click(timeout=SLOW) for button in buttons))
    await camp.quiet()
    # Whose card died under the finger is told so by the page: the sandbox says 400 to a tap that nobody could have made.
    assert len(faults) <= 1
    assert all("400" in fault for fault in faults)
    [(winner,)] = await camp.rows("SELECT m.name FROM pool_entries p JOIN members m ON m.id = p.owner_id")
    for name, seller in sellers.items():
        await _hears(seller, "领取成功" if name == winner else f"已被 ?{winner} ?领取")
        card = seller.get_by_test_id("card").filter(has_text="周**")
        await expect(card).to_contain_text(f"已被 {winner} 领取", timeout=SLOW)
        await expect(card.get_by_test_id("card-button").filter(has_text="领取")).to_have_count(0)
    number = re.search(r"#\d+", await (await _hears(sellers[winner], "领取成功")).inner_text())
    assert number is not None
    await _says(sellers[winner], f"成交 {number[0]} 系统阅读课 1999")
    await _hears(sellers[winner], "已记成交")
    await _hears(phone(page, "teacher"), "成交")
