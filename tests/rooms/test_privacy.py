"""What shows in a group is what every reader of it may see: no name of a learner, no phone, no note, no question, no amount."""

from __future__ import annotations

import re
from typing import Any

import pytest

from camp import identity
from camp.phrases import say_in
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import STAFF, Command, Router, discover
from storage import enrolments, learners, members, notes, orders, questions, todos
from storage.columns import LearnerName
from tests.rooms.conftest import Staff
from tests.teacher.conftest import Enrol, at

NAMES = ("欧阳晓燕", "诸葛明轩", "司徒雅婷")
PHONE, NOTE, QUESTION, COURSE, AMOUNT, TAG = "1391234567", "孩子在住院", "爸妈离婚怎么办", "私教金课", "7,654", "家境困难"
SECRETS = (*NAMES, *(name[1:] for name in NAMES), PHONE, NOTE, QUESTION, COURSE, AMOUNT, "7654", TAG, "wm-")
SPEAKERS = {"lin": "class_teacher", "wang": "sales", "chen": "manager"}
# These end the cohort: after all others.
_LAST = ("放弃", "结营", "确认结营", "撤销结营", "解绑")


@pytest.fixture
async def secret_camp(staff: Staff, enrol: Enrol, attend: Any, speak: Any) -> list[int]:
    """Three learners of whom everything is known that must not be read in a group; their numbers."""
    house = staff.house
    numbers = [await enrol(name) for name in NAMES]
    house.now = at("12-01 20:40")
    await attend(numbers[0], 1)
    await speak(numbers[0])
    async with house.tx() as tx:
        lin, wang = await members.find(tx, "lin"), await members.find(tx, "wang")
        assert lin is not None
        assert wang is not None
        for number in numbers:
            learner = await learners.load(tx, number)
            assert learner is not None
            await identity.learn(tx, house.policy, learner, phones=[f"{PHONE}{number}"])
            await notes.add(tx, number, lin.id, "note", NOTE)
            await questions.add(tx, number, lin.id, QUESTION, tx.now)
            await todos.add(
                tx, lin.id, kind="manual", text=f"联系{learner.name} {PHONE}0", dedup_key=f"t{number}", learner_id=number
            )
            seat = await enrolments.current(tx, number)
            assert seat is not None
            bill = {"order_no": f"SO-{number}", "amount_fen": 765_400, "course": COURSE, "paid_at": tx.now}
            await orders.add(tx, learner_id=number, enrolment_id=seat.id, source="shop", **bill)
    await house.member_says("lin", f"标签 #{numbers[0]} +{TAG}")
    # One waits in the pool, one is the salesperson's.
    for number in numbers[1:]:
        await house.member_says("lin", f"放弃 #{number} {NOTE}")
    await house.member_says("wang", f"领取 #{numbers[2]}")
    return numbers


def lines_of(command: Command, numbers: list[int]) -> list[str]:
    """The command alone, as its help shows it, and about learners in the ways a number or a name can be typed."""
    name, (classed, _, claimed) = command.name, numbers
    example = re.sub(r"#\d+", f"#{classed}", command.example[0])
    about = [f"{name} #{number}{rest}" for number in (classed, claimed) for rest in ("", " 1 课 88", " +好")]
    return [name, example, f"{name} 1", f"{name} read7-01", f"{name} {NAMES[0][:1]}", *about]


@pytest.mark.parametrize("binding", ["", "绑定 read7-01"])
async def test_no_command_shows_in_a_group_who_a_learner_is(staff: Staff, secret_camp: list[int], binding: str) -> None:
    if binding:
        await staff.says("chen", f"@营长 {binding}")
    commands = sorted(discover().staff_commands, key=lambda command: command.name in _LAST)
    heard_alone: list[str] = []
    for command in commands:
        speakers = [userid for userid, position in SPEAKERS.items() if position in command.positions][:2]
        for line in lines_of(command, secret_camp):
            for speaker in speakers:
                heard = await staff.says(speaker, f"@营长 {line}")
                faces = [str(face) for face in heard.updates]
                for shown in [*heard.group, *faces]:
                    leaked = [secret for secret in SECRETS if secret in shown]
                    assert not leaked, f"{speaker}: {line}\n{shown}"
                assert heard.group or heard.updates, f"{speaker}: {line}: silence"
                heard_alone += [words for said in heard.alone.values() for words in said]
    # What is kept from the group is not lost: the same camp has it all for the one who asked.
    together = "\n".join(heard_alone)
    assert [secret for secret in (*NAMES, NOTE, QUESTION, COURSE, AMOUNT, TAG) if secret not in together] == []


async def test_a_learners_card_goes_to_the_asker_and_the_group_hears_only_that(staff: Staff, secret_camp: list[int]) -> None:
    heard = await staff.says("lin", f"@营长 学员 #{secret_camp[0]}")
    assert heard.group == ["已私发给你，在应用消息里。"]
    (card,) = heard.alone["lin"]
    assert "欧阳晓燕" in card
    english = await staff.says("lin", f"@营长 learner #{secret_camp[0]}")
    assert english.group == ["Sent to you alone, as an app message."]


async def test_the_answer_goes_by_the_robot_where_it_may_speak_alone(staff: Staff, secret_camp: list[int]) -> None:
    await staff.says("lin", "你好", "")
    before = len(await staff.house.sent("app.message"))
    heard = await staff.says("lin", f"@营长 学员 #{secret_camp[0]}")
    assert heard.group == ["已私发给你。"]
    assert "欧阳晓燕" in heard.alone["lin"][0]
    assert len(await staff.house.sent("app.message")) == before


async def test_a_list_shows_a_character_and_the_number_and_the_whole_name_alone(staff: Staff, secret_camp: list[int]) -> None:
    shown = (await staff.says("lin", "@营长 名单 read7-01")).text
    assert f"#{secret_camp[0]} 欧**" in shown
    assert f"#{secret_camp[0]} 欧阳晓燕" in (await staff.says("lin", "名单 read7-01", "")).alone["lin"][0]
    assert f"#{secret_camp[0]} 欧阳晓燕" in (await staff.house.member_says("lin", "名单 read7-01"))[0]


async def test_more_goes_on_where_the_list_was_shown(staff: Staff, enrol: Enrol) -> None:
    for number in range(120):
        await enrol(f"学员甲乙丙{number:03d}")
    first = await staff.says("lin", "@营长 名单 read7-01")
    assert "更多" in first.text
    assert "没有更多" in (await staff.says("chen", "@营长 更多")).text
    assert "没有更多" in (await staff.says("lin", "更多", "")).alone["lin"][0]
    rest = (await staff.says("lin", "@营长 更多")).text
    assert "学**" in rest
    assert "甲乙丙" not in rest


def test_a_name_is_masked_whoever_makes_the_sentence() -> None:
    """A new command needs to do nothing: what comes from the learners' table knows that it is a name."""
    name = LearnerName("欧阳晓燕")
    assert say_in("zh", masked=True)("teacher.person", id=1, name=name) == "#1 欧**"
    assert say_in("zh")("teacher.person", id=1, name=name) == "#1 欧阳晓燕"


def test_a_new_command_answers_its_speaker_alone_unless_it_says_otherwise() -> None:
    router = Router()

    @router.staff("新", positions=STAFF, usage=("新", "new"), example=("新", "new"), summary=("新", "new"))
    async def new(ctx: StaffCtx, rest: Rest) -> Reply:
        return Reply.text("")

    assert not router.staff_commands[0].in_groups
