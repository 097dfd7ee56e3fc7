"""Webhook robots: kinds, sizes, twenty a minute."""

from typing import Any

from tests.sandbox.conftest import Play


async def post(play: Play, key: str, body: dict[str, Any]) -> int:
    answer = await play.client.post(f"/cgi-bin/webhook/send?key={key}", json=body)
    return int((await answer.json())["errcode"])


def text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content, "mentioned_list": ["Lin"]}}


async def test_what_a_robot_can_say(play: Play) -> None:
    notice = {"card_type": "text_notice", "main_title": {"title": "今日出勤"}, "card_action": {"type": 0}}
    assert await post(play, "key-sales", text("好" * 682)) == 0
    assert await post(play, "key-sales", text("好" * 683)) == 45002
    assert await post(play, "key-sales", {"msgtype": "markdown", "markdown": {"content": "好" * 1365}}) == 0
    assert await post(play, "key-sales", {"msgtype": "markdown", "markdown": {"content": "好" * 1366}}) == 45002
    assert await post(play, "key-sales", {"msgtype": "template_card", "template_card": notice}) == 0
    buttons = {**notice, "card_type": "button_interaction"}
    assert await post(play, "key-sales", {"msgtype": "template_card", "template_card": buttons}) == 40058
    assert await post(play, "key-sales", {"msgtype": "voice"}) == 40008
    said = (await play.see("/robots"))["key-sales"]
    assert [message["kind"] for message in said] == ["text", "markdown", "template_card"]
    assert (said[0]["mentioned_list"], said[2]["text"]) == (["Lin"], "今日出勤")


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
