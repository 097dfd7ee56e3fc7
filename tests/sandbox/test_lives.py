"""Live lessons: the app's own lives, their states and events, and who watched for how long (native 1)."""

from typing import Any

import pytest

from tests.sandbox.conftest import NOW, Play
from tests.sandbox.uploads import upload

HOUR = 3600
START = int(NOW) + HOUR


def plan(**more: Any) -> dict[str, Any]:
    return {"anchor_userid": "lin", "theme": "第一课", "living_start": START, "living_duration": HOUR, "type": 3, **more}


async def create(play: Play, **more: Any) -> str:
    answer = await play.api("living/create", plan(**more))
    await play.bot.hear()
    return str(answer["livingid"])


async def info(play: Play, livingid: str) -> dict[str, Any]:
    return dict((await play.api("living/get_living_info", livingid=livingid))["living_info"])


async def stat(play: Play, livingid: str) -> tuple[list[dict[str, Any]], list[int]]:
    """(every row, rows per page), read until `ending`."""
    rows, sizes, key, ending = [], [], "0", 0
    while not ending:
        page = await play.api("living/get_watch_stat", {"livingid": livingid, "next_key": key})
        found = page["stat_info"]["users"] + page["stat_info"]["external_users"]
        rows, sizes, key, ending = rows + found, [*sizes, len(found)], page["next_key"], page["ending"]
    return rows, sizes


async def lesson(play: Play, **viewers: int) -> str:
    """A live of an hour that these learners watched, ended and settled."""
    livingid = await create(play)
    await play.act(f"/lives/{livingid}/start")
    play.later(HOUR)
    for who, seconds in viewers.items():
        await play.act(f"/lives/{livingid}/watch", external_userid=who, seconds=seconds)
    await play.act(f"/lives/{livingid}/end")
    play.later(60)
    return livingid


async def test_reserved_live_and_its_event(school: Play) -> None:
    livingid = (await school.api("living/create", plan()))["livingid"]
    event = await school.bot.hear()
    assert (event["Event"], event["FromUserName"], event["LivingId"], event["Status"], event["AgentID"]) == (
        "living_status_change",
        "Lin",
        livingid,
        "0",
        str(school.stage.config.agent_id),
    )
    found = await info(school, livingid)
    assert livingid.startswith("lv")
    assert (found["status"], found["theme"], found["reserve_start"], found["living_duration"]) == (0, "第一课", START, HOUR)
    assert (found["anchor_userid"], found["open_replay"], "replay_status" in found) == ("Lin", 0, False)
    assert found["type"] == 0  # although it was made with 3, as a real capture shows


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"anchor_userid": "nobody"}, 92000),
        ({"theme": ""}, 40063),
        ({"theme": "课" * 21}, 40058),
        ({"living_start": None}, 40063),
        ({"living_duration": 0}, 40058),
        ({"type": 1}, 40058),
        ({"type": 5}, 40058),
        ({"description": "长" * 101}, 40058),
        ({"type": 4, "activity_cover_mediaid": "3Mnone"}, 40007),
    ],
)
async def test_refused_plans(school: Play, more: dict[str, Any], errcode: int) -> None:
    assert await school.code("living/create", plan(**more)) == errcode


async def test_an_event_live_with_a_cover(school: Play) -> None:
    cover = await upload(school, "image")
    livingid = await create(school, type=4, activity_cover_mediaid=cover)
    found = await info(school, livingid)
    assert found["push_stream_url"].startswith("rtmp://")
    await school.act(f"/lives/{livingid}/start")
    assert "push_stream_url" not in await info(school, livingid)


async def test_start_end_and_the_actual_length(school: Play) -> None:
    livingid = await create(school)
    school.later(HOUR + 300)
    await school.act(f"/lives/{livingid}/start")
    assert (await school.bot.hear())["Status"] == "1"
    assert (await info(school, livingid))["status"] == 1
    school.later(2400)
    await school.act(f"/lives/{livingid}/end")
    assert (await school.bot.hear())["Status"] == "2"
    found = await info(school, livingid)
    assert (found["status"], found["living_duration"], found["reserve_living_duration"]) == (2, 2400, HOUR)
    assert (found["living_start"], found["replay_status"]) == (START + 300, 1)
    school.later(300)
    assert (await info(school, livingid))["replay_status"] == 0
    await school.act(f"/lives/{livingid}/start", 400)


async def test_modify_and_cancel_only_while_reserved(school: Play) -> None:
    livingid = await create(school)
    change = {"livingid": livingid, "theme": "改了", "living_start": START + 60}
    assert await school.code("living/modify", change) == 0
    assert (await info(school, livingid))["theme"] == "改了"
    assert await school.code("living/cancel", {"livingid": livingid}) == 0
    assert (await school.bot.hear())["Status"] == "4"
    assert (await info(school, livingid))["status"] == 4
    assert await school.code("living/cancel", {"livingid": livingid}) == 92006
    assert await school.code("living/modify", change) == 92006
    assert await school.code("living/get_living_code", {"livingid": livingid, "openid": "o1"}) == 92006


async def test_a_live_nobody_starts_expires_without_a_callback(school: Play) -> None:
    livingid = await create(school)
    sent = school.stage.courier.counters.sent
    school.later(2 * HOUR + 1)
    school.token = ""
    assert (await info(school, livingid))["status"] == 3
    assert school.stage.courier.counters.sent == sent
    await school.act(f"/lives/{livingid}/start", 400)


async def test_only_lives_of_the_calling_app(school: Play) -> None:
    by_hand = (await school.act("/lives", anchor_userid="Lin", theme="手工"))["livingid"]
    await school.act(f"/lives/{by_hand}/start")
    assert await school.code("living/get_living_info", livingid=by_hand) == 92008
    assert await school.code("living/get_watch_stat", {"livingid": by_hand}) == 92008
    assert await school.code("living/cancel", {"livingid": "lvNone"}) == 92008
    foreign = school.stage.lives.add(1000099, "Lin", "别的应用的", int(NOW) + 60, 600).livingid
    assert await school.code("living/get_watch_stat", {"livingid": foreign}) == 92008
    mine = [await create(school, theme=f"第{n}课") for n in range(3)]
    first = await school.api("living/get_user_all_livingid", {"userid": "Lin", "limit": 2})
    rest = await school.api("living/get_user_all_livingid", {"userid": "Lin", "cursor": first["next_cursor"]})
    assert (first["livingid_list"], rest["livingid_list"], rest["next_cursor"]) == (mine[:2], mine[2:], "")
    assert await school.code("living/get_user_all_livingid", {"userid": "nobody"}) == 92000
    assert await school.code("living/get_user_all_livingid", {"userid": "Lin", "limit": 101}) == 40058


async def test_seconds_add_up_and_settle_a_little_after_the_end(school: Play) -> None:
    livingid = await create(school)
    await school.act(f"/lives/{livingid}/start")
    school.later(1800)
    await school.act(f"/lives/{livingid}/watch", external_userid="wmMing", seconds=1000)
    school.later(1800)
    await school.act(f"/lives/{livingid}/watch", external_userid="wmMing", seconds=500, comment=True)
    await school.act(f"/lives/{livingid}/watch", userid="wu", seconds=3600, mic=True)
    await school.act(f"/lives/{livingid}/end")
    assert [row["watch_time"] for row in (await stat(school, livingid))[0]] == [1000]
    school.later(60)
    (inside, outside), _ = await stat(school, livingid)
    assert inside == {"userid": "wu", "watch_time": 3600, "is_comment": 0, "is_mic": 1}
    assert outside == {
        "external_userid": "wmMing",
        "type": 1,
        "name": "小明",
        "watch_time": 1500,
        "is_comment": 1,
        "is_mic": 0,
    }
    shown = (await school.see("/lives"))["lives"][0]
    assert [(viewer["name"], viewer["seconds"]) for viewer in shown["viewers"]] == [("小明", 1500), ("吴销售", 3600)]


async def test_pages_end_by_ending_alone_and_may_be_short(school: Play) -> None:
    for n in range(250):
        await school.act("/learners", external_userid=f"wm{n:03d}", name=f"学员{n}")
    livingid = await lesson(school, **{f"wm{n:03d}": 100 + n for n in range(250)})
    rows, sizes = await stat(school, livingid)
    assert [row["watch_time"] for row in rows] == [100 + n for n in range(250)]
    assert sizes == [50, 100, 50, 50]
    assert await school.code("living/get_watch_stat", {"livingid": livingid, "next_key": "soup"}) == 40058


async def test_viewers_who_are_nobodys_contact(school: Play) -> None:
    livingid = await create(school)
    await school.act(f"/lives/{livingid}/start")
    await school.act(f"/lives/{livingid}/watch", name="路人", seconds=45, invitor="wmMing")
    await school.act(f"/lives/{livingid}/watch", name="路人", seconds=5)
    await school.act(f"/lives/{livingid}/watch", name="匿名", seconds=30, anonymous=True, invitor="Lin")
    school.later(60)
    stranger, nameless = (await stat(school, livingid))[0]
    assert (stranger["name"], stranger["watch_time"], stranger["invitor_external_userid"]) == ("路人", 50, "wmMing")
    assert await school.code("externalcontact/get", external_userid=stranger["external_userid"]) == 84061
    assert (nameless["external_userid"], nameless["name"], nameless["invitor_userid"]) == ("", "匿名", "Lin")


async def test_replay_counts_and_can_be_deleted_once(school: Play) -> None:
    livingid = await lesson(school, wmMing=600)
    body = {"livingid": livingid}
    assert await school.code("living/delete_replay_data", body) == 92007
    await school.act(f"/lives/{livingid}/watch", 400, external_userid="wmHong", seconds=60)
    school.later(300)
    await school.act(f"/lives/{livingid}/watch", external_userid="wmHong", seconds=60)
    school.later(60)
    assert [row["watch_time"] for row in (await stat(school, livingid))[0]] == [600, 60]
    assert await school.code("living/delete_replay_data", body) == 0
    assert (await info(school, livingid))["replay_status"] == 2
    assert await school.code("living/delete_replay_data", body) == 92007
    await school.act(f"/lives/{livingid}/watch", 400, external_userid="wmHong", seconds=60)


async def test_a_living_code_opens_for_five_minutes(school: Play) -> None:
    livingid = await create(school)
    assert await school.code("living/get_living_code", {"livingid": livingid}) == 40063
    code = (await school.api("living/get_living_code", {"livingid": livingid, "openid": "o1"}))["living_code"]
    await school.act(f"/lives/{livingid}/start")
    watch = {"external_userid": "wmMing", "seconds": 10, "living_code": code}
    school.later(300)
    await school.act(f"/lives/{livingid}/watch", **watch)
    await school.act(f"/lives/{livingid}/watch", **watch)
    school.later(1)
    await school.act(f"/lives/{livingid}/watch", 400, **watch)


async def test_watching_nobody_could(school: Play) -> None:
    livingid = await create(school)
    await school.act(f"/lives/{livingid}/watch", 400, external_userid="wmMing", seconds=10)
    await school.act(f"/lives/{livingid}/end", 400)
    await school.act(f"/lives/{livingid}/start")
    await school.act(f"/lives/{livingid}/watch", 400, external_userid="wmNone", seconds=10)
    await school.act(f"/lives/{livingid}/watch", 400, external_userid="wmMing", seconds=0)
    await school.act(f"/lives/{livingid}/watch", 400, seconds=10)
    await school.act("/lives/lvNone/start", 400)
