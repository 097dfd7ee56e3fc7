"""Scripted learners: the same people do the same things from one file, at a bounded pace, and can be sent home."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.cli import main
from sandbox.crowd.fate import NEVER, fate_of, visits_of
from sandbox.crowd.plan import read_plan
from sandbox.crowd.terminal import line_of
from sandbox.people import Impossible
from tests.sandbox.conftest import Play

QUICK = """
total = {total}
when = "{when}"
{top}
[pace]
per_second = 10000
burst = 10000
[[ways]]
member = "Lin"
state = "dy01"
groups = ["wrA"]
[habits]
{habits}
{more}
"""


def script(total: int = 12, when: str = "now", top: str = "", habits: str = "", more: str = "") -> str:
    return QUICK.format(total=total, when=when, top=top, habits=habits, more=more)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def over(play: Play) -> dict[str, Any]:
    """The crowd's last word, once every callback has arrived."""
    assert play.stage.crowd.progress is not None
    await until(lambda: not play.stage.crowd.running and not play.stage.courier.pending)
    return dict(await play.see("/crowd"))


async def heard(play: Play) -> list[dict[str, Any]]:
    return [play.bot.heard.get_nowait() for _ in range(play.bot.heard.qsize())]


def said(play: Play, who: str) -> list[str]:
    return [bubble.text for bubble in play.stage.phones.learners.get(who, []) if bubble.sender == "me"]


async def test_everybody_signs_up_joins_and_the_bot_hears_of_it(school: Play) -> None:
    await school.act("/crowd", toml=script(habits="join_group = 1\nattend = 0"))
    told = await over(school)
    assert (told["state"], told["counts"]) == ("done", {"signed_up": 12, "joined": 12})
    # On a busy machine our answer may come too late, and WeCom tells the same once more.
    told_once = {repr(sorted(event.items())): event for event in await heard(school)}.values()
    events = Counter((event["Event"], event["ChangeType"]) for event in told_once)
    assert events["change_external_contact", "add_external_contact"] == 12
    assert events["change_external_chat", "update"] == 12
    follow = school.stage.world.follows["Lin", "wmCrowd000012"]
    assert follow.state == "dy01"
    assert school.stage.world.learners["wmCrowd000012"].name == "学员0012"
    assert told["callbacks"]["lost"] == 0


async def test_a_contact_way_is_scanned_like_by_anybody(school: Play) -> None:
    way = await school.api("externalcontact/add_contact_way", {"type": 1, "scene": 2, "user": ["wu"], "state": "xhs02"})
    text = script(total=3, habits="attend = 0").replace('member = "Lin"\nstate = "dy01"', f'scan = "{way["config_id"]}"')
    await school.act("/crowd", toml=text)
    assert (await over(school))["counts"] == {"signed_up": 3}
    assert school.stage.world.follows["wu", "wmCrowd000001"].state == "xhs02"


async def test_the_same_seed_is_the_same_crowd_and_another_seed_another(school: Play) -> None:
    habits = "join_group = 0.5\nattend = [0.9, 0.4]\nfinish = 0.5\nask = 0.3\nvanish = 0.3\nvanish_after = [1, 2]"

    def drawn(seed: int) -> list[Any]:
        plan = read_plan(script(total=300, top=f"seed = {seed}", habits=habits))
        fates = [fate_of(plan, n) for n in range(1, 301)]
        return [fates, visits_of(plan, fates, 1, 0), visits_of(plan, fates, 2, 1)]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
    fates, first, second = drawn(7)
    assert 110 < sum(bool(fate.group) for fate in fates) < 190
    assert 60 < sum(fate.last != NEVER for fate in fates) < 120
    assert 250 < len(first) < 290
    assert len(second) < 0.5 * len(first)


async def test_they_check_in_ask_finish_vanish_and_delete_the_teacher(school: Play) -> None:
    habits = """attend = 1
by = { text = 1 }
finish = 1
ask = 1
questions = ["提问 在吗"]
vanish = 0.4
vanish_after = 1
delete_teacher = 0.3
delete_after = 2"""
    await school.act("/crowd", toml=script(total=40, top="lessons = [1, 2, 3]", habits=habits))
    told = await over(school)
    plan = read_plan(script(total=40, top="lessons = [1, 2, 3]", habits=habits))
    fates = [fate_of(plan, n) for n in range(1, 41)]
    gone = sum(fate.last == 1 for fate in fates)
    deleted = sum(fate.deletes == 2 for fate in fates)
    both = sum(fate.deletes == 2 and fate.last == 1 for fate in fates)
    assert gone
    assert deleted
    assert told["attended"] == {"1": 40, "2": 40 - gone, "3": 40 - gone - deleted + both}
    assert (told["counts"]["vanished"], told["counts"]["deleted_teacher"]) == (gone, deleted)
    stays = next(n for n, fate in enumerate(fates, 1) if fate.last == fate.deletes == NEVER)
    assert said(school, f"wmCrowd{stays:06}") == [w for n in (1, 2, 3) for w in (f"签到{n}", "提问 在吗", f"完课{n}")]
    events = Counter(event.get("ChangeType") for event in await heard(school))
    assert events["del_follow_user"] == deleted


async def test_by_the_link_on_the_teachers_phone_by_the_menu_on_their_own_else_typed(school: Play) -> None:
    way = await school.api("kf/add_contact_way", {"open_kfid": school.stage.config.open_kfid, "scene": "camp"})
    link = f"{way['url']}{'&' if '?' in way['url'] else '?'}scene_param=l1.abc"
    school.stage.phones.show_member("Lin", school.stage.phones.bubble("app", "app", "text", f"发到班群：{link} 谢谢"))
    school.stage.phones.show_learner(
        "wmCrowd000001",
        school.stage.phones.bubble("kf:x", "kf", "msgmenu", "上课了", items=[{"id": "checkin:1", "content": "签到1"}]),
    )
    await school.act("/crowd", toml=script(total=2, habits="by = { link = 1 }"))
    assert (await over(school))["manners"] == {"link": 2}
    await school.act("/crowd", toml=script(total=2, habits="by = { menu = 1 }"))
    assert (await over(school))["manners"] == {"menu": 1, "text": 1}
    assert said(school, "wmCrowd000001") == said(school, "wmCrowd000002") == ["签到1"]
    pulled = [entry.item for entry in school.stage.desk.accounts[school.stage.config.open_kfid].log]
    assert [item["event"]["scene_param"] for item in pulled if item["msgtype"] == "event"] == ["l1.abc", "l1.abc"]


async def test_they_come_when_the_clock_reaches_the_lesson_and_finish_after_its_end(school: Play) -> None:
    now = int(school.clock.now())
    marks = [(3600, "lesson"), (7200, "lesson_end"), (90_000, "lesson"), (93_600, "lesson_end")]
    await school.act("/calendar", marks=[{"at": now + at, "kind": kind, "label": kind} for at, kind in marks])
    await school.act("/crowd", toml=script(total=5, when="calendar", habits="attend = 1\nfinish = 1"))
    progress = school.stage.crowd.progress
    assert progress is not None
    await until(lambda: progress.phase == "等第1课")
    school.later(3600)
    await until(lambda: progress.counts["checked_in"] == 5)
    assert progress.counts["finished"] == 0
    school.later(3601)
    await until(lambda: progress.counts["finished"] == 5)
    school.later(86_400 * 2)  # over the second lesson: nobody is there any more
    told = await over(school)
    assert told["attended"] == {"1": 5}
    assert told["counts"]["missed"] == 5


@pytest.mark.parametrize("pushed", [200, 401])
async def test_some_pay_and_the_shop_tells_the_bot(school: Play, pushed: int) -> None:
    orders: list[dict[str, Any]] = []

    async def ingest(request: web.Request) -> web.Response:
        body = await request.read()
        message = f"{request.headers['X-Timestamp']}\n{request.headers['X-Nonce']}\n".encode() + body
        assert request.headers["X-Signature"] == "v1=" + hmac.new(b"shh", message, hashlib.sha256).hexdigest()
        assert int(request.headers["X-Timestamp"]) == school.clock.seconds()
        orders.append(json.loads(body))
        return web.Response(status=pushed)

    app = web.Application()
    app.router.add_post("/ingest/shop", ingest)
    async with TestServer(app) as server:
        url = str(server.make_url("/ingest/shop"))
        pay = '[pay]\nshare = 1\namount_fen = 199900\ncourse = "阅读课"\npayee = "wu"\n'
        pay += f'ingest_url = "{url}"\ningest_secret = "shh"'
        await school.act("/crowd", toml=script(total=3, habits="attend = 0", more=pay))
        told = await over(school)
    assert told["counts"]["paid"] == 3
    assert told["counts"].get("impossible", 0) == (0 if pushed == 200 else 3)
    assert {order["subject"]["external_userid"] for order in orders} == {f"wmCrowd{n:06}" for n in (1, 2, 3)}
    assert {(order["type"], order["amount_fen"]) for order in orders} == {("order.paid", 199_900)}
    assert [(bill.payee, bill.total_fee) for bill in school.stage.bills.all.values()] == [("wu", 199_900)] * 3


async def test_the_transcript_tells_of_a_crowd_in_summaries(school: Play) -> None:
    await school.act("/crowd", toml=script(total=30, habits="join_group = 1\nattend = 1"))
    await over(school)
    lines = await school.see("/transcript")
    assert [line["what"] for line in lines if line["kind"] == "crowd"] == [
        "30 人加了好友，30 人进了群",
        "第1课：30 人签到，0 人说完课",
        "演完了",
    ]
    assert not [line for line in lines if "学员00" in line["who"] + line["to"]]
    await school.act("/kf/say", external_userid="wmMing", text="别人还是听得到")
    assert (await school.see("/transcript"))[-1]["who"] == "小明"


async def test_no_more_callbacks_are_on_their_way_than_allowed(school: Play) -> None:
    school.bot.hanging = True
    await school.act("/crowd", toml=script(total=50, habits="attend = 0").replace("[[ways]]", "parallel = 3\n[[ways]]"))
    await until(lambda: school.stage.courier.pending == 3)
    for _ in range(50):
        await asyncio.sleep(0)
        assert school.stage.courier.pending <= 3
    school.bot.hanging = False
    school.bot.released.set()
    assert (await over(school))["counts"]["signed_up"] == 50


async def test_the_pace_is_kept_in_real_time(school: Play) -> None:
    slow = script(total=30, habits="attend = 0").replace("per_second = 10000\nburst = 10000", "per_second = 100\nburst = 10")
    await school.act("/crowd", toml=slow)
    told = await over(school)
    assert told["seconds"] > 0.19  # ten at once, twenty more at a hundred a second


async def test_one_crowd_at_a_time_and_it_can_be_sent_home(school: Play) -> None:
    assert (await school.see("/crowd"))["state"] == "none"
    await school.act("/crowd", toml=script(when="calendar", habits="attend = 1"))
    slow = script(total=1000).replace("per_second = 10000\nburst = 10000", "per_second = 5\nburst = 1")
    await over(school)  # without a calendar there is no lesson to wait for
    await school.act("/crowd", toml=slow)
    assert "已经有一群学员" in (await school.act("/crowd", 400, toml=slow))["error"]
    answer = await school.client.delete("/_sandbox/crowd")
    told = await answer.json()
    assert told["state"] == "stopped"
    assert told["counts"].get("signed_up", 0) < 100


async def test_what_nobody_can_do_is_counted_with_its_reason(school: Play) -> None:
    school.stage.config = replace(school.stage.config, group_size=3)
    await school.act("/crowd", toml=script(total=5, habits="join_group = 1\nattend = 0"))
    told = await over(school)
    assert told["counts"] == {"signed_up": 5, "joined": 2, "impossible": 3}
    assert told["reasons"] == {"群「wrA」满了": 3}
    assert "没做成 3" in line_of(told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("total = ", "TOML"),
        (script(top="totl = 3"), "totl：没有这一项"),
        (script(total=0), "total：要在 1 到 20000 之间"),
        (script(when="later"), "when：只能是"),
        (script(top='name = "同名"'), "name：里面要有 {n}"),
        (script(habits="attend = 1.5"), "habits.attend：要在 0 到 1 之间"),
        (script(habits="by = { shout = 1 }"), "habits.by.shout：没有这一项"),
        (script(habits="vanish_after = [3, 1]"), "habits.vanish_after"),
        (script(more="[pay]\nshare = 1"), "pay.amount_fen"),
        (script(more='[pay]\ningest_url = "http://example.com/x"\ningest_secret = "s"'), "pay.ingest_url：只能是本机"),
        ("total = 3", "ways：至少写一个"),
        (script().replace('member = "Lin"', 'member = "Lin"\nscan = "x"'), "member 和 scan 写一个"),
        (script().replace("Lin", "Nobody"), "没有成员 Nobody"),
    ],
)
async def test_a_file_that_is_wrong_is_refused_before_anybody_moves(school: Play, text: str, words: str) -> None:
    assert words in (await school.act("/crowd", 400, toml=text))["error"]
    assert (await school.see("/crowd"))["state"] == "none"


async def test_from_a_terminal(school: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "crowd.toml"
    file.write_text(script(total=5, habits="attend = 0"), encoding="utf-8")
    url = str(school.client.make_url(""))
    assert await asyncio.to_thread(main, ["crowd", "--url", url]) == 0
    assert await asyncio.to_thread(main, ["crowd", str(file), "--url", url]) == 0
    assert await asyncio.to_thread(main, ["crowd", str(tmp_path / "none.toml"), "--url", url]) == 1
    assert await asyncio.to_thread(main, ["crowd", "--stop", "--url", url]) == 0
    shown = capsys.readouterr()
    assert "没有学员在场" in shown.out
    assert "演完了" in shown.out
    assert "加好友 5" in shown.out
    assert "none.toml" in shown.err


def test_an_example_to_begin_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crowd", "--example"]) == 0
    assert read_plan(capsys.readouterr().out).seed == 7


def test_the_example_is_good() -> None:
    plan = read_plan(files("sandbox.crowd").joinpath("example.toml").read_text(encoding="utf-8"))
    assert (plan.total, len(plan.ways), plan.habits.attend) == (200, 2, (0.9, 0.8, 0.7))
    assert plan.names.search("林老师 → 学员0042")
    assert "secret" not in repr(plan.pay)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    with pytest.raises(Impossible) as caught:
        read_plan(script(total=0, when="later", habits="attend = 2"))
    assert str(caught.value).count("；") == 2
