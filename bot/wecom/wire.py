"""HTTP to WeCom over one shared session: every fault becomes a `Reply` with an errcode of ours, no secret enters a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.nesting import too_deep
from bot.wecom import errors
from bot.wecom.download import Fetched, NotFetched, download
from bot.wecom.road import Attachment, Json
from bot.wecom.tokens import NoToken, Token, to_token

_ERRCODES_END = 2**31
DEFAULT_TIMEOUT_S = 10.0
_SECRET = re.compile(r"\b(access_token|corpsecret|key)=[^\s&\"',]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP exchange, before it is judged. `verdict` stands for an exchange that did not happen for want of a token."""

    errcode: int
    errmsg: str = ""
    body: Json = field(default_factory=dict)
    pause_s: float | None = None
    verdict: NoToken | None = None


class Wire:
    """HTTP to `base_url`, with secrets only in the query string of the request and nowhere else."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def ask(self, method: str, path: str, secrets: Mapping[str, str], body: Json) -> Reply:
        """Send `body` (JSON of a POST, query of a GET) and return the reply; faults become our negative errcodes.

        `path` may be a whole address of WeCom's own making.
        """
        query = {**secrets, **({name: str(value) for name, value in body.items()} if method == "GET" else {})}
        sent: dict[str, Any] = {}
        if method != "GET":
            # Chinese as it is, not as \\u escapes: WeCom counts some limits on the bytes it receives.
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            sent = {"data": data, "headers": {"Content-Type": "application/json; charset=utf-8"}}
        return await self._send(method, path, query, secrets, **sent)

    async def _send(self, method: str, path: str, query: Mapping[str, str], secrets: Mapping[str, str], **sent: Any) -> Reply:
        url = self._base_url + path if path.startswith("/") else path
        try:
            async with self._session.request(
                method, url, params=query, timeout=self._timeout, allow_redirects=False, **sent
            ) as response:
                return _to_reply(response.status, response.headers.get("Retry-After", ""), await response.read(), secrets)
        except TimeoutError:
            return Reply(errors.TIMEOUT, "no answer in time")
        except (aiohttp.ClientError, OSError) as fault:
            # Only the kind: the text of aiohttp's exceptions may hold the URL, and that holds the token.
            return Reply(errors.DISCONNECTED, type(fault).__name__)

    async def fetch(self, url: str, most_bytes: int) -> Fetched:
        """GET a file that WeCom named, without any secret: over https, or from `base_url` (the look-alike); raises NotFetched."""
        if not url.startswith(("https://", f"{self._base_url}/")):
            raise NotFetched(errors.UNSENDABLE, "the address is not https")
        return await download(self._session, url, most_bytes)

    async def upload(self, path: str, secrets: Mapping[str, str], query: Json, file: Attachment) -> Reply:
        """POST one file as the part `media` of a multipart body [D 90253]."""
        form = aiohttp.FormData()
        form.add_field("media", file.content, filename=file.name, content_type=file.content_type)
        return await self._send("POST", path, {**secrets, **query}, secrets, data=form)


def _to_reply(status: int, retry_after: str, data: bytes, secrets: Mapping[str, str]) -> Reply:
    """Read errcode and errmsg; an answer without an errcode is no answer of WeCom, whatever its HTTP status."""
    try:
        body = json.loads(data.decode("utf-8-sig"))
        errcode = int(body["errcode"])
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        body, errcode = {}, errors.NOT_JSON
    if too_deep(body, data) or abs(errcode) >= _ERRCODES_END:
        body, errcode = {}, errors.NOT_JSON
    pause_s = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
    if status == 429:
        return Reply(errors.FREQUENCY_LIMIT, "HTTP 429", {}, pause_s)
    if status >= 500 or (status != 200 and errcode == errors.NOT_JSON):
        return Reply(errors.BAD_STATUS, f"HTTP {status}", {}, pause_s)
    if errcode == errors.NOT_JSON:
        return Reply(errcode, "the answer is not JSON with an errcode")
    errmsg = _SECRET.sub(r"\1=***", str(body.get("errmsg", ""))[:500])
    for secret in secrets.values():
        errmsg = errmsg.replace(secret, "***") if secret else errmsg
    return Reply(errcode, errmsg, body, pause_s)


async def fetch_token(wire: Wire, corp_id: str, secret: str) -> Token:
    """Ask gettoken once; raises only `NoToken` [D 91039]."""
    query = {"corpid": corp_id, "corpsecret": secret}
    reply = await wire.ask("GET", "/cgi-bin/gettoken", query, {})
    return to_token(reply.errcode, reply.errmsg, reply.body)
