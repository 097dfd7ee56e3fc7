"""Callbacks: really encrypted, three tries, only 200 counts, then lost."""

import asyncio

import pytest

from sandbox.clock import DAY
from tests.sandbox.conftest import CREDENTIALS, NOW, Play


async def test_member_text_arrives_encrypted_with_the_documented_fields(school: Play) -> None:
    answer = await school.act("/app/say", userid="Lin", text="名单 ]]> <b>")
    event = await school.bot.hear()
    assert event == {
        "ToUserName": CREDENTIALS.corp_id,
        "FromUserName": "Lin",
        "CreateTime": str(int(NOW)),
        "MsgType": "text",
        "Content": "名单 ]]> <b>",
        "MsgId": answer["msgid"],
        "AgentID": str(CREDENTIALS.agent_id),
    }
    assert school.bot.envelopes[0]["ToUserName"] == CREDENTIALS.corp_id
    assert school.bot.envelopes[0]["AgentID"] == str(CREDENTIALS.agent_id)


async def test_enter_agent_carries_an_empty_key(school: Play) -> None:
    await school.act("/app/enter", userid="Lin")
    event = await school.bot.hear()
    assert (event["Event"], event["EventKey"], "MsgId" in event) == ("enter_agent", None, False)


async def test_the_third_try_still_delivers(school: Play) -> None:
    school.bot.statuses = [500, 204]
    await school.act("/app/say", userid="Lin", text="在吗")
    assert (await school.bot.hear())["Content"] == "在吗"
    assert (await school.see("/quiet?wait=5")) == {"quiet": True}
    assert school.stage.courier.counted() == {"sent": 1, "delivered": 1, "lost": 0, "tries": 3, "pending": 0}


async def test_after_three_tries_an_event_is_lost_and_counted(school: Play) -> None:
    school.bot.statuses = [500, 302, 404]
    await school.act("/app/say", userid="Lin", text="在吗")
    assert (await school.see("/quiet?wait=5")) == {"quiet": True}
    callbacks = (await school.see("/state"))["counters"]["callbacks"]
    assert callbacks == {"sent": 1, "delivered": 0, "lost": 1, "tries": 3, "pending": 0}
    assert [line["kind"] for line in await school.see("/transcript")] == ["say", "lost"]


async def test_a_slow_bot_is_cut_off_at_the_deadline_and_tried_again(school: Play) -> None:
    school.bot.hanging = True
    await school.act("/app/say", userid="Lin", text="在吗")
    assert (await school.see("/quiet?wait=5")) == {"quiet": True}
    assert (school.bot.tries, school.stage.courier.counters.lost) == (3, 1)


async def test_faults_lose_double_and_delay(school: Play) -> None:
    await school.act("/faults", kind="lose", times=1)
    await school.act("/app/say", userid="Lin", text="1")
    await school.act("/faults", kind="double")
    await school.act("/app/say", userid="Lin", text="2")
    twins = [await school.bot.hear(), await school.bot.hear()]
    assert twins[0] == twins[1]
    assert twins[0]["Content"] == "2"
    await school.act("/faults", kind="delay", delay_s=0.2)
    await school.act("/app/say", userid="Lin", text="3")
    await school.act("/app/say", userid="Lin", text="4")
    assert [(await school.bot.hear())["Content"], (await school.bot.hear())["Content"]] == ["4", "3"]
    assert school.stage.courier.counters.lost == 1


async def test_fail_loses_one_try_and_the_next_one_delivers(school: Play) -> None:
    await school.act("/faults", kind="fail")
    await school.act("/app/say", userid="Lin", text="在吗")
    assert (await school.bot.hear())["Content"] == "在吗"
    assert (await school.see("/quiet?wait=5")) == {"quiet": True}
    assert school.bot.tries == 1
    assert school.stage.courier.counted() == {"sent": 1, "delivered": 1, "lost": 0, "tries": 2, "pending": 0}


async def test_reorder_lets_the_next_one_overtake(school: Play) -> None:
    await school.act("/faults", kind="reorder", times=2)
    heard = []
    for texts in (("1", "2"), ("3", "4"), ("5",)):
        for text in texts:
            await school.act("/app/say", userid="Lin", text=text)
        heard += [(await school.bot.hear())["Content"] for _ in texts]
    assert heard == ["2", "1", "4", "3", "5"]
    assert (await school.see("/faults"))["callbacks"] == []


async def test_a_held_back_event_goes_out_when_no_other_comes(school: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.callbacks.HELD_BACK_S", 0.05)
    await school.act("/faults", kind="reorder", chance=1)
    await school.act("/app/say", userid="Lin", text="最后一条")
    assert (await school.see("/quiet?wait=0")) == {"quiet": False}
    assert (await school.bot.hear())["Content"] == "最后一条"
    assert school.stage.courier.counters.lost == 0


async def test_a_lost_event_does_not_free_the_one_held_back(school: Play) -> None:
    await school.act("/faults", faults=[{"kind": "reorder"}, {"kind": "lose"}])
    for text in ("1", "2", "3"):
        await school.act("/app/say", userid="Lin", text=text)
    assert [(await school.bot.hear())["Content"] for _ in range(2)] == ["3", "1"]


async def test_twins_are_two_different_events_of_one_second(school: Play) -> None:
    await school.act("/faults", kind="twins")
    for text in ("1", "2", "3"):
        await school.act("/app/say", userid="Lin", text=text)
        school.later(5)
    heard = {event["Content"]: int(event["CreateTime"]) - int(NOW) for event in [await school.bot.hear() for _ in range(3)]}
    assert heard == {"1": 0, "2": 0, "3": 10}


async def test_twins_wait_for_each_other_across_a_jump(school: Play) -> None:
    await school.act("/faults", kind="twins")
    heard = []
    for text, later in (("1", DAY), ("2", 5), ("3", 0)):
        await school.act("/app/say", userid="Lin", text=text)
        heard.append(int((await school.bot.hear())["CreateTime"]) - int(NOW))
        school.later(later)
    assert heard == [0, DAY, DAY]


async def test_skew_shifts_the_timestamp_and_the_create_time(school: Play) -> None:
    await school.act("/faults", kind="skew", skew_s=-600)
    await school.act("/app/say", userid="Lin", text="<CreateTime>1</CreateTime>")
    event = await school.bot.hear()
    assert (event["CreateTime"], event["Content"]) == (str(int(NOW) - 600), "<CreateTime>1</CreateTime>")
    assert school.bot.timestamps == [str(int(NOW) - 600)]


async def test_quiet_gives_up_when_the_wait_is_over(school: Play) -> None:
    school.bot.hanging = True
    await school.act("/app/say", userid="Lin", text="在吗")
    assert (await school.see("/quiet?wait=0.05")) == {"quiet": False}


async def test_directory_changes(school: Play) -> None:
    await school.act("/members", userid="wu", name="吴经理", department_ids=[1])
    event = await school.bot.hear()
    assert (event["Event"], event["ChangeType"], event["UserID"], event["Name"], event["FromUserName"]) == (
        "change_contact",
        "update_user",
        "wu",
        "吴经理",
        "sys",
    )
    await school.act("/members/wu/leave")
    assert (await school.bot.hear())["ChangeType"] == "delete_user"
    assert await school.code("user/get", userid="wu") == 60111


async def test_without_a_callback_url_nothing_is_sent(school: Play) -> None:
    await school.act("/callback-url", url="")
    await school.act("/app/say", userid="Lin", text="在吗")
    assert school.stage.courier.counters.sent == 0


async def test_transcript_long_poll_wakes_on_the_first_line(school: Play) -> None:
    waiting = asyncio.create_task(school.see("/transcript?after=0&wait=20"))
    await school.act("/say", text="第一幕")
    assert [line["what"] for line in await waiting] == ["第一幕"]


async def test_the_consoles_url_check(school: Play) -> None:
    assert await school.act("/callback-url/verify") == {"verified": True}
    await school.act("/callback-url", url=school.bot.url + "/other")
    assert await school.act("/callback-url/verify") == {"verified": False}
