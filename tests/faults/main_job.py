"""The stories of the main job, in the order of a camp. Each acts like people do and says what must be true afterwards, once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.story.corp import Json, Refused, words_of
from sandbox.story.person import Member, Unheard
from tests.loopback import LONG, PATIENCE, Camp

GROUP = "wrFaultsA"


@dataclass(frozen=True)
class Story:
    """`calls` are the APIs of WeCom that this story lives on: each of them meets the fault once."""

    name: str
    play: Callable[[Camp], Awaitable[None]]
    calls: tuple[str, ...]


async def sign_up(camp: Camp) -> None:
    """Two learners scan the channel's code in the same moment: enrolled, welcomed once, on the class teacher's roster."""
    await asyncio.gather(*(learner.adds("lin", "dy01") for learner in camp.learners.values()))
    await camp.quiet()
    if camp.loses:
        await camp.nightly_comparison()

    async def enrolled() -> bool:
        return await camp.count("SELECT count(*) FROM enrolments") == len(camp.learners)

    await camp.until(enrolled, "both are enrolled")
    roster = await camp.ask(camp.members["lin"], "名单", "共 2 人|2 人")
    assert all(name in roster for name in camp.learners), roster
    lost = camp.stage.courier.counters.lost
    welcomed = [await _welcomes(camp, learner.id) for learner in camp.learners.values()]
    # Who was lost on the way cannot be welcomed any more: the code went with the callback.
    assert all(number <= 1 for number in welcomed), welcomed
    assert sum(welcomed) >= len(camp.learners) - lost, welcomed


async def _welcomes(camp: Camp, learner: str) -> int:
    return sum(bubble["kind"] == "welcome" for bubble in await camp.corp.screen("learner", learner))


async def join(camp: Camp) -> None:
    """Both join the class group: nobody is 未进群 any more."""
    await asyncio.gather(
        *(learner.joins(GROUP, shape) for learner, shape in zip(camp.learners.values(), ("item", "comma"), strict=True))
    )
    await camp.quiet()
    if camp.loses:
        await camp.nightly_comparison()

    async def inside() -> bool:
        return "未进群 0" in await camp.ask(camp.members["lin"], "我的班", "未进群")

    await camp.until(inside, "both are in the class group")


async def check_in(camp: Camp) -> None:
    """One learner comes to the lesson and checks in by tap: attended once, told once."""
    yu = camp.learners["周小雨"]
    await camp.jump_to(camp.first_lesson - timedelta(minutes=5))
    reminder = await camp.members["lin"].hears("第1课", "scene_param=", within=LONG)
    link = re.search(r"https?://\S+scene_param=\S+", words_of(reminder))
    assert link is not None
    await camp.jump_to(camp.first_lesson + timedelta(minutes=1))
    await camp.corp.act("/kf/enter", external_userid=yu.id, url=link[0])
    if camp.loses:
        await camp.quiet()
        await camp.jump_to(camp.first_lesson + timedelta(minutes=8))  # the bot looks for itself every few minutes

    async def attended() -> bool:
        return await camp.count("SELECT count(*) FROM attendance WHERE attended") == 1

    await camp.until(attended, "the check-in counts")
    await camp.quiet()
    told = [b for b in await yu.screen() if b["from"] == "kf" and "签到成功" in b["text"]]
    # Where the callback was lost the code of the one answer may be dead (20 s) before the bot looks for itself.
    assert len(told) <= 1, told
    assert told or camp.loses
    await camp.ask(yu, "进度", "到课 1/")


async def nudge(camp: Camp) -> None:
    """The class teacher sees who has not come and sends them one mass message with one tap; it arrives once."""
    lin, ming = camp.members["lin"], camp.learners["李小明"]
    before = len(await lin.screen())
    absent = await camp.ask(lin, "缺勤 1", "李小明")
    assert "周小雨" not in absent, absent

    async def offer() -> None:
        card = await lin.card("群发", since=before, within=LONG)
        await lin.presses(card, "群发")
        await lin.hears("群发助手|正在建群发任务", since=before, within=PATIENCE if camp.loses else LONG)

    await camp.again(offer)
    await camp.quiet()
    # Where nobody knows whether WeCom made the task, the bot looks a minute later and does not just ask again.
    await camp.jump_to(camp.first_lesson + timedelta(minutes=12))
    await lin.hears("群发助手", since=before, within=LONG)
    tasks = [b for b in (await _phone(camp, "lin", "tasks")) if b["kind"] == "mass_task"]
    assert len(tasks) == 1, tasks
    await camp.corp.act(f"/mass/{tasks[0]['data']['msgid']}/send", userid="lin")
    got = [b for b in await _phone(camp, ming.id, "contact:lin") if b["kind"] == "text" and "mass_msgid" in b.get("data", {})]
    assert len(got) == 1, got
    await camp.jump_to(camp.first_lesson + timedelta(minutes=45))
    await lin.hears("已发", "1", since=before, within=LONG)


async def _phone(camp: Camp, who: str, chat: str) -> list[Json]:
    chats = (await camp.corp.see(f"/phone/{who}"))["chats"]
    return [bubble for found in chats if found["chat"] == chat for bubble in found["messages"]]


async def close(camp: Camp) -> None:
    """The manager closes the cohort: one learner goes to sales, one to the next cohort; everybody concerned is told once."""
    chen = camp.members["chen"]
    before = len(await chen.screen())

    async def confirm() -> None:
        await camp.ask(chen, "结营 read-01", "结营确认")
        card = await chen.card("结营确认", since=before, within=LONG)
        await chen.presses(card, "确认")
        await chen.hears("结营报告", since=before, within=2 * PATIENCE if camp.loses else LONG)

    await camp.again(confirm)
    await camp.quiet()
    reports = [b for b in await chen.screen() if "结营报告" in b["text"]]
    assert len(reports) == 1, reports
    assert "合计：2 人 · 100%" in reports[0]["text"], reports
    told = [b for b in await camp.members["lin"].screen() if "阅读营第1期 已结营" in b["text"]]
    assert len(told) == 1, told


async def claim(camp: Camp) -> None:
    """Two salespeople press at once: one wins, the other is told who."""
    wu, zhao = camp.members["wu"], camp.members["zhao"]
    cards = await asyncio.gather(*(seller.card("周\\*\\*", within=LONG) for seller in (wu, zhao)))
    for seller in (wu, zhao):
        assert len([b for b in await seller.screen() if b.get("card") and "周**" in b["text"]]) == 1
    await asyncio.gather(_press(camp, wu, cards[0]), _press(camp, zhao, cards[1]))
    await camp.quiet()
    assert await camp.count("SELECT count(*) FROM pool_entries WHERE owner_id IS NOT NULL") == 1
    words = ["\n".join(words_of(b) for b in await seller.screen()) for seller in (wu, zhao)]
    assert sum("领取成功" in said for said in words) == 1, words


async def _press(camp: Camp, seller: Member, card: Json) -> None:
    """Presses 领取; whose button died under the finger, or whose tap WeCom lost, asks in words."""
    number = re.search(r"#\d+", words_of(card))
    assert number is not None
    before = len(await seller.screen())

    async def heard() -> None:
        await seller.hears("领取成功|已被.*领取|已经", since=before, within=PATIENCE if camp.loses else LONG)

    try:
        await seller.presses(card, "领取")
        await heard()
    except (Refused, Unheard):
        await seller.says(f"领取 {number[0]}")
        await heard()


async def sale(camp: Camp) -> None:
    """The winner sells: one order, the class teacher is told once, the learner leaves the pool."""
    sellers = {"吴销售": camp.members["wu"], "赵销售": camp.members["zhao"]}
    holder = await camp.rows("SELECT m.name FROM pool_entries p JOIN members m ON m.id = p.owner_id")
    seller = sellers[holder[0][0]]
    mine = await camp.ask(seller, "我的客户", "周小雨")
    number = re.search(r"#\d+", mine)
    assert number is not None
    await camp.ask(seller, f"成交 {number[0]} 系统阅读课 1999", "已记成交|已经")
    await camp.quiet()
    assert [tuple(row) for row in await camp.rows("SELECT amount_fen FROM orders")] == [(199_900,)]
    told = [b for b in await camp.members["lin"].screen() if "成交" in b["text"] and "周小雨" in b["text"]]
    assert len(told) == 1, told


async def play_main_job(camp: Camp, arm: Callable[[Story], Awaitable[None]]) -> None:
    """Every story in turn, each after `arm(story)` ordered its trouble; what is left of it is called off afterwards."""
    for story in STORIES:
        await arm(story)
        await story.play(camp)
        await camp.corp.remove("/faults")
    await _nothing_lost_nothing_doubled(camp)


async def _nothing_lost_nothing_doubled(camp: Camp) -> None:
    """No fact failed, no effect was given up, and no learner was told the same thing twice."""
    await camp.quiet()
    failed = await camp.rows("SELECT kind, error FROM inbox WHERE state = 2")
    assert not failed, failed
    # -10: a mass send whose fate was unknown; the bot looked and went on from there. kf.sync: a jump of the clock overtook
    # a pull of the catch-up, the next one reads the same.
    dead = await camp.rows(
        "SELECT call, state, errcode, payload FROM outbox WHERE state IN (2, 3) AND errcode <> -10 AND call <> 'kf.sync'"
    )
    assert not dead, dead
    for learner in camp.learners.values():
        said = [b["text"] for b in await learner.screen() if b["from"] != "me"]
        assert len(said) == len(set(said)), said


STORIES = (
    Story("sign-up", sign_up, ("externalcontact/send_welcome_msg", "externalcontact/get", "kf/add_contact_way", "message/send")),
    Story("class group", join, ("externalcontact/groupchat/get", "message/send")),
    Story("check-in", check_in, ("kf/sync_msg", "kf/send_msg", "kf/send_msg_on_event", "message/send")),
    Story(
        "nudge",
        nudge,
        (
            "externalcontact/add_msg_template",
            "externalcontact/get_groupmsg_send_result",
            "message/send",
            "message/update_template_card",
        ),
    ),
    Story("close", close, ("message/send", "message/update_template_card", "webhook/send", "externalcontact/mark_tag")),
    Story("claim", claim, ("message/send", "message/update_template_card")),
    Story("sale", sale, ("message/send", "message/update_template_card", "externalcontact/mark_tag")),
)
