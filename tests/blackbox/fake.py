"""A second, minimal WeCom on loopback: written from wecom-api.md only, so that it shares no misreading with sandbox/.

Runs in a thread of its own. Every call is kept in `calls`; every breach of a documented limit goes to `breaches`,
which the suite asserts to be empty. `mode` says how it misbehaves (see `_misbehave`).
"""

import asyncio
import contextlib
import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KFID = "wkBlackboxDesk00000000000001"
LINK = "https://work.weixin.qq.com/kfid/kfcBlack?enc_scene=ENCabc"
ODD = re.compile(r"\bNone\b|\bnull\b|\{\w*\}|Traceback|Exception|\bnan\b|sqlite|errcode|<class|%[sd]\b|undefined", re.IGNORECASE)


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
class Said:
    """Something a person can read: who, what text, and the raw message."""

    to: str
    text: str
    raw: dict[str, Any]
    call: Call


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
    hook: Callable[[Call], Any] | None = None

    def __post_init__(self) -> None:
        self._serial = itertools.count(1)
        self._task_ids: set[str] = set()
        self._msgids: set[str] = set()
        self._codes: set[str] = set()
        self._used: set[str] = set()
        self._tokens_kf: set[str] = set()
        self._seen: dict[str, float] = {}
        self._paces: dict[str, list[float]] = {}
        self._left: dict[str, int] = {}

    # -- life ------------------------------------------------------------------------------------------
    def start(self) -> "Fake":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def stop(self) -> None:
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

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
        self._left[external] = 5
        self._kf({"external_userid": external, "origin": 3, "msgtype": "text", "text": words}, msgid)

    def kf_event(self, event_type: str, external: str, msgid: str | None = None, **fields: Any) -> None:
        event = {"event_type": event_type, "open_kfid": KFID, "external_userid": external, **fields}
        if "welcome_code" in fields:
            self._codes.add(fields["welcome_code"])
        item = {"msgid": msgid or f"kfe{next(self._serial)}", "open_kfid": KFID, "send_time": int(time.time()), "origin": 4}
        self.kf.append(item | {"msgtype": "event", "event": event})

    def _kf(self, item: dict[str, Any], msgid: str | None = None) -> None:
        base = {"msgid": msgid or f"kfm{next(self._serial)}", "open_kfid": KFID, "send_time": int(time.time())}
        self.kf.append(base | item)

    def kf_token(self) -> str:
        token = f"ENCkf{next(self._serial)}"
        self._tokens_kf.add(token)
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
        if self.hook is not None:
            self.hook(call)
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
        self._check(call)
        known = _LAZY if self.mode in ("lazy", "bare") else None
        handler = _ANSWERS.get(call.path)
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

    def _pace(self, who: str, most: int) -> bool:
        """True when `who` gets more than `most` messages in a minute, which WeCom drops silently (11)."""
        now = time.monotonic()
        recent = [one for one in self._paces.get(who, []) if now - one < 60]
        self._paces[who] = [*recent, now]
        return len(recent) >= most

    # -- documented limits ------------------------------------------------------------------------------
    def _check(self, call: Call) -> None:
        body, path = call.body, call.path

        def breach(what: str) -> None:
            self.breaches.append(f"{path}: {what}: {json.dumps(body, ensure_ascii=False)[:400]}")

        def limit(text: Any, size: int, name: str) -> None:
            if not isinstance(text, str) or not text.strip():
                breach(f"{name} empty")
            elif len(text.encode()) > size:
                breach(f"{name} {len(text.encode())} bytes > {size}")
            elif match := ODD.search(text):
                breach(f"{name} shows {match.group()!r}")

        if path == "message/send":
            users = str(body.get("touser", "")).split("|")
            if not body.get("touser") or len(users) > 1000 or len(users) != len(set(users)):
                breach("touser")
            if any([self._pace(user, 30) for user in users]):
                breach("more than 30 messages a minute to one member")
            if body.get("agentid") != 1000017:
                breach("agentid")
            if body.get("enable_duplicate_check") and not 0 < int(body.get("duplicate_check_interval", 1800)) <= 14400:
                breach("duplicate_check_interval")
            kind = body.get("msgtype")
            if kind in ("text", "markdown"):
                limit(body.get(kind, {}).get("content"), 2048, kind)
            elif kind == "template_card":
                self._check_card(body["template_card"], breach)
            else:
                breach("msgtype")
        elif path == "message/update_template_card":
            if not 0 < len(body.get("userids", [])) <= 100 or not body.get("response_code"):
                breach("userids/response_code")
            if body.get("response_code") in self._used:
                breach("response_code used twice")
            self._used.add(str(body.get("response_code")))
            if not str(body.get("response_code")).startswith(("rc-send-", "rc-click-")):
                breach("unknown response_code")
            if body.get("agentid") != 1000017:
                breach("agentid")
            if not (body.get("button", {}).get("replace_name") or body.get("template_card")):
                breach("neither button nor card")
        elif path in ("kf/send_msg", "kf/send_msg_on_event"):
            msgid = body.get("msgid", "")
            if not re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", msgid):
                breach("msgid form")
            if path == "kf/send_msg" and (body.get("open_kfid") != KFID or not body.get("touser")):
                breach("open_kfid/touser")
            kind = body.get("msgtype")
            if kind == "text":
                limit(body.get("text", {}).get("content"), 2048, "text")
            elif kind == "msgmenu":
                menu = body.get("msgmenu", {})
                if not 1 <= len(menu.get("list", [])) <= 10:
                    breach("menu items")
                for item in menu.get("list", []):
                    inner = item.get(item.get("type"), {})
                    if item.get("type") == "click" and (not inner.get("id") or len(inner["id"].encode()) > 128):
                        breach("menu id")
                    limit(inner.get("content"), 128, "menu item")
                limit(text_of(body), 2048, "menu")
            else:
                breach("msgtype")
        elif path == "externalcontact/send_welcome_msg":
            limit(body.get("text", {}).get("content"), 4000, "welcome")
            if not body.get("welcome_code") or len(body.get("attachments", [])) > 9:
                breach("welcome")
            for one in body.get("attachments", []):
                link = one.get("link", {})
                if one.get("msgtype") == "link" and (not link.get("url") or not 0 < len(link.get("title", "").encode()) <= 128):
                    breach("link attachment")
        elif path == "webhook/send":
            kind = body.get("msgtype")
            if self._pace("robot:" + call.query.get("key", ""), 20):
                breach("more than 20 messages a minute by one robot")
            size = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}.get(str(kind))
            if size:
                limit(body.get(kind, {}).get("content"), size, str(kind))
            else:
                breach("msgtype")
        elif path == "externalcontact/mark_tag":
            if not (body.get("add_tag") or body.get("remove_tag")) or not body.get("userid") or not body.get("external_userid"):
                breach("mark_tag needs a list and both ids")
        elif path == "externalcontact/add_corp_tag":
            names = [tag.get("name", "") for tag in body.get("tag", [])]
            if not names or any(not 0 < len(name) <= 30 for name in names):
                breach("tag names")
        elif path == "kf/sync_msg":
            if body.get("open_kfid") != KFID or len(str(body.get("cursor", "")).encode()) > 64 or body.get("limit", 1) > 1000:
                breach("sync fields")
            if len(str(body.get("token", "")).encode()) > 128:
                breach("token")
        elif path == "externalcontact/batch/get_by_user":
            if not 1 <= len(body.get("userid_list", [])) <= 100 or body.get("limit", 50) > 100:
                breach("batch size")
        elif path == "kf/add_contact_way" and not re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", body.get("scene", "")):
            breach("scene")
        elif path == "kf/customer/batchget" and not 1 <= len(body.get("external_userid_list", [])) <= 100:
            breach("batch size")

    def _check_card(self, card: dict[str, Any], breach: Callable[[str], None]) -> None:
        buttons = card.get("button_list", [])
        task = card.get("task_id", "")
        if card.get("card_type") == "button_interaction":
            if not card.get("main_title", {}).get("title") or not 1 <= len(buttons) <= 6:
                breach("button card parts")
            if not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", task):
                breach("task_id form")
        elif card.get("card_type") == "text_notice":
            if not card.get("card_action"):
                breach("text_notice without card_action")
            if not (card.get("main_title", {}).get("title") or card.get("sub_title_text")):
                breach("text_notice without title")
        else:
            breach("card_type")
        if task:
            if task in self._task_ids:
                breach("task_id used twice")
            self._task_ids.add(task)
        if len(card.get("main_title", {}).get("title", "")) > 36 or len(card.get("main_title", {}).get("desc", "")) > 44:
            breach("title or desc too long")
        if len(card.get("sub_title_text", "")) > 160 or len(card.get("source", {}).get("desc", "")) > 20:
            breach("sub_title_text or source too long")
        rows = card.get("horizontal_content_list", [])
        if len(rows) > 6 or any(len(r.get("keyname", "")) > 5 or not 0 < len(r.get("value", "")) <= 30 for r in rows):
            breach("horizontal_content_list")
        if any(not 0 < len(b.get("text", "")) <= 10 or not 0 < len(b.get("key", "").encode()) <= 1024 for b in buttons):
            breach("button")
        if any(b.get("style", 1) not in (1, 2, 3, 4) for b in buttons):
            breach("style")
        if match := ODD.search(card_text(card)):
            breach(f"card shows {match.group()!r}")


def card_text(card: dict[str, Any]) -> str:
    """All that a person reads on a card."""
    rows = [f"{row.get('keyname')} {row.get('value')}" for row in card.get("horizontal_content_list", [])]
    title = card.get("main_title", {})
    parts = [
        card.get("source", {}).get("desc", ""),
        title.get("title", ""),
        title.get("desc", ""),
        card.get("sub_title_text", ""),
    ]
    return "\n".join([*(p for p in parts if p), *rows, *(f"［{b.get('text')}］" for b in card.get("button_list", []))])


def text_of(body: dict[str, Any]) -> str:
    """All that a person reads of one message."""
    kind = body.get("msgtype")
    if kind == "template_card":
        return card_text(body["template_card"])
    if kind == "msgmenu":
        menu = body["msgmenu"]
        items = [str(item.get(item.get("type"), {}).get("content", "")) for item in menu.get("list", [])]
        return "\n".join([menu.get("head_content", ""), *items, menu.get("tail_content", "")])
    return str(body.get(str(kind), {}).get("content", ""))


def menu_ids(said: Said) -> dict[str, str]:
    """{label: menu_id} of a kf menu."""
    items = said.raw.get("msgmenu", {}).get("list", [])
    return {item["click"]["content"]: item["click"]["id"] for item in items if item.get("type") == "click"}


# -- answers with full shapes -----------------------------------------------------------------------------
def _send(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    number = next(fake._serial)
    answer: dict[str, Any] = {"invaliduser": "", "invalidparty": "", "invalidtag": "", "msgid": f"m{number}"}
    if body.get("template_card", {}).get("card_type") == "button_interaction":
        answer["response_code"] = f"rc-send-{number}"
    return answer


def _update(_fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"invaliduser": []}


def _kf_send(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    if body.get("msgid") in fake._msgids:
        return {"errcode": 95032, "errmsg": "duplicate msgid"}
    if "touser" in body:
        left = fake._left.get(body["touser"])
        if left is None:
            return {"errcode": 95002, "errmsg": "no message in 48 h"}
        if left <= 0:
            return {"errcode": 95001, "errmsg": "5 already sent"}
        fake._left[body["touser"]] = left - 1
    fake._msgids.add(str(body.get("msgid")))
    return {"msgid": body.get("msgid")}


def _sync(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    token = body.get("token")
    if token and token not in fake._tokens_kf:
        return {"errcode": 95007, "errmsg": "invalid token"}
    start = int(str(body.get("cursor") or "cur0e").strip("cure"))
    if fake.empty_page_first and not str(body.get("cursor", "")).endswith("e"):
        return {"next_cursor": f"cur{start}e", "has_more": 1, "msg_list": []}
    chunk = fake.kf[start : start + min(fake.page, int(body.get("limit", 1000)))]
    end = start + len(chunk)
    return {"next_cursor": f"cur{end}", "has_more": int(end < len(fake.kf)), "msg_list": chunk}


def _contact(fake: Fake, _body: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    external = query.get("external_userid", "")
    known = fake.contacts.get(external)
    if known is None:
        return {"errcode": 84061, "errmsg": "not external contact"}
    follows = [
        {
            "userid": userid,
            "remark": "",
            "description": "",
            "createtime": state["at"],
            "tags": [],
            "add_way": 1,
            "state": state["state"],
        }
        for userid, state in known["follows"].items()
    ]
    who = {"external_userid": external, "name": known["name"], "type": 1, "gender": 0, "avatar": ""}
    if known.get("unionid"):
        who["unionid"] = known["unionid"]
    return {"external_contact": who, "follow_user": follows}


def _tag_list(fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for tag in fake.tags:
        groups.setdefault(tag["group"], []).append({"id": tag["id"], "name": tag["name"], "order": 0, "deleted": False})
    return {
        "tag_group": [{"group_id": f"etg-{name}", "group_name": name, "order": 0, "tag": tags} for name, tags in groups.items()]
    }


def _tag_add(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    group = body.get("group_name") or str(body.get("group_id", "")).removeprefix("etg-")
    made = []
    for tag in body.get("tag", []):
        if any(t["group"] == group and t["name"] == tag["name"] for t in fake.tags):
            return {"errcode": 40071, "errmsg": "tag name exists"}
        row = {"id": f"et-{next(fake._serial)}", "name": tag["name"], "group": group}
        fake.tags.append(row)
        made.append({"id": row["id"], "name": row["name"], "order": 0})
    return {"tag_group": {"group_id": f"etg-{group}", "group_name": group, "order": 0, "tag": made}}


def _mark(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    known = {tag["id"]: tag["name"] for tag in fake.tags}
    for tag in body.get("add_tag") or []:
        if tag not in known:
            return {"errcode": 40068, "errmsg": "invalid tag"}
        fake.marked.add((body["userid"], body["external_userid"], known[tag]))
    for tag in body.get("remove_tag") or []:
        fake.marked.discard((body["userid"], body["external_userid"], known.get(tag, "")))
    return {}


def _follow_users(fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"follow_user": list(fake.members)}


def _by_user(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    rows = [
        {
            "external_contact": {"external_userid": external, "name": known["name"], "type": 1},
            "follow_info": {
                "userid": userid,
                "remark": "",
                "createtime": st["at"],
                "tag_id": [],
                "state": st["state"],
                "add_way": 1,
            },
        }
        for external, known in fake.contacts.items()
        for userid, st in known["follows"].items()
        if userid in body.get("userid_list", [])
    ]
    return {"external_contact_list": rows, "next_cursor": ""}


def _group_list(fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"group_chat_list": [{"chat_id": chat, "status": 0} for chat in fake.groups], "next_cursor": ""}


def _group_get(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    group = fake.groups.get(body.get("chat_id", ""))
    if group is None:
        return {"errcode": 40050, "errmsg": "invalid chatid"}
    people = [{"userid": group["owner"], "type": 1, "join_time": 1, "join_scene": 1}]
    people += [{"userid": e, "type": 2, "join_time": int(time.time()), "join_scene": 3, "name": e} for e in group["people"]]
    return {
        "group_chat": {
            "chat_id": body["chat_id"],
            "name": group["name"],
            "owner": group["owner"],
            "create_time": 1,
            "member_list": people,
            "admin_list": [],
            "member_version": group["version"],
        }
    }


def _customers(fake: Fake, body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    rows = [
        {"external_userid": e, "nickname": fake.contacts.get(e, {}).get("name") or f"微信{e[-3:]}", "avatar": "", "gender": 0}
        for e in body.get("external_userid_list", [])
    ]
    return {"customer_list": rows, "invalid_external_userid": []}


def _departments(_fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    rows = [{"id": 1, "name": "总部", "parentid": 0, "order": 1}, {"id": 2, "name": "growth", "parentid": 1, "order": 2}]
    return {"department": rows, "department_id": rows}


def _members(fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"userlist": [{"userid": u, "name": n, "department": [1], "status": 1} for u, n in fake.members.items()]}


def _member(fake: Fake, _body: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    userid = query.get("userid", "")
    if userid not in fake.members:
        return {"errcode": 60111, "errmsg": "userid not found"}
    return {"userid": userid, "name": fake.members[userid], "department": [1], "main_department": 1, "status": 1}


def _nothing(_fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {}


def _contact_way(_fake: Fake, _body: dict[str, Any], _query: dict[str, str]) -> dict[str, Any]:
    return {"url": LINK}


_ANSWERS: dict[str, Callable[[Fake, dict[str, Any], dict[str, str]], dict[str, Any]]] = {
    "message/send": _send,
    "message/update_template_card": _update,
    "kf/send_msg": _kf_send,
    "kf/send_msg_on_event": _kf_send,
    "kf/sync_msg": _sync,
    "kf/add_contact_way": _contact_way,
    "kf/customer/batchget": _customers,
    "kf/account/list": lambda fake, body, query: {
        "account_list": [{"open_kfid": KFID, "name": "训练营", "manage_privilege": True}]
    },
    "kf/service_state/get": lambda fake, body, query: {"service_state": 1, "servicer_userid": ""},
    "kf/service_state/trans": _nothing,
    "externalcontact/get": _contact,
    "externalcontact/get_corp_tag_list": _tag_list,
    "externalcontact/add_corp_tag": _tag_add,
    "externalcontact/mark_tag": _mark,
    "externalcontact/remark": _nothing,
    "externalcontact/send_welcome_msg": _nothing,
    "externalcontact/get_follow_user_list": _follow_users,
    "externalcontact/batch/get_by_user": _by_user,
    "externalcontact/list": lambda fake, body, query: {"external_userid": list(fake.contacts)},
    "externalcontact/groupchat/list": _group_list,
    "externalcontact/groupchat/get": _group_get,
    "department/list": _departments,
    "department/simplelist": _departments,
    "user/simplelist": _members,
    "user/list": _members,
    "user/get": _member,
    "webhook/send": _nothing,
    "getcallbackip": lambda fake, body, query: {"ip_list": ["127.0.0.1"]},
}

# What even a lazy judge's fake must know, or no learner could speak at all.
_LAZY = {"message/send", "kf/sync_msg"}
