"""The gate every API call passes: log, faults, method, token, IP, frequency, JSON, and only then the endpoint.

Our choices where no document speaks: an unknown path is 40066 "invalid url" (HTTP 200, like every refusal), a missing
token 41001, a POST to a GET-only path 40058; an IP blocked for wrong secrets is refused on every path; gettoken and
webhooks need no trusted IP.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.api import ENDPOINTS
from sandbox.api.wire import BAD_PARAMETER, OUT_OF_FORM, Answer, Ask, Download, Endpoint, Refusal
from sandbox.calls import Call, without_secrets
from sandbox.faults import ApiFault
from sandbox.stage import STAGE, Stage
from sandbox.wire_log import summary_of_parts

UNKNOWN_PATH = 40066
WRONG_SECRET = 40001
TOO_OFTEN = 45009
TOO_MANY_AT_ONCE = 45033
FOREIGN_IP = 60020


async def answer_api(request: web.Request) -> web.StreamResponse:
    """Answer one `/cgi-bin/…` call and log it."""
    stage = request.app[STAGE]
    path = request.match_info["path"]
    raw = await request.read()
    stage.traffic.arrived(path)
    stage.calls.under_way += 1
    stage.calls.stir()
    call = Call(
        at=stage.clock.seconds(),
        method=request.method,
        path=path,
        query=without_secrets(dict(request.query)),
        body=summary_of_parts(raw) if request.content_type.startswith("multipart/") else _readable(raw),
        errcode=None,
        http_status=200,
        fault="",
    )
    stage.calls.add(call)
    entry = stage.wire.call(call, dict(request.query))
    try:
        with stage.limits.running(path) as crowded:
            response = await _play(request, stage, call, raw, crowded)
        stage.wire.answered(entry, call, _said(response))
        return response
    finally:
        stage.calls.under_way -= 1
        stage.calls.stir()


def _said(response: web.Response) -> str:
    """An answer for the wire log: its text, or how many bytes of what it is."""
    if response.content_type in ("application/json", "text/html"):
        return response.text or ""
    body = response.body if isinstance(response.body, bytes) else b""
    return f"（{response.content_type}，{len(body)} 字节）" if body else ""


def _readable(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return {"unreadable": raw[:200].decode(errors="replace")}
    return body if isinstance(body, dict) else {"unreadable": str(body)[:200]}


async def _play(request: web.Request, stage: Stage, call: Call, raw: bytes, crowded: bool) -> web.Response:
    """The call with whatever fault is queued for it."""
    fault = stage.faults.take_api(call["path"])
    call["fault"] = fault.words if fault is not None else ""
    if fault is not None and (spoiled := await _spoiled(request, call, fault)) is not None:
        return spoiled
    if fault is not None and fault.errcode is not None:
        answer: Answer | Download = {"errcode": fault.errcode, "errmsg": "fault ordered from the sandbox"}
    else:
        answer = _answer(request, stage, call["path"], raw, crowded)
    call["errcode"] = 0 if isinstance(answer, Download) else answer["errcode"]
    if call["errcode"]:
        stage.traffic.refused(call["path"], call["errcode"])
    if fault is not None and fault.cut == "after":
        return _cut(request, call)
    if isinstance(answer, Download):
        return web.Response(body=answer.content, content_type=answer.content_type, headers=answer.headers, status=answer.status)
    return web.json_response(answer, dumps=_dumps)


async def _spoiled(request: web.Request, call: Call, fault: ApiFault) -> web.Response | None:
    """What the caller gets instead of an answer; None when the call goes on (after its hang)."""
    if fault.cut == "before":
        return _cut(request, call)
    if fault.http_status is not None or fault.junk:
        call["http_status"] = fault.http_status or 200
        return web.Response(status=call["http_status"], text="<html>sandbox fault</html>", content_type="text/html")
    if fault.hang_s is not None:
        await asyncio.sleep(fault.hang_s)
    return None


def _dumps(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)


def _cut(request: web.Request, call: Call) -> web.Response:
    call["http_status"] = 0
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _answer(request: web.Request, stage: Stage, path: str, raw: bytes, crowded: bool) -> Answer | Download:
    try:
        endpoint = _endpoint(request, path)
        _check_caller(request, stage, endpoint)
        if crowded:
            raise Refusal(TOO_MANY_AT_ONCE, "api concurrent out of limit")
        if endpoint.limited and not stage.limits.call_passes(path, _ip(request)):
            raise Refusal(TOO_OFTEN, "api freq out of limit")
        body = _parsed(raw) if request.method == "POST" and not endpoint.takes_files else {}
        answer = endpoint.handler(stage, Ask(body, request.query, raw, request.headers, str(request.url.origin())))
        return answer if isinstance(answer, Download) else {"errcode": 0, "errmsg": "ok", **answer}
    except Refusal as refusal:
        if path == "gettoken" and refusal.errcode == WRONG_SECRET and not stage.limits.wrong_secret_passes(_ip(request)):
            return {"errcode": TOO_OFTEN, "errmsg": "api freq out of limit: too many wrong secrets"}
        return {"errcode": refusal.errcode, "errmsg": refusal.errmsg}
    except OUT_OF_FORM as fault:
        # The endpoints check the outer fields by name.
        return {"errcode": BAD_PARAMETER, "errmsg": f"parameter out of form: {fault!r}"}


def _ip(request: web.Request) -> str:
    return request.remote or ""


def _endpoint(request: web.Request, path: str) -> Endpoint:
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        raise Refusal(UNKNOWN_PATH, f"invalid url: the sandbox does not know {path}")
    if request.method not in endpoint.methods:
        raise Refusal(BAD_PARAMETER, f"{path} wants {' or '.join(sorted(endpoint.methods))}")
    return endpoint


def _check_caller(request: web.Request, stage: Stage, endpoint: Endpoint) -> None:
    """Token and IP."""
    if stage.limits.ip_blocked(_ip(request)):
        raise Refusal(TOO_OFTEN, "api freq out of limit: too many wrong secrets")
    if not endpoint.with_token:
        return
    token = request.query.get("access_token", "")
    if not token:
        raise Refusal(41001, "access_token missing")
    errcode = stage.tokens.fault(token)
    if errcode:
        raise Refusal(errcode, "access_token expired" if errcode == 42001 else "invalid access_token")
    if not stage.faults.ip_trusted:
        raise Refusal(FOREIGN_IP, f"not allow to access from your ip, from ip: {_ip(request)}")


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        raise Refusal(BAD_PARAMETER, "body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(BAD_PARAMETER, "body must be a JSON object")
    return body
