"""Config, apply, probes and junk callbacks, as an operator and as an attacker meet them (DESIGN 9)."""

import json
import re
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.blackbox import camps, envelope
from tests.blackbox.conftest import Build
from tests.blackbox.fake import Fake
from tests.blackbox.house import CORP, KEY, TOKEN, House, config_text, run


@pytest.fixture(scope="module")
def house(build: Build) -> House:
    return build(camps.camp(camps.lesson(1, -5)), more="")  # only the required sections


def test_minimal_config_serves_and_makes_its_privacy_key(house: House) -> None:
    assert house.get("/healthz")[0] == 200
    keys = [file for file in house.folder.iterdir() if "key" in file.name]
    assert keys
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in keys)


def test_check_config_good_and_all_faults_together(tmp_path: Path) -> None:
    good = tmp_path / "good.toml"
    good.write_text(config_text(Fake(port=9), 8780, tmp_path))
    bad = tmp_path / "bad.toml"
    bad.write_text(
        good.read_text().replace("8780", '"many"').replace("[wecom.kf]", "[wecom.kfx]").replace(KEY, "short")
        + "\nodd = 1\n[nonsense]\nx = 1\n"
    )
    results = {}
    jobs = [
        threading.Thread(target=lambda: results.update(good=run("check-config", "--config", str(good)))),
        threading.Thread(target=lambda: results.update(bad=run("check-config", "--config", str(bad)))),
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert results["good"].returncode == 0, results["good"].stdout + results["good"].stderr
    assert results["bad"].returncode != 0
    text = results["bad"].stdout + results["bad"].stderr
    for word in ("port", "kfx", "encoding_aes_key", "[wecom.kf]", "nonsense"):
        assert word in text, text
    assert "Traceback" not in text


def test_environment_overrides_the_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(config_text(Fake(port=9), 8780, tmp_path))
    done = run("check-config", cwd=tmp_path, env={"WECAMP_CONFIG": str(file), "WECAMP_SERVER__PORT": "99999999"})
    assert done.returncode != 0
    assert "port" in (done.stdout + done.stderr)


def test_apply_twice_changes_nothing(house: House) -> None:
    text = (house.folder / "camp.toml").read_text()
    done = house.apply(text)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"(新增|修改) [1-9]", done.stdout), done.stdout


def test_apply_reports_all_faults_and_applies_nothing(house: House) -> None:
    text = (
        camps.camp(camps.lesson(1, -5) + camps.lesson(2, 30, 0) + camps.lesson(3, 60))
        + '[[staff]]\nuserid = "new1"\nposition = "king"\n[[channels]]\ncode = "ok2"\nname = "新渠道"\ncolour = "red"\n'
    )
    done = house.apply(text)
    assert done.returncode != 0
    report = done.stdout + done.stderr
    for word in ("minutes", "king", "colour"):
        assert word in report, report
    assert "Traceback" not in report
    assert "新渠道" not in house.member("chen", "漏斗", "报名|没有").text


def test_get_verification_answers_the_bare_plaintext(house: House) -> None:
    query, echo = envelope.sealed(TOKEN, KEY, "4920123+/=echo", CORP)
    status, body = house.get("/wecom/callback?" + urlencode(query | {"echostr": echo}))
    assert (status, body) == (200, b"4920123+/=echo")
    status, body = house.get("/wecom/callback?" + urlencode(query | {"echostr": echo, "msg_signature": "0" * 40}))
    assert status in (400, 403)
    assert body == b""


def test_junk_callbacks_get_an_empty_4xx_and_unknown_events_200(house: House) -> None:
    query, encrypted = envelope.sealed(TOKEN, KEY, envelope.xml(A="b"), "wwOTHER")
    url = "/wecom/callback?" + urlencode(query)
    bomb = '<!DOCTYPE x [<!ENTITY a "aa">]><xml><Encrypt>&a;</Encrypt></xml>'
    for what, body in {
        "receiveid": envelope.xml(ToUserName=CORP, Encrypt=encrypted),
        "no xml": "hello",
        "empty": "",
        "entities": bomb,
        "not base64": envelope.xml(Encrypt="@@@@"),
        "oversize": "<xml>" + "a" * 3_000_000 + "</xml>",
        "bytes": "\x00\x01",
    }.items():
        status, answer = house.http("POST", url, body.encode(), {"Content-Type": "text/xml"})
        assert status in (400, 403, 413), (what, status)
        assert answer == b"", (what, answer)
    assert house.http("POST", "/wecom/callback", b"x")[0] in (400, 403)
    for message in (
        envelope.xml(MsgType="event", Event="martian_event"),
        envelope.xml(ToUserName=CORP, FromUserName="lin", MsgType="hologram"),
        "<xml></xml>",
        "not xml at all",
    ):
        status, answer = house.post_xml(message)
        assert answer == b""
        assert status == 200 or "not xml" in message
    house.deliver(
        envelope.xml(
            ToUserName=CORP,
            FromUserName="sys",
            CreateTime=1,
            MsgType="event",
            Event="change_external_contact",
            ChangeType="add_external_contact",
        )
    )
    house.member("lin", "帮助", "名单")


def test_stale_callback_is_refused(house: House) -> None:
    encrypted = envelope.encrypt(KEY, envelope.xml(A="b"), CORP)
    stamp = str(int(time.time()) - 4000)
    query = {"msg_signature": envelope.signature(TOKEN, stamp, "n", encrypted), "timestamp": stamp, "nonce": "n"}
    status, body = house.http("POST", "/wecom/callback?" + urlencode(query), envelope.xml(Encrypt=encrypted).encode())
    assert (status in (400, 403), body) == (True, b"")


def test_other_kinds_of_member_messages_are_answered(house: House) -> None:
    since = len(house.fake.calls)
    house.deliver(
        envelope.xml(
            ToUserName=CORP,
            FromUserName="lin",
            CreateTime=int(time.time()),
            MsgType="image",
            PicUrl="http://x/y",
            MediaId="m",
            MsgId=77,
            AgentID=1000017,
        )
    )
    assert re.search("文字", house.hears("lin", ".", since).text)


def test_probes_and_metrics(house: House) -> None:
    status, body = house.get("/readyz")
    assert status == 200
    json.loads(body)
    assert b"# TYPE" in house.get("/metrics")[1]
    assert house.http("POST", "/ingest/shop", b"{}")[0] in (401, 403, 404)
    assert not house.fake.breaches, "\n".join(house.fake.breaches)


def test_sigterm_when_idle_is_quick(house: House) -> None:
    house.quiet()
    assert house.stop() <= 5
