"""Mass sends: the bot makes tasks, members tap, and everybody has an allowance."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.clock import DAY, HOUR
from sandbox.mass import Allowance
from tests.sandbox.conftest import NOW, Play

ADD = "externalcontact/add_msg_template"
TASKS = "externalcontact/get_groupmsg_task"
RESULT = "externalcontact/get_groupmsg_send_result"
LIST = "externalcontact/get_groupmsg_list_v2"
REMIND = "externalcontact/remind_groupmsg_send"
CANCEL = "externalcontact/cancel_groupmsg_send"
TEXT = {"text": {"content": "今晚 8 点开课"}}
BOTH = {"external_userid": ["wmMing", "wmHong"], **TEXT}


@pytest.fixture
async def friends(school: Play) -> Play:
    """Lin has both learners as customers."""
    for external_userid in ("wmMing", "wmHong"):
        await school.act("/follow", userid="Lin", external_userid=external_userid)
    return school


def later(play: Play, seconds: float) -> None:
    """So much later that the access token has expired."""
    play.later(seconds)
    play.token = ""


async def tasks(play: Play, userid: str) -> list[dict[str, Any]]:
    return [bubble for bubble in await play.phone(userid) if bubble["kind"] == "mass_task"]


async def results(play: Play, msgid: str, userid: str = "Lin") -> dict[str, int]:
    found = (await play.api(RESULT, {"msgid": msgid, "userid": userid}))["send_list"]
    return {one.get("external_userid") or one["chat_id"]: one["status"] for one in found}


async def test_nothing_goes_out_before_the_member_taps(friends: Play) -> None:
    made = await friends.api(ADD, {**BOTH, "sender": "Lin"})
    assert made["fail_list"] == []
    (task,) = await tasks(friends, "Lin")
    assert (task["chat"], task["from"], task["data"]["state"]) == ("tasks", "system", "waiting")
    assert task["data"]["receivers"][0] == {"id": "wmMing", "name": "小明", "status": 0}
    assert await friends.phone("wmMing") == []
    assert (await friends.api(TASKS, {"msgid": made["msgid"]}))["task_list"] == [{"userid": "Lin", "status": 0}]
    assert await results(friends, made["msgid"]) == {"wmMing": 0, "wmHong": 0}

    await friends.act(f"/mass/{made['msgid']}/send", userid="Lin")
    (seen,) = await friends.phone("wmMing")
    assert (seen["chat"], seen["from"], seen["kind"], seen["text"]) == ("contact:Lin", "Lin", "text", "今晚 8 点开课")
    assert (await tasks(friends, "Lin"))[0]["data"]["state"] == "sent"
    done = (await friends.api(TASKS, {"msgid": made["msgid"]}))["task_list"]
    assert done == [{"userid": "Lin", "status": 2, "send_time": int(NOW)}]
    assert await results(friends, made["msgid"]) == {"wmMing": 1, "wmHong": 1}
    await friends.act(f"/mass/{made['msgid']}/send", 400, userid="Lin")
    await friends.act(f"/mass/{made['msgid']}/send", 400, userid="wu")


async def test_text_and_attachments_arrive_one_by_one(friends: Play) -> None:
    image = friends.stage.media.put("image", "课表.png", b"\x89PNG\r\n\x1a\n")
    link = {"msgtype": "link", "link": {"title": "课表", "url": "https://example.com/1"}}
    picture = {"msgtype": "image", "image": {"media_id": image.media_id}}
    made = await friends.api(ADD, {**BOTH, "attachments": [picture, link]})
    await friends.act(f"/mass/{made['msgid']}/send", userid="Lin")
    seen = await friends.phone("wmMing")
    assert [bubble["kind"] for bubble in seen] == ["text", "image", "link"]
    assert (seen[1]["data"]["size"], seen[2]["data"]["url"]) == (8, "https://example.com/1")


async def test_limits_of_the_message(friends: Play) -> None:
    link = {"msgtype": "link", "link": {"title": "t", "url": "https://example.com"}}
    assert await friends.code(ADD, {**BOTH, "text": {"content": "字" * 1333}}) == 0
    assert await friends.code(ADD, {**BOTH, "text": {"content": "字" * 1334}}) == 45002
    assert await friends.code(ADD, {**BOTH, "attachments": [link] * 9}) == 0
    assert await friends.code(ADD, {**BOTH, "attachments": [link] * 10}) == 41064
    assert await friends.code(ADD, {**BOTH, "attachments": [{"msgtype": "voice"}]}) == 41065
    assert await friends.code(ADD, {**BOTH, "attachments": [{"msgtype": "file", "file": {"media_id": "none"}}]}) == 40007
    assert await friends.code(ADD, {**BOTH, "text": {}}) == 40063
    assert await friends.code(ADD, {**BOTH, "chat_type": "room"}) == 40058
    assert await friends.code(ADD, {**BOTH, "external_userid": ["wmMing"] * 10_001}) == 40058
    assert await friends.code(ADD, TEXT) == 40063
    assert await friends.code(ADD, {**BOTH, "sender": "nobody"}) == 40003


async def test_nobody_can_receive(friends: Play) -> None:
    assert await friends.code(ADD, {**TEXT, "external_userid": ["wmNone"]}) == 41048
    assert await friends.code(ADD, {**BOTH, "sender": "wu"}) == 41048
    made = await friends.api(ADD, {**TEXT, "external_userid": ["wmNone", "wmMing"]})
    assert made["fail_list"] == ["wmNone"]


async def test_without_a_sender_only_who_talked_last_gets_the_task(friends: Play) -> None:
    friends.later(60)
    code = (await friends.act("/follow", userid="wu", external_userid="wmMing"))["welcome_code"]
    await friends.api("externalcontact/send_welcome_msg", {"welcome_code": code, "text": {"content": "你好"}})
    await friends.api(ADD, BOTH)
    receivers = {userid: [r["id"] for r in (await tasks(friends, userid))[0]["data"]["receivers"]] for userid in ("Lin", "wu")}
    assert receivers == {"Lin": ["wmHong"], "wu": ["wmMing"]}


async def test_the_sender_alone_means_all_customers_and_tags_narrow(friends: Play) -> None:
    made = await friends.api(
        "externalcontact/add_corp_tag", {"group_name": "营", "tag": [{"name": "未到课"}, {"name": "请假"}, {"name": "会员"}]}
    )
    absent, leave, paid = [tag["id"] for tag in made["tag_group"]["tag"]]
    for external_userid, tag_ids in (("wmMing", [absent, paid]), ("wmHong", [leave])):
        body = {"userid": "Lin", "external_userid": external_userid, "add_tag": tag_ids}
        assert await friends.code("externalcontact/mark_tag", body) == 0

    async def asked(**fields: Any) -> set[str]:
        msgid = (await friends.api(ADD, {**TEXT, **fields}))["msgid"]
        return set(await results(friends, msgid))

    def tagged(*lists: list[str]) -> dict[str, Any]:
        return {"group_list": [{"tag_list": tag_list} for tag_list in lists]}

    assert await asked(sender="Lin") == {"wmMing", "wmHong"}
    assert await asked(tag_filter=tagged([absent, leave])) == {"wmMing", "wmHong"}
    assert await asked(tag_filter=tagged([absent, leave], [paid])) == {"wmMing"}
    assert await asked(tag_filter=tagged([paid]), external_userid=["wmHong"]) == {"wmHong"}
    assert await friends.code(ADD, {**TEXT, "tag_filter": tagged(["et-none"])}) == 40068
    assert await friends.code(ADD, {**TEXT, "tag_filter": tagged([absent] * 101)}) == 40058


async def test_the_member_may_choose_only_where_allowed(friends: Play) -> None:
    fixed = (await friends.api(ADD, BOTH))["msgid"]
    await friends.act(f"/mass/{fixed}/send", 400, userid="Lin", only=["wmMing"])
    free = (await friends.api(ADD, {**BOTH, "allow_select": True}))["msgid"]
    await friends.act(f"/mass/{free}/send", 400, userid="Lin", only=["wmNone"])
    await friends.act(f"/mass/{free}/send", userid="Lin", only=["wmMing"])
    assert await results(friends, free) == {"wmMing": 1, "wmHong": 0}
    shown = (await friends.see("/mass?userid=Lin"))["tasks"]
    assert [(task["msgid"], task["state"]) for task in shown] == [(free, "sent"), (fixed, "waiting")]


async def test_who_has_deleted_the_member_does_not_receive(friends: Play) -> None:
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    await friends.act("/unfollow", userid="Lin", external_userid="wmMing", by="learner")
    await friends.act("/unfollow", userid="Lin", external_userid="wmHong", by="member")
    await friends.act(f"/mass/{msgid}/send", userid="Lin")
    assert await results(friends, msgid) == {"wmMing": 2, "wmHong": 2}


async def test_a_customer_receives_as_many_as_the_month_has_days(friends: Play) -> None:
    """NOW is in October: 31, whoever sends them; the first of November begins anew."""
    for _ in range(31):
        await friends.act("/mass", userid="Lin", text="早安", receivers=["wmMing"])
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    await friends.act(f"/mass/{msgid}/send", userid="Lin")
    assert await results(friends, msgid) == {"wmMing": 3, "wmHong": 1}
    later(friends, 31 * DAY)
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    await friends.act(f"/mass/{msgid}/send", userid="Lin")
    assert (await results(friends, msgid))["wmMing"] == 1


async def test_the_administrator_narrows_the_allowance(friends: Play) -> None:
    async def send() -> int:
        msgid = (await friends.api(ADD, BOTH))["msgid"]
        await friends.act(f"/mass/{msgid}/send", userid="Lin")
        return (await results(friends, msgid))["wmMing"]

    await friends.act("/mass/rules", allowance="day")
    assert [await send(), await send()] == [1, 3]
    later(friends, DAY)
    assert [await send(), await send()] == [1, 3]
    await friends.act("/mass/rules", allowance="week")
    later(friends, 7 * DAY)
    assert [await send() for _ in range(8)] == [1] * 7 + [3]
    await friends.act("/mass/rules", 400, allowance="year")


def test_the_allowance_follows_the_calendar_of_shanghai() -> None:
    midnight = 1_790_784_000  # 2026-10-01 00:00 in Shanghai
    month = Allowance("month")
    assert (month.left("wm", midnight - 1), month.left("wm", midnight)) == (30, 31)
    day = Allowance("day")
    assert day.take("wm", midnight - 1)
    assert not day.take("wm", midnight - 2)
    assert day.take("wm", midnight)


async def test_groups_by_their_owner(friends: Play) -> None:
    for chat_id, owner in (("wrA", "Lin"), ("wrB", "Lin"), ("wrC", "wu")):
        await friends.act("/groups", chat_id=chat_id, name=chat_id, owner=owner)
    group = {"chat_type": "group", **TEXT}
    assert await friends.code(ADD, group) == 40063
    assert await friends.code(ADD, {**group, "sender": "Lin", "chat_id_list": ["wrA"] * 2001}) == 40058
    made = await friends.api(ADD, {**group, "sender": "Lin", "chat_id_list": ["wrA", "wrC"]})
    assert made["fail_list"] == ["wrC"]
    await friends.act(f"/mass/{made['msgid']}/send", userid="Lin")
    assert await results(friends, made["msgid"]) == {"wrA": 1}
    last = friends.stage.phones.shared["group:wrA"][-1]
    assert (last.sender, last.text) == ("Lin", "今晚 8 点开课")
    every = await friends.api(ADD, {**group, "sender": "Lin"})
    await friends.act("/groups/wrB/owner", userid="wu")
    await friends.act(f"/mass/{every['msgid']}/send", userid="Lin", only=["wrB"])
    assert await results(friends, every["msgid"]) == {"wrA": 0, "wrB": 2}
    assert await friends.code(ADD, {**group, "sender": "Lin", "chat_id_list": ["wrC"]}) == 41048


async def test_reminders_three_in_a_day(friends: Play) -> None:
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    assert [await friends.code(REMIND, {"msgid": msgid}) for _ in range(4)] == [0, 0, 0, 41094]
    assert (await tasks(friends, "Lin"))[0]["data"]["reminded"] == 3
    later(friends, 24 * HOUR - 1)
    assert await friends.code(REMIND, {"msgid": msgid}) == 41094
    later(friends, 1)
    assert await friends.code(REMIND, {"msgid": msgid}) == 0


async def test_cancelling_stops_only_what_is_unsent(friends: Play) -> None:
    await friends.act("/learners", external_userid="wmLan", name="小兰")
    await friends.act("/follow", userid="wu", external_userid="wmLan")
    msgid = (await friends.api(ADD, {**TEXT, "external_userid": ["wmMing", "wmLan"]}))["msgid"]
    await friends.act(f"/mass/{msgid}/send", userid="Lin")
    assert await friends.code(CANCEL, {"msgid": msgid}) == 0
    assert await friends.code(CANCEL, {"msgid": msgid}) == 41093
    assert await friends.code(REMIND, {"msgid": msgid}) == 41093
    assert [(await tasks(friends, userid))[0]["data"]["state"] for userid in ("Lin", "wu")] == ["sent", "cancelled"]
    await friends.act(f"/mass/{msgid}/send", 400, userid="wu")
    for path in (TASKS, CANCEL, REMIND):
        assert await friends.code(path, {"msgid": "none"}) == 41047
        assert await friends.code(path, {}) == 41046


async def test_being_dispatched_is_a_fault_to_order(friends: Play) -> None:
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    await friends.act("/faults", errcode=41063, path=CANCEL, times=1)
    assert [await friends.code(CANCEL, {"msgid": msgid}) for _ in range(2)] == [41063, 0]


async def test_the_list_of_a_month(friends: Play) -> None:
    for _ in range(3):
        await friends.api(ADD, BOTH)
    await friends.act("/mass", userid="Lin", text="早安", receivers=["wmMing"])
    month = {"chat_type": "single", "start_time": int(NOW) - DAY, "end_time": int(NOW) + DAY}
    first = await friends.api(LIST, {**month, "limit": 3})
    second = await friends.api(LIST, {**month, "limit": 3, "cursor": first["next_cursor"]})
    assert (len(first["group_msg_list"]), len(second["group_msg_list"]), second["next_cursor"]) == (3, 1, "")
    made, own = first["group_msg_list"][0], second["group_msg_list"][0]
    assert (made["text"], made["create_type"], "creator" in made) == ({"content": "今晚 8 点开课"}, 0, False)
    assert (own["create_type"], own["creator"]) == (1, "Lin")
    assert len((await friends.api(LIST, {**month, "filter_type": 1}))["group_msg_list"]) == 1
    assert await friends.code(LIST, {**month, "limit": 101}) == 40058
    assert await friends.code(LIST, {**month, "end_time": int(NOW) + 30 * DAY}) == 0
    assert await friends.code(LIST, {**month, "end_time": int(NOW) + 30 * DAY + 1}) == 40058
    assert await friends.code(LIST, {"chat_type": "single"}) == 40063


async def test_the_other_number_for_sent(friends: Play) -> None:
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    await friends.act(f"/mass/{msgid}/send", userid="Lin")
    for number in (2, 1):
        friends.stage.config = replace(friends.stage.config, mass_task_sent=number)
        assert (await friends.api(TASKS, {"msgid": msgid}))["task_list"][0]["status"] == number


async def test_pages_of_tasks_and_results(friends: Play) -> None:
    msgid = (await friends.api(ADD, BOTH))["msgid"]
    body = {"msgid": msgid, "userid": "Lin", "limit": 1}
    first = await friends.api(RESULT, body)
    second = await friends.api(RESULT, {**body, "cursor": first["next_cursor"]})
    assert [page["send_list"][0]["external_userid"] for page in (first, second)] == ["wmMing", "wmHong"]
    assert await friends.code(RESULT, {**body, "limit": 1001}) == 40058
    assert await friends.code(TASKS, {**body, "limit": 1001}) == 40058
    assert await friends.code(RESULT, {**body, "userid": "nobody"}) == 40003
    assert (await friends.api(RESULT, {"msgid": msgid, "userid": "wu"}))["send_list"] == []
