"""The gate every API call passes: log, faults, method, token, frequency, JSON, and only then the endpoint.

Our choices where no document speaks: an unknown path is 40066 "invalid url" (HTTP 200, like every refusal), a missing
token 41001, a POST to a GET-only path 40058.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.api import ENDPOINTS
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Endpoint, Refusal
from sandbox.calls import Call, without_secrets
from sandbox.faults import ApiFault
from sandbox.stage import STAGE, Stage

UNKNOWN_PATH = 40066
TOO_OFTEN = 45009


async def answer_api(request: web.Request) -> web.StreamResponse:
    """Answer one `/cgi-bin/…` call and log it."""
    stage = request.app[STAGE]
    path = request.match_info["path"]
    raw = await request.read()
    stage.calls.under_way += 1
    stage.calls.stir()
    call = Call(
        at=stage.clock.seconds(),
        method=request.method,
        path=path,
        query=without_secrets(dict(request.query)),
        body=_readable(raw),
        errcode=None,
        http_status=200,
    )
    stage.calls.add(call)
    try:
        return await _play(request, stage, call, raw)
    finally:
        stage.calls.under_way -= 1
        stage.calls.stir()


def _readable(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return {"unreadable": raw[:200].decode(errors="replace")}
    return body if isinstance(body, dict) else {"unreadable": str(body)[:200]}


async def _play(request: web.Request, stage: Stage, call: Call, raw: bytes) -> web.StreamResponse:
    """The call with whatever fault is queued for it."""
    fault = stage.faults.take_api(call["path"]) or ApiFault("", 0)
    if fault.cut == "before":
        return _cut(request, call)
    if fault.http_status is not None:
        call["http_status"] = fault.http_status
        return web.Response(status=fault.http_status, text="<html>sandbox fault</html>", content_type="text/html")
    if fault.hang_s is not None:
        await asyncio.sleep(fault.hang_s)
    if fault.errcode is not None:
        answer: Answer = {"errcode": fault.errcode, "errmsg": "fault ordered from the sandbox"}
    else:
        answer = _answer(request, stage, call["path"], raw)
    call["errcode"] = answer["errcode"]
    if fault.cut == "after":
        return _cut(request, call)
    return web.json_response(answer, dumps=_dumps)


def _dumps(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)


def _cut(request: web.Request, call: Call) -> web.Response:
    call["http_status"] = 0
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _answer(request: web.Request, stage: Stage, path: str, raw: bytes) -> Answer:
    try:
        endpoint = _endpoint(request, path)
        _check_token(request, stage, endpoint)
        if endpoint.limited and not stage.limits.api.admit(path, stage.clock.now()):
            raise Refusal(TOO_OFTEN, "api freq out of limit")
        ask = Ask(_parsed(raw) if request.method == "POST" else {}, request.query)
        return {"errcode": 0, "errmsg": "ok", **endpoint.handler(stage, ask)}
    except Refusal as refusal:
        return {"errcode": refusal.errcode, "errmsg": refusal.errmsg}
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        # A nested field of another shape than the documents give; the endpoints check the outer ones by name.
        return {"errcode": BAD_PARAMETER, "errmsg": f"parameter out of form: {fault!r}"}


def _endpoint(request: web.Request, path: str) -> Endpoint:
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        raise Refusal(UNKNOWN_PATH, f"invalid url: the sandbox does not know {path}")
    if request.method not in endpoint.methods:
        raise Refusal(BAD_PARAMETER, f"{path} wants {' or '.join(sorted(endpoint.methods))}")
    return endpoint


def _check_token(request: web.Request, stage: Stage, endpoint: Endpoint) -> None:
    if not endpoint.with_token:
        return
    token = request.query.get("access_token", "")
    if not token:
        raise Refusal(41001, "access_token missing")
    errcode = stage.tokens.fault(token)
    if errcode:
        raise Refusal(errcode, "access_token expired" if errcode == 42001 else "invalid access_token")


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        raise Refusal(BAD_PARAMETER, "body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(BAD_PARAMETER, "body must be a JSON object")
    return body
