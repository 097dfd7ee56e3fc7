"""What class teachers do while lessons run."""

import re
from datetime import timedelta

from sandbox.story import cast
from sandbox.story.person import Member
from sandbox.story.story import Story

# WeCom shows a member at most 30 messages a minute, and the bot keeps below that: who asks much waits a little.
_BUSY = 40.0


async def teach_lin(story: Story) -> None:
    lin = story.members["lin"]
    await story.until(story.calendar.starts(2) + timedelta(seconds=1))
    absent = await lin.asks("缺勤 2", "第2课", "课程进行中", within=_BUSY)
    story.checklist.names("缺勤 2：没来的都在名单里", absent, ["杨梓萱", "赵天宇"])
    wanqing = story.number("孙婉清")
    await lin.asks(f"备注 {wanqing} 晚上八点后才有空", "已记下", within=_BUSY)
    await lin.asks(f"标签 {wanqing} +意向高", "意向高", within=_BUSY)
    await lin.asks(f"补签 {wanqing} 2 手机没电，在同学家看完", "已补签", "到课 2", within=_BUSY)
    await lin.asks(f"放弃 {story.number('黄俊杰')} 联系不上", "转化公海", within=_BUSY)
    await _answer(story, lin)
    story.reports["card"] = await lin.asks("学员 周小雨", "周小雨", "到课 5", within=_BUSY)
    await lin.asks("今天好累", "没看懂", within=_BUSY)


async def _answer(story: Story, lin: Member) -> None:
    """A learner's question comes, the answer goes back to them."""
    asked = await lin.hears("周小雨", "提问", "作业交到哪里", within=_BUSY)
    found = re.search(r"#(\d+) 内容", str(asked["text"]))
    assert found is not None
    await lin.asks(f"回答 #{found[1]} 直接回复“作业 内容”就可以", "已回复", within=_BUSY)
    await story.learners["周小雨"].hears("林老师", "作业 内容", within=_BUSY)
    pupil = cast.pupil_named("周小雨")
    await story.corp.tell("教务系统 → 机器人：周小雨 第1课 作业 92 分（签名事件 homework.graded）")
    grade = {"cohort": "trial-01", "lesson": 1, "score": 92, "comment": "狐狸那段写得好"}
    await story.shop.sends("homework.graded", {"external_userid": pupil.id}, **grade)
    await story.learners["周小雨"].hears("92 分", within=_BUSY)


async def teach_he(story: Story) -> None:
    he = story.members["he"]
    await story.until(story.calendar.starts(3) + timedelta(seconds=1))
    await he.asks("缺勤 3", "第3课", "课程进行中", within=_BUSY)
    await he.asks(f"成交 {story.number('郭子墨')} 系统阅读课 1999", "已记成交", "1,?999", within=_BUSY)
    await he.asks("未完课 1", "第1课", "未完课", within=_BUSY)
    await he.asks(f"学员 {story.number('周小雨')}", "不在你的学员里", within=_BUSY)
    await he.asks("补签 1", "用法", within=_BUSY)
    await he.asks("待办", "待办", within=_BUSY)
