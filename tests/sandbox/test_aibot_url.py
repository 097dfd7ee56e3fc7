"""The robot in URL mode: encrypted JSON callbacks, streams by polling, response_url, events (docs 101031, 101033, 101138)."""

import asyncio
import base64
import dataclasses
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from wechatpy.crypto import _get_signature
from wechatpy.enterprise.crypto import PrpCrypto

from sandbox.aibot.settings import AibotConfig
from sandbox.app import build_sandbox
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE
from tests.sandbox.aibot_kit import PNG, attached, card, card_message, dead, decrypted, markdown, stream
from tests.sandbox.conftest import NOW, Bot, Play

Body = dict[str, Any]
ROBOT = AibotConfig(mode="url", poll_s=0.01)
KEY = base64.b64decode(ROBOT.encoding_aes_key + "=")


@dataclass
class UrlBot:
    """A bot at a second callback URL; it opens and seals with wechatpy. `answers` are given in order, None is an empty body."""

    url: str = ""
    answers: list[Body | None] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    spoil: Callable[[Body], Body] = lambda envelope: envelope
    heard: asyncio.Queue[Body] = field(default_factory=asyncio.Queue)
    nonces: list[str] = field(default_factory=list)
    crypto: PrpCrypto = field(default_factory=lambda: PrpCrypto(KEY))

    async def receive(self, request: web.Request) -> web.Response:
        query, encrypted = request.query, (await request.json())["encrypt"]
        assert _get_signature(ROBOT.token, query["timestamp"], query["nonce"], encrypted) == query["msg_signature"]
        self.nonces.append(query["nonce"])
        self.heard.put_nowait(json.loads(self.crypto.decrypt(encrypted, "")))
        if status := self.statuses.pop(0) if self.statuses else 0:
            return web.Response(status=status)
        answer = self.answers.pop(0) if self.answers else None
        return web.Response() if answer is None else web.json_response(self.spoil(self.sealed(answer, query["nonce"])))

    def sealed(self, answer: Body, nonce: str, receive_id: str = "") -> Body:
        encrypted = self.crypto.encrypt(json.dumps(answer), receive_id).decode()
        signature = _get_signature(ROBOT.token, "1791000000", nonce, encrypted)
        return {"encrypt": encrypted, "msgsignature": signature, "timestamp": 1791000000, "nonce": nonce}

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        assert _get_signature(ROBOT.token, query["timestamp"], query["nonce"], query["echostr"]) == query["msg_signature"]
        return web.Response(text=self.crypto.decrypt(query["echostr"], ""))

    async def hear(self) -> Body:
        async with asyncio.timeout(5):
            return await self.heard.get()


@pytest.fixture
async def robot() -> AsyncIterator[UrlBot]:
    receiver = UrlBot()
    app = web.Application()
    app.router.add_post("/wecom/aibot", receiver.receive)
    app.router.add_get("/wecom/aibot", receiver.verify)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/wecom/aibot"))
        yield receiver


@pytest.fixture
async def school(robot: UrlBot) -> AsyncIterator[Play]:
    """Lin and wu in one internal group with the robot, which is in URL mode."""
    clock = Clock(lambda: NOW)
    aibot = dataclasses.replace(ROBOT, callback_url=robot.url)
    app = build_sandbox(SandboxConfig(aibot=aibot, callback_pause_s=0, callback_deadline_s=0.5, quiet_s=0.01), clock)
    async with TestClient(TestServer(app)) as client:
        play = Play(client, app[STAGE], clock, Bot())
        for userid, name in (("Lin", "林老师"), ("wu", "吴销售")):
            await play.act("/members", userid=userid, name=name)
        await play.act("/rooms", id="staff", name="教务群", members=["Lin", "wu"])
        yield play


async def settled(play: Play) -> None:
    assert await play.see("/quiet?wait=5") == {"quiet": True}


async def aibot_chat(play: Play, userid: str) -> list[Body]:
    return [bubble for bubble in await play.phone(userid) if bubble["chat"] == "aibot"]


async def refusals(play: Play) -> list[str]:
    return [line["what"] for line in await play.see("/transcript") if line["kind"] == "refused"]


async def test_the_consoles_url_check(school: Play, robot: UrlBot) -> None:
    assert await school.act("/aibot/verify") == {"verified": True}
    await school.act("/aibot/mode", mode="url", url=robot.url + "/other")
    assert await school.act("/aibot/verify") == {"verified": False}


async def test_an_empty_answer_says_nothing(school: Play, robot: UrlBot) -> None:
    await school.act("/aibot/say", userid="Lin", room="staff", text="名单")
    body = await robot.hear()
    assert body.pop("response_url").startswith(str(school.client.make_url("/cgi-bin/aibot/response?response_code=")))
    assert body.pop("msgid")
    assert body == {
        "aibotid": ROBOT.bot_id,
        "chatid": "staff",
        "chattype": "group",
        "from": {"userid": "Lin"},
        "msgtype": "text",
        "text": {"content": f"@{ROBOT.name} 名单"},
    }
    await settled(school)
    assert len(school.stage.phones.shared["room:staff"]) == 1
    assert (await school.see("/aibot"))["conversations"][0]["open"] == 0


async def test_a_stream_is_polled_until_it_is_finished(school: Play, robot: UrlBot) -> None:
    robot.answers = [stream("正在查", finish=False), None, stream("正在查…", finish=False), stream("3 人缺勤")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    asked = await robot.hear()
    await settled(school)
    polls = [robot.heard.get_nowait() for _ in range(robot.heard.qsize())]
    assert [poll["msgtype"] for poll in polls] == ["stream"] * 3
    assert polls[0]["stream"] == {"id": "s1"}
    assert polls[0]["from"] == {"userid": "Lin"}
    assert len({asked["msgid"], *(poll["msgid"] for poll in polls)}) == 4
    assert [bubble["text"] for bubble in await aibot_chat(school, "Lin")] == ["名单", "3 人缺勤"]
    assert (await aibot_chat(school, "Lin"))[-1]["data"]["stream"] == {"id": "s1", "finish": True}
    assert len(set(robot.nonces)) == 4


async def test_polling_ends_six_minutes_after_the_message(school: Play, robot: UrlBot) -> None:
    robot.answers = [stream("正在查", finish=False)]
    await school.act("/aibot/say", userid="Lin", text="名单")
    for _ in range(3):
        await robot.hear()
    school.later(361)
    await settled(school)
    assert (await aibot_chat(school, "Lin"))[-1]["text"] == "正在查"


async def test_a_poll_may_fail_and_must_name_its_stream(school: Play, robot: UrlBot) -> None:
    robot.statuses = [0, 500]
    robot.answers = [stream("正在查", finish=False), stream("别的", stream_id="s2"), stream("好了")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    await settled(school)
    assert [bubble["text"] for bubble in await aibot_chat(school, "Lin")] == ["名单", "好了"]
    assert "同一个 stream.id" in (await refusals(school))[0]


def _other_nonce(envelope: Body) -> Body:
    return {**envelope, "nonce": "mine"}


def _text_timestamp(envelope: Body) -> Body:
    return {**envelope, "timestamp": "1791000000"}


def _bad_signature(envelope: Body) -> Body:
    return {**envelope, "msgsignature": "0" * 40}


def _cut_ciphertext(envelope: Body) -> Body:
    encrypted = envelope["encrypt"][:40]
    signature = _get_signature(ROBOT.token, "1791000000", envelope["nonce"], encrypted)
    return {**envelope, "encrypt": encrypted, "msgsignature": signature}


def _corp_id_inside(envelope: Body) -> Body:
    return UrlBot().sealed(stream("好"), envelope["nonce"], "ww0000000000000000")


def _plain(envelope: Body) -> Body:
    return stream("好")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_other_nonce, "nonce"),
        (_text_timestamp, "timestamp"),
        (_bad_signature, "msgsignature"),
        (_cut_ciphertext, "密文"),
        (_corp_id_inside, "receiveid"),
        (_plain, "encrypt"),
    ],
)
async def test_an_answer_in_a_wrong_envelope_is_not_taken(
    school: Play, robot: UrlBot, spoil: Callable[[Body], Body], why: str
) -> None:
    robot.spoil, robot.answers = spoil, [stream("好")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    await settled(school)
    assert [bubble["text"] for bubble in await aibot_chat(school, "Lin")] == ["名单"]
    assert why in (await refusals(school))[0]
    assert robot.heard.qsize() == 1


async def test_messages_are_tried_three_times_and_then_lost(school: Play, robot: UrlBot) -> None:
    robot.statuses, robot.answers = [500, 404], [stream("第三次")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    await settled(school)
    assert [bubble["text"] for bubble in await aibot_chat(school, "Lin")] == ["名单", "第三次"]
    assert len({robot.heard.get_nowait()["msgid"] for _ in range(3)}) == 1
    robot.statuses = [500, 500, 500]
    await school.act("/aibot/say", userid="Lin", text="还在吗")
    await settled(school)
    assert (await school.see("/aibot"))["lost"] == 1


async def test_pictures_come_with_the_finished_stream(school: Play, robot: UrlBot) -> None:
    md5 = hashlib.md5(PNG, usedforsecurity=False).hexdigest()
    image = {"msgtype": "image", "image": {"base64": base64.b64encode(PNG).decode(), "md5": md5}}
    robot.answers = [stream("图", finish=False, msg_item=[image]), stream("图", msg_item=[image])]
    await school.act("/aibot/say", userid="Lin", text="图呢")
    await settled(school)
    assert "msg_item goes with finish" in (await refusals(school))[0]
    await school.act("/aibot/say", userid="Lin", text="图呢")
    await settled(school)
    shown = (await aibot_chat(school, "Lin"))[-1]["data"]["images"][0]
    assert await (await school.client.get(shown["url"])).read() == PNG
    for spoiled in ([image] * 11, [{**image, "image": {**image["image"], "md5": "0"}}]):
        robot.answers = [stream("图", msg_item=spoiled)]
        await school.act("/aibot/say", userid="Lin", text="图呢")
        await settled(school)
    assert [line.split()[0] for line in await refusals(school)][1:] == ["回复没有被接受：40058"] * 2


async def test_markdown_and_files_are_no_answers_in_url_mode(school: Play, robot: UrlBot) -> None:
    robot.answers = [markdown("好")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    await settled(school)
    assert "40008" in (await refusals(school))[0]


async def test_a_click_comes_once_and_its_answer_changes_the_card(school: Play, robot: UrlBot) -> None:
    robot.answers = [card_message()]
    await school.act("/aibot/say", userid="Lin", text="公海")
    await settled(school)
    await robot.hear()
    robot.statuses = [500]
    await school.act("/aibot/click", userid="Lin", task_id="t1", key="claim")
    await settled(school)
    assert robot.heard.qsize() == 1
    robot.answers = [dead()]
    await school.act("/aibot/click", userid="Lin", task_id="t1", key="claim")
    await settled(school)
    assert ((await aibot_chat(school, "Lin"))[-1]["text"], (await aibot_chat(school, "Lin"))[-1]["buttons"]) == ("已认领", [])
    event = (await robot.hear(), await robot.hear())[1]
    assert event["event"]["template_card_event"]["event_key"] == "claim"


async def test_the_welcome_is_the_answer_to_enter_chat(school: Play, robot: UrlBot) -> None:
    robot.answers = [{"msgtype": "text", "text": {"content": "我是营伴"}}, {"msgtype": "template_card", "template_card": card()}]
    await school.act("/aibot/enter", userid="Lin")
    await school.act("/aibot/enter", userid="wu")
    await settled(school)
    welcomes = await aibot_chat(school, "Lin") + await aibot_chat(school, "wu")
    assert {bubble["text"] for bubble in welcomes} == {"我是营伴", "认领学员"}


async def test_feedback_takes_no_answer(school: Play, robot: UrlBot) -> None:
    robot.answers = [stream("3 人", feedback={"id": "fb"}), stream("谢谢")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    await settled(school)
    await school.act("/aibot/feedback", userid="Lin", feedback_id="fb", type=1)
    await settled(school)
    assert len(await aibot_chat(school, "Lin")) == 2
    assert "feedback_event takes no answer" in (await refusals(school))[0]


async def test_a_response_url_works_once_within_the_hour(school: Play, robot: UrlBot) -> None:
    async def respond(url: str, body: Body) -> int:
        path = url[url.index("/cgi-bin") :]
        return int((await (await school.client.post(path, json=body)).json())["errcode"])

    urls = []
    for _ in range(4):
        await school.act("/aibot/say", userid="Lin", text="名单")
        urls.append((await robot.hear())["response_url"])
        await settled(school)
    assert await respond(urls[0], {"msgtype": "text", "text": {"content": "好"}}) == 40008
    assert await respond(urls[0], markdown("好" * 6827)) == 45002
    assert await respond(urls[0], markdown("好" * 6826)) == 0
    assert await respond(urls[0], markdown("再来")) == 60140
    assert await respond(urls[1], card_message("t9")) == 0
    school.later(3600)
    assert await respond(urls[2], markdown("刚好")) == 0
    school.later(1)
    assert await respond(urls[3], markdown("迟了")) == 60140
    assert [bubble["kind"] for bubble in (await aibot_chat(school, "Lin"))[4:]] == ["markdown", "card", "markdown"]


async def test_files_are_encrypted_with_the_encoding_aes_key(school: Play, robot: UrlBot) -> None:
    await school.act("/aibot/say", userid="Lin", file=attached("名单.csv", b"name\nming"))
    part = (await robot.hear())["file"]
    assert set(part) == {"url"}
    answer = await school.client.get(part["url"][part["url"].index("/_aibot") :])
    assert decrypted(KEY, await answer.read()) == b"name\nming"


async def test_three_open_interactions(school: Play, robot: UrlBot) -> None:
    robot.answers = [stream("正在查", finish=False, stream_id=f"s{n}") for n in range(3)]
    for n in range(3):
        await school.act("/aibot/say", userid="Lin", text=str(n))
    assert (await school.act("/aibot/say", userid="Lin", text="4"))["delivered"] is False
    school.later(361)
    await settled(school)
    assert (await school.act("/aibot/say", userid="Lin", text="5"))["delivered"] is True


async def test_ordered_trouble(school: Play, robot: UrlBot) -> None:
    await school.act("/faults", kind="lose")
    await school.act("/aibot/say", userid="Lin", text="1")
    await school.act("/faults", kind="double")
    await school.act("/aibot/say", userid="Lin", text="2")
    twins = [await robot.hear(), await robot.hear()]
    assert twins[0] == twins[1]
    await school.act("/faults", kind="fail")
    await school.act("/aibot/say", userid="Lin", text="3")
    assert (await robot.hear())["text"] == {"content": "3"}


async def test_the_wire_log_shows_both_sides_in_clear(school: Play, robot: UrlBot) -> None:
    robot.answers = [stream("查", finish=False), stream("好")]
    await school.act("/aibot/say", userid="Lin", text="名单")
    await settled(school)
    entries = {entry["name"]: entry for entry in (await school.see("/wire"))["entries"]}
    asked, polled = entries["对智能机器人说：text"], entries["轮询智能机器人的流式回复"]
    assert (asked["state"], asked["request"]["text"], asked["answer"]["stream"]["content"]) == ("ok", {"content": "名单"}, "查")
    assert (polled["state"], polled["tries"], polled["answer"]["stream"]["finish"]) == ("ok", 1, True)
