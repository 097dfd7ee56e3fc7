"""The JSON body of a control call, and the wrapper that turns an act into an aiohttp handler."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.people import Impossible, check_keys
from sandbox.stage import STAGE, Stage

Route = tuple[str, str, Handler]


class Form:
    """Body and path parameters; a path parameter wins over the body."""

    def __init__(self, body: dict[str, Any], path: dict[str, str], origin: str = "") -> None:
        self.body = body
        self.values = {**body, **path}
        self.origin = origin  # the address of the look-alike, for urls the bot may open

    def text(self, name: str, default: str | None = None) -> str:
        """A string (numbers are written out); required without a default."""
        value = self.values.get(name)
        if value is None or value == "":
            if default is None:
                raise Impossible(f"缺少 {name}")
            return default
        return str(value)

    def number(self, name: str, default: int | None = None) -> int:
        value = self.values.get(name, default)
        try:
            return int(value)  # type: ignore[arg-type]  # None ends in the same refusal
        except (OverflowError, TypeError, ValueError):
            raise Impossible(f"{name} 要是数字") from None


Act = Callable[[Stage, Form], dict[str, Any]]


def reply(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=lambda v: json.dumps(v, ensure_ascii=False))


async def form_of(request: web.Request) -> Form:
    raw = await request.read()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise Impossible("请求体不是 JSON") from None
    if not isinstance(body, dict):
        raise Impossible("请求体要是 JSON 对象")
    return Form(body, dict(request.match_info), str(request.url.origin()))


def acting(act: Act, keys: str = "") -> Handler:
    """The handler of one act whose body may have these `keys`: 200 with its answer, 400 with the reason it is impossible."""

    async def handle(request: web.Request) -> web.StreamResponse:
        stage = request.app[STAGE]
        try:
            form = await form_of(request)
            check_keys(form.body, keys)
            answer = act(stage, form)
        except Impossible as reason:
            return reply({"error": str(reason)}, 400)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as fault:
            return reply({"error": f"内容的格式不对：{fault!r}"}, 400)
        stage.calls.stir()
        return reply(answer)

    return handle
