"""What else happens on the evenings: class teachers work, a question is answered, homework handed in, somebody comes late."""

import re
from collections.abc import Awaitable, Callable

from sandbox.story import cast
from sandbox.story.calendar import SECOND_NAME
from sandbox.story.story import Story

_BUSY = 40.0
_RECITAL = "我读了《小王子》第一章，最喜欢狐狸。"
Scene = Callable[[Story], Awaitable[None]]


def scenes(story: Story, seq: int) -> list[Awaitable[None]]:
    """Those of one evening; nobody is in two of them."""
    return [scene(story) for scene in _SCENES[seq]]


async def _hands_in(story: Story) -> None:
    learner = story.learners["周小雨"]
    await learner.asks(f"作业1 {_RECITAL}", "收到", "第1课")


async def _checks_in_twice(story: Story) -> None:
    learner = story.learners["吴子涵"]
    await learner.asks("签到1", "已经签到过")
    await learner.asks("评分1 4", "4 分")


async def _late_comer(story: Story) -> None:
    """Who comes when the second lesson has begun belongs to the next cohort."""
    pupil = cast.pupil_named("冯宇航")
    learner = story.learner(pupil)
    await learner.adds(pupil.teacher, pupil.channel)
    await learner.welcome(SECOND_NAME)


async def _moved_on(story: Story) -> None:
    await story.learners["许知远"].asks("我的", SECOND_NAME)


async def _lin_notes(story: Story) -> None:
    """A note and a tag."""
    lin, wanqing = story.members["lin"], story.number("孙婉清")
    await lin.asks(f"备注 {wanqing} 晚上八点后才有空", "已记下", within=_BUSY)
    await lin.asks(f"标签 {wanqing} +意向高", "意向高", within=_BUSY)


async def _question(story: Story) -> None:
    """A learner asks, the class teacher answers, neither leaves their chat."""
    learner, lin = story.learners["周小雨"], story.members["lin"]
    await learner.asks("提问 作业交到哪里？", "林老师")
    asked = await lin.hears("周小雨", "提问", "作业交到哪里", within=_BUSY)
    found = re.search(r"回答 #(\d+)", str(asked["text"]))
    assert found is not None
    await lin.asks(f"回答 #{found[1]} 直接回复“作业 内容”就可以", "已回复", within=_BUSY)
    await learner.hears("林老师", "直接回复“作业 内容”就可以", within=_BUSY)


async def _he_looks(story: Story) -> None:
    he = story.members["he"]
    await he.asks("缺勤 3", "第3课", "课程进行中", within=_BUSY)
    await he.asks("补签 1", "用法", within=_BUSY)


async def _gives_up(story: Story) -> None:
    lin = story.members["lin"]
    await lin.asks(f"放弃 {story.number('黄俊杰')} 联系不上", "转化公海", within=_BUSY)
    await lin.asks("今天好累", "没看懂", within=_BUSY)


async def _rules(story: Story) -> None:
    chen = story.members["chen"]
    await chen.asks("规则", "warm", within=_BUSY)
    await chen.asks("试算 warm 3", "试算", "不会改动", within=_BUSY)


async def _card(story: Story) -> None:
    card = await story.members["lin"].asks("学员 周小雨", "周小雨", "到课 5", within=_BUSY)
    story.checklist.check("“学员”一张卡看全：到课、作业分、评分、提问", all(w in card for w in ("92", "评分", "提问")), card)


async def _todos(story: Story) -> None:
    await story.members["he"].asks("待办", "待办", within=_BUSY)


async def _progress(story: Story) -> None:
    """Four learners ask how far they are, one of them in English."""
    attended = cast.pupil_named("周小雨").attended
    await story.learners["周小雨"].asks("进度", f"到课 {attended}/5 · 完课 5/5")
    await story.learners["吴子涵"].asks("进度", f"到课 {cast.pupil_named('吴子涵').attended}/5 · 完课 2/5")
    await story.learners["郑一诺"].asks("进度", "到课 4/5 · 完课 1/5")
    await story.learners["胡一鸣"].asks("progress", "Attended 4/5")


_SCENES: dict[int, tuple[Scene, ...]] = {
    1: (_hands_in, _checks_in_twice),
    2: (_late_comer, _moved_on, _lin_notes),
    3: (_question, _he_looks),
    4: (_gives_up, _rules),
    5: (_card, _todos, _progress),
}
