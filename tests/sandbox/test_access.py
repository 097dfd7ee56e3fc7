"""The gate: tokens, methods, unknown paths, frequency, faults, the call log."""

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox.app import build_sandbox
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE
from tests.sandbox.conftest import CREDENTIALS, NOW, Bot, Play


async def test_the_same_token_while_it_is_valid(play: Play) -> None:
    first = await play.gettoken()
    play.later(7199)
    assert (first["errcode"], first["expires_in"]) == (0, 7200)
    assert await play.gettoken() == {**first, "expires_in": 1}


async def test_wrong_corp_and_wrong_secret(play: Play) -> None:
    assert (await play.gettoken(corpid="wwOther"))["errcode"] == 40013
    assert (await play.gettoken(corpsecret="no"))["errcode"] == 40001


async def test_each_app_has_a_token_of_its_own(bot: Bot) -> None:
    config = SandboxConfig(callback_url=bot.url, apps={1000003: "secret-of-the-other"})
    app = build_sandbox(config, Clock(lambda: NOW))
    async with TestClient(TestServer(app)) as client:
        play = Play(client, app[STAGE], app[STAGE].clock, bot)
        own, other = await play.gettoken(), await play.gettoken(corpsecret="secret-of-the-other")
        assert own["access_token"] != other["access_token"]
        assert await play.gettoken(corpsecret="secret-of-the-other") == other
        play.token = other["access_token"]
        assert await play.code("agent/get", agentid=1000003) == 0
        assert await play.code("agent/get", agentid=CREDENTIALS.agent_id) == 301002
        await play.act("/members", userid="lin", name="林老师")
        body = {"touser": "lin", "msgtype": "text", "agentid": CREDENTIALS.agent_id, "text": {"content": "好"}}
        assert await play.code("message/send", body) == 301002
        play.token = own["access_token"]
        sent = await play.api("message/send", body)
        menu = {"action_list": [{"text": "看", "key": "see"}]}
        card = {"card_type": "text_notice", "main_title": {"title": "到课"}, "card_action": {"type": 0}, "task_id": "t1"}
        notice = {**body, "msgtype": "template_card", "template_card": {**card, "action_menu": menu}}
        update = {"response_code": (await play.api("message/send", notice))["response_code"], "atall": 1, "template_card": card}
        play.token = other["access_token"]
        assert await play.code("message/update_template_card", {**update, "agentid": 1000003}) == 60140
        assert await play.code("message/recall", {"msgid": sent["msgid"]}) == 40058
        play.token = own["access_token"]
        assert await play.code("message/recall", {"msgid": sent["msgid"]}) == 0


async def test_the_addresses_of_wecom(play: Play) -> None:
    for path in ("getcallbackip", "get_api_domain_ip"):
        assert await play.api(path) == {"errcode": 0, "errmsg": "ok", "ip_list": ["127.0.0.1"]}


def test_the_numbers_of_the_documents() -> None:
    numbers = SandboxConfig()
    assert (numbers.token_life_s, numbers.callback_deadline_s, numbers.callback_tries) == (7200, 5.0, 3)
    assert (numbers.api_per_minute, numbers.api_per_hour) == (10_000, 150_000)
    assert (numbers.ip_per_minute, numbers.ip_per_hour) == (20_000, 600_000)
    assert (numbers.ways_ceiling, numbers.corp_tags, numbers.mass_allowance) == (500_000, 3000, "month")
    assert (numbers.aibot.stream_window_s, numbers.aibot.reply_window_s) == (6 * 60, 24 * 3600)


async def test_token_faults(play: Play) -> None:
    assert await play.code("getcallbackip") == 0
    assert await play.code("getcallbackip", access_token="made-up") == 40014
    assert await play.code("getcallbackip", access_token="") == 41001
    play.later(7200)
    assert await play.code("getcallbackip") == 42001
    play.token = ""
    assert await play.code("get_api_domain_ip") == 0
    await play.act("/tokens/drop")
    assert await play.code("getcallbackip") == 40014


async def test_method_path_and_json(play: Play) -> None:
    assert await play.code("message/send") == 40058
    assert await play.code("user/get", {"userid": "lin"}) == 40058
    assert await play.code("no/such/path", {}) == 40066
    broken = await play.client.post(f"/cgi-bin/message/recall?access_token={play.token}", data=b"{")
    assert (await broken.json())["errcode"] == 40058
    infinite = await play.client.post(f"/cgi-bin/user/list_id?access_token={play.token}", data=b'{"limit": Infinity}')
    assert (await infinite.json())["errcode"] == 40058
    assert await play.code("message/recall", {}) == 40063
    assert await play.code("externalcontact/send_welcome_msg", {"welcome_code": "x", "text": "not an object"}) == 40058


async def test_frequency_per_api(play: Play) -> None:
    codes = [await play.code("getcallbackip") for _ in range(61)]
    assert codes == [0] * 60 + [45009]
    assert await play.code("get_api_domain_ip") == 0
    play.later(60)
    assert await play.code("getcallbackip") == 0


async def test_api_faults_in_order_and_only_so_often(play: Play) -> None:
    await play.act("/faults", path="getcallbackip", errcode=45033, times=2)
    await play.act("/faults", path="/cgi-bin/getcallbackip", http_status=502)
    assert await play.code("get_api_domain_ip") == 0
    assert [await play.code("getcallbackip") for _ in range(2)] == [45033, 45033]
    assert (await play.client.get("/cgi-bin/getcallbackip")).status == 502
    await play.act("/faults", path="*", hang_s=0.01)
    assert await play.code("getcallbackip") == 0
    await play.act("/faults", faults=[{"path": "*", "errcode": -1}, {"kind": "lose"}])
    await play.client.delete("/_sandbox/faults")
    assert await play.code("getcallbackip") == 0


async def test_a_cut_call_acts_or_not_as_ordered(school: Play) -> None:
    body = {"touser": "lin", "msgtype": "text", "agentid": CREDENTIALS.agent_id, "text": {"content": "好"}}
    await school.api("getcallbackip")
    for cut, seen in (("before", 0), ("after", 1)):
        await school.act("/faults", path="message/send", cut=cut)
        with pytest.raises(aiohttp.ClientError):
            await school.api("message/send", body)
        assert len(await school.phone("Lin")) == seen


async def test_calls_are_logged_without_secrets(play: Play) -> None:
    await play.api("user/get", userid="nobody")
    log = await play.see("/calls?path=/cgi-bin/user/get")
    assert [(call["path"], call["query"], call["errcode"]) for call in log] == [("user/get", {"userid": "nobody"}, 60111)]
    assert CREDENTIALS.secret not in str(await play.see("/calls"))
    assert (await play.see("/state"))["counters"]["calls"] == {"gettoken": 1, "user/get": 1}


async def test_directory(school: Play) -> None:
    await school.act("/departments", id=4, name="增长部", parentid=1)
    await school.act("/members", userid="he", name="何老师", department_ids=[4])
    listed = await school.api("department/list")
    assert [(d["id"], d["name"], d["parentid"]) for d in listed["department"]] == [(1, "营伴学堂", 0), (4, "增长部", 1)]
    assert (await school.api("department/simplelist", id=4))["department_id"][0]["id"] == 4
    assert await school.code("department/list", id=99) == 60123
    simple = (await school.api("user/simplelist", department_id=4))["userlist"]
    assert simple == [{"userid": "he", "name": "何老师", "department": [4]}]
    assert [m["userid"] for m in (await school.api("user/list", department_id=1))["userlist"]] == ["Lin", "wu"]
    profile = await school.api("user/get", userid="LIN")
    assert (profile["userid"], profile["status"], "mobile" in profile) == ("Lin", 1, False)
    assert (await school.api("agent/get", agentid=CREDENTIALS.agent_id))["agentid"] == CREDENTIALS.agent_id
    assert await school.code("agent/get", agentid=7) == 301002
