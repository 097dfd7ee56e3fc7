"""The bot as a user starts it, and what people do to it; nothing here knows the product's code."""

import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tests.blackbox import envelope
from tests.blackbox.answers import KFID
from tests.blackbox.envelope import Raw
from tests.blackbox.fake import Fake
from tests.blackbox.reading import Said

ROOT = Path(__file__).parents[2]
WECAMP = ROOT / ".venv" / "bin" / "wecamp"
CORP = "wwBLACK000000001"
TOKEN = "blackToken"
KEY = "YmxhY2tib3gta2V5LTAxMjM0NTY3ODlhYmNkZWZnaGk"
SHOP = "shop-secret-black"
ROBOT_SALES, ROBOT_TEACHERS = "key-sales-black", "key-teachers-black"


def at(minutes: float) -> str:
    """RFC 3339 of so many minutes from now, seconds kept."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")).replace(microsecond=0) + timedelta(minutes=minutes)).isoformat()


def until(what: str, check: Callable[[], Any], seconds: float = 20.0, every: float = 0.02) -> Any:
    """The first true value of `check`, asked `every` so many seconds; fails with `what` after the deadline."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := check():
            return value
        time.sleep(every)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def run(*args: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`wecamp …` to its end."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WECAMP_")} | {"COLUMNS": "200"}
    return subprocess.run(
        [str(WECAMP), *args], cwd=cwd, env=clean | (env or {}), capture_output=True, text=True, timeout=60, check=False
    )


def config_text(fake: Fake, port: int, folder: Path, more: str = "") -> str:
    return f"""
[server]
host = "127.0.0.1"
port = {port}
[storage]
url = "sqlite+aiosqlite:///{folder}/camp.db"
[wecom]
corp_id = "{CORP}"
api_base_url = "{fake.base}"
[wecom.app]
agent_id = 1000017
secret = "{fake.secret}"
token = "{TOKEN}"
encoding_aes_key = "{KEY}"
[wecom.kf]
open_kfid = "{KFID}"
{more}
"""


MORE = f"""
[wecom.robots]
sales = "{ROBOT_SALES}"
teachers = "{ROBOT_TEACHERS}"
[ingest.shop]
secret = "{SHOP}"
[time]
tick_seconds = 1
"""


class House:
    """One database, one config, at most one running process."""

    def __init__(self, folder: Path, fake: Fake, more: str = MORE) -> None:
        self.folder, self.fake, self.port = folder, fake, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "config.toml"
        self.config.write_text(config_text(fake, self.port, folder, more))
        self.log = folder / "log.txt"
        self.process: subprocess.Popen[bytes] | None = None

    # -- life -------------------------------------------------------------------------------------------
    def cli(self, *args: str) -> subprocess.CompletedProcess[str]:
        return run(args[0], *args[1:], "--config", str(self.config), cwd=self.folder)

    def migrate(self, template: Path | None = None) -> None:
        """A migrated database; copied from `template` when there is one."""
        if template is not None:
            for file in template.parent.glob("camp.db*"):
                shutil.copy(file, self.folder / file.name)
            return
        done = self.cli("migrate")
        assert done.returncode == 0, done.stdout + done.stderr

    def apply(self, text: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "camp.toml").write_text(text)
        return self.cli("apply", str(self.folder / "camp.toml"))

    def start(self, wait: bool = True) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("WECAMP_")}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(WECAMP), "serve", "--config", str(self.config)], cwd=self.folder, env=clean, stdout=out, stderr=out
            )
        if wait:
            self.ready()

    def ready(self, seconds: float = 20) -> None:
        def check() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                return self.get("/readyz")[0] == 200
            except OSError:
                return False

        until("readyz", check, seconds)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> float:
        """SIGTERM; seconds until the process was gone, and it must go with exit code 0."""
        assert self.process is not None
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        assert code == 0, (code, self.log.read_text()[-2000:])
        return time.monotonic() - start

    # -- http -------------------------------------------------------------------------------------------
    def http(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request(method, path, body=body, headers=headers or {})
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    def get(self, path: str) -> tuple[int, bytes]:
        return self.http("GET", path)

    def post_xml(self, message: str, receiveid: str = CORP) -> tuple[int, bytes]:
        query, encrypted = envelope.sealed(TOKEN, KEY, message, receiveid)
        body = envelope.xml(ToUserName=CORP, AgentID="1000017", Encrypt=encrypted)
        return self.http("POST", "/wecom/callback?" + urlencode(query), body.encode(), {"Content-Type": "text/xml"})

    def event(self, **fields: object) -> str:
        """An authentic callback; it must be answered 200 with an empty body. Returns the XML, to deliver it again."""
        message = envelope.xml(
            **({"ToUserName": CORP, "FromUserName": "sys", "CreateTime": int(time.time()), "MsgType": "event"} | fields)
        )
        self.deliver(message)
        return message

    def deliver(self, message: str) -> None:
        status, body = self.post_xml(message)
        assert (status, body) == (200, b""), (status, body)

    # -- WeCom happens ----------------------------------------------------------------------------------
    def add(
        self,
        external: str,
        userid: str = "lin",
        state: str = "dy01",
        code: str | None = None,
        name: str = "",
        kind: str = "add_external_contact",
        ago: int = 0,
    ) -> str:
        now = int(time.time()) - ago
        known = self.fake.contacts.setdefault(external, {"name": name or f"学员{external[-3:]}", "follows": {}})
        known["follows"].setdefault(userid, {"state": state, "at": now})
        fields: dict[str, object] = {"CreateTime": now, "Event": "change_external_contact", "ChangeType": kind}
        fields |= {"UserID": userid, "ExternalUserID": external}
        if state:
            fields["State"] = state
        if code:
            fields["WelcomeCode"] = code
        return self.event(**fields)

    def group(self, chat: str, detail: str, people: list[str], last: str, current: str, nested: bool = True) -> str:
        group = self.fake.groups[chat]
        joined = set(group["people"])
        group["people"] = sorted(joined | set(people) if detail == "add_member" else joined - set(people))
        group["version"] = current
        listed: object = Raw("".join(f"<Item><![CDATA[{one}]]></Item>" for one in people)) if nested else ",".join(people)
        scene = {"JoinScene": 3} if detail == "add_member" else {"QuitScene": 0}
        return self.event(
            Event="change_external_chat",
            ChatId=chat,
            ChangeType="update",
            UpdateDetail=detail,
            **scene,
            MemChangeCnt=len(people),
            MemChangeList=listed,
            LastMemVer=last,
            CurMemVer=current,
        )

    def ring(self) -> None:
        """The kf callback: something is there to pull."""
        self.event(FromUserName="", Event="kf_msg_or_event", Token=self.fake.kf_token(), OpenKfId=KFID)

    # -- people -----------------------------------------------------------------------------------------
    def says(self, external: str, text: str, has: str = "", menu_id: str | None = None, seconds: float = 20) -> Said:
        """A learner writes; the first new message to them whose text matches the pattern `has`."""
        since = len(self.fake.calls)
        self.fake.kf_message(external, text, menu_id)
        self.ring()
        return self.hears(external, has, since, seconds, f"{external} says {text!r}")

    def member(self, userid: str, text: str, has: str = "", seconds: float = 20) -> Said:
        since = len(self.fake.calls)
        self.member_writes(userid, text)
        return self.hears(userid, has, since, seconds, f"{userid} says {text!r}")

    def member_writes(self, userid: str, text: str, msgid: int | None = None) -> None:
        number = msgid or secrets.randbits(60)
        self.deliver(
            envelope.xml(
                ToUserName=CORP,
                FromUserName=userid,
                CreateTime=int(time.time()),
                MsgType="text",
                Content=text,
                MsgId=number,
                AgentID=1000017,
            )
        )

    def click(self, userid: str, key: str, task: str, code: str | None = None) -> str:
        code = code or "rc-click-" + secrets.token_hex(4)
        message = envelope.xml(
            ToUserName=CORP,
            FromUserName=userid,
            CreateTime=int(time.time()),
            MsgType="event",
            Event="template_card_event",
            EventKey=key,
            TaskId=task,
            CardType="button_interaction",
            ResponseCode=code,
            AgentID=1000017,
        )
        self.deliver(message)
        return message

    def hears(self, who: str, has: str, since: int, seconds: float = 20, after: str = "") -> Said:
        def check() -> Said | None:
            return next((one for one in self.fake.to(who, since) if re.search(has, one.text)), None)

        try:
            found = until("", check, seconds)
        except AssertionError:
            heard = [one.text for one in self.fake.to(who, since)]
            raise AssertionError(f"{who} should hear /{has}/ after: {after}\nbut heard {heard}") from None
        assert isinstance(found, Said)
        return found

    def quiet(self, seconds: float = 20) -> None:
        """Waits until the bot has made no call for a third of a second."""

        def still() -> bool:
            before = len(self.fake.calls)
            time.sleep(0.35)
            return len(self.fake.calls) == before

        until("the bot falls silent", still, seconds)

    # -- ingest -----------------------------------------------------------------------------------------
    def ingest(self, *events: dict[str, Any], source: str = "shop", secret: str = SHOP, **over: Any) -> tuple[int, bytes]:
        body = (
            over.get("body")
            or json.dumps(events[0] if len(events) == 1 else {"events": list(events)}, ensure_ascii=False).encode()
        )
        stamp, nonce = str(over.get("timestamp", int(time.time()))), over.get("nonce") or secrets.token_hex(12)
        sign = hmac.new(secret.encode(), stamp.encode() + b"\n" + nonce.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        headers = {
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": over.get("signature", "v1=" + sign),
            "Content-Type": "application/json",
        }
        return self.http("POST", f"/ingest/{source}", body, headers)


def fact(kind: str, external: str, event_id: str | None = None, occurred: str | None = None, **fields: Any) -> dict[str, Any]:
    """One ingest event."""
    subject = fields.pop("subject", {"external_userid": external})
    return {
        "event_id": event_id or secrets.token_hex(8),
        "type": kind,
        "occurred_at": occurred or at(0),
        "subject": subject,
        **fields,
    }


def paid(external: str, number: str, **fields: Any) -> dict[str, Any]:
    return fact("order.paid", external, **({"order_no": number, "amount_fen": 199900, "course": "年度阅读课"} | fields))
