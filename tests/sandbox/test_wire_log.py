"""The wire drawer: every call and callback in clear, without secrets."""

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import FormData, ServerDisconnectedError

from sandbox.api import ENDPOINTS
from sandbox.wire_log import LONG, MASK
from sandbox.wire_names import CALLS
from tests.sandbox.conftest import CREDENTIALS, NOW, Play

SEND = "message/send"


def text(content: str) -> dict[str, Any]:
    return {"touser": "Lin", "msgtype": "text", "agentid": CREDENTIALS.agent_id, "text": {"content": content}}


async def entries(play: Play, query: str = "") -> list[dict[str, Any]]:
    return list((await play.see(f"/wire{query}"))["entries"])


async def test_a_call_with_its_answer(school: Play) -> None:
    sent = await school.api(SEND, text("早"))
    token, call = await entries(school)
    assert (token["name"], token["query"]["corpsecret"], token["answer"]["access_token"]) == ("取 access_token", MASK, MASK)
    assert (call["direction"], call["name"], call["method"]) == ("call", "发应用消息", "POST")
    assert (call["path"], call["query"]) == ("/cgi-bin/message/send", {"access_token": MASK})
    assert (call["at"], call["tries"], call["http_status"], call["errcode"], call["state"]) == (int(NOW), 1, 200, 0, "ok")
    assert (call["request"], call["answer"]) == (text("早"), sent)
    assert call["ms"] >= 0
    everything = str(await school.see("/wire"))
    assert not any(secret in everything for secret in (CREDENTIALS.secret, school.token))


async def test_refused_and_faulted_calls(school: Play) -> None:
    await school.api(SEND, {**text("早"), "agentid": 1})
    assert [(e["state"], e["errcode"]) for e in await entries(school)][1:] == [("refused", 301002)]
    await school.act("/faults", path=SEND, errcode=45009)
    await school.api(SEND, text("早"))
    await school.act("/faults", path=SEND, http_status=502)
    await school.client.post(f"/cgi-bin/{SEND}?access_token={school.token}", json=text("早"))
    await school.act("/faults", path=SEND, cut="after")
    with suppress(ServerDisconnectedError):
        await school.client.post(f"/cgi-bin/{SEND}?access_token={school.token}", json=text("早"))
    found = [(e["state"], e["fault"], e["errcode"], e["http_status"]) for e in (await entries(school))[2:]]
    assert found == [
        ("faulted", "errcode 45009", 45009, 200),
        ("faulted", "http_status 502", None, 502),
        ("faulted", "cut after", 0, 0),
    ]


async def test_a_hanging_call_waits_and_is_given_again(school: Play) -> None:
    await school.gettoken()
    await school.act("/faults", path="gettoken", hang_s=0.2)
    hanging = asyncio.create_task(school.gettoken())
    seq = (await school.see("/wire"))["seq"]
    [waiting] = await entries(school, f"?after={seq}&wait=5")
    assert (waiting["state"], waiting["http_status"], waiting["rev"]) == ("waiting", None, 1)
    await hanging
    [done] = await entries(school, f"?after={waiting['seq']}&wait=5")
    assert (done["id"], done["state"], done["rev"]) == (waiting["id"], "ok", 2)
    assert (done["fault"], done["seq"] > waiting["seq"]) == ("hang_s 0.2", True)


async def test_a_callback_with_its_tries(school: Play) -> None:
    school.bot.statuses = [500]
    await school.act("/kf/say", external_userid="wmMing", text="你好")
    await school.bot.hear()
    await school.see("/quiet")
    [callback] = await entries(school)
    assert (callback["direction"], callback["name"], callback["path"]) == ("callback", "客服有新消息", "/wecom/callback")
    assert (callback["tries"], callback["http_status"], callback["state"]) == (2, 200, "ok")
    assert "<OpenKfId>" in callback["request"]
    assert f"<Token>{MASK}</Token>" in callback["request"]


async def test_lost_callbacks(school: Play) -> None:
    await school.act("/faults", kind="lose")
    await school.act("/app/enter", userid="Lin")
    school.bot.statuses = [500, 502, 503]
    await school.act("/app/say", userid="Lin", text="名单")
    await school.see("/quiet")
    ordered, refused = await entries(school)
    assert (ordered["name"], ordered["state"], ordered["fault"], ordered["tries"]) == ("打开应用", "lost", "lose", 0)
    assert (refused["name"], refused["state"], refused["tries"]) == ("成员发文字", "lost", 3)
    assert (refused["http_status"], refused["fault"]) == (503, "")


def test_every_call_has_a_name() -> None:
    assert ENDPOINTS.keys() == CALLS.keys()


async def test_callbacks_have_names(school: Play) -> None:
    await school.act("/follow", external_userid="wmMing", userid="Lin")
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.act("/groups/wrA/join", external_userid="wmMing")
    await school.act("/groups/wrA/leave", external_userid="wmMing")
    await school.act("/unfollow", external_userid="wmMing", userid="Lin")
    await school.act("/members/wu/leave")
    await school.see("/quiet")
    names = {entry["name"] for entry in await entries(school)}
    assert names == {"学员加好友", "建客户群", "有人进群", "有人退群", "学员删除好友", "成员离职"}


async def test_secrets_are_masked_at_any_depth_and_long_strings_are_cut(school: Play) -> None:
    body = {"deep": [{"token": "t-secret", "Secret": "s-secret"}], "long": "好" * (LONG + 1), "button": {"key": "claim"}}
    await school.api("message/send", body)
    call = (await entries(school))[-1]
    assert call["request"]["deep"] == [{"token": MASK, "Secret": MASK}]
    assert call["request"]["button"] == {"key": "claim"}
    assert (call["request"]["long"][:LONG], str(LONG + 1) in call["request"]["long"]) == ("好" * LONG, True)
    await school.client.post("/cgi-bin/webhook/send?key=key-sales", json={"msgtype": "text", "text": {"content": "好"}})
    assert (await entries(school))[-1]["query"] == {"key": MASK}


async def test_uploads_are_a_summary(school: Play) -> None:
    form = FormData()
    form.add_field("media", b"\x89PNG" + b"x" * 5000, filename="poster.png", content_type="image/png")
    await school.gettoken()
    await school.client.post("/cgi-bin/media/upload?access_token=wrong&type=image", data=form)
    request = (await entries(school))[-1]["request"]
    assert 'filename="poster.png"' in request["multipart"][0]
    assert request["bytes"] > 5000
    assert "xxxx" not in str(request)


async def test_readers_page_on_and_only_the_newest_are_kept(school: Play) -> None:
    school.stage.wire._keep = 5
    for number in range(7):
        await school.client.get(f"/cgi-bin/unknown/{number}")
    assert [entry["path"][-1] for entry in await entries(school)] == ["2", "3", "4", "5", "6"]
    assert [entry["path"][-1] for entry in await entries(school, "?limit=2")] == ["5", "6"]
    first = (await entries(school))[0]
    page = await school.see(f"/wire?after={first['seq']}&limit=2")
    assert [entry["path"][-1] for entry in page["entries"]] == ["3", "4"]
    rest = await school.see(f"/wire?after={page['seq']}")
    assert [entry["path"][-1] for entry in rest["entries"]] == ["5", "6"]
    nothing = await school.see(f"/wire?after={rest['seq']}")
    assert nothing == {"seq": rest["seq"], "entries": []}
    # A page that was open over a restart of the look-alike begins anew.
    assert len(await entries(school, "?after=100000")) == 5
    assert (await school.client.get("/_sandbox/wire?after=x")).status == 400
