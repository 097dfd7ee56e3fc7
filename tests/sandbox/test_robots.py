"""Webhook robots: kinds, sizes, mentions, files, twenty a minute (sheet 7)."""

import base64
import hashlib
import io
import json
from typing import Any

from tests.sandbox.conftest import Play
from tests.sandbox.uploads import AMR, JPG, PNG, SHEET, post_file, upload

KEY = "key-sales"


async def room(play: Play) -> list[dict[str, Any]]:
    """What stands in the robot's room, on a member's phone."""
    chats = (await play.see("/phone/Lin"))["chats"]
    return list(next(chat["messages"] for chat in chats if chat["chat"] == "room:sales"))


def picture(content: bytes, md5: str = "") -> dict[str, Any]:
    image = {"base64": base64.b64encode(content).decode(), "md5": md5 or hashlib.md5(content).hexdigest()}
    return {"msgtype": "image", "image": image}


async def post(play: Play, key: str, body: dict[str, Any]) -> int:
    raw = io.BytesIO(json.dumps(body).encode())
    answer = await play.client.post(f"/cgi-bin/webhook/send?key={key}", data=raw)
    return int((await answer.json())["errcode"])


def text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content, "mentioned_list": ["Lin"]}}


async def test_what_a_robot_can_say(play: Play) -> None:
    notice = {"card_type": "text_notice", "main_title": {"title": "今日出勤"}, "card_action": {"type": 0}}
    assert await post(play, "key-sales", text("好" * 682)) == 0
    assert await post(play, "key-sales", text("好" * 683)) == 45002
    for kind in ("markdown", "markdown_v2"):
        assert await post(play, "key-sales", {"msgtype": kind, kind: {"content": "好" * 1365 + "a"}}) == 0
        assert await post(play, "key-sales", {"msgtype": kind, kind: {"content": "好" * 1365 + "ab"}}) == 45002
    assert await post(play, "key-sales", {"msgtype": "template_card", "template_card": notice}) == 0
    buttons = {**notice, "card_type": "button_interaction"}
    assert await post(play, "key-sales", {"msgtype": "template_card", "template_card": buttons}) == 40058
    assert await post(play, "key-sales", {"msgtype": "video"}) == 40008
    said = (await play.see("/robots"))["key-sales"]
    assert [message["kind"] for message in said] == ["text", "markdown", "markdown_v2", "template_card"]
    assert (said[0]["mentioned_list"], said[3]["text"]) == (["Lin"], "今日出勤")


async def test_unknown_keys_and_registered_ones(play: Play) -> None:
    assert await post(play, "key-new", text("好")) == 93000
    await play.act("/robots", key="key-new", name="班主任群")
    assert await post(play, "key-new", text("好")) == 0
    assert "key-new" not in str(await play.see("/calls"))


async def test_twenty_a_minute_per_robot(play: Play) -> None:
    await play.act("/robots", key="other", name="other")
    codes = [await post(play, "key-sales", text(str(n))) for n in range(21)]
    assert codes == [0] * 20 + [45009]
    assert await post(play, "other", text("好")) == 0
    play.later(60)
    assert await post(play, "key-sales", text("好")) == 0


async def test_mentions_by_userid_mobile_and_in_markdown(school: Play) -> None:
    await school.act("/members", userid="he", name="何经理", mobile="13800000001")
    called = {"content": "请看", "mentioned_list": ["lin"], "mentioned_mobile_list": ["13800000001", "13900000000"]}
    assert await post(school, KEY, {"msgtype": "text", "text": called}) == 0
    everybody = {"content": "散会", "mentioned_list": ["@all"]}
    assert await post(school, KEY, {"msgtype": "text", "text": everybody}) == 0
    assert await post(school, KEY, {"msgtype": "markdown", "markdown": {"content": "<@wu> **请跟进**"}}) == 0
    assert await post(school, KEY, {"msgtype": "markdown_v2", "markdown_v2": {"content": "| 人 | 数 |"}}) == 0
    assert await post(school, KEY, {"msgtype": "text", "text": {"content": "x", "mentioned_list": "wu"}}) == 40058
    shown = await room(school)
    assert [message["data"].get("mentions") for message in shown] == [["林老师", "何经理"], ["所有人"], ["吴销售"], None]
    assert shown[0]["data"]["mentioned_mobile_list"] == ["13800000001", "13900000000"]
    assert [shown[0]["from_name"], shown[0]["text"], shown[1]["text"]] == ["sales", "请看\n@林老师 @何经理", "散会\n@所有人"]


async def test_pictures_by_base64_and_md5(school: Play) -> None:
    assert await post(school, KEY, picture(PNG)) == 0
    assert await post(school, KEY, picture(JPG, hashlib.md5(JPG).hexdigest().upper())) == 0
    assert await post(school, KEY, picture(PNG, "0" * 32)) == 301019
    assert await post(school, KEY, picture(SHEET)) == 40005
    assert await post(school, KEY, picture(PNG + bytes(2 * 1024 * 1024))) == 45001
    assert await post(school, KEY, {"msgtype": "image", "image": {"base64": "!", "md5": "x"}}) == 40058
    assert await post(school, KEY, {"msgtype": "image", "image": {}}) == 40063
    shown = await room(school)
    assert [message["kind"] for message in shown] == ["image", "image"]
    assert await (await school.client.get(shown[0]["data"]["url"])).read() == PNG


async def test_files_and_voices_belong_to_one_robot(school: Play) -> None:
    await school.act("/robots", key="other", name="other")
    sheet = (await post_file(school, "webhook/upload_media", "名单.csv", SHEET, key=KEY, type="file"))["media_id"]
    voice = (await post_file(school, "webhook/upload_media", "a.amr", AMR, key=KEY, type="voice"))["media_id"]
    assert await post(school, KEY, {"msgtype": "file", "file": {"media_id": sheet}}) == 0
    assert await post(school, KEY, {"msgtype": "voice", "voice": {"media_id": voice}}) == 0
    assert await post(school, "other", {"msgtype": "file", "file": {"media_id": sheet}}) == 40007
    of_app = await upload(school, "file")
    assert await post(school, KEY, {"msgtype": "file", "file": {"media_id": of_app}}) == 40007
    assert await school.code("media/get", media_id=sheet) == 40007
    assert [message["data"]["name"] for message in await room(school)] == ["名单.csv", "a.amr"]
    assert (await post_file(school, "webhook/upload_media", "a.png", PNG, key=KEY, type="image"))["errcode"] == 40004
    assert (await post_file(school, "webhook/upload_media", "a.csv", SHEET, key="none", type="file"))["errcode"] == 93000
    school.later(3 * 86400 + 1)
    assert await post(school, KEY, {"msgtype": "file", "file": {"media_id": sheet}}) == 40007


async def test_news_and_the_two_kinds_of_cards(school: Play) -> None:
    article = {"title": "战报", "url": "https://x.example"}
    assert await post(school, KEY, {"msgtype": "news", "news": {"articles": [article] * 8}}) == 0
    assert await post(school, KEY, {"msgtype": "news", "news": {"articles": [article] * 9}}) == 45008
    ask = {"jump_list": [{"type": 3, "title": "问", "question": "今天谁没来"}]}
    news = {"card_type": "news_notice", "main_title": {"title": "日报"}, "card_image": {"url": "https://x.example"}}
    cards = [
        {"card_type": "text_notice", "sub_title_text": "字" * 112, "card_action": {"type": 0}, **ask},
        {**news, "card_action": {"type": 0}},
    ]
    for card in cards:
        assert await post(school, KEY, {"msgtype": "template_card", "template_card": card}) == 0
    longer = {**cards[0], "sub_title_text": "字" * 113}
    assert await post(school, KEY, {"msgtype": "template_card", "template_card": longer}) == 45002
    assert [message["data"].get("card") for message in await room(school)] == [None, *cards]


async def test_a_removed_robot_is_gone(school: Play) -> None:
    assert await post(school, KEY, text("好")) == 0
    await school.act("/robots/sales/remove")
    assert await post(school, KEY, text("好")) == 93000
    await school.act("/robots/sales/remove", 400)
    assert len(await room(school)) == 1
