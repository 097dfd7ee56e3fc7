"""App group chats: rooms the app makes for members and writes into; nothing comes back (sheet 3.8)."""

from typing import Any

import pytest

from sandbox.world import Member
from tests.sandbox.conftest import Play
from tests.sandbox.uploads import upload

HOUR = 3600


async def make(play: Play, **more: Any) -> dict[str, Any]:
    return await play.api("appchat/create", {"name": "2031 期班务", "owner": "lin", "userlist": ["Lin", "WU"], **more})


def text(content: str = "今天 3 人缺勤", **more: Any) -> dict[str, Any]:
    return {"chatid": "room1", "msgtype": "text", "text": {"content": content}, **more}


async def room(play: Play, chatid: str = "room1", who: str = "Lin") -> dict[str, Any] | None:
    chats = (await play.see(f"/phone/{who}"))["chats"]
    return next((chat for chat in chats if chat["chat"] == f"room:{chatid}"), None)


async def test_make_and_read(school: Play) -> None:
    assert (await make(school, chatid="room1"))["chatid"] == "room1"
    info = (await school.api("appchat/get", chatid="room1"))["chat_info"]
    assert info == {"chatid": "room1", "name": "2031 期班务", "owner": "Lin", "userlist": ["Lin", "wu"]}
    minted = (await make(school, owner=""))["chatid"]
    assert (await school.api("appchat/get", chatid=minted))["chat_info"]["owner"] == "Lin"
    assert await room(school) is None  # members see it from its first message on


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"chatid": "room-1"}, 86001),
        ({"chatid": "r" * 33}, 86001),
        ({"chatid": "room1"}, 86215),
        ({"userlist": ["Lin", "nobody"]}, 86216),
        ({"owner": "nobody"}, 86216),
        ({"userlist": ["Lin"]}, 86220),
        ({"userlist": ["Lin", "lin"]}, 86220),
        ({"name": "班" * 51}, 86220),
        ({"name": "班" * 50}, 0),
    ],
)
async def test_refused_chats(school: Play, more: dict[str, Any], errcode: int) -> None:
    await make(school, chatid="room1")
    assert (await make(school, **more))["errcode"] == errcode


async def test_two_thousand_members(school: Play) -> None:
    for number in range(2001):
        school.stage.world.members[f"t{number}"] = Member(f"t{number}", "老师", [1])
    everybody = [f"t{number}" for number in range(2001)]
    assert (await make(school, owner="", userlist=everybody))["errcode"] == 86220
    assert (await make(school, owner="", userlist=everybody[:2000]))["errcode"] == 0


async def test_the_owner_must_be_in_the_list(school: Play) -> None:
    await school.act("/members", userid="he", name="何经理")
    assert (await make(school, owner="he"))["errcode"] == 86217


async def test_messages_stand_in_the_room_and_nobody_is_called_back(school: Play) -> None:
    await make(school, chatid="room1")
    answer = await school.api("appchat/send", text(text={"content": "请看", "mentioned_list": ["wu"]}))
    assert (answer["errcode"], "msgid" in answer) == (0, False)
    for who in ("Lin", "wu"):
        found = await room(school, who=who)
        assert found is not None
        assert (found["name"], len(found["people"])) == ("2031 期班务", 2)
        (bubble,) = found["messages"]
        assert (bubble["kind"], bubble["text"], bubble["from_name"]) == ("text", "请看\n@吴销售", "训练营助手")
        assert (bubble["data"]["mentioned_list"], bubble["data"]["mentions"]) == (["wu"], ["吴销售"])
    assert school.stage.courier.counters.sent == 0


async def test_every_kind_but_cards(school: Play) -> None:
    await make(school, chatid="room1")
    articles = [{"title": "战报", "url": "https://x.example"}]
    bodies: dict[str, Any] = {kind: {"media_id": await upload(school, kind)} for kind in ("image", "voice", "video", "file")}
    bodies |= {"textcard": {"title": "t", "description": "d", "url": "https://x.example"}, "news": {"articles": articles}}
    bodies |= {"markdown": {"content": "**好**"}}
    for kind, part in bodies.items():
        assert await school.code("appchat/send", {"chatid": "room1", "msgtype": kind, kind: part}) == 0
    found = await room(school)
    assert found is not None
    assert [bubble["kind"] for bubble in found["messages"]] == list(bodies)
    for kind in ("template_card", "miniprogram_notice"):
        assert await school.code("appchat/send", {"chatid": "room1", "msgtype": kind, kind: {}}) == 40008
    assert await school.code("appchat/send", text(chatid="room2")) == 86003


async def test_people_come_and_go(school: Play) -> None:
    await school.act("/members", userid="he", name="何经理")
    await make(school, chatid="room1")
    await school.api("appchat/send", text())
    change = {"chatid": "room1", "name": "新名", "owner": "he", "add_user_list": ["he"], "del_user_list": ["WU"]}
    assert await school.code("appchat/update", change) == 0
    info = (await school.api("appchat/get", chatid="room1"))["chat_info"]
    assert (info["name"], info["owner"], info["userlist"]) == ("新名", "he", ["Lin", "he"])
    assert await room(school, who="wu") is None
    joined = await room(school, who="he")
    assert joined is not None
    assert joined["name"] == "新名"
    assert await school.code("appchat/update", {"chatid": "room1", "del_user_list": ["he"]}) == 86220
    assert await school.code("appchat/update", {"chatid": "none"}) == 86003
    assert await school.code("appchat/get", chatid="none") == 86003


async def test_a_thousand_creates_a_day_and_changes_an_hour(school: Play) -> None:
    await make(school, chatid="room1")
    limits, at = school.stage.limits, school.clock.traffic()
    limits.appchat_creates.admit("corp", at, 999)
    assert (await make(school))["errcode"] == 45009
    limits.appchat_changes.admit("corp", at, 1000)
    assert await school.code("appchat/update", {"chatid": "room1", "name": "x"}) == 45009
    school.later(24 * HOUR)
    school.token = ""
    assert (await make(school))["errcode"] == 0
    assert await school.code("appchat/update", {"chatid": "room1", "name": "x"}) == 0


async def test_person_messages_a_minute_and_an_hour(school: Play) -> None:
    await make(school, chatid="room1")
    limits, chats = school.stage.limits, school.stage.appchats
    limits.appchat_minute.admit("corp", school.clock.traffic(), 19_999)
    assert await school.code("appchat/send", text()) == 45009
    school.later(121)
    assert await school.code("appchat/send", text()) == 0
    chats.persons_per_hour.admit("corp", school.clock.traffic(), 299_997)
    assert await school.code("appchat/send", text()) == 45009


async def test_one_member_misses_what_is_over_two_hundred_a_minute(school: Play) -> None:
    await make(school, chatid="room1")
    school.stage.limits.appchat_member_minute.admit("wu", school.clock.traffic(), 200)
    assert await school.code("appchat/send", text()) == 0
    found = await room(school)
    assert found is not None
    assert found["messages"][0]["data"]["missed"] == ["wu"]
    school.stage.limits.appchat_member_day.admit("Lin", school.clock.traffic(), 10_000)
    assert await school.code("appchat/send", text("谁也收不到")) == 0
    assert (await school.see("/state"))["counters"]["dropped_app_messages"] == 3
