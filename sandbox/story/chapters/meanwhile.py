"""What else happens while lessons run: class teachers work, a question is answered, homework graded, somebody buys."""

import re
from collections.abc import Awaitable

from sandbox.story import cast
from sandbox.story.calendar import FIRST, SECOND_NAME
from sandbox.story.story import Story

# WeCom shows a member at most 30 messages a minute, and the bot keeps below that: who asks much waits a little.
_BUSY = 40.0
_RECITAL = "我读了《小王子》第一章，最喜欢狐狸。"


def scenes(story: Story) -> list[Awaitable[None]]:
    """Everything, each at its own second of the first lesson."""
    return [_lin(story), _he(story), _xiaoyu(story), _zihan(story), _quits(story), _pays(story), _deletes(story), _others(story)]


async def _lin(story: Story) -> None:
    lin = story.members["lin"]
    await story.into(3)
    absent = await lin.asks("缺勤 2", "第2课", "课程进行中", within=_BUSY)
    story.checklist.names("“缺勤 2”上着课就能查：没来的都在", absent, ["杨梓萱", "赵天宇"])
    wanqing = story.number("孙婉清")
    await lin.asks(f"备注 {wanqing} 晚上八点后才有空", "已记下", within=_BUSY)
    await lin.asks(f"标签 {wanqing} +意向高", "意向高", within=_BUSY)
    await lin.asks(f"补签 {wanqing} 2 手机没电，在同学家看完", "已补签", "到课 2", within=_BUSY)
    await lin.asks(f"放弃 {story.number('黄俊杰')} 联系不上", "转化公海", within=_BUSY)
    asked = await lin.hears("周小雨", "提问", "作业交到哪里", within=_BUSY)
    found = re.search(r"回答 #(\d+)", str(asked["text"]))
    assert found is not None
    await lin.asks(f"回答 #{found[1]} 直接回复“作业 内容”就可以", "已回复", within=_BUSY)
    await story.into(48)
    card = await lin.asks("学员 周小雨", "周小雨", "到课 5", within=_BUSY)
    story.checklist.check("“学员”一张卡看全：到课、作业分、评分、提问", all(w in card for w in ("92", "评分", "提问")), card)
    await lin.asks("今天好累", "没看懂", within=_BUSY)


async def _he(story: Story) -> None:
    he = story.members["he"]
    await story.into(5)
    await he.asks("缺勤 3", "第3课", "课程进行中", within=_BUSY)
    await he.asks(f"成交 {story.number('郭子墨')} 系统阅读课 1999", "已记成交", "1,?999", within=_BUSY)
    await he.asks(f"学员 {story.number('周小雨')}", "不在你的学员里", within=_BUSY)
    await he.asks("补签 1", "用法", within=_BUSY)
    await story.into(40)
    await he.asks("未完课 1", "第1课", "未完课", within=_BUSY)
    await story.into(52)
    await he.asks("待办", "待办", within=_BUSY)


async def _xiaoyu(story: Story) -> None:
    """Rates, hands in homework, asks; hears the grade and the answer."""
    learner, pupil = story.learners["周小雨"], cast.pupil_named("周小雨")
    await story.into(13)
    await learner.asks("评分2 5 讲得很清楚", "谢谢", "5 分")
    await story.into(17)
    await learner.asks(f"作业1 {_RECITAL}", "收到", "第1课")
    await story.into(21)
    await story.corp.tell("教务系统 → 机器人：周小雨 第1课 作业 92 分（签名事件 homework.graded，发了两遍）")
    grade = {"cohort": FIRST, "lesson": 1, "score": 92, "comment": "狐狸那段写得好"}
    await story.shop.sends("homework.graded", {"external_userid": pupil.id}, **grade)
    await learner.hears("92 分", "狐狸那段写得好")
    await story.into(24)
    await learner.asks("提问 作业交到哪里？", "林老师")
    await learner.hears("林老师", "直接回复“作业 内容”就可以", within=_BUSY)
    await learner.asks("进度", f"到课 {pupil.attended}/5 · 完课 5/5")


async def _zihan(story: Story) -> None:
    learner, pupil = story.learners["吴子涵"], cast.pupil_named("吴子涵")
    await story.into(19)
    await learner.asks("签到1", "已经签到过")
    await learner.asks("评分1 4", "4 分")
    await story.into(23)
    await learner.asks("进度", f"到课 {pupil.attended}/5 · 完课 2/5")


async def _quits(story: Story) -> None:
    learner = story.learners["高铭泽"]
    await story.into(15)
    await learner.asks("退订", "已退订")
    await story.members["he"].hears("高铭泽", "退订", within=_BUSY)


async def _pays(story: Story) -> None:
    """One learner buys in the shop while lessons run."""
    pupil = cast.pupil_named("王浩然")
    await story.into(28)
    await story.corp.tell(f"商城 → 机器人：{pupil.name} 付款 1999 元（签名事件 order.paid，发了两遍）")
    order = {"order_no": "SO-1001", "amount_fen": 199_900, "course": "系统阅读课"}
    await story.shop.sends("order.paid", {"external_userid": pupil.id}, **order)
    await story.members["lin"].hears("成交", pupil.name, "系统阅读课", within=_BUSY)


async def _deletes(story: Story) -> None:
    learner = story.learners["梁诗涵"]
    await story.into(32)
    await story.corp.act("/unfollow", external_userid=learner.id, userid="he", by="learner")
    await story.members["he"].hears("梁诗涵", "删除了你", within=_BUSY)


async def _others(story: Story) -> None:
    """Sales and the manager look in; a learner who changed cohort asks where they are."""
    zhao, chen = story.members["zhao"], story.members["chen"]
    await story.into(34)
    await story.corp.act("/app/enter", userid="zhao")
    await zhao.hears("赵销售", "公海", within=_BUSY)
    await story.into(37)
    await zhao.asks("缺勤 1", "班主任", within=_BUSY)
    await story.into(43)
    await chen.asks("规则", "warm", within=_BUSY)
    await story.into(46)
    await story.learners["许知远"].asks("我的", SECOND_NAME)
    await story.into(50)
    await chen.asks("试算 warm 3", "试算", "不会改动", within=_BUSY)
    await story.into(55)
    await story.learners["郑一诺"].asks("进度", "到课 4/5 · 完课 1/5")
    await story.into(58)
    await story.learners["胡一鸣"].asks("progress", "Attended 4/5")
