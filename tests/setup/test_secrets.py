"""No secret leaves the house: a real process is driven through errors, then everything it said anywhere is searched."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.app import build_house
from bot.settings import load_settings
from storage.database import Database
from tests.edge.conftest import envelope, seal, signed

# Each of another shape, so that a hit says which one it was.
APP_SECRET, CALLBACK_TOKEN = "Sec-app-7Q2x9", "TokCallback5V8"
AES_KEY = "c2VjcmV0LWFlcy1rZXktMDEyMzQ1Njc4OWFiY2RlZmc"
ROBOT_KEY, SHOP_SECRET, DATABASE_PASSWORD = "key-robot-44f1aa", "shop-secret-91kd", "pg-pass-83hf"
PRIVACY_KEY = "cHJpdmFjeS1rZXktMDEyMzQ1Njc4OTAxMjM0NTY3ODk="
ACCESS_TOKEN, KF_TOKEN, WELCOME_CODE = "AccTok-55zz71", "ENCkfTok9931", "welcome-code-7788"
PHONE, WORDS = "13912345678", "我的家庭住址是幸福路八号"
SECRETS = (
    APP_SECRET, CALLBACK_TOKEN, AES_KEY, ROBOT_KEY, SHOP_SECRET, DATABASE_PASSWORD, PRIVACY_KEY, ACCESS_TOKEN, KF_TOKEN,
    WELCOME_CODE, PHONE, WORDS,
)  # fmt: skip
CORP = "wwsecrets00001"


def config(folder: Path, wecom: str, port: int, **changes: str) -> Path:
    values = {"aes": AES_KEY, "token": CALLBACK_TOKEN, "url": f"sqlite+aiosqlite:///{folder}/wecamp.db", "more": ""} | changes
    path = folder / "config.toml"
    path.write_text(
        f"""
[server]
port = {port}
[storage]
url = "{values["url"]}"
[wecom]
corp_id = "{CORP}"
api_base_url = "{wecom}"
[wecom.app]
agent_id = 1000002
secret = "{APP_SECRET}"
token = "{values["token"]}"
encoding_aes_key = "{values["aes"]}"
[wecom.kf]
open_kfid = "wkSecrets"
[wecom.robots]
sales = "{ROBOT_KEY}"
[ingest.shop]
secret = "{SHOP_SECRET}"
[privacy]
key = "{PRIVACY_KEY}"
[time]
tick_seconds = 1
[logs]
level = "debug"
{values["more"]}
""",
        encoding="utf-8",
    )
    return path


def leaks(said: str) -> list[str]:
    return [secret for secret in SECRETS if secret in said]


async def _wecom(request: web.Request) -> web.Response:
    """A WeCom that refuses almost everything and repeats in its words what it was given, as proxies and gateways do."""
    if request.path.endswith("/gettoken"):
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": ACCESS_TOKEN, "expires_in": 7200})
    if request.path.endswith("/kf/sync_msg"):
        item = {"msgid": "k1", "open_kfid": "wkSecrets", "external_userid": "wmS", "origin": 3, "msgtype": "text", "send_time": 1}
        item["text"] = {"content": f"提问 {WORDS} {PHONE}"}
        return web.json_response({"errcode": 0, "errmsg": "ok", "next_cursor": "c", "has_more": 0, "msg_list": [item]})
    words = f"refused, hint: [1], {request.method} {request.url} access_token={ACCESS_TOKEN} key={ROBOT_KEY}"
    if request.path.endswith("/get"):
        return web.Response(status=502, text=words)
    return web.json_response({"errcode": 48002, "errmsg": words})


class Wecamp:
    """The real command line; everything it prints is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said = ""

    async def run(self, *arguments: str, config: bool = True) -> str:
        given = [*arguments, "--config", str(self.path)] if config else list(arguments)
        process = await self.start(*given)
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        self.said += out.decode()
        return out.decode()

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WECAMP_")} | {"COLUMNS": "250"}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=clean,
        )  # fmt: skip


@pytest.fixture
async def wecom() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _wecom)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def _post_events(session: aiohttp.ClientSession, url: str) -> str:
    """Good events with secrets inside, forged ones, broken ones; returns all that was answered."""
    told = ""
    added = "<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"
    inner = [
        f"<xml>{added}<WelcomeCode>{WELCOME_CODE}</WelcomeCode><UserID>lin</UserID><ExternalUserID>wmS</ExternalUserID></xml>",
        f"<xml><Event>kf_msg_or_event</Event><Token>{KF_TOKEN}</Token><OpenKfId>wkSecrets</OpenKfId></xml>",
        f"<xml><FromUserName>lin</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId><Content>{WORDS} {PHONE}</Content></xml>",
        f"<xml>{WORDS}",
    ]
    for xml in inner:
        sealed = seal(xml, receiver=CORP, aes=AES_KEY)
        for token in (CALLBACK_TOKEN, "another"):
            asked = signed(sealed, token=token)
            async with session.post(f"{url}/wecom/callback", params=asked, data=envelope(sealed)) as answer:
                told += await answer.text()
    wrong = {"X-Timestamp": "1", "X-Nonce": SHOP_SECRET, "X-Signature": SHOP_SECRET}
    async with session.post(f"{url}/ingest/shop?key={ROBOT_KEY}", headers=wrong, data=WORDS.encode()) as answer:
        told += await answer.text()
    for path in ("/metrics", "/readyz", "/healthz", f"/nothing?access_token={ACCESS_TOKEN}&phone={PHONE}"):
        async with session.get(url + path) as answer:
            told += await answer.text()
    return told


async def _hostile_http(port: int) -> str:
    """What is no HTTP makes the HTTP library complain, in its own words."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /x?msg_signature=a&token={CALLBACK_TOKEN} HTTP/1.1\r\nX-Bad: \x01 key={ROBOT_KEY}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode().replace(ROBOT_KEY, "").replace(CALLBACK_TOKEN, "")  # the sender hears their own words only


async def _until_settled(session: aiohttp.ClientSession, url: str) -> None:
    """Everything stored has been applied, and WeCom has refused a call."""
    async with asyncio.timeout(30):
        while True:
            async with session.get(f"{url}/readyz"), session.get(f"{url}/metrics") as answer:
                page = await answer.text()
            if (
                'wecamp_inbox_waiting{state="pending"} 0.0' in page
                and 'call="contact.get"' in page
                and "wecamp_facts_total{" in page
            ):
                return
            await asyncio.sleep(0.05)


async def test_nothing_a_process_says_holds_a_secret(tmp_path: Path, wecom: str) -> None:
    port = unused_port()
    program = Wecamp(config(tmp_path, wecom, port))
    await program.run("migrate")
    process = await program.start("serve", "--config", str(program.path))
    url = f"http://127.0.0.1:{port}"
    told = ""
    async with aiohttp.ClientSession(trust_env=False) as session:
        async with asyncio.timeout(30):
            while True:
                try:
                    async with session.get(f"{url}/readyz") as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.05)
        told += await _post_events(session, url)
        told += await _hostile_http(port)
        await _until_settled(session, url)
        told += await _post_events(session, url)
    process.send_signal(signal.SIGTERM)
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    logged = out.decode()
    assert logged.count("\n") > 5
    assert leaks(logged) == []
    assert leaks(told) == []
    lists = [("doctor",), ("inbox", "list"), ("outbox", "list"), ("export", "nothing"), ("check-config",)]
    await asyncio.gather(*(program.run(*words) for words in [*lists, *(("outbox", "show", str(row)) for row in range(1, 4))]))
    # An operator may read what was said, and a welcome code is dead after 20 s.
    assert set(leaks(program.said)) <= {WORDS, WELCOME_CODE}


FAULTS = {
    "aes key": {"aes": AES_KEY[:-3]},
    "token": {"token": f"{CALLBACK_TOKEN} ü"},
    "database away": {"url": f"postgresql+asyncpg://u:{DATABASE_PASSWORD}@127.0.0.1:9/x"},
    "database of another kind": {"url": f"mysql://u:{DATABASE_PASSWORD}@h/x"},
    "unknown keys": {"more": f'secret = "{APP_SECRET}"\n[wecom.robots.sales2]\nx = "{ROBOT_KEY}"'},
    "another shape": {"more": f'[ingest.lms]\nsecret = ["{SHOP_SECRET}"]'},
    "no TOML": {"more": f'secret = "{APP_SECRET}'},
}


async def test_a_fault_of_the_config_repeats_no_secret(tmp_path: Path) -> None:
    async def told(name: str) -> tuple[str, str]:
        folder = tmp_path / name
        folder.mkdir()
        return name, await Wecamp(config(folder, "http://127.0.0.1:9", 0, **FAULTS[name])).run("serve")

    for name, said in await asyncio.gather(*(told(name) for name in FAULTS)):
        assert said, name
        assert leaks(said) == [], name
        assert "Traceback" not in said, name


async def test_no_part_of_the_house_shows_a_secret_in_its_repr(tmp_path: Path) -> None:
    settings = load_settings(config(tmp_path, "http://127.0.0.1:9", 0))
    database = Database(settings.storage.url)
    async with aiohttp.ClientSession() as session:
        house = build_house(settings, session, database)
        shown = "\n".join(repr(part) for part in _parts(house, settings, settings.policy(), depth=4))
    await database.close()
    assert leaks(shown) == []
    assert settings.policy().privacy_key.hex() not in shown
    assert repr(settings.policy().privacy_key) not in shown
    assert leaks(json.dumps(settings.model_dump(mode="json"), default=str)) == []
    assert tomllib.loads(settings.path.read_text())["wecom"]["app"]["secret"] == APP_SECRET  # they are really in it


def _parts(*parts: Any, depth: int) -> list[Any]:
    """The objects and what they hold, as a debugger or an error page would walk them; secrets' own boxes are not opened."""
    found = list(parts)
    if depth:
        for part in parts:
            if type(part).__module__.split(".")[0] in ("bot", "camp", "storage"):
                found += [part]
                found += _parts(*[one for one in _held(part) if not isinstance(one, str | bytes)], depth=depth - 1)
    return found


def _held(part: Any) -> list[Any]:
    return list(vars(part).values()) if hasattr(part, "__dict__") else []
