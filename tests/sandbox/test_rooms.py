"""Internal groups: made by members or by a webhook robot, talked in without a bot hearing it."""

from tests.sandbox.conftest import Play


async def test_a_robot_makes_a_room_with_everybody_in_it(school: Play) -> None:
    await school.act("/robots", key="key-new", name="班主任群")
    rooms = {room["id"]: room for room in (await school.see("/state"))["rooms"]}
    assert rooms["班主任群"] == {"id": "班主任群", "name": "班主任群", "members": ["Lin", "wu"], "aibot": True}
    await school.act("/rooms", id="班主任群", name="班主任工作群", members=["Lin"])
    sent = await school.client.post("/cgi-bin/webhook/send?key=key-new", json={"msgtype": "text", "text": {"content": "好"}})
    assert (await sent.json())["errcode"] == 0
    [chat] = [chat for chat in (await school.see("/phone/Lin"))["chats"] if chat["chat"] == "room:班主任群"]
    assert chat["name"] == "班主任工作群"
    assert [(m["from"], m["from_name"], m["text"]) for m in chat["messages"]] == [("robot", "班主任群", "好")]
    assert "room:班主任群" not in {chat["chat"] for chat in (await school.see("/phone/wu"))["chats"]}


async def test_a_robot_can_join_a_room_that_is_there(school: Play) -> None:
    room_id = (await school.act("/rooms", name="销售一组", members=["wu", "wu"], aibot=False))["id"]
    await school.act("/robots", key="key-sales", name="报喜", room=room_id)
    assert school.stage.room_of_robot("key-sales").id == room_id
    assert school.stage.rooms["sales"].robots == []
    [room] = [room for room in (await school.see("/state"))["rooms"] if room["id"] == room_id]
    assert (room["members"], room["aibot"]) == (["wu"], False)


async def test_members_talk_and_no_bot_hears_it(school: Play) -> None:
    await school.act("/rooms", id="r1", name="销售一组", members=["lin", "wu"])
    await school.act("/rooms/r1/say", userid="wu", text="今天几单？")
    [chat] = [chat for chat in (await school.see("/phone/Lin"))["chats"] if chat["chat"] == "room:r1"]
    assert [(m["from"], m["from_name"], m["text"]) for m in chat["messages"]] == [("wu", "吴销售", "今天几单？")]
    assert chat["people"] == [
        {"id": "Lin", "name": "林老师", "kind": "member"},
        {"id": "wu", "name": "吴销售", "kind": "member"},
    ]
    assert school.stage.courier.counters.sent == 0


async def test_rooms_nobody_could_make_or_talk_in(school: Play) -> None:
    await school.act("/rooms", 400, name="空群", members=[])
    await school.act("/rooms", 400, name="没有成员", members="Lin")
    assert "nobody" in (await school.act("/rooms", 400, name="外人", members=["Lin", "nobody"]))["error"]
    await school.act("/rooms/none/say", 400, userid="Lin", text="有人吗")
    await school.act("/rooms", id="r1", name="林的群", members=["Lin"])
    await school.act("/rooms/r1/say", 400, userid="wu", text="让我进来")
    await school.act("/members/Lin/leave")
    await school.act("/rooms/r1/say", 400, userid="Lin", text="我还在")


async def test_the_calendar_is_replaced_as_a_whole(play: Play) -> None:
    marks = [
        {"at": 2000, "kind": "close", "label": "结营"},
        {"at": 1000, "kind": "lesson", "label": "第一课"},
        {"at": 1500, "kind": "lesson", "label": "第二课"},
    ]
    assert [mark["at"] for mark in (await play.act("/calendar", marks=marks))["marks"]] == [1000, 1500, 2000]
    assert (await play.see("/calendar"))["marks"][2] == {"at": 2000, "kind": "close", "label": "结营"}
    assert (await play.see("/state"))["calendar"] == (await play.see("/calendar"))["marks"]
    after = play.stage.calendar.next_after
    assert [getattr(after(now, "lesson"), "at", None) for now in (0, 1000, 1499.5, 1500)] == [1000, 1500, 1500, None]
    for wrong in ("x", [{"at": 1}], [{"at": "soon", "kind": "lesson"}], [{"at": 1, "kind": "holiday"}], ["x"]):
        await play.act("/calendar", 400, marks=wrong)
    assert len((await play.see("/calendar"))["marks"]) == 3
    assert await play.act("/calendar", marks=[]) == {"marks": []}
