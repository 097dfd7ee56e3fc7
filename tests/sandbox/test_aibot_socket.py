"""The robot's long connection (doc 101463): subscribing, being told, answering, pushing, uploading, being kicked."""

import base64
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox.aibot.settings import AibotConfig
from sandbox.app import build_sandbox
from sandbox.config import read_config
from tests.sandbox.aibot_kit import (
    PNG,
    ROBOT,
    Line,
    attached,
    card,
    card_message,
    connect,
    dead,
    decrypted,
    markdown,
    pieces,
    stream,
    upload_head,
)
from tests.sandbox.conftest import Play

RESPOND, WELCOME, UPDATE, PUSH = "aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg", "aibot_send_msg"


@pytest.fixture
async def staffroom(school: Play) -> Play:
    """Two members in one internal group with the robot."""
    await school.act("/rooms", id="staff", name="教务群", members=["Lin", "wu"])
    return school


def tune(play: Play, **changes: Any) -> AibotConfig:
    """Other numbers for this test."""
    assert play.stage.aibot is not None
    play.stage.aibot.config = dataclasses.replace(play.stage.aibot.config, **changes)
    return play.stage.aibot.config


async def aibot_chat(play: Play, userid: str) -> list[dict[str, Any]]:
    return [bubble for bubble in await play.phone(userid) if bubble["chat"] == "aibot"]


async def asked(play: Play, line: Line, text: str = "名单", **more: Any) -> str:
    """Lin says something and the bot hears it; the req_id to answer with."""
    await play.act("/aibot/say", userid="Lin", text=text, **more)
    return str((await line.hear())["headers"]["req_id"])


async def test_a_wrong_secret_is_refused_and_the_connection_stays_open(school: Play) -> None:
    line = Line(await school.client.ws_connect("/_aibot"))
    wrong = await line.order("aibot_subscribe", {"bot_id": ROBOT.bot_id, "secret": "no"})
    assert (wrong["errcode"], wrong["errmsg"]) == (853000, "invalid bot_id or secret")
    assert await line.code(PUSH, {"chatid": "Lin", **markdown("早")}) == 853000
    assert (await school.see("/aibot"))["connected"] is False
    assert await line.code("aibot_subscribe", {"bot_id": ROBOT.bot_id, "secret": ROBOT.secret}) == 0
    assert (await school.see("/aibot"))["connected"] is True
    assert ROBOT.secret not in str(await school.see("/calls"))


async def test_subscribing_in_a_loop_meets_45009_for_a_minute(school: Play) -> None:
    line = await connect(school)
    credentials = {"bot_id": ROBOT.bot_id, "secret": ROBOT.secret}
    codes = [await line.code("aibot_subscribe", credentials) for _ in range(10)]
    assert codes == [0] * 9 + [45009]
    school.later(61)
    assert await line.code("aibot_subscribe", credentials) == 0


async def test_a_websocket_at_the_root_is_the_same_door(school: Play) -> None:
    line = await connect(school, "/")
    assert await line.order("ping") == {"headers": {"req_id": "ping-2"}, "errcode": 0, "errmsg": "ok"}


async def test_a_connection_without_pings_is_hung_up(school: Play) -> None:
    tune(school, idle_s=0.05)
    line = await connect(school)
    assert await line.ended()
    assert (await school.see("/aibot"))["connected"] is False


async def test_a_new_subscribe_kicks_the_old_connection(school: Play) -> None:
    old = await connect(school)
    new = await connect(school)
    told = await old.hear()
    assert (told["cmd"], told["body"]["event"]) == ("aibot_event_callback", {"eventtype": "disconnected_event"})
    assert told["body"]["msgtype"] == "event"
    assert await old.ended()
    await school.act("/aibot/say", userid="Lin", text="在吗")
    assert (await new.hear())["body"]["text"] == {"content": "在吗"}


async def test_what_a_single_message_looks_like(school: Play) -> None:
    line = await connect(school)
    await school.act("/aibot/say", userid="Lin", text="名单")
    frame = await line.hear()
    msgid = frame["body"].pop("msgid")
    assert frame["cmd"] == "aibot_msg_callback"
    assert frame["headers"]["req_id"] != msgid
    assert frame["body"] == {
        "aibotid": ROBOT.bot_id,
        "chattype": "single",
        "from": {"userid": "Lin"},
        "msgtype": "text",
        "text": {"content": "名单"},
    }


async def test_in_a_group_only_lines_that_mention_it_arrive_and_carry_the_mention(staffroom: Play) -> None:
    line = await connect(staffroom)
    await staffroom.act("/rooms/staff/say", userid="wu", text="中午吃什么")
    await staffroom.act("/aibot/say", userid="wu", room="staff", text="缺勤名单")
    body = (await line.hear())["body"]
    assert (body["chatid"], body["chattype"], body["from"]) == ("staff", "group", {"userid": "wu"})
    assert body["text"] == {"content": f"@{ROBOT.name} 缺勤名单"}
    refused = await staffroom.act("/aibot/say", 400, userid="wu", room="staff", file=attached("a.txt", b"123456"))
    assert "单聊" in refused["error"]
    refused = await staffroom.act("/aibot/say", 400, userid="wu", room="elsewhere", text="在吗")
    assert "内部群" in refused["error"]


async def test_a_stream_grows_in_one_bubble(staffroom: Play) -> None:
    line = await connect(staffroom)
    req_id = await asked(staffroom, line, room="staff")
    shown = []
    for text, finish in (("正在查", False), ("正在查…3 人缺勤", True)):
        assert await line.code(RESPOND, stream(text, finish), req_id) == 0
        timeline = (await staffroom.see("/phone/wu"))["chats"][0]["messages"]
        shown.append([(bubble["id"], bubble["text"], bubble["data"]["stream"]["finish"]) for bubble in timeline[1:]])
    assert [[text for _, text, _ in bubbles] for bubbles in shown] == [["正在查"], ["正在查…3 人缺勤"]]
    assert shown[0][0][0] == shown[1][0][0]
    assert [shown[0][0][2], shown[1][0][2]] == [False, True]
    assert await line.code(RESPOND, stream("再来", stream_id="s1"), req_id) == 846608
    assert await line.code(RESPOND, stream("另一条", stream_id="s2"), req_id) == 0


async def test_stream_limits(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    assert await line.code(RESPOND, stream("好" * 6826 + "ab", finish=False), req_id) == 0
    assert await line.code(RESPOND, stream("好" * 6827, finish=False), req_id) == 45002
    assert await line.code(RESPOND, stream("好", stream_id=""), req_id) == 40063
    assert await line.code(RESPOND, stream("好", stream_id="f", feedback={"id": "f" * 257}), req_id) == 40058
    picture = {"msgtype": "image", "image": {"base64": "", "md5": ""}}
    assert await line.code(RESPOND, stream("好", msg_item=[picture]), req_id) == 40058
    school.later(361)
    late = await line.order(RESPOND, stream("迟了"), req_id)
    assert (late["errcode"], late["errmsg"]) == (846608, "stream message update expired (>6 minutes), cannot update")


async def test_answers_fit_their_callback_or_get_846605(school: Play) -> None:
    line = await connect(school)
    assert await line.code(RESPOND, stream("谁"), "made-up") == 846605
    await school.act("/aibot/enter", userid="Lin")
    entered = (await line.hear())["headers"]["req_id"]
    assert await line.code(RESPOND, stream("欢迎"), entered) == 846605
    req_id = await asked(school, line)
    assert await line.code(WELCOME, {"msgtype": "text", "text": {"content": "欢迎"}}, req_id) == 846605
    assert await line.code(UPDATE, dead(), req_id) == 846605
    school.later(24 * 3600)
    assert await line.code(RESPOND, markdown("还来得及"), req_id) == 0
    school.later(1)
    assert await line.code(RESPOND, markdown("来不及了"), req_id) == 846605


async def test_req_ids_die_with_their_connection(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    await school.act("/aibot/cut")
    assert await line.ended()
    line = await connect(school)
    assert await line.code(RESPOND, stream("回来了"), req_id) == 846605
    tune(school, req_id_survives_reconnect=True)
    assert await line.code(RESPOND, stream("回来了"), req_id) == 0


async def test_what_can_be_answered_and_what_cannot(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    assert await line.code(RESPOND, {"msgtype": "text", "text": {"content": "好"}}, req_id) == 40008
    assert await line.code(RESPOND, markdown("**好**"), req_id) == 0
    assert await line.code(RESPOND, card_message("t1"), req_id) == 0
    assert await line.code(RESPOND, card_message("t1"), req_id) == 42014
    both = {**stream("看卡片", stream_id="s9"), "msgtype": "stream_with_template_card", "template_card": card("t2")}
    assert await line.code(RESPOND, both, req_id) == 0
    assert await line.code(RESPOND, {**both, "template_card": card("t3")}, req_id) == 40058
    kinds = [bubble["kind"] for bubble in await aibot_chat(school, "Lin")]
    assert kinds == ["text", "markdown", "card", "markdown", "card"]


async def test_the_welcome_of_the_first_entry_of_a_day_within_five_seconds(school: Play) -> None:
    line = await connect(school)
    assert (await school.act("/aibot/enter", userid="Lin"))["told"] is True
    frame = await line.hear()
    assert (frame["cmd"], frame["body"]["event"]) == ("aibot_event_callback", {"eventtype": "enter_chat"})
    school.later(5)
    text = {"msgtype": "text", "text": {"content": "我是营伴"}}
    assert await line.code(WELCOME, text, frame["headers"]["req_id"]) == 0
    assert await line.code(WELCOME, text, frame["headers"]["req_id"]) == 846605
    assert (await school.act("/aibot/enter", userid="Lin"))["told"] is False
    school.later(86400)
    await school.act("/aibot/enter", userid="Lin")
    late = (await line.hear())["headers"]["req_id"]
    school.later(5.5)
    assert await line.code(WELCOME, text, late) == 846605
    assert [bubble["text"] for bubble in await aibot_chat(school, "Lin")] == ["我是营伴"]


async def test_a_card_lives_until_it_is_updated_within_five_seconds_of_a_click(staffroom: Play) -> None:
    line = await connect(staffroom)
    req_id = await asked(staffroom, line, room="staff")
    await line.order(RESPOND, card_message(), req_id)
    await staffroom.act("/aibot/click", userid="wu", room="staff", task_id="t1", key="claim")
    frame = await line.hear()
    assert frame["body"]["chatid"] == "staff"
    assert frame["body"]["event"] == {
        "eventtype": "template_card_event",
        "template_card_event": {"card_type": "button_interaction", "event_key": "claim", "task_id": "t1"},
    }
    assert await line.code(UPDATE, dead("other"), frame["headers"]["req_id"]) == 42014
    assert await line.code(UPDATE, {**dead(), "userids": ["WU"]}, frame["headers"]["req_id"]) == 0
    assert await line.code(UPDATE, dead(), frame["headers"]["req_id"]) == 846605
    seen = {who: (await staffroom.see(f"/phone/{who}"))["chats"][0]["messages"][-1] for who in ("Lin", "wu")}
    assert (seen["wu"]["text"], seen["wu"]["buttons"]) == ("已认领", [])
    assert (seen["Lin"]["text"], len(seen["Lin"]["buttons"])) == ("认领学员", 1)
    await staffroom.act("/aibot/click", 400, userid="wu", room="staff", task_id="t1", key="claim")
    await staffroom.act("/aibot/click", userid="Lin", room="staff", task_id="t1", key="claim")
    late = (await line.hear())["headers"]["req_id"]
    staffroom.later(6)
    assert await line.code(UPDATE, dead(), late) == 846605


async def test_a_click_brings_what_was_selected(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    options = [{"id": "price", "text": "价格"}, {"id": "time", "text": "没时间"}]
    vote = {
        "card_type": "vote_interaction",
        "main_title": {"title": "为什么没报名"},
        "task_id": "why-1",
        "checkbox": {"question_key": "why", "mode": 1, "option_list": options},
        "submit_button": {"text": "提交", "key": "send"},
    }
    assert await line.code(RESPOND, {"msgtype": "template_card", "template_card": vote}, req_id) == 0
    await school.act("/aibot/click", 400, userid="Lin", task_id="why-1", key="send", selected={"why": ["love"]})
    await school.act("/aibot/click", userid="Lin", task_id="why-1", key="send", selected={"why": ["price", "time"]})
    event = (await line.hear())["body"]["event"]["template_card_event"]
    item = {"question_key": "why", "option_ids": {"option_id": ["price", "time"]}}
    assert event["selected_items"] == {"selected_item": [item]}


async def test_pushes_go_only_where_somebody_has_spoken_to_the_robot(staffroom: Play) -> None:
    line = await connect(staffroom)
    body = {"chatid": "Lin", "chat_type": 1, **markdown("3 人进公海")}
    assert await line.code(PUSH, body) == 93006
    await staffroom.act("/aibot/enter", userid="Lin")
    assert await line.code(PUSH, body) == 93006
    await asked(staffroom, line)
    assert await line.code(PUSH, body) == 0
    assert await line.code(PUSH, {**body, "chatid": "lin", "chat_type": 0}) == 0
    assert await line.code(PUSH, {**body, "chat_type": 2}) == 93006
    assert await line.code(PUSH, {**body, "chatid": "staff", "chat_type": 2}) == 93006
    await asked(staffroom, line, room="staff")
    assert await line.code(PUSH, {**body, "chatid": "staff", "chat_type": 0}) == 0
    assert await line.code(PUSH, {"chatid": "Lin", "msgtype": "text", "text": {"content": "好"}}) == 40008
    assert await line.code(PUSH, {"chatid": "Lin", **stream("好")}) == 40008


async def test_thirty_a_minute_and_a_thousand_an_hour_per_conversation(staffroom: Play) -> None:
    line = await connect(staffroom)
    req_id = await asked(staffroom, line)
    await asked(staffroom, line, room="staff")
    push = {"chatid": "Lin", **markdown("好")}
    frames = [await line.code(RESPOND, stream(str(n), finish=False), req_id) for n in range(40)]
    assert frames == [0] * 40  # the frames of one stream count once
    codes = [await line.code(PUSH, push) for _ in range(30)]
    assert codes == [0] * 29 + [45009]
    assert await line.code(PUSH, {**push, "chatid": "staff"}) == 0
    staffroom.later(61)
    assert await line.code(PUSH, push) == 0
    robot = staffroom.stage.aibot
    assert robot is not None
    staffroom.stage.limits.passes(robot.talk_with("Lin").key, staffroom.stage.limits.aibot_hour, count=1000 - 31)
    assert await line.code(PUSH, push) == 45009


async def test_three_open_questions_and_the_fourth_waits(school: Play) -> None:
    line = await connect(school)
    req_ids = [await asked(school, line, str(n)) for n in range(3)]
    assert (await school.act("/aibot/say", userid="Lin", text="4"))["delivered"] is False
    assert (await aibot_chat(school, "Lin"))[-1]["kind"] == "system"
    assert (await school.act("/aibot/say", userid="wu", text="别人可以"))["delivered"] is True
    assert (await line.hear())["body"]["from"] == {"userid": "wu"}
    await line.order(RESPOND, stream("答完一条"), req_ids[0])
    assert (await school.act("/aibot/say", userid="Lin", text="5"))["delivered"] is True
    school.later(361)
    assert (await school.act("/aibot/say", userid="Lin", text="6"))["delivered"] is True


async def test_uploads_in_chunks_counted_from_zero_or_one(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    content = bytes(range(256)) * 4096  # two chunks
    for first in (0, 1):
        head = upload_head("file", "名单.xlsx", content, 2)
        upload_id = (await line.order("aibot_upload_media_init", head))["body"]["upload_id"]
        for index, piece in enumerate(pieces(content), first):
            chunk = {"upload_id": upload_id, "chunk_index": index, "base64_data": piece}
            assert await line.code("aibot_upload_media_chunk", chunk) == 0
        done = (await line.order("aibot_upload_media_finish", {"upload_id": upload_id}))["body"]
        assert (done["type"], isinstance(done["created_at"], str)) == ("file", True)
        media = {"msgtype": "file", "file": {"media_id": done["media_id"]}}
        assert await line.code(RESPOND, media, req_id) == 0
        assert await line.code(PUSH, {"chatid": "Lin", **media}) == 0
    assert await line.code(PUSH, {"chatid": "Lin", "msgtype": "image", "image": media["file"]}) == 40007
    bubble = (await aibot_chat(school, "Lin"))[-1]
    assert (bubble["kind"], bubble["data"]["name"], bubble["data"]["size"]) == ("file", "名单.xlsx", len(content))
    assert await (await school.client.get(bubble["data"]["url"])).read() == content
    school.later(3 * 86400 + 1)
    assert await line.code(PUSH, {"chatid": "Lin", **media}) == 40007


async def test_upload_limits(school: Play) -> None:
    line = await connect(school)
    begin, add, finish = (f"aibot_upload_media_{name}" for name in ("init", "chunk", "finish"))
    megabyte = 1024 * 1024
    for kind, most in (("image", 10), ("voice", 2), ("video", 10), ("file", 20)):
        body = {"type": kind, "filename": "a", "total_size": most * megabyte + 1, "total_chunks": 100}
        assert await line.code(begin, body) == 45001
        assert await line.code(begin, {**body, "total_size": most * megabyte}) == 0
    assert await line.code(begin, {**body, "total_size": 100, "total_chunks": 101}) == 40058
    head = upload_head("image", "a.png", PNG)
    upload_id = (await line.order(begin, head))["body"]["upload_id"]
    chunk = {"upload_id": upload_id, "chunk_index": 0}
    assert await line.code(add, {**chunk, "base64_data": pieces(b"x" * (512 * 1024 + 1), 1 << 20)[0]}) == 45001
    assert await line.code(finish, {"upload_id": upload_id}) == 40058
    assert await line.code(add, {**chunk, "base64_data": base64.b64encode(b"other").decode()}) == 0
    assert await line.code(finish, {"upload_id": upload_id}) == 40058
    school.later(30 * 60 + 1)
    assert await line.code(add, {**chunk, "base64_data": base64.b64encode(PNG).decode()}) == 40058
    codes = [await line.code(begin, head) for _ in range(31)]
    assert codes == [0] * 30 + [45009]


async def test_files_for_the_robot_are_encrypted_with_a_key_of_their_own_for_five_minutes(school: Play) -> None:
    line = await connect(school)
    await school.act("/aibot/say", userid="Lin", file=attached("名单.csv", "姓名\n小明".encode()))
    part = (await line.hear())["body"]["file"]
    key = base64.b64decode(part["aeskey"] + "=")
    answer = await school.client.get(part["url"].removeprefix(str(school.client.make_url(""))).rstrip("/"))
    assert "filename*=UTF-8''%E5%90%8D" in answer.headers["Content-Disposition"]
    assert decrypted(key, await answer.read()) == "姓名\n小明".encode()
    school.later(301)
    assert (await school.client.get(part["url"].removeprefix(str(school.client.make_url(""))))).status == 404


async def test_pictures_voice_mixed_and_quotes(staffroom: Play) -> None:
    line = await connect(staffroom)
    await staffroom.act("/aibot/say", userid="Lin", image=attached("a.png", PNG))
    picture = (await line.hear())["body"]
    assert (picture["msgtype"], set(picture["image"])) == ("image", {"url", "aeskey"})
    await staffroom.act("/aibot/say", userid="Lin", voice={"text": "今天谁没来"})
    assert (await line.hear())["body"]["voice"] == {"content": "今天谁没来"}
    quoted = (await aibot_chat(staffroom, "Lin"))[0]["id"]
    staffroom.later(361)
    await staffroom.act("/aibot/say", userid="wu", room="staff", text="这是谁", image=attached("a.png", PNG))
    mixed = (await line.hear())["body"]["mixed"]["msg_item"]
    assert [item["msgtype"] for item in mixed] == ["text", "image"]
    assert mixed[0]["text"] == {"content": f"@{ROBOT.name} 这是谁"}
    await staffroom.act("/aibot/say", userid="Lin", text="就是这张", quote=quoted)
    quote = (await line.hear())["body"]["quote"]
    assert (quote["msgtype"], set(quote["image"])) == ("image", {"url", "aeskey"})
    await staffroom.act("/aibot/say", userid="Lin", text="对吗", quote="3 人缺勤")
    assert (await line.hear())["body"]["quote"] == {"msgtype": "text", "text": {"content": "3 人缺勤"}}


async def test_feedback_on_an_answer_that_asked_for_it(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    await line.order(RESPOND, stream("3 人缺勤", feedback={"id": "fb-1"}), req_id)
    assert (await aibot_chat(school, "Lin"))[-1]["data"]["feedback_id"] == "fb-1"
    await school.act("/aibot/feedback", 400, userid="Lin", feedback_id="fb-2", type=1)
    await school.act("/aibot/feedback", userid="Lin", feedback_id="fb-1", type=2, content="少了一个", reasons=[2])
    body = (await line.hear())["body"]
    feedback = {"id": "fb-1", "type": 2, "content": "少了一个", "inaccurate_reason_list": [2]}
    assert body["event"] == {"eventtype": "feedback_event", "feedback_event": feedback}
    assert (body["msgtype"], body["create_time"]) == ("event", school.clock.seconds())


async def test_a_robot_made_by_a_member_tells_open_userids(school: Play) -> None:
    line = await connect(school)
    tune(school, open_userids=True)
    await school.act("/aibot/say", userid="Lin", text="在吗")
    assert (await line.hear())["body"]["from"] == {"userid": "oid-Lin"}
    assert await line.code(PUSH, {"chatid": "oid-Lin", "chat_type": 1, **markdown("在")}) == 0


async def test_what_is_said_while_nobody_is_connected_is_lost(school: Play) -> None:
    await school.act("/aibot/say", userid="Lin", text="有人吗")
    assert (await school.see("/aibot"))["lost"] == 1
    line = await connect(school)
    await school.act("/aibot/say", userid="Lin", text="现在呢")
    assert (await line.hear())["body"]["text"] == {"content": "现在呢"}


async def test_url_mode_cuts_the_socket_and_keeps_it_out(school: Play) -> None:
    line = await connect(school)
    await school.act("/aibot/mode", mode="url")
    assert await line.ended()
    assert (await school.client.get("/_aibot")).status == 403


async def test_ordered_trouble_meets_callbacks_and_commands(school: Play) -> None:
    line = await connect(school)
    await school.act("/faults", kind="lose")
    await school.act("/aibot/say", userid="Lin", text="1")
    await school.act("/faults", kind="double")
    await school.act("/aibot/say", userid="Lin", text="2")
    twins = [await line.hear(), await line.hear()]
    assert twins[0] == twins[1]
    await school.act("/faults", path=RESPOND, errcode=-1)
    assert await line.code(RESPOND, stream("好"), twins[0]["headers"]["req_id"]) == -1
    await school.act("/faults", path=RESPOND, cut="after")
    await line.socket.send_json({"cmd": RESPOND, "headers": twins[0]["headers"], "body": markdown("好")})
    assert await line.ended()
    assert (await aibot_chat(school, "Lin"))[-1]["text"] == "好"


async def test_frames_out_of_form(school: Play) -> None:
    line = await connect(school)
    assert await line.code("aibot_dance", {}) == 40058
    req_id = await asked(school, line)
    assert await line.code(RESPOND, {}, req_id) == 40063
    assert await line.code(RESPOND, {"msgtype": "stream", "stream": ["好"]}, req_id) == 40058
    await line.socket.send_str("no JSON")
    assert await line.ended()


async def test_a_corp_without_a_robot(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[wecom]\n", encoding="utf-8")
    app = build_sandbox(read_config(config))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/_aibot")).status == 403
        assert await (await client.get("/_sandbox/aibot")).json() == {"mode": "", "connected": False, "conversations": []}
        assert (await client.post("/_sandbox/aibot/enter", json={"userid": "Lin"})).status == 400


async def test_the_robot_is_read_from_the_bots_own_config(tmp_path: Path) -> None:
    assert read_config(None).aibot.mode == "socket"
    config = tmp_path / "config.toml"
    config.write_text('[server]\nport = 9000\n[wecom.aibot]\nmode = "url"\ntoken = "t"\n', encoding="utf-8")
    aibot = read_config(config).aibot
    assert (aibot.mode, aibot.token, aibot.bot_id) == ("url", "t", ROBOT.bot_id)
    assert aibot.callback_url == "http://127.0.0.1:9000/wecom/aibot"
    assert read_config(config, "http://127.0.0.1:1/wecom/callback").aibot.callback_url == "http://127.0.0.1:1/wecom/aibot"
    config.write_text('[wecom.aibot]\nmode = "carrier pigeon"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="mode"):
        read_config(config)


async def test_the_wire_log_shows_frames_without_secrets(school: Play) -> None:
    line = await connect(school)
    req_id = await asked(school, line)
    await line.order(RESPOND, stream("3 人"), req_id)
    entries = (await school.see("/wire"))["entries"]
    assert [(entry["direction"], entry["name"], entry["state"]) for entry in entries] == [
        ("call", "智能机器人上线", "ok"),
        ("callback", "对智能机器人说：text", "ok"),
        ("call", "智能机器人回复", "ok"),
    ]
    assert entries[1]["request"]["body"]["text"] == {"content": "名单"}
    assert ROBOT.secret not in str(entries)
