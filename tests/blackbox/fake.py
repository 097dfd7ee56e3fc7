"""A second, minimal WeCom on loopback: written from wecom-api.md only, so that it shares no misreading with sandbox/.

Runs in a thread of its own. Every call is kept in `calls`; every breach of a documented limit goes to `breaches`,
which the suite asserts to be empty. `mode` says how it misbehaves (see `_misbehave`).
"""

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.blackbox.answers import ANSWERS, KFID, LAZY
from tests.blackbox.limits import check
from tests.blackbox.reading import Said, text_of


@dataclass
class Call:
    """One request of the bot and what it was answered."""

    at: float
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    answer: Any = None
    dropped: bool = False


@dataclass
class Fake:
    """State of the outside world. Fields are read and written by tests from another thread (the GIL is enough)."""

    port: int = 0
    mode: str = "full"
    calls: list[Call] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: list[dict[str, Any]] = field(default_factory=list)
    marked: set[tuple[str, str, str]] = field(default_factory=set)
    kf: list[dict[str, Any]] = field(default_factory=list)
    page: int = 1000
    empty_page_first: bool = False
    tokens: int = 1
    secret: str = "black-app-secret"
    faults: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.serial = itertools.count(1)
        self.task_ids: set[str] = set()
        self.msgids: set[str] = set()
        self.codes: set[str] = set()
        self.used: set[str] = set()
        self.kf_tokens: set[str] = set()
        self._seen: dict[str, float] = {}
        self._paces: dict[str, list[float]] = {}
        self.left: dict[str, int] = {}

    # -- life ------------------------------------------------------------------------------------------
    def start(self) -> "Fake":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def stop(self) -> None:
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        hanging = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        await self._runner.cleanup()

    async def _start(self) -> None:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{tail:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # -- what the bot said ------------------------------------------------------------------------------
    def said(self, since: int = 0) -> list[Said]:
        """Everything accepted that a person reads, in order."""
        out: list[Said] = []
        for call in self.calls[since:]:
            if not isinstance(call.answer, dict) or call.answer.get("errcode") != 0 or call.dropped:
                continue
            body = call.body
            if call.path == "message/send":
                out += [Said(u, text_of(body), body, call) for u in str(body.get("touser", "")).split("|")]
            elif call.path == "kf/send_msg":
                out.append(Said(str(body.get("touser")), text_of(body), body, call))
            elif call.path == "kf/send_msg_on_event":
                out.append(Said("code:" + str(body.get("code")), text_of(body), body, call))
            elif call.path == "externalcontact/send_welcome_msg":
                extra = " ".join(json.dumps(a, ensure_ascii=False) for a in body.get("attachments", []))
                out.append(
                    Said("code:" + str(body.get("welcome_code")), body.get("text", {}).get("content", "") + extra, body, call)
                )
            elif call.path == "webhook/send":
                out.append(Said("robot:" + call.query.get("key", ""), text_of(body), body, call))
        return out

    def to(self, who: str, since: int = 0) -> list[Said]:
        return [one for one in self.said(since) if one.to == who]

    def count(self, path: str, since: int = 0) -> int:
        return sum(call.path == path for call in self.calls[since:])

    def of(self, path: str, since: int = 0) -> list[Call]:
        return [call for call in self.calls[since:] if call.path == path]

    def busiest(self, since: int = 0) -> tuple[str, int]:
        """The path called most, and how often."""
        return Counter(call.path for call in self.calls[since:]).most_common(1)[0] if self.calls[since:] else ("", 0)

    # -- people act (kf side) ---------------------------------------------------------------------------
    def kf_message(self, external: str, text: str, menu_id: str | None = None, msgid: str | None = None) -> None:
        words: dict[str, Any] = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        self.left[external] = 5
        self._kf({"external_userid": external, "origin": 3, "msgtype": "text", "text": words}, msgid)

    def kf_event(self, event_type: str, external: str, msgid: str | None = None, **fields: Any) -> None:
        event = {"event_type": event_type, "open_kfid": KFID, "external_userid": external, **fields}
        if "welcome_code" in fields:
            self.codes.add(fields["welcome_code"])
        item = {"msgid": msgid or f"kfe{next(self.serial)}", "open_kfid": KFID, "send_time": int(time.time()), "origin": 4}
        self.kf.append(item | {"msgtype": "event", "event": event})

    def _kf(self, item: dict[str, Any], msgid: str | None = None) -> None:
        base = {"msgid": msgid or f"kfm{next(self.serial)}", "open_kfid": KFID, "send_time": int(time.time())}
        self.kf.append(base | item)

    def kf_token(self) -> str:
        token = f"ENCkf{next(self.serial)}"
        self.kf_tokens.add(token)
        return token

    # -- serving ----------------------------------------------------------------------------------------
    async def _serve(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {"_raw": raw.decode("utf-8", "replace")}
            self.breaches.append(f"{request.path}: body is not JSON")
        call = Call(time.monotonic(), request.path.removeprefix("/cgi-bin/"), dict(request.query), body)
        self.calls.append(call)
        odd = await self._misbehave(call)
        if odd is not None:
            call.answer = odd if isinstance(odd, dict) else repr(odd)
            return odd if isinstance(odd, web.StreamResponse) else web.json_response(odd)
        call.answer = self._answer(call)
        if call.answer is None:
            return web.Response(status=404, text="<html><body><h1>404 Not Found</h1></body></html>", content_type="text/html")
        if call.answer.get("errcode") == 0 and call.path != "gettoken":
            check(self, call)
        return web.json_response(call.answer)

    async def _misbehave(self, call: Call) -> Any:
        queue = self.faults.get(call.path) or self.faults.get("*")
        if not queue:
            return None
        if call.path in ("gettoken",) and call.path not in self.faults:
            return None
        fault = queue.pop(0)
        if fault is None:
            return None
        if fault == "hang":
            await asyncio.sleep(30)
            return web.Response(status=504)
        if fault == "garbage":
            return web.Response(body=b"\xff\xfe{not json", content_type="application/json")
        if fault == "html":
            return web.Response(text="<html>bad gateway</html>", content_type="text/html", status=502)
        if isinstance(fault, int) and 500 <= fault < 600:
            return web.Response(status=fault, text="oops")
        if fault == 40014:
            self.tokens += 1
        return {"errcode": fault, "errmsg": f"fault {fault}, hint: [1791]"}

    def _answer(self, call: Call) -> dict[str, Any] | None:
        if call.path == "gettoken":
            if call.query.get("corpsecret") != self.secret:
                return {"errcode": 40001, "errmsg": "invalid credential"}
            return {"errcode": 0, "errmsg": "ok", "access_token": f"tok-{self.tokens}", "expires_in": 7200}
        if call.path != "webhook/send" and call.query.get("access_token") != f"tok-{self.tokens}":
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        known = LAZY if self.mode in ("lazy", "bare") else None
        handler = ANSWERS.get(call.path)
        call.dropped = self._repeated(call)
        if self.mode == "lazy" and call.path not in (known or ()):
            return {"errcode": 0, "errmsg": "ok"}
        if self.mode == "bare" and call.path not in (known or ()):
            return None
        if handler is None:
            return None
        return {"errcode": 0, "errmsg": "ok"} | (handler(self, call.body, call.query) or {})

    def _repeated(self, call: Call) -> bool:
        """An identical message inside its own duplicate-check interval is swallowed without an error (3.1)."""
        if call.path != "message/send" or not call.body.get("enable_duplicate_check"):
            return False
        key, now = json.dumps(call.body, sort_keys=True), time.monotonic()
        last = self._seen.get(key)
        self._seen[key] = now
        return last is not None and now - last < int(call.body.get("duplicate_check_interval", 1800))

    def pace(self, who: str, most: int) -> bool:
        """True when `who` gets more than `most` messages in a minute, which WeCom drops silently (11)."""
        now = time.monotonic()
        recent = [one for one in self._paces.get(who, []) if now - one < 60]
        self._paces[who] = [*recent, now]
        return len(recent) >= most
