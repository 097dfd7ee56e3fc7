"""WeChat customer service: states of a session, and the codes their changes give."""

import pytest

from tests.sandbox.conftest import Play
from tests.sandbox.test_kf import HOUR, message, move, say, state


async def test_session_states(school: Play) -> None:
    assert await state(school) == 4
    await say(school)
    assert await state(school) == 0
    await school.api("kf/send_msg", message())
    assert await state(school) == 1
    assert (await move(school, 0))["errcode"] == 95016
    assert (await move(school, 3, servicer_userid="nobody"))["errcode"] == 95014
    assert (await move(school, 3, servicer_userid="Lin"))["errcode"] == 0
    assert await school.code("kf/send_msg", message()) == 95018
    ended = await move(school, 4)
    assert (await move(school, 1))["errcode"] == 95013
    bye = {"code": ended["msg_code"], "msgtype": "text", "text": {"content": "再见"}}
    assert await school.code("kf/send_msg_on_event", bye) == 0
    await say(school)
    assert await state(school) == 0
    await school.api("kf/send_msg", message())
    school.later(48 * HOUR + 1)
    school.token = ""
    assert await state(school) == 4


@pytest.mark.parametrize(("into", "life_s"), [(2, 48 * HOUR), (3, 48 * HOUR), (4, 20)])
@pytest.mark.parametrize("late", [0, 1])
async def test_how_long_a_code_of_the_session_lives(school: Play, into: int, life_s: int, late: int) -> None:
    await say(school)
    answer = await move(school, 2) if into > 2 else {}
    answer = await move(school, into, servicer_userid="Lin") if into != 4 else await move(school, 4)
    school.later(life_s // 2)
    if into != 4:
        await school.act("/kf/enter", external_userid="wmMing")  # keeps the session going
    school.later(life_s - life_s // 2 + late)
    school.token = ""
    body = {"code": answer["msg_code"], "msgtype": "text", "text": {"content": "你好"}}
    assert await school.code("kf/send_msg_on_event", body) == (41050 if late else 0)


async def test_what_a_code_of_the_session_may_say(school: Play) -> None:
    menu = {"msgtype": "msgmenu", "msgmenu": {"head_content": "再见"}}
    await say(school)
    for into, errcode in ((2, 40008), (3, 40008), (4, 0)):
        code = (await move(school, into, servicer_userid="Lin"))["msg_code"]
        assert await school.code("kf/send_msg_on_event", {"code": code, **menu}) == errcode


async def test_a_code_dies_when_its_session_moves_on(school: Play) -> None:
    await say(school)
    pooled = await move(school, 2)
    await move(school, 3, servicer_userid="Lin")
    wait = {"code": pooled["msg_code"], "msgtype": "text", "text": {"content": "请稍候"}}
    assert await school.code("kf/send_msg_on_event", wait) == 95018
