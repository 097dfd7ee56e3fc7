"""What people think of the robot's answers: counted, and one that was no help is a to-do of those who run the bot."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import generate_latest

from bot import metrics
from tests.conftest import House
from tests.robot.conftest import Play

STAFF = """
[[staff]]
userid = "lin"
position = "class_teacher"
[[staff]]
userid = "he"
position = "operator"
"""


@pytest.fixture
async def school(house: House) -> House:
    house.configure(robot="socket")
    await house.apply(STAFF)
    return house


async def judges(house: House, verdict: int, words: str = "", answer: str = "7-0", **more: Any) -> None:
    body = {"userid": "lin", "id": answer, "type": verdict, "content": words, **more}
    await house.fact("aibot.feedback", body, "member:lin")


async def todos(house: House) -> str:
    return "\n".join(await house.member_says("he", "待办"))


async def test_an_answer_that_was_no_help_is_a_to_do_of_the_operator(school: House) -> None:
    await judges(school, 2, "少了一个人\n明天再看")
    await judges(school, 2, "还是少")
    listed = await todos(school)
    assert "lin 觉得智能机器人的一条回答没帮上忙：少了一个人 明天再看" in listed
    assert "还是少" not in listed


async def test_taken_back_or_good_after_all_it_is_done(school: House) -> None:
    await judges(school, 2, "少了一个人")
    await judges(school, 2, "也不对", answer="8-0")
    await judges(school, 3)
    assert "少了一个人" not in await todos(school)
    await judges(school, 1, answer="8-0")
    assert "没有待办" in await todos(school)


async def test_praise_and_strange_verdicts_leave_nothing_to_do(school: House) -> None:
    for verdict in (1, 3, 0, 99):
        await judges(school, verdict)
    await judges(school, 2, userid="nobody")
    assert "没有待办" in await todos(school)


async def test_people_can_judge_each_answer_in_both_modes(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    before = count()
    await play.says("lin", "名单")
    await play.sees("lin", "阅读营第1期")
    (named,) = [b["data"]["feedback_id"] for b in await play.camp.corp.chat("lin", "aibot") if "feedback_id" in b.get("data", {})]
    judged = {"userid": "lin", "feedback_id": named, "type": 2, "content": "看不懂这份名单"}
    await play.camp.corp.act("/aibot/feedback", **judged)
    await play.camp.quiet()
    assert await play.camp.count("SELECT count(*) FROM todos WHERE kind = 'feedback'") == 1
    assert count() == before + 1
    logged = capsys.readouterr()
    assert "看不懂" not in logged.out + logged.err


def count() -> float:
    name = 'wecamp_robot_judged_total{verdict="2"} '
    lines = [line for line in generate_latest(metrics.registry).decode().splitlines() if line.startswith(name)]
    return float(lines[0].removeprefix(name)) if lines else 0.0
