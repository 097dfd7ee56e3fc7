"""⑤ Hand-off: cards to salespeople, a race for one learner, quotas, giving back, a sale, a payment."""

import asyncio
import re

from sandbox.story import cast
from sandbox.story.corp import Json, Refused
from sandbox.story.person import Member, Unheard
from sandbox.story.story import Story

_BUSY = 45.0
_RACED = "周小雨"


async def play(story: Story) -> None:
    await story.chapter("⑤ 移交销售：两人同时抢一张卡")
    await story.together(_race(story))
    await story.together(_open_pool(story))


async def _race(story: Story) -> None:
    """Both salespeople press at once: one wins, the other is told who; both cards die."""
    wu, zhao = story.members["wu"], story.members["zhao"]
    masked = f"{_RACED[0]}\\*\\* {story.number(_RACED)}"
    cards = await asyncio.gather(wu.card(masked, within=_BUSY), zhao.card(masked, within=_BUSY))
    story.checklist.check("领取前卡片不露全名", all(_RACED not in card["text"] for card in cards), cards[0]["text"])
    marks = [len(await person.screen()) for person in (wu, zhao)]
    await asyncio.gather(_press(story, wu, cards[0]), _press(story, zhao, cards[1]))
    seen = await asyncio.gather(
        *(person.hears("领取成功|已被.*领取", since=mark, within=_BUSY) for person, mark in zip((wu, zhao), marks, strict=True))
    )
    won = ["领取成功" in bubble["text"] for bubble in seen]
    story.checklist.equal("同时点领取：正好一人成功", sum(won), 1)
    winner, loser = (wu, zhao) if won[0] else (zhao, wu)
    told = str(seen[1 if won[0] else 0]["text"])
    story.checklist.check(f"没抢到的 {loser.name} 被告知是谁领走的", winner.name in told, told)
    for person in (wu, zhao):
        await _dead(story, person, winner.name)
    await story.members["lin"].hears(_RACED, f"销售 {winner.name} 领取", within=_BUSY)
    given_up = asyncio.Event()
    await story.together(_fill_and_sell(story, wu, winner, given_up), _buys_while_claimed(story, given_up))


async def _press(story: Story, person: Member, card: Json) -> None:
    """Presses 领取; whose button died under the finger asks for the learner in words."""
    try:
        await person.presses(card, "领取")
    except Refused:
        await person.says(f"领取 {story.number(_RACED)}")


async def _dead(story: Story, person: Member, winner: str) -> None:
    """The card of the raced learner lost its button and says who has them."""
    until = story.corp.rhythm.seconds() + _BUSY
    of_them = re.compile(rf"{re.escape(story.number(_RACED))}(?!\d)")  # #1 is not #13
    while True:
        heard = len(story.ear.lines)
        mine = [b for b in await person.screen() if of_them.search(b["text"]) and b.get("task_id")]
        if mine and not any(b.get("buttons") for b in mine) and winner in mine[-1]["text"] + str(mine[-1].get("label")):
            story.checklist.check(f"{person.name} 手里的卡片更新成“已被 {winner} 领取”", True)
            return
        if story.corp.rhythm.seconds() > until:
            raise Unheard(f"{person.name} 的卡片没有更新成“已被 {winner} 领取”：{[b['text'] for b in mine]}")
        await story.ear.wait_for(heard, lambda line: person.name in line["to"], 1.0)


async def _fill_and_sell(story: Story, wu: Member, winner: Member, given_up: asyncio.Event) -> None:
    try:
        await _fill_quota(story, wu, holds=1 if winner is wu else 0)
    finally:
        given_up.set()
    await _sell(story, winner)


async def _sell(story: Story, winner: Member) -> None:
    number = story.number(_RACED)
    await winner.asks(f"跟进 {number} 已加微信，约了周六体验课", "已记下", within=_BUSY)
    await winner.asks(f"成交 {number} 系统阅读课 1999", "已记成交", within=_BUSY)
    await story.members["lin"].hears("成交", _RACED, within=_BUSY)


async def _fill_quota(story: Story, wu: Member, holds: int) -> None:
    """wu may hold two: the next claim is refused with whom to give back; what he gives back he cannot take again."""
    names = ["吴子涵", "马嘉懿", "郑一诺"]
    for held in range(holds, 2):
        name = names.pop(0)
        await wu.asks(f"领取 {story.number(name)}", f"领取成功（{held + 1}/2）", name, within=_BUSY)
    await wu.asks(f"领取 {story.number(names[0])}", "配额满了", "退回", within=_BUSY)
    given = story.number("吴子涵")
    await wu.asks(f"退回 {given} 暂时不考虑", "退回公海", within=_BUSY)
    await wu.asks(f"领取 {given}", "之后才能再领", within=_BUSY)


async def _buys_while_claimed(story: Story, given_up: asyncio.Event) -> None:
    """A payment takes a learner out of the pool at once and their salesperson is told; who paid before cannot be claimed;
    what a colleague gave back can."""
    zhao, pupil = story.members["zhao"], cast.pupil_named("胡一鸣")
    number = story.number(pupil.name)
    await zhao.asks(f"领取 {number}", "领取成功", pupil.name, within=_BUSY)
    order = {"order_no": "SO-1003", "amount_fen": 199_900, "course": "系统阅读课"}
    await story.corp.tell(f"商城 → 机器人：{pupil.name} 付款 1999 元（已被赵销售领取）")
    await story.shop.sends("order.paid", {"unionid": f"un-{pupil.id}"}, **order)
    await zhao.hears("成交", pupil.name, within=_BUSY)
    await zhao.asks(f"领取 {story.number('徐梦瑶')}", "成交", within=_BUSY)
    await given_up.wait()
    await zhao.asks(f"领取 {story.number('吴子涵')}", "领取成功", "吴子涵", within=_BUSY)
    await zhao.asks("我的客户", "我的客户", "吴子涵", within=_BUSY)


async def _open_pool(story: Story) -> None:
    await story.members["zhao"].hears("还有 \\d+ 位学员进了公海", within=_BUSY)
    words = await story.members["chen"].asks("公海", "转化公海", within=_BUSY)
    story.checklist.names("公海里没有已付款的人", words, [], ["徐**", "王**"])
