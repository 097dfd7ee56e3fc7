"""The page in a real browser: the right people on four phones, what they type and tap arrives, what the bot sends is seen."""

import base64
import re

from playwright.async_api import expect

from tests.browser.conftest import SLOTS, Theatre, phone

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==")  # the smallest picture there is
CARD = {
    "card_type": "multiple_interaction",
    "main_title": {"title": "跟进结果", "desc": "周小雨"},
    "select_list": [
        {"question_key": "result", "title": "结果", "option_list": [{"id": "1", "text": "有意向"}, {"id": "2", "text": "已成交"}]}
    ],
    "submit_button": {"text": "提交", "key": "submit"},
    "task_id": "follow-up-1",
}
MENU = {"head_content": "要做什么？", "list": [{"type": "click", "click": {"id": "m1", "content": "我的课表"}}]}


async def test_four_phones_stand_side_by_side_with_the_right_people(theatre: Theatre) -> None:
    page = await theatre.open()
    for slot, name in zip(SLOTS, ("周小雨", "林老师", "吴销售", "陈主管"), strict=True):
        await expect(phone(page, slot).get_by_test_id("person-switch")).to_contain_text(name)
        box = await phone(page, slot).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= 1440 - box["width"]


async def test_a_learner_writes_to_customer_service_and_taps_the_menu_that_comes_back(theatre: Theatre) -> None:
    kf = theatre.stage.config.open_kfid
    page = await theatre.open()
    learner = phone(page, "learner")
    await learner.get_by_test_id("phone-add").click()
    await learner.get_by_test_id("kf-open").click()
    await learner.get_by_test_id("composer-input").fill("你好")
    await learner.get_by_test_id("composer-input").press("Enter")
    await expect(learner.get_by_test_id("bubble").last).to_contain_text("你好")
    await theatre.api("kf/send_msg", {"touser": "wmXiaoyu", "open_kfid": kf, "msgtype": "msgmenu", "msgmenu": MENU})
    await learner.get_by_test_id("menu-item").click()
    await expect(learner.get_by_test_id("bubble").last).to_have_text("小雨我的课表")
    await expect(learner.locator(".window-hint")).to_contain_text("还能回 5 条")


async def test_a_card_is_answered_with_its_selection_and_dies_when_the_bot_updates_it(theatre: Theatre) -> None:
    theatre.stage.courier.callback_url = str(theatre.client.make_url("/nobody"))
    sent = await theatre.send("wu", msgtype="template_card", template_card=CARD)
    page = await theatre.open("#sales=wu&sales.chat=app")
    sales = phone(page, "sales")
    await sales.get_by_role("combobox", name="结果").select_option("已成交")
    async with page.expect_request("**/_sandbox/app/click") as tapped:
        await sales.get_by_test_id("card-button").click()
    asked = await tapped.value
    assert asked.post_data_json == {"userid": "wu", "task_id": "follow-up-1", "key": "submit", "selected": {"result": ["2"]}}
    body = {"userids": ["wu"], "agentid": theatre.stage.config.agent_id, "response_code": sent["response_code"]}
    await theatre.api("message/update_template_card", {**body, "button": {"replace_name": "已提交"}})
    await expect(sales.get_by_test_id("card-dead")).to_have_text("已提交")
    await expect(sales.get_by_test_id("card-button")).to_have_count(0)


async def test_a_teacher_taps_send_and_only_then_the_learner_has_it(theatre: Theatre) -> None:
    text = {"content": "今晚 20:00 上课"}
    await theatre.api(
        "externalcontact/add_msg_template",
        {"chat_type": "single", "external_userid": ["wmXiaoyu"], "sender": "lin", "text": text},
    )
    page = await theatre.open("#learner=wmXiaoyu&learner.chat=contact:lin&teacher=lin&teacher.chat=tasks")
    learner, teacher = phone(page, "learner"), phone(page, "teacher")
    await expect(teacher.get_by_test_id("mass-send")).to_be_visible()
    await expect(learner.get_by_text("今晚 20:00 上课")).to_have_count(0)
    await teacher.get_by_test_id("mass-send").click()
    await expect(learner.get_by_text("今晚 20:00 上课")).to_be_visible()
    await expect(teacher.locator(".mass-sent")).to_be_visible()


async def test_a_new_learner_is_made_in_two_taps_and_adds_a_teacher_and_joins_the_group(theatre: Theatre) -> None:
    page = await theatre.open()
    learner = phone(page, "learner")
    await learner.get_by_test_id("person-switch").click()
    await page.get_by_test_id("new-learner").click()
    await expect(learner.get_by_test_id("person-switch")).not_to_contain_text("周小雨")
    await learner.get_by_test_id("scan").click()
    await learner.get_by_role("button", name="添加好友").click()
    await expect(learner.get_by_role("heading", name="林老师")).to_be_visible()
    await learner.get_by_test_id("back").click()
    await learner.get_by_test_id("phone-add").click()
    await learner.get_by_test_id("join-group").click()
    await learner.get_by_test_id("join-wrA").click()
    await expect(learner.get_by_role("heading", name="A 班 (2)")).to_be_visible()


async def test_what_people_write_is_shown_as_text_and_never_as_markup(theatre: Theatre) -> None:
    nasty = "<img src=x onerror=alert(1)> **粗** [点我](javascript:alert(1))"
    await theatre.send("chen", msgtype="markdown", markdown={"content": nasty})
    page = await theatre.open("#manager=chen&manager.chat=app")
    bubble = phone(page, "manager").get_by_test_id("bubble")
    await expect(bubble).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(bubble.locator("img")).to_have_count(0)
    await bubble.get_by_role("button", name="点我").click()
    await expect(phone(page, "manager").get_by_role("dialog")).to_contain_text("这个地址不在本机")


async def test_keys_walk_through_the_page_and_the_language_is_remembered(theatre: Theatre) -> None:
    page = await theatre.open()
    await expect(phone(page, "teacher").get_by_test_id("person-switch")).to_contain_text("林老师")
    await page.keyboard.press("2")
    await expect(phone(page, "teacher").locator(":focus")).to_have_count(1)
    await page.get_by_test_id("drawer-faults").focus()
    await page.keyboard.press("w")
    await expect(page.get_by_test_id("panel-wire")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("panel-wire")).to_be_hidden()
    await expect(page.get_by_test_id("drawer-faults")).to_be_focused()
    await page.get_by_test_id("lang-toggle").click()
    await expect(page.get_by_test_id("drawer-faults")).to_contain_text("Faults")
    await page.reload()
    await expect(page.get_by_test_id("drawer-faults")).to_contain_text("Faults")


async def test_a_fault_is_ordered_seen_in_the_queue_and_taken_back(theatre: Theatre) -> None:
    page = await theatre.open()
    await page.get_by_test_id("drawer-faults").click()
    await page.get_by_test_id("fault-45009").click()
    await expect(page.get_by_test_id("fault-queue")).to_contain_text("调用太频繁")
    assert [fault.errcode for fault in theatre.stage.faults.api] == [45009]
    await page.get_by_role("button", name="撤掉「调用太频繁」").click()
    await expect(page.get_by_test_id("fault-queue")).to_contain_text("没有故障")


async def test_the_time_bar_holds_the_clock_and_says_why_it_cannot_go_to_a_lesson(theatre: Theatre) -> None:
    page = await theatre.open()
    await page.get_by_test_id("time-hold").click()
    await expect(page.get_by_test_id("time-bar")).to_contain_text("已停住")
    await expect(page.get_by_test_id("time-next-lesson")).to_be_disabled()
    await expect(page.get_by_test_id("time-next-lesson")).to_have_attribute("title", "还没有日程，不知道下一课在什么时候")
    await page.get_by_test_id("time-next-day").click()
    await expect(page.get_by_test_id("clock")).to_have_text("08:00:00")


async def test_a_small_screen_shows_one_phone_at_a_time(theatre: Theatre) -> None:
    page = await theatre.open(width=390, height=844, has_touch=True)
    await expect(phone(page, "learner")).to_be_in_viewport(ratio=0.9)
    await expect(phone(page, "manager")).not_to_be_in_viewport()
    await page.get_by_test_id("tab-manager").click()
    await expect(phone(page, "manager")).to_be_in_viewport(ratio=0.9)
    await expect(phone(page, "learner")).not_to_be_in_viewport()


async def test_what_comes_into_another_chat_is_announced_and_counted_until_it_is_opened(theatre: Theatre) -> None:
    page = await theatre.open("#teacher=lin&teacher.chat=app")
    teacher = phone(page, "teacher")
    await expect(teacher.get_by_test_id("composer-input")).to_be_visible()
    await theatre.act("/contact/say", **{"from": "wmXiaoyu", "to": "lin", "text": "老师好"})
    await expect(teacher.get_by_test_id("banner")).to_contain_text("老师好")
    await expect(teacher.get_by_test_id("back")).to_have_text("1")
    await teacher.get_by_test_id("banner").click()
    await expect(teacher.get_by_test_id("bubble").last).to_contain_text("老师好")
    await expect(teacher.get_by_test_id("back")).to_have_text("")


async def test_the_wire_drawer_opens_a_call_in_clear(theatre: Theatre) -> None:
    await theatre.send("chen", msgtype="text", text={"content": "今天 6 人到课"})
    page = await theatre.open()
    await page.get_by_test_id("drawer-wire").click()
    await page.get_by_test_id("wire-search").fill("message/send")
    row = page.get_by_test_id("wire-row")
    await expect(row).to_have_count(1)
    await row.click()
    await expect(page.locator(".wire-details")).to_contain_text('"content": "今天 6 人到课"')


async def test_a_photo_and_a_sheet_reach_customer_service_and_stand_in_the_chat(theatre: Theatre) -> None:
    await theatre.act("/kf/enter", external_userid="wmXiaoyu")
    page = await theatre.open(f"#learner=wmXiaoyu&learner.chat=kf:{theatre.stage.config.open_kfid}")
    learner = phone(page, "learner")
    photo = {"name": "homework.gif", "mimeType": "image/gif", "buffer": DOT}
    await learner.get_by_test_id("attach-image").set_input_files(photo)
    picture = learner.locator(".message.own img")
    await expect(picture).to_have_attribute("src", re.compile(r"^/_sandbox/media/"))
    await expect(picture).to_have_js_property("naturalWidth", 1)
    sheet = {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK-sheet"}
    await learner.get_by_test_id("attach-file").set_input_files(sheet)
    await expect(learner.get_by_test_id("bubble").last).to_contain_text("名单.xlsx")
