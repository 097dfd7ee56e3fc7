"""`doctor`: asks WeCom once per capability and says which right is missing and where in the console it is switched on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import typer

from bot.cli.doctor_robot import say_robot
from bot.cli.doctor_rooms import say_rooms
from bot.cli.terminal import ConfigOption, fail, run, settings_from, voice_of
from bot.settings import Settings
from bot.wecom import errors
from bot.wecom.client import Answer, WeComClient
from bot.wecom.errors import Outcome
from bot.wecom.fields import rows_of, text_of
from bot.wecom.road import Call, Json, RoadContext
from bot.wecom.roads import calls_by_name, load_roads
from bot.wecom.tokens import NoToken, TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from camp.phrases import Say

# Only the doctor asks this: which kf accounts the app may manage (doc 94661).
_KF_ACCOUNTS = Call(
    name="kf.accounts",
    path="/cgi-bin/kf/account/list",
    build=lambda payload, ctx: {"offset": 0, "limit": 100},
    read=lambda answer: {"accounts": [text_of(row, "open_kfid") for row in rows_of(answer, "account_list")]},
)


@dataclass(frozen=True)
class Finding:
    """One capability: `ok`, whether the camp cannot run without it, and what to do (empty when all is well)."""

    name: str
    ok: bool
    required: bool = True
    remedy: str = ""


def register(app: typer.Typer) -> None:
    app.command("doctor", help="逐项检查企业微信权限，指出缺哪一项、在哪里开通。Check each WeCom right.")(doctor)


def doctor(config: ConfigOption = None) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    findings = run(examine(settings, say), say)
    for finding in findings:
        optional = "" if finding.required else say("cli.doctor_optional")
        typer.echo(f"{'✓' if finding.ok else '✗'} {finding.name}{optional}")
        if finding.remedy:
            typer.echo(f"    {finding.remedy}")
    run(say_rooms(settings, say), say)
    run(say_robot(settings, say), say)
    _say_key(settings, say)
    missing = sum(1 for finding in findings if finding.required and not finding.ok)
    if missing:
        fail(say("cli.doctor_bad", count=missing))
    typer.echo(say("cli.doctor_good"))


async def examine(settings: Settings, say: Say) -> list[Finding]:
    """All findings; without a token the rest is not asked for."""
    wecom = settings.wecom
    async with aiohttp.ClientSession(trust_env=False) as session:
        wire = Wire(session, wecom.api_base_url)
        tokens = TokenKeeper(lambda: fetch_token(wire, wecom.corp_id, wecom.app.secret.get_secret_value()), time.monotonic)
        client = WeComClient(session, wecom.api_base_url, tokens, context=RoadContext(wecom.app.agent_id))
        examination = Examination(settings, say, client)
        try:
            await tokens.get()
        except NoToken as refused:
            remedy = examination.explain(refused.errcode, refused.errmsg)
            return [Finding(say("cli.doctor_token"), False, True, remedy)]
        return [Finding(say("cli.doctor_token"), True), *[await check() for check in examination.checks()]]


class Examination:
    """The checks of one corp."""

    def __init__(self, settings: Settings, say: Say, client: WeComClient) -> None:
        self._settings = settings
        self._say = say
        self._client = client
        self._calls = calls_by_name(load_roads())
        self._followers: list[str] = []

    def checks(self) -> tuple[Callable[[], Awaitable[Finding]], ...]:
        return (self.directory, self.followers, self.tags, self.groups, self.kf_account, self.kf_link)

    def explain(self, errcode: int, errmsg: str) -> str:
        zh, en = errors.explain(errcode)
        words = en if self._settings.camp.language == "en" else zh
        return f"{words}（{errcode} {errmsg}）" if errcode > 0 else words

    async def directory(self) -> Finding:
        return self._finding("directory", await self._ask("directory.departments", {}))

    async def followers(self) -> Finding:
        answer = await self._ask("contact.follow_users", {})
        self._followers = list(answer.result.get("userids", []))
        if answer.outcome is Outcome.SUCCESS and not self._followers:
            return Finding(self._say("cli.doctor_followers"), False, True, self._say("cli.doctor_no_followers"))
        return self._finding("followers", answer)

    async def tags(self) -> Finding:
        return self._finding("tags", await self._ask("contact.tags", {}))

    async def groups(self) -> Finding:
        # One owner is enough to see the right, and never too many groups for one answer (81017).
        return self._finding("groups", await self._ask("group.list", {"cursor": "", "owners": self._followers[:1]}))

    async def kf_account(self) -> Finding:
        answer = await self._client.call(_KF_ACCOUNTS, {})
        open_kfid = self._settings.wecom.kf.open_kfid
        if answer.outcome is Outcome.SUCCESS and open_kfid not in answer.result.get("accounts", []):
            remedy = self._say("cli.doctor_kf_other", open_kfid=open_kfid)
            return Finding(self._say("cli.doctor_kf"), False, True, remedy)
        return self._finding("kf", answer)

    async def kf_link(self) -> Finding:
        kf = self._settings.wecom.kf
        return self._finding("link", await self._ask("kf.link", {"open_kfid": kf.open_kfid, "scene": kf.scene}))

    async def _ask(self, name: str, payload: Json) -> Answer:
        return await self._client.call(self._calls[name], payload)

    def _finding(self, what: str, answer: Answer) -> Finding:
        ok = answer.outcome is Outcome.SUCCESS
        return Finding(self._say(f"cli.doctor_{what}"), ok, True, "" if ok else self.explain(answer.errcode, answer.errmsg))


def _say_key(settings: Settings, say: Say) -> None:
    key = settings.privacy_key()
    typer.echo("· " + (say("cli.doctor_key_ours", file=str(key.file)) if key.ours else say("cli.doctor_key_given")))
