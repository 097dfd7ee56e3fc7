"""④ The manager closes the cohort; one learner pays in the very same moment."""

import asyncio
import re

from sandbox.story import cast
from sandbox.story.calendar import FIRST, FIRST_NAME, SECOND_NAME
from sandbox.story.cast import End
from sandbox.story.person import Member
from sandbox.story.story import Story

_LATE = 40.0
# Who asks about whom, and what the answer must hold.
_WHY = (
    ("lin", "杨梓萱", (SECOND_NAME, "no-show", "到课 0", "陈主管")),
    ("lin", "徐梦瑶", (End.PAID.value, "系统阅读课")),
    ("he", "罗书瑶", (End.SALE_WINDOW.value, "lukewarm", "到课 1")),
    ("chen", "郑一诺", (End.CONVERSION.value, "warm", "到课 4")),
)


async def play(story: Story) -> None:
    await story.rest()
    await story.chapter("④ 结营：机器人先把预演给主管看；同一刻有人付款")
    await story.jump(story.calendar.closes, "结营时间到了，机器人来问主管")
    await story.together(_close(story))
    await story.together(_told(story, "lin"), _told(story, "he"), _report(story))
    await story.together(*(_why(story, userid, name, wanted) for userid, name, wanted in _WHY))


async def _close(story: Story) -> None:
    chen = story.members["chen"]
    card = await chen.card("结营确认", within=_LATE)
    forecast = str(card["text"])
    story.checklist.check("确认卡上的预演：23 人，去向加起来也是 23", _adds_up(forecast, len(cast.FIRST_COHORT)), forecast)
    pupil = cast.pupil_named("徐梦瑶")
    order = {"order_no": "SO-1002", "amount_fen": 199_900, "course": "系统阅读课"}
    await story.corp.tell(f"同一刻：陈主管点“确认”，{pupil.name} 在商城付款")
    await asyncio.gather(chen.presses(card, "确认"), story.shop.sends("order.paid", {"external_userid": pupil.id}, **order))
    await chen.hears("开始结营|已于.*结营", within=_LATE)


def _adds_up(words: str, total: int) -> bool:
    """`23 人：2 已成交，5 转入下一期，…`: the parts are the whole."""
    found = re.search(r"(\d+) 人：(.*)", words)
    return found is not None and int(found[1]) == total == sum(int(n) for n in re.findall(r"(\d+) ", found[2] + " "))


async def _told(story: Story, userid: str) -> None:
    """Each class teacher gets one notice: where each of their learners went."""
    teacher: Member = story.members[userid]
    notice = await teacher.hears(f"{FIRST_NAME} 已结营", within=_LATE)
    words = str(notice["text"])
    mine = cast.of_teacher(userid)
    for end in (End.SALE_WINDOW, End.NEXT_COHORT):
        names = [pupil.name for pupil in mine if pupil.end == end and pupil.why != "换期"]
        story.checklist.names(f"{teacher.name} 的去向通知：{end.value} {len(names)} 人", _section(words, end), names)
    sent = [bubble for bubble in await teacher.screen() if f"{FIRST_NAME} 已结营" in bubble["text"]]
    story.checklist.equal(f"{teacher.name} 只收到一次去向通知", len(sent), 1)


def _section(words: str, end: End) -> str:
    """The part of a notice about one place."""
    parts = re.split(r"【([^】]+)】", words)
    return next((text for name, text in zip(parts[1::2], parts[2::2], strict=False) if name == end.value), "")


async def _report(story: Story) -> None:
    chen = story.members["chen"]
    report = str((await chen.hears("结营报告", within=_LATE))["text"])
    story.reports["closing"] = report
    story.checklist.check("结营报告：合计 23 人 · 100%", "合计：23 人 · 100%" in report, report)
    for end, number in sorted(cast.ends().items()):
        paid_late = end in (End.PAID, End.CONVERSION)
        if not paid_late:
            story.checklist.check(f"结营报告：{end.value} {number} 人", f"{end.value}：{number} 人" in report, report)
    again = await chen.asks(f"结营 {FIRST}", "已于", within=_LATE)
    story.checklist.check("再结一次：告诉说已经结营", "不用再结" in again, again)


async def _why(story: Story, userid: str, name: str, wanted: tuple[str, ...]) -> None:
    """为什么 gives rule, facts and time."""
    words = await story.members[userid].asks(f"为什么 {story.number(name)}", name, within=_LATE)
    missing = [pattern for pattern in wanted if not re.search(pattern, words)]
    story.checklist.check(f"为什么 {name}：说得出规则和当时的事实", not missing, f"缺 {missing}：{words}")
