"""A person's phone as a list of chats: which there are, what they are called, who can write, and how much is kept."""

from base64 import b64encode
from typing import Any

from sandbox.aibot.settings import AibotConfig
from sandbox.config import SandboxConfig
from sandbox.control.screens import QUIET_FRIENDS, TALKS, screen
from sandbox.people import staff
from sandbox.phones import KEEP, SLACK
from sandbox.stage import Stage
from tests.sandbox.conftest import CREDENTIALS, NOW, Play

KF = f"kf:{CREDENTIALS.open_kfid}"


async def chats(play: Play, person: str, query: str = "") -> dict[str, dict[str, Any]]:
    """The phone's chats by name, in their order."""
    return {chat["chat"]: chat for chat in (await play.see(f"/phone/{person}{query}"))["chats"]}


async def test_a_new_learner_has_an_empty_phone(school: Play) -> None:
    phone = await school.see("/phone/wmMing")
    assert phone == {"person": {"id": "wmMing", "kind": "learner", "name": "小明"}, "chats": []}
    assert (await school.client.get("/_sandbox/phone/nobody")).status == 404
    assert (await school.client.get("/_sandbox/phone/wmMing?limit=0")).status == 400


async def test_a_member_has_the_app_and_the_rooms_of_the_robots(school: Play) -> None:
    await school.act("/departments", id=2, name="班主任组")
    await school.act("/members", userid="zhou", name="周老师", department_ids=[2])
    phone = await school.see("/phone/zhou")
    assert phone["person"] == {"id": "zhou", "kind": "member", "name": "周老师", "position": "班主任组", "active": True}
    found = {chat["chat"]: chat for chat in phone["chats"]}
    assert {"app", "room:sales"} <= set(found)
    assert (found["app"]["name"], found["app"]["can_write"], found["app"]["messages"]) == ("训练营助手", True, [])
    assert (found["room:sales"]["name"], found["room:sales"]["size"]) == ("sales", 3)


def test_the_aibot_is_a_chat_where_the_corp_has_one() -> None:
    for mode, chats_there in (("socket", {"app", "aibot"}), ("", {"app"})):
        stage = Stage(SandboxConfig(aibot=AibotConfig(mode=mode)))
        staff.put_member(stage, "Lin", "林老师", [1])
        assert {chat["chat"] for chat in screen(stage, "Lin")["chats"]} == chats_there


async def test_kf_appears_with_its_window_once_it_was_entered(school: Play) -> None:
    await school.act("/kf/enter", external_userid="wmMing")
    chat = (await chats(school, "wmMing"))[KF]
    assert (chat["kind"], chat["name"], chat["can_write"], chat["messages"]) == ("kf", CREDENTIALS.kf_name, True, [])
    assert {**chat["window"], "open": False, "left": 0, "closes_at": None} == chat["window"]
    await school.act("/kf/say", external_userid="wmMing", text="你好")
    chat = (await chats(school, "wmMing"))[KF]
    assert (chat["window"]["open"], chat["window"]["left"]) == (True, 5)
    assert chat["window"]["closes_at"] == NOW + 48 * 3600
    assert [(message["from"], message["chat"], message["text"]) for message in chat["messages"]] == [("me", KF, "你好")]
    school.later(48 * 3600 + 1)
    assert (await chats(school, "wmMing"))[KF]["window"]["open"] is False


async def test_friends_write_to_each_other_until_one_deletes_the_other(school: Play) -> None:
    await school.act("/contact/say", 400, **{"from": "wmMing", "to": "Lin", "text": "在吗"})
    await school.act("/follow", external_userid="wmMing", userid="Lin")
    await school.bot.hear()
    assert (await chats(school, "wmMing"))["contact:Lin"]["name"] == "林老师"
    assert (await chats(school, "Lin"))["contact:wmMing"]["can_write"] is True
    await school.act("/contact/say", **{"from": "wmMing", "to": "Lin", "text": "在吗"})
    await school.act("/contact/say", **{"from": "Lin", "to": "wmMing", "text": "在的"})
    learner, member = (await chats(school, "wmMing"))["contact:Lin"], (await chats(school, "Lin"))["contact:wmMing"]
    assert [(m["from"], m["text"]) for m in learner["messages"]] == [("me", "在吗"), ("Lin", "在的")]
    assert [(m["from"], m["text"]) for m in member["messages"]] == [("wmMing", "在吗"), ("me", "在的")]
    assert learner["people"] == [{"id": "Lin", "name": "林老师", "kind": "member"}]
    assert school.bot.heard.empty()
    await school.act("/unfollow", external_userid="wmMing", userid="Lin")
    assert (await chats(school, "Lin"))["contact:wmMing"]["can_write"] is False
    assert (await chats(school, "wmMing"))["contact:Lin"]["can_write"] is False
    refused = await school.act("/contact/say", 400, **{"from": "Lin", "to": "wmMing", "text": "在吗"})
    assert "删除" in refused["error"]


async def test_a_member_who_left_can_write_nowhere(school: Play) -> None:
    await school.act("/follow", external_userid="wmMing", userid="wu")
    await school.act("/members/wu/leave")
    phone = await school.see("/phone/wu")
    assert phone["person"]["active"] is False
    assert not any(chat["can_write"] for chat in phone["chats"])
    assert (await chats(school, "wmMing"))["contact:wu"]["can_write"] is False
    await school.act("/contact/say", 400, **{"from": "wmMing", "to": "wu", "text": "在吗"})
    assert "room:sales" not in {chat["chat"] for chat in phone["chats"]}


async def test_a_group_is_one_timeline_for_all_in_it(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.act("/groups/wrA/join", external_userid="wmMing")
    await school.act("/groups/wrA/say", who="Lin", text="第一课", url="https://live.example/1", title="点这里上课")
    await school.act("/groups/wrA/say", who="wmMing", text="收到")
    await school.act("/groups/wrA/say", 400, who="wmHong", text="我不在群里")
    await school.act("/groups/wrNone/say", 400, who="Lin", text="没有这个群")
    for person in ("Lin", "wmMing"):
        chat = (await chats(school, person))["group:wrA"]
        assert (chat["name"], chat["size"], chat["can_write"]) == ("A班", 2, True)
        assert {one["kind"] for one in chat["people"]} == {"member", "learner"}
        lines = [(m["from"], m["from_name"], m["kind"], m["text"]) for m in chat["messages"]]
        assert lines == [
            ("system", "", "system", "林老师 建了群聊"),
            ("system", "", "system", "小明 加入了群聊"),
            ("Lin", "林老师", "link", "第一课"),
            ("wmMing", "小明", "text", "收到"),
        ]
        assert chat["messages"][2]["data"] == {"url": "https://live.example/1", "title": "点这里上课"}
    assert "group:wrA" not in await chats(school, "wmHong")
    await school.act("/groups/wrA/leave", external_userid="wmMing")
    assert "group:wrA" not in await chats(school, "wmMing")
    assert (await chats(school, "Lin"))["group:wrA"]["messages"][-1]["text"] == "小明 退出了群聊"


async def test_people_send_each_other_pictures_and_sheets(school: Play) -> None:
    photo = {"name": "作业.jpg", "base64": b64encode(b"\xff\xd8\xff photo").decode()}
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.act("/groups/wrA/say", who="Lin", image=photo)
    await school.act("/rooms/sales/say", userid="Lin", file={**photo, "name": "名单.xlsx"})
    await school.act("/follow", external_userid="wmMing", userid="Lin")
    await school.act("/contact/say", **{"from": "wmMing", "to": "Lin", "image": photo})
    await school.act("/groups/wrA/say", 400, who="Lin", image={"base64": "?"})
    await school.act("/groups/wrA/say", 400, who="Lin")
    found = await chats(school, "Lin")
    last = {name: found[name]["messages"][-1] for name in ("group:wrA", "room:sales", "contact:wmMing")}
    assert [message["kind"] for message in last.values()] == ["image", "file", "image"]
    assert last["room:sales"]["data"]["name"] == "名单.xlsx"
    shown = await school.client.get(last["contact:wmMing"]["data"]["url"])
    assert (shown.content_type, await shown.read()) == ("image/jpeg", b"\xff\xd8\xff photo")


async def test_the_newest_activity_stands_first(school: Play) -> None:
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    school.later(10)
    await school.act("/app/say", userid="Lin", text="名单")
    first = list(await chats(school, "Lin"))
    assert first[:2] == ["app", "group:wrA"]
    await school.act("/rooms/sales/say", userid="Lin", text="同一秒里更晚的一句")
    assert list(await chats(school, "Lin"))[:3] == ["room:sales", "app", "group:wrA"]
    assert (await chats(school, "Lin"))["app"]["last_at"] == NOW + 10


async def test_a_card_shows_the_face_its_owner_sees(school: Play) -> None:
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": "领取"},
        "button_list": [{"text": "我来", "key": "claim"}],
        "task_id": "t1",
    }
    body = {"touser": "Lin", "msgtype": "template_card", "agentid": CREDENTIALS.agent_id, "template_card": card}
    answer = await school.api("message/send", body)
    [message] = (await chats(school, "Lin"))["app"]["messages"]
    assert (message["from"], message["kind"], message["chat"]) == ("app", "card", "app")
    assert message["buttons"] == [{"text": "我来", "key": "claim"}]
    update = {
        "userids": ["Lin"],
        "agentid": CREDENTIALS.agent_id,
        "response_code": answer["response_code"],
        "button": {"replace_name": "已领取"},
    }
    await school.api("message/update_template_card", update)
    [message] = (await chats(school, "Lin"))["app"]["messages"]
    assert (message["buttons"], message["label"]) == ([], "已领取")


async def test_a_screen_keeps_the_newest_of_each_chat(school: Play) -> None:
    await school.act("/kf/say", external_userid="wmMing", text="别的会话不受影响")
    for number in range(KEEP + SLACK + 1):
        bubble = school.stage.phones.bubble("contact:Lin", "Lin", "text", str(number))
        school.stage.phones.show_learner("wmMing", bubble)
    found = await chats(school, "wmMing")
    assert [m["text"] for m in found["contact:Lin"]["messages"]] == [str(n) for n in range(SLACK + 1, KEEP + SLACK + 1)]
    assert len(found[KF]["messages"]) == 1
    shortened = await chats(school, "wmMing", "?limit=2")
    assert [m["text"] for m in shortened["contact:Lin"]["messages"]] == [str(KEEP + SLACK - 1), str(KEEP + SLACK)]


async def test_a_teacher_with_thousands_of_friends_has_a_screen_of_a_size(school: Play) -> None:
    world, phones = school.stage.world, school.stage.phones
    for number in range(TALKS + QUIET_FRIENDS + 100):
        school.later(1)
        await school.act("/learners", external_userid=f"wm{number}", name=f"学员{number}")
        world.add_follow("Lin", f"wm{number}", "", half=False)
        if number <= TALKS:
            phones.show_member("Lin", phones.bubble(f"contact:wm{number}", f"wm{number}", "text", "你好"))
    found = await chats(school, "Lin")
    friends = [chat for chat in found if chat.startswith("contact:")]
    assert len(friends) == TALKS + QUIET_FRIENDS
    assert "contact:wm0" not in found
    assert {"contact:wm1", f"contact:wm{TALKS + QUIET_FRIENDS + 99}", "app", "room:sales"} <= set(found)


async def test_people_is_a_light_list(school: Play) -> None:
    people = await school.see("/people")
    assert people["learners"] == [{"id": "wmMing", "name": "小明"}, {"id": "wmHong", "name": "小红"}]
    lin = {"id": "Lin", "name": "林老师", "departments": ["营伴学堂"], "active": True}
    assert {**people["members"][0], **lin} == people["members"][0]
