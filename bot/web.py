"""The HTTP edge: verify, decrypt, store, answer. Nothing is handled here and nothing of a refusal is told to the caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.web_urldispatcher import AbstractResource, MatchedSubAppResource, ResourceRoute
from prometheus_client import generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.inbox_writer import InboxFull, InboxWriter
from bot.ingest import MOST_BYTES, Ingest
from bot.readiness import Readiness
from bot.robot_edge import RobotEdge
from bot.turnstile import Turnstile, mark_authentic, read_in_time, turnstile
from bot.wecom.envelope import BadEnvelope, Keys, open_echo, open_envelope
from bot.wecom.event_xml import parse_event
from bot.wecom.inbound import to_fact
from storage.database import Now, machine_now
from storage.faults import StorageBusy

log = structlog.get_logger("web")

# WeCom waits 5 s (doc 90930); an honest 503 before that makes it come again, and the dedup key makes that harmless.
_STORE_SECONDS = 3.0
_stored = metrics.callbacks.labels(outcome="stored")


@dataclass(frozen=True)
class CallbackEdge:
    """`max_age_s`: how old a callback's timestamp may be."""

    keys: Keys
    writer: InboxWriter
    readiness: Readiness
    max_age_s: float
    max_body_bytes: int
    now: Now = machine_now

    async def verify(self, request: web.Request) -> web.Response:
        """URL verification: the decrypted echostr, verbatim (doc 90930)."""
        query = request.query
        try:
            words = open_echo(
                self.keys,
                signature=query.get("msg_signature", ""),
                timestamp=query.get("timestamp", ""),
                nonce=query.get("nonce", ""),
                echostr=query.get("echostr", ""),
                now=self.now().timestamp(),
                max_age_s=self.max_age_s,
            )
        except BadEnvelope as bad:
            return self._refuse(bad)
        mark_authentic(request)
        metrics.callbacks.labels(outcome="verified").inc()
        return web.Response(text=words)

    async def receive(self, request: web.Request) -> web.Response:
        """An event or message: 200 with an empty body once it is stored, also when nobody knows it."""
        query = request.query
        now = self.now().timestamp()
        try:
            if (request.content_length or 0) > self.max_body_bytes:
                raise BadEnvelope("too large", 413)
            body = await read_in_time(request)
            if len(body) > self.max_body_bytes:
                raise BadEnvelope("too large", 413)
            xml = open_envelope(
                self.keys,
                signature=query.get("msg_signature", ""),
                timestamp=query.get("timestamp", ""),
                nonce=query.get("nonce", ""),
                body=body,
                now=now,
                max_age_s=self.max_age_s,
            )
        except BadEnvelope as bad:
            return self._refuse(bad)
        mark_authentic(request)
        try:
            fact = to_fact(parse_event(xml), xml)
        except BadEnvelope as bad:
            # It is WeCom's own, and coming again would not make it readable.
            metrics.callbacks.labels(outcome="unreadable").inc()
            log.warning("callback unreadable", reason=bad.reason)
            return web.Response()
        await self.writer.submit([fact], None, _STORE_SECONDS)
        _stored.inc()
        metrics.last_callback.set_to_current_time()
        self.readiness.last_callback_at = now
        return web.Response()

    def _refuse(self, bad: BadEnvelope) -> web.Response:
        metrics.callbacks.labels(outcome=f"refused_{bad.status}").inc()
        log.info("callback refused", reason=bad.reason, status=bad.status)
        return web.Response(status=bad.status)


@web.middleware
async def plain_faults(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """No trace to the caller: a full disk or a locked database is 503, an oversize body 413, a bug 500, all without a body."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        return web.Response(status=refusal.status, headers=_allow(refusal))
    except (InboxFull, StorageBusy, TimeoutError, SQLAlchemyError) as error:
        log.warning("not stored", error=type(error).__name__)
        return web.Response(status=503, headers={"Retry-After": "1"})
    except ConnectionError:  # they hung up in the middle, and nobody hears this
        return web.Response(status=400)
    except Exception as error:  # the edge must answer, whatever happens
        log.error("edge failed", path=request.path, error=type(error).__name__, exc_info=error)
        return web.Response(status=500)


def _allow(refusal: web.HTTPException) -> dict[str, str]:
    return {"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {}


def build_web(callback: CallbackEdge, ingest: Ingest, readiness: Readiness, robot: RobotEdge | None = None) -> web.Application:
    """The routes of DESIGN section 9."""
    app = web.Application(
        client_max_size=max(MOST_BYTES, callback.max_body_bytes), middlewares=[turnstile(Turnstile()), plain_faults]
    )
    pages = {"/healthz": _healthz, "/readyz": readiness.answer, "/metrics": _metrics, "/wecom/callback": callback.verify}
    if robot is not None:
        pages["/wecom/aibot"] = robot.verify
        app.router.add_post("/wecom/aibot", robot.receive, expect_handler=_expect)
    for path, page in pages.items():
        app.router.add_get(path, page, expect_handler=_expect)
    app.router.add_post("/wecom/callback", callback.receive, expect_handler=_expect)
    app.router.add_post("/ingest/{source}", ingest.receive, expect_handler=_expect)
    anywhere = _Anywhere("/")
    app.router.register_resource(anywhere)
    app.router.register_resource(_NoPath())
    anywhere.add_route("*", _nothing_here, expect_handler=_expect)
    return app


class _Anywhere(web.PlainResource):
    """Whatever nobody else takes, also what is no path (`OPTIONS *`), which aiohttp would answer with pages of its own."""

    def _match(self, path: str) -> dict[str, str]:
        return {}


class _NoPath(MatchedSubAppResource):
    """A target that is not even that (`CONNECT host:443`): of all resources aiohttp asks only this kind about it."""

    def __init__(self) -> None:
        AbstractResource.__init__(self)
        self._route = ResourceRoute("*", _nothing_here, self, expect_handler=_expect)

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        return None if request.rel_url.path_safe else web.UrlMappingMatchInfo({}, self._route), set()


async def _expect(request: web.Request) -> web.Response | None:
    """`100-continue` is answered; anything else is 417 without a word: aiohttp would repeat it, and fail on odd bytes."""
    if request.headers.get("Expect", "").lower() != "100-continue":
        return web.Response(status=417)
    if request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None


async def _nothing_here(request: web.Request) -> web.Response:
    """404, or 405 where only the method is wrong."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if not isinstance(resource, _Anywhere | _NoPath):
            allowed |= (await resource.resolve(request))[1]
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, allowed)
    raise web.HTTPNotFound


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": "text/plain; version=0.0.4"})
