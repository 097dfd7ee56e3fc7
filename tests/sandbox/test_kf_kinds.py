"""Customer service: every kind the bot sends and every kind a learner sends; sends that fail on their way (sheets 9.3, 9.4)."""

import base64
from typing import Any

import pytest

from tests.sandbox.conftest import CREDENTIALS, Play
from tests.sandbox.uploads import AMR, JPG, MP4, NAMES, OF_KIND, PNG, SHEET, upload

DESK = CREDENTIALS.open_kfid
URL = "https://x.example"
MEGABYTE = 1024 * 1024


def encoded(content: bytes, name: str = "a.bin") -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


async def say(play: Play, **more: Any) -> dict[str, Any]:
    """A learner sends something; the item the bot pulls."""
    await play.act("/kf/say", external_userid="wmMing", **(more or {"text": "在吗"}))
    return await newest_item(play)


async def newest_item(play: Play) -> dict[str, Any]:
    token, cursor, items, more = (await play.bot.hear())["Token"], "", [], 1
    while more:
        page = await play.api("kf/sync_msg", {"open_kfid": DESK, "token": token, "cursor": cursor})
        items, cursor, more = items + page["msg_list"], page["next_cursor"], page["has_more"]
    return dict(items[-1])


async def send(play: Play, kind: str, part: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await play.api("kf/send_msg", {"touser": "wmMing", "open_kfid": DESK, "msgtype": kind, kind: part, **more})


@pytest.mark.parametrize("kind", OF_KIND)
async def test_media_to_a_learner(school: Play, kind: str) -> None:
    await say(school)
    media_id = await upload(school, kind)
    assert (await send(school, kind, {"media_id": media_id}))["errcode"] == 0
    bubble = (await school.phone("wmMing"))[-1]
    assert (bubble["from"], bubble["kind"], bubble["data"]["name"]) == ("kf", kind, NAMES[kind])
    assert (await send(school, kind, {"media_id": "3Mnone"}))["errcode"] == 40007


async def test_links_places_mini_programs_and_acquisition_links(school: Play) -> None:
    await say(school)
    thumb = await upload(school, "image")
    link = {"title": "补作业", "desc": "第 3 天", "url": URL, "thumb_media_id": thumb}
    mini = {"appid": "wx1", "title": "打卡", "pagepath": "p", "thumb_media_id": thumb}
    place = {"name": "教室", "address": "1 号楼", "latitude": 39.9, "longitude": 116.4}
    for kind, part in (("link", link), ("miniprogram", mini), ("location", place), ("ca_link", {"link_url": URL})):
        assert (await send(school, kind, part))["errcode"] == 0
    shown = (await school.phone("wmMing"))[1:]
    assert [bubble["kind"] for bubble in shown] == ["link", "miniprogram", "location", "ca_link"]
    assert shown[0]["data"]["picurl"] == f"/_sandbox/media/{thumb}"
    assert [bubble["text"] for bubble in shown] == [
        "［链接］补作业",
        "［小程序］打卡",
        "［位置］教室 1 号楼",
        f"［获客链接］{URL}",
    ]


@pytest.mark.parametrize(
    ("kind", "part", "errcode"),
    [
        ("link", {"title": "x", "url": URL}, 40063),
        ("link", {"title": "x", "url": URL, "thumb_media_id": "3Mnone"}, 40007),
        ("miniprogram", {"appid": "wx1", "thumb_media_id": "3Mnone"}, 40063),
        ("location", {"name": "教室", "latitude": "north", "longitude": 1}, 40058),
        ("location", {"name": "教室"}, 40058),
        ("ca_link", {}, 40063),
        ("business_card", {"userid": "Lin"}, 40008),
    ],
)
async def test_refused_kinds(school: Play, kind: str, part: dict[str, Any], errcode: int) -> None:
    await say(school)
    assert (await send(school, kind, part))["errcode"] == errcode


@pytest.mark.parametrize(("kind", "content"), [("image", JPG), ("voice", AMR), ("video", MP4), ("file", SHEET)])
async def test_what_a_learner_sends_can_be_fetched(school: Play, kind: str, content: bytes) -> None:
    item = await say(school, **{kind: encoded(content)})
    assert (item["origin"], item["msgtype"], list(item[kind])) == (3, kind, ["media_id"])
    params = {"access_token": school.token, "media_id": item[kind]["media_id"]}
    assert await (await school.client.get("/cgi-bin/media/get", params=params)).read() == content
    bubble = (await school.phone("wmMing"))[-1]
    assert (bubble["from"], bubble["kind"], bubble["data"]["size"]) == ("me", kind, len(content))
    assert (await send(school, "text", {"content": "收到"}))["errcode"] == 0


async def test_links_and_places_of_a_learner(school: Play) -> None:
    item = await say(school, link={"title": "我的作业", "url": URL, "desc": "读后感"})
    assert item["link"] == {"title": "我的作业", "desc": "读后感", "url": URL, "pic_url": ""}
    item = await say(school, location={"latitude": 39.9, "longitude": 116.4, "name": "家"})
    assert item["location"] == {"latitude": 39.9, "longitude": 116.4, "name": "家", "address": ""}
    await school.act("/kf/say", 400, external_userid="wmMing")
    await school.act("/kf/say", 400, external_userid="wmMing", link={"title": "无地址"})


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_picture_above_two_megabytes_arrives_as_a_notice(school: Play) -> None:
    small = await say(school, image=encoded(PNG + bytes(2 * MEGABYTE - len(PNG))))
    assert small["msgtype"] == "image"
    large = await say(school, image=encoded(PNG + bytes(2 * MEGABYTE)))
    assert (large["msgtype"], "文件过大" in large["text"]["content"]) == ("text", True)
    assert (await school.phone("wmMing"))[-1]["kind"] == "image"


async def test_a_learner_refuses_and_later_sends_fail_by_event(school: Play) -> None:
    await say(school)
    await school.act("/kf/refuse", external_userid="wmMing", on=True)
    event = (await newest_item(school))["event"]
    assert (event["event_type"], event["external_userid"], event["reject_switch"]) == (
        "reject_customer_msg_switch_change",
        "wmMing",
        1,
    )
    assert (await send(school, "text", {"content": "好"}, msgid="m1"))["errcode"] == 0
    event = (await newest_item(school))["event"]
    assert (event["event_type"], event["fail_msgid"], event["fail_type"]) == ("msg_send_fail", "m1", 10)
    assert len(await school.phone("wmMing")) == 1
    await school.act("/kf/refuse", external_userid="wmMing", on=False)
    assert (await newest_item(school))["event"]["reject_switch"] == 0
    assert (await send(school, "text", {"content": "好"}))["errcode"] == 0
    assert (await school.phone("wmMing"))[-1]["text"] == "好"


async def test_failures_to_order_count_among_the_five(school: Play) -> None:
    await say(school)
    await school.act("/kf/fail", external_userid="wmMing", fail_type=5, times=2)
    for n in range(5):
        assert (await send(school, "text", {"content": str(n)}))["errcode"] == 0
    types = [(await newest_item(school))["event"]["fail_type"] for _ in range(2)]
    assert types == [5, 5]
    assert (await send(school, "text", {"content": "6"}))["errcode"] == 95001
    assert [bubble["text"] for bubble in (await school.phone("wmMing"))[1:]] == ["2", "3", "4"]


async def test_a_learner_takes_a_message_back(school: Play) -> None:
    item = await say(school, text="说错了")
    await school.act("/kf/recall", external_userid="wmMing", msgid=item["msgid"])
    event = (await newest_item(school))["event"]
    assert (event["event_type"], event["recall_msgid"]) == ("user_recall_msg", item["msgid"])
    bubble = (await school.phone("wmMing"))[-1]
    assert (bubble["kind"], bubble["text"]) == ("system", "你撤回了一条消息")
    await school.act("/kf/recall", 400, external_userid="wmMing", msgid=item["msgid"])
