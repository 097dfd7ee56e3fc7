"""wechatpy's blocking client, as published, against the look-alike. Its crypto opens every callback in tests/sandbox.

Its address is a class attribute, but two places name the real host outright: fetching the token and downloading media.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

from tests.sandbox.conftest import CREDENTIALS, Play

T = TypeVar("T")
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 9


@pytest.fixture
def client(school: Play) -> Iterator[WeChatClient]:
    class Client(WeChatClient):
        API_BASE_URL = str(school.client.make_url("/cgi-bin/"))

        def fetch_access_token(self) -> Any:
            return self._fetch_access_token(f"{self.API_BASE_URL}gettoken", {"corpid": self.corp_id, "corpsecret": self.secret})

    client = Client(CREDENTIALS.corp_id, CREDENTIALS.secret, timeout=5)
    yield client
    client._http.close()


async def blocking(call: Callable[..., T], *arguments: Any, **named: Any) -> T:
    return await asyncio.to_thread(call, *arguments, **named)


async def test_the_token_is_fetched_kept_and_fetched_anew_when_it_is_dropped(school: Play, client: WeChatClient) -> None:
    assert (await blocking(client.user.get, "lin"))["name"] == "林老师"
    first = client.access_token
    await school.act("/tokens/drop")
    assert (await blocking(client.user.get, "wu"))["userid"] == "wu"
    assert client.access_token != first
    assert school.stage.calls.counts["gettoken"] == 2


async def test_refusals_arrive_with_their_errcode(school: Play, client: WeChatClient) -> None:
    with pytest.raises(WeChatClientException, match="60111"):
        await blocking(client.user.get, "nobody")
    await school.act("/faults", path="user/get", errcode=45009)
    with pytest.raises(APILimitedException):
        await blocking(client.user.get, "lin")


async def test_departments_and_their_members(school: Play, client: WeChatClient) -> None:
    await school.act("/departments", id=7, name="教务部", parentid=1)
    await school.act("/members", userid="zhao", name="赵老师", department_ids=[7])
    departments = await blocking(client.department.get)
    assert {department["id"]: department["name"] for department in departments}[7] == "教务部"
    users = await blocking(client.department.get_users, 1, fetch_child=1)
    assert {user["userid"] for user in users} >= {"Lin", "wu"}
    assert [user["name"] for user in await blocking(client.user.list, 7, simple=True)] == ["赵老师"]
    assert await blocking(client.misc.get_wechat_ips)


async def test_messages_of_many_kinds(school: Play, client: WeChatClient) -> None:
    agent = CREDENTIALS.agent_id
    sent = await blocking(client.message.send_text, agent, ["Lin", "nobody"], "3 人缺勤")
    assert (sent["errcode"], sent["invaliduser"]) == (0, "nobody")
    await blocking(client.message.send_markdown, agent, "Lin", "**3 人**缺勤")
    await blocking(client.message.send_text_card, agent, ["Lin"], "公海", "3 位学员", "https://camp.example.cn")
    article = {
        "title": "第 6 课",
        "description": "回放",
        "url": "https://camp.example.cn",
        "image": "https://camp.example.cn/a.png",
    }
    await blocking(client.message.send_articles, agent, ["Lin"], [article])
    kinds = [bubble["kind"] for bubble in await school.phone("Lin")]
    assert kinds == ["text", "markdown", "textcard", "news"]
    with pytest.raises(WeChatClientException, match="81013"):
        await blocking(client.message.send_text, agent, "nobody", "有人吗")


async def test_media_goes_up_and_onto_a_phone(school: Play, client: WeChatClient) -> None:
    uploaded = await blocking(client.media.upload, "image", ("photo.png", PNG))
    assert uploaded["type"] == "image"
    await blocking(client.message.send_image, CREDENTIALS.agent_id, ["Lin"], uploaded["media_id"])
    bubble = (await school.phone("Lin"))[-1]
    assert (bubble["kind"], bubble["data"]["name"]) == ("image", "photo.png")
    got = await blocking(client.get, "media/get", params={"media_id": uploaded["media_id"]})
    assert got.content == PNG


async def test_customers_groups_and_tags(school: Play, client: WeChatClient) -> None:
    await school.act("/follow", external_userid="wmMing", userid="Lin", state="poster")
    await school.act("/groups", chat_id="wrClass", name="阅读一班", owner="Lin")
    await school.act("/groups/wrClass/join", external_userid="wmMing")
    contacts = client.external_contact
    assert "Lin" in (await blocking(contacts.get_follow_user_list))["follow_user"]
    assert (await blocking(contacts.list, "Lin"))["external_userid"] == ["wmMing"]
    follow = (await blocking(contacts.get, "wmMing"))["follow_user"][0]
    assert (follow["userid"], follow["state"]) == ("Lin", "poster")
    group = (await blocking(client.external_contact_group_chat.get, "wrClass"))["group_chat"]
    assert {member["userid"] for member in group["member_list"]} == {"Lin", "wmMing"}
    assert (await blocking(client.external_contact_group_chat.list_all, limit=1))[0]["chat_id"] == "wrClass"
    made = await blocking(contacts.add_corp_tag, None, "进度", None, [{"name": "已完课"}])
    tag_id = made["tag_group"]["tag"][0]["id"]
    await blocking(contacts.mark_tag, "Lin", "wmMing", [tag_id])
    tags = await blocking(contacts.get_corp_tag_list)
    assert tags["tag_group"][0]["tag"][0]["name"] == "已完课"
    marked = (await blocking(contacts.get, "wmMing"))["follow_user"][0]["tags"]
    assert [tag["tag_name"] for tag in marked] == ["已完课"]


async def test_a_welcome_in_time(school: Play, client: WeChatClient) -> None:
    await school.act("/follow", external_userid="wmMing", userid="Lin")
    code = (await school.bot.hear())["WelcomeCode"]
    await blocking(client.external_contact.send_welcome_msg, {"welcome_code": code, "text": {"content": "欢迎"}})
    assert (await school.phone("wmMing"))[-1]["text"] == "欢迎"
