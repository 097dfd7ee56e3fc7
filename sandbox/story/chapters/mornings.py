"""The mornings between the lessons: who caught up, who quit, who bought, who deleted their class teacher."""

from collections.abc import Awaitable, Callable

from sandbox.story import cast
from sandbox.story.calendar import FIRST
from sandbox.story.story import Story

_BUSY = 40.0
Scene = Callable[[Story], Awaitable[None]]


async def play(story: Story, seq: int) -> None:
    """The morning of the day of that lesson, when there is anything to tell of it."""
    if scenes := _SCENES.get(seq):
        await story.jump(story.calendar.morning(seq), "第二天早上", story.calendar.reminds(seq))
        await story.together(*(scene(story) for scene in scenes))


async def _catches_up(story: Story) -> None:
    """The window is shut: too late to have come, in time to have finished."""
    learner = story.learners["邓佳宁"]
    await learner.asks("签到1", "签到已在", "关闭")
    await learner.asks("完课1", "已记完课")


async def _graded(story: Story) -> None:
    learner, pupil = story.learners["周小雨"], cast.pupil_named("周小雨")
    await story.corp.tell("教务系统 → 机器人：周小雨 第1课 作业 92 分（签名事件 homework.graded，发了两遍）")
    grade = {"cohort": FIRST, "lesson": 1, "score": 92, "comment": "狐狸那段写得好"}
    await story.shop.sends("homework.graded", {"external_userid": pupil.id}, **grade)
    await learner.hears("92 分", "狐狸那段写得好")


async def _unfinished(story: Story) -> None:
    await story.members["he"].asks("未完课 1", "第1课", "未完课", within=_BUSY)


async def _quits(story: Story) -> None:
    await story.learners["高铭泽"].asks("退订", "已退订")
    await story.members["he"].hears("高铭泽", "退订", within=_BUSY)


async def _sold_by_teacher(story: Story) -> None:
    he = story.members["he"]
    await he.asks(f"成交 {story.number('郭子墨')} 系统阅读课 1999", "已记成交", "1,?999", within=_BUSY)
    await he.asks(f"学员 {story.number('周小雨')}", "不在你的学员里", within=_BUSY)


async def _pays(story: Story) -> None:
    """One learner buys in the shop between two lessons."""
    pupil = cast.pupil_named("王浩然")
    await story.corp.tell(f"商城 → 机器人：{pupil.name} 付款 1999 元（签名事件 order.paid，发了两遍）")
    order = {"order_no": "SO-1001", "amount_fen": 199_900, "course": "系统阅读课"}
    await story.shop.sends("order.paid", {"external_userid": pupil.id}, **order)
    await story.members["lin"].hears("成交", pupil.name, "系统阅读课", within=_BUSY)


async def _deletes(story: Story) -> None:
    learner = story.learners["梁诗涵"]
    await story.corp.play(learner.id, "/unfollow", external_userid=learner.id, userid="he", by="learner")
    await story.members["he"].hears("梁诗涵", "删除了你", within=_BUSY)


async def _looks_in(story: Story) -> None:
    """Sales open the app for the first time, and ask for what is not theirs."""
    zhao = story.members["zhao"]
    await story.corp.play(zhao.id, "/app/enter", userid=zhao.id)
    await zhao.hears("赵销售", "公海", within=_BUSY)
    await zhao.asks("缺勤 1", "班主任", within=_BUSY)


_SCENES: dict[int, tuple[Scene, ...]] = {
    2: (_catches_up, _graded, _unfinished),
    3: (_quits, _sold_by_teacher),
    4: (_pays, _deletes, _looks_in),
}
