"""The robot in an internal group, on the page before the real bot: mentioned, bound, its card tapped, taken out again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.conftest import Theatre, open_page, phone
from tests.browser.test_main_job import SLOW, _button, _hears, _picture, _says
from tests.robot.conftest import open_play


async def _makes_a_group(someone: Locator, name: str, *others: str) -> None:
    await someone.get_by_test_id("back").click()
    await someone.get_by_test_id("phone-add").click()
    await someone.get_by_text("发起内部群聊").click()
    await someone.get_by_label("名称").fill(name)
    for other in others:
        await someone.get_by_role("checkbox", name=other).check()
    await someone.get_by_role("button", name="创建").click()
    await expect(someone.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.parametrize("mode", ["socket", "url"])
async def test_a_lesson_is_followed_up_from_the_group(browser: Browser, tmp_path: Path, mode: str) -> None:
    async with open_play(tmp_path, mode) as play:
        await play.camp.learners["周小雨"].adds("lin", "dy01")
        await play.camp.jump_to(play.camp.first_lesson + timedelta(minutes=70))
        await play.camp.quiet()
        faults: list[str] = []
        cast = "#teacher=lin&teacher.chat=app&sales=wu&manager=chen&manager.chat=app"
        page = await open_page(browser, f"{play.camp.corp.url}/", faults, cast)
        teacher, manager = phone(page, "teacher"), phone(page, "manager")

        await _makes_a_group(manager, "教务群", "林老师", "吴销售")
        await manager.get_by_test_id("mention").click()
        await manager.get_by_test_id("composer-input").press("End")
        await manager.get_by_test_id("composer-input").press_sequentially("绑定 read-01")
        await manager.get_by_test_id("composer-input").press("Enter")
        await _hears(manager, "本群已绑定：阅读营第1期")

        await teacher.get_by_test_id("banner").click()
        await phone(page, "sales").get_by_role("button", name="教务群").click()
        await _says(teacher, "第一课几个人没来？")
        await _says(teacher, "缺勤1 @营伴")
        await expect(await _hears(manager, "#1 周")).to_contain_text("周**")
        if mode == "socket":
            await _picture(page, "group")
        await (await _button(teacher, "群发提醒", "群发提醒")).click()
        await expect(manager.get_by_test_id("card-button")).to_have_count(0, timeout=SLOW)
        assert await play.camp.count("SELECT count(*) FROM nudges") == 1

        await manager.get_by_test_id("chat-more").click()
        await manager.get_by_test_id("room-robot").click()
        await expect(teacher.get_by_test_id("mention")).to_have_count(0)
        await _says(teacher, "@营伴 名单")  # nobody called that is in the group any more: a line among people
        await expect(manager.get_by_test_id("bubble").last).to_contain_text("@营伴 名单")
        assert faults == []


async def test_a_group_without_the_robot_offers_to_bring_it_in(theatre: Theatre) -> None:
    await theatre.act("/rooms", id="staff", name="教务群", members=["lin", "chen"], aibot=False)
    page = await theatre.open("#teacher=lin&teacher.chat=room:staff", width=390, height=844, has_touch=True)
    await page.get_by_test_id("tab-teacher").click()
    teacher = phone(page, "teacher")
    await expect(teacher.get_by_test_id("mention")).to_have_count(0)
    await teacher.get_by_test_id("chat-more").click()
    await teacher.get_by_role("button", name="把智能机器人拉进群").click()
    await teacher.get_by_test_id("mention").click()
    await expect(teacher.get_by_test_id("composer-input")).to_have_value("@营伴 ")
    assert theatre.stage.rooms["staff"].aibot
