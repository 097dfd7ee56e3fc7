"""The vendor's Python SDK of the intelligent robot (wecom-aibot-python-sdk), as published, against the long connection.

It insists on TLS (it hands its own SSL context to every connection, which ws:// addresses refuse), so the look-alike is
served behind a certificate made for the test. It has no upload of its own; its general `reply` carries the commands. Of
disconnected_event it takes no notice: a bot must disconnect itself, or the two connections kick each other for ever.
"""

import asyncio
import base64
import datetime
import ipaddress
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.app import build_sandbox
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE
from tests.sandbox.aibot_kit import PNG, ROBOT, attached, card, connect, dead, markdown, upload_head
from tests.sandbox.conftest import NOW, Bot, Play

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports the former names of websockets
    import aibot
    from aibot import api as aibot_api
    from aibot import ws as aibot_ws

Frame = dict[str, Any]


class Log:
    """The SDK's logger: every line wakes who waits, warnings and errors are kept."""

    def __init__(self) -> None:
        self.stirred = asyncio.Event()
        self.acks = 0
        self.troubles: list[str] = []

    def debug(self, message: str, *more: object) -> None:
        self.acks += message == "Received heartbeat ack"
        self.stirred.set()

    info = debug

    def warn(self, message: str, *more: object) -> None:
        self.troubles.append(message)
        self.stirred.set()

    error = warn


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that signs itself, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*plain) + made.public_bytes(serialization.Encoding.PEM))
    for trusting in (aibot_ws._SSL_CONTEXT, aibot_api._SSL_CONTEXT):
        trusting.load_verify_locations(path)
    return path


@pytest.fixture
async def school(certificate: Path) -> AsyncIterator[Play]:
    """The look-alike behind TLS, with one member."""
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)
    clock = Clock(lambda: NOW)
    app = build_sandbox(SandboxConfig(quiet_s=0.01), clock)
    server = TestServer(app)
    await server.start_server(ssl=serving)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(certificate)))
    async with TestClient(server, connector=connector) as client:
        play = Play(client, app[STAGE], clock, Bot())
        await play.act("/members", userid="Lin", name="林老师")
        yield play


class Robot:
    """The SDK's client with what it heard; `until` waits for something that it logs or tells as an event."""

    def __init__(self, play: Play, path: str = "/_aibot", secret: str = ROBOT.secret) -> None:
        self.log = Log()
        url = str(play.client.make_url(path)).replace("https://", "wss://")
        options = aibot.WSClientOptions(
            bot_id=ROBOT.bot_id, secret=secret, ws_url=url, logger=self.log, reconnect_interval=20, heartbeat_interval=50
        )
        self.client = aibot.WSClient(options)
        self.events: list[str] = []
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        for event in ("authenticated", "disconnected", "reconnecting", "error"):
            self.client.on(event, lambda *_, event=event: self._note(event))
        for event in ("message", "event"):
            self.client.on(event, self.frames.put_nowait)

    def _note(self, event: str) -> None:
        self.events.append(event)
        self.log.stirred.set()

    async def start(self) -> None:
        await self.client.connect()
        await self.until(lambda: "authenticated" in self.events or "error" in self.events)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():
                await self.log.stirred.wait()
                self.log.stirred.clear()

    async def hear(self) -> Frame:
        async with asyncio.timeout(5):
            return await self.frames.get()

    async def stop(self) -> None:
        self.client.disconnect()
        await self.ended()

    async def ended(self) -> None:
        """Return once nothing of the SDK runs any more."""
        tasks = [task for task in asyncio.all_tasks() if "WsConnectionManager" in repr(task.get_coro())]
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def robot(school: Play) -> AsyncIterator[Robot]:
    robot = Robot(school)
    await robot.start()
    yield robot
    await robot.stop()


async def shown(play: Play) -> list[dict[str, Any]]:
    return [bubble for bubble in await play.phone("Lin") if bubble["chat"] == "aibot"]


async def test_a_wrong_secret_is_an_error_event(school: Play) -> None:
    robot = Robot(school, secret="no")
    await robot.start()
    assert robot.events == ["error"]
    assert any("853000" in line for line in robot.log.troubles)
    await robot.stop()


async def test_pings_are_answered(school: Play, robot: Robot) -> None:
    await robot.until(lambda: robot.log.acks >= 3)
    assert robot.log.troubles == []


async def test_a_text_is_answered_by_a_growing_stream(school: Play, robot: Robot) -> None:
    await school.act("/aibot/say", userid="Lin", text="名单")
    frame = await robot.hear()
    assert frame["body"]["text"]["content"] == "名单"
    stream_id = aibot.generate_req_id("stream")
    await robot.client.reply_stream(frame, stream_id, "正在查", finish=False)
    answer = await robot.client.reply_stream(frame, stream_id, "3 人缺勤", finish=True, feedback={"id": "fb"})
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    assert [bubble["text"] for bubble in await shown(school)] == ["名单", "3 人缺勤"]
    with pytest.raises(RuntimeError, match="846608"):
        await robot.client.reply_stream(frame, stream_id, "还有", finish=True)


async def test_a_card_is_clicked_and_updated(school: Play, robot: Robot) -> None:
    await school.act("/aibot/say", userid="Lin", text="公海")
    await robot.client.reply_template_card(await robot.hear(), card())
    await school.act("/aibot/click", userid="Lin", task_id="t1", key="claim")
    frame = await robot.hear()
    assert frame["body"]["event"]["template_card_event"]["event_key"] == "claim"
    await robot.client.update_template_card(frame, dead()["template_card"])
    assert ((await shown(school))[-1]["text"], (await shown(school))[-1]["buttons"]) == ("已认领", [])


async def test_the_welcome(school: Play, robot: Robot) -> None:
    await school.act("/aibot/enter", userid="Lin")
    await robot.client.reply_welcome(await robot.hear(), {"msgtype": "text", "text": {"content": "我是营伴"}})
    assert [bubble["text"] for bubble in await shown(school)] == ["我是营伴"]


async def test_a_push_after_the_member_has_spoken(school: Play, robot: Robot) -> None:
    with pytest.raises(RuntimeError, match="93006"):
        await robot.client.send_message("Lin", markdown("早"))
    await school.act("/aibot/say", userid="Lin", text="早")
    await robot.client.send_message("Lin", markdown("3 人进公海"))
    assert (await shown(school))[-1]["text"] == "3 人进公海"


async def test_a_file_is_downloaded_and_decrypted(school: Play, robot: Robot) -> None:
    await school.act("/aibot/say", userid="Lin", file=attached("名单.csv", b"name\nming"))
    part = (await robot.hear())["body"]["file"]
    assert await robot.client.download_file(part["url"], part["aeskey"]) == (b"name\nming", "名单.csv")


async def test_an_upload_through_its_general_reply(school: Play, robot: Robot) -> None:
    async def order(name: str, body: dict[str, Any]) -> dict[str, Any]:
        cmd = f"aibot_upload_media_{name}"
        answer = await robot.client.reply({"headers": {"req_id": aibot.generate_req_id(cmd)}}, body, cmd)
        return dict(answer.get("body", {}))

    await school.act("/aibot/say", userid="Lin", text="图")
    frame = await robot.hear()
    upload_id = (await order("init", upload_head("image", "a.png", PNG)))["upload_id"]
    piece = {"upload_id": upload_id, "chunk_index": 0, "base64_data": base64.b64encode(PNG).decode()}
    await order("chunk", piece)
    media_id = (await order("finish", {"upload_id": upload_id}))["media_id"]
    await robot.client.reply(frame, {"msgtype": "image", "image": {"media_id": media_id}})
    assert (await shown(school))[-1]["kind"] == "image"


async def test_left_alone_it_fights_back_when_it_is_kicked(school: Play, robot: Robot) -> None:
    other = await connect(school)
    assert (await robot.hear())["body"]["event"]["eventtype"] == "disconnected_event"
    await robot.until(lambda: robot.events.count("authenticated") == 2)
    assert robot.events == ["authenticated", "disconnected", "reconnecting", "authenticated"]
    assert (await other.hear())["body"]["event"]["eventtype"] == "disconnected_event"


async def test_a_bot_that_disconnects_on_the_event_does_not_fight_back(school: Play, robot: Robot) -> None:
    robot.client.on("event.disconnected_event", lambda frame: robot.client.disconnect())
    other = await connect(school)
    await robot.until(lambda: robot.client._started is False)
    await robot.ended()
    assert not robot.client.is_connected
    await school.act("/aibot/say", userid="Lin", text="谁在")
    assert (await other.hear())["body"]["text"]["content"] == "谁在"
    assert "reconnecting" not in robot.events
    assert len(school.stage.calls.of("aibot_subscribe")) == 2


async def test_it_finds_the_robot_by_the_host_alone_and_comes_back_after_a_cut(school: Play) -> None:
    robot = Robot(school, path="/")
    await robot.start()
    await school.act("/aibot/cut")
    await robot.until(lambda: robot.events.count("authenticated") == 2)
    await school.act("/aibot/say", userid="Lin", text="还在吗")
    assert (await robot.hear())["body"]["text"]["content"] == "还在吗"
    await robot.stop()
