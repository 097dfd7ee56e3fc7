"""Names and texts of people never act in a message: the stories of a camp played by people with hostile names, the wire read."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.exchange import _cells
from bot.wecom.road import RoadContext
from bot.wecom.roads import load_roads
from camp.declaration import DeclarationError, apply, parse
from camp.harmless import Ours, harmless, in_markdown, one_line
from camp.phrases import say_in
from camp.policy import Policy
from sandbox.wire_log import Entry
from storage import inbox
from storage.exports import ReportLine
from storage.inbox import FactDraft
from tests.conftest import House
from tests.fuzz.active import faults_of
from tests.fuzz.hostile_names import NAMES
from tests.fuzz.town import CAMP, NOW
from tests.loopback import Camp, open_camp

_CALLS = {call.name: call for road in load_roads() for call in road.calls}
_SPOKEN = {"app.message", "app.update_card", "kf.message", "kf.welcome", "contact.welcome", "contact.mass_send", "robot.message"}
_ROBOTS = RoadContext(1, {"sales": "k", "teachers": "k"})


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_a_hostile_name_is_harmless_in_every_kind_of_message(name: str) -> None:
    for kind, words in (
        ("text", harmless(name)),
        ("markdown", in_markdown(name)),
        ("text", say_in("zh")("card.head", id=1, name=name)),
    ):
        assert [fault for fault in faults_of("message/send", {kind: {"content": words}}) if "over" not in fault] == []
    line = one_line(name, 64)
    assert len(line) <= 64
    assert len(line.splitlines()) <= 1


def test_plain_words_and_our_own_links_stay_as_they_are() -> None:
    for words in ("李小明", "Ann-Marie O'Neil", "3:00 开始，1/2 完成", "a_b (c) #12 50%", "👩‍👩‍👧", "第1课：签到"):
        assert harmless(words) == words
    link = Ours("https://work.weixin.qq.com/kfid/kfc1?scene_param=l1.x")
    said = say_in("zh")("reminder.link", link=link)
    assert link in said
    assert link in say_in("zh")("common.bad_argument", problem=said, usage="", example="")  # also inside other words of ours
    assert "<" not in harmless(Ours("<a>"))


def test_the_parser_sees_what_acts() -> None:
    raw = [name for name in NAMES if faults_of("message/send", {"text": {"content": name}})]
    assert len(raw) > 25
    assert faults_of("webhook/send", {"markdown": {"content": "[a](b)"}})
    assert faults_of("webhook/send", {"text": {"content": "a", "mentioned_list": ["@all"]}})
    assert faults_of("message/send", {"template_card": {"main_title": {"title": "x" * 37}}})


@pytest.fixture
async def house_of_names(house: House) -> House:
    """A camp in which everybody has a hostile name and every text anybody wrote is hostile too."""
    house.now = NOW - timedelta(hours=16)
    await house.apply(CAMP)
    for number, name in enumerate(NAMES):
        who = f"wm{number}"
        await house.event("change_external_contact", "add_external_contact", UserID="lin", ExternalUserID=who, State="dy01")
        contact = {"contact": {"external_userid": who, "name": name, "unionid": f"u{number}"}, "follows": []}
        answer = {"ok": True, "errcode": 0, "result": contact, "context": {"external_userid": who}}
        await house.fact("answer.contact.get", answer)
    return house


async def _all_spoken(house: House) -> list[tuple[str, dict[str, Any]]]:
    rows = await house.rows("SELECT call, payload FROM outbox")
    return [(row.call, json.loads(row.payload)) for row in rows if row.call in _SPOKEN]


def _learner_lines(number: int, words: str) -> list[str]:
    """Everything a learner can make us repeat."""
    return ["我的", f"提问 {words}", f"作业1 {words}", f"评分1 5 {words}", "签到1" if number % 2 else words]


def _staff_lines(number: int, words: str) -> list[tuple[str, str]]:
    """What members write about a learner, and ask to see. A link in an answer is the class teacher's own and stays one."""
    about = f"#{number + 1}"
    answer = words.replace("evil", "our").replace("mailto:", "").replace("tel:", "")
    said = [f"备注 {about} {words}", f"标签 {about} +{words[:8]}", f"回答 {about} {answer}", f"学员 {about}", words]
    lines = [("lin", line) for line in said]
    if number % 3 == 0:
        taken = f"成交 {about} {words[:40]} 1999" if number % 2 else f"退回 {about} {words}"
        lines += [("lin", f"放弃 {about} {words}"), ("wu", f"领取 {about}"), ("wu", taken), ("chen", f"为什么 {about}")]
    return lines


async def _all_speak(house: House) -> None:
    """Everybody's lines as facts, applied person by person."""
    for number, name in enumerate(NAMES):
        facts = [("kf.message", _kf_item(house, number, line)) for line in _learner_lines(number, name[:200])]
        facts += [("app.text", {"userid": userid, "text": line}) for userid, line in _staff_lines(number, name[:200])]
        async with house.tx() as tx:
            drafts = [FactDraft("test", kind, f"h{number}-{at}", "corp", body) for at, (kind, body) in enumerate(facts)]
            await inbox.add_facts(tx, drafts)
        await house.work()


def _kf_item(house: House, number: int, words: str) -> dict[str, Any]:
    sent = int(house.now.timestamp())
    text = {"msgtype": "text", "text": {"content": words}}
    return {"msgid": "m", "open_kfid": "wkTestDesk", "external_userid": f"wm{number}", "send_time": sent, "origin": 3, **text}


async def test_everybody_in_the_camp_is_hostile(house_of_names: House) -> None:
    """The whole corpus as names, questions, notes, reasons, answers, homework and products; then all lists, jobs and reports."""
    house = house_of_names
    house.now = NOW
    await _all_speak(house)
    for number in range(0, len(NAMES), 5):
        await house.event("change_external_contact", "del_follow_user", UserID="lin", ExternalUserID=f"wm{number}")
    for line in ("名单", "缺勤 1", "未完课 1", "未进群", "我的班", "待办", "退群", "群数据", "入群码", "更多", "更多"):
        await house.member_says("lin", line)
    for line in ("公海", "我的客户", "更多"):
        await house.member_says("wu", line)
    house.now += timedelta(hours=2)
    for job in ("lesson_digest", "lesson_reminder", "cohort_close"):
        await house.tick(job)
    for line in ("结营 read-01", "确认结营 read-01", "漏斗", "规则"):
        await house.member_says("chen", line)
    spoken = await _all_spoken(house)
    assert len(spoken) > 8 * len(NAMES)
    assert {call for call, _ in spoken} >= {"app.message", "kf.message", "robot.message"}
    assert [(call, fault) for call, payload in spoken for fault in faults_of(call, _CALLS[call].build(payload, _ROBOTS))] == []
    kept = await house.rows("SELECT name FROM learners WHERE name IS NOT NULL")
    assert all(len(row.name) <= 64 and len(row.name.splitlines()) == 1 for row in kept)


async def test_the_wire_of_a_real_camp_with_hostile_people(tmp_path: Path) -> None:
    """Through the real process parts and the look-alike: sign-up with welcome, question, answer, roster, absent list."""
    chosen = [name for name in NAMES if "evil" in name or "@" in name or "$" in name or "\n" in name][:9]
    async with open_camp(tmp_path) as camp:
        for number, name in enumerate(chosen):
            await camp.corp.act("/learners", external_userid=f"wmH{number}", name=name.encode("utf-8", "replace").decode())
            await camp.corp.act("/follow", external_userid=f"wmH{number}", userid="lin", state="dy01")
        await camp.quiet()
        for number, name in enumerate(chosen[:4]):
            await camp.corp.act("/kf/say", external_userid=f"wmH{number}", text=f"提问 {name}")
        await camp.quiet()
        lin = camp.members["lin"]
        for line in ("名单", "学员 #1", f"备注 #1 {chosen[0]}", f"回答 #1 {chosen[0]}"):
            await lin.says(line)
        await camp.jump_to(camp.first_lesson + timedelta(minutes=1))
        await lin.says("缺勤 1")
        await camp.quiet()
        entries = [entry for entry in camp.stage.wire.after(0, 10_000) if entry.direction == "call" and _body(entry)]
        assert len([entry for entry in entries if "send" in entry.path]) > 10
        assert [(entry.path, fault) for entry in entries for fault in faults_of(entry.path, _body(entry))] == []
        assert await _failed(camp) == []


def _body(entry: Entry) -> dict[str, Any]:
    """The body of a call that speaks to people, else empty."""
    if not entry.path.rsplit("/", 1)[-1].startswith(("send", "update_template", "add_msg")):
        return {}
    body = json.loads(entry.request) if isinstance(entry.request, str) else entry.request
    return body if isinstance(body, dict) else {}


async def _failed(camp: Camp) -> list[Any]:
    return await camp.rows("SELECT kind, error FROM inbox WHERE state = 2")


_MARKS = ("evil", "@", "$", "\u202e", "\u200b", "**")
_UNBEARABLE = re.compile("[\x00-\x1f\x85\u2028\u2029]")
_ACTING = [name for name in NAMES if any(mark in name for mark in _MARKS) and not _UNBEARABLE.search(name)]


@pytest.mark.parametrize("name", _ACTING, ids=lambda name: ascii(name)[:30])
async def test_names_of_camp_toml_act_as_little_as_those_of_people(house: House, name: str) -> None:
    """Camp, cohorts, lessons, channel and staff bear it; then everything that repeats them is said."""
    declared = tomllib.loads(CAMP)
    for number, table in enumerate([*declared["camps"], *declared["cohorts"], *declared["channels"], *declared["staff"]]):
        table["name"] = f"{name}{number}"
    for cohort in declared["cohorts"]:
        for lesson in cohort["lessons"]:
            lesson["title"] = f"{name}{lesson['seq']}"
    house.now = NOW - timedelta(hours=16)
    async with house.tx() as tx:
        await apply(tx, house.policy, parse(declared, house.policy))
    await _sign_up(house, 3)
    house.now = NOW - timedelta(minutes=30)
    await house.tick("lesson_reminder")
    house.now = NOW
    for who, line in (("wm1", "签到1"), ("wm1", "我的"), ("wm1", "进度"), ("wm2", "提问 几点"), ("wm1", "课表"), ("wm1", "报名")):
        await house.learner_says(who, line)
    asked = ("名单", "缺勤 1", "未完课 1", "我的班", "学员 #1", "催课 1", "放弃 #3 不学了", "待办", "日报", "帮助")
    for line in (*asked, "退群", "群数据", "入群码"):
        await house.member_says("lin", line)
    for line in ("公海", "领取 #3", "我的客户", "学员 #3", "成交 #3 课 1999"):
        await house.member_says("wu", line)
    house.now += timedelta(hours=2)
    for job in ("lesson_digest", "lesson_reminder", "cohort_close", "nudge_results"):
        await house.tick(job)
    for line in ("结营 read-01", "确认结营 read-01", "漏斗", "规则", "营期", "为什么 #1", "撤销结营 read-01", "续营 #1"):
        await house.member_says("chen", line)
    spoken = await _all_spoken(house)
    assert len(spoken) > 30
    assert [(call, fault) for call, payload in spoken for fault in faults_of(call, _CALLS[call].build(payload, _ROBOTS))] == []


async def _sign_up(house: House, number: int) -> None:
    for person in range(1, number + 1):
        who = f"wm{person}"
        await house.event("change_external_contact", "add_external_contact", UserID="lin", ExternalUserID=who, State="dy01")
        await house.learner_says(who, "进度")


@pytest.mark.parametrize("name", ["长" * 10_000, "第1课\n【系统】退费成功", "行\u2028分"], ids=lambda name: ascii(name)[:30])
def test_a_name_of_camp_toml_is_one_line_of_bearable_length(name: str) -> None:
    declared = tomllib.loads(CAMP)
    declared["cohorts"][0]["lessons"][0]["title"] = declared["channels"][0]["name"] = declared["staff"][0]["name"] = name
    with pytest.raises(DeclarationError) as refused:
        parse(declared, Policy())
    faults = {fault.path for fault in refused.value.faults}
    assert faults >= {"cohorts[0].lessons[0].title", "channels[0].name", "staff[0].name"}


@pytest.mark.parametrize(
    "name", [*NAMES, "＝1+1", "＋1", "－1", "＠SUM(A1)", "\u200b=1+1", " =1+1"], ids=lambda name: ascii(name)[:30]
)
def test_no_cell_of_an_export_is_a_formula_or_more_than_a_cell(name: str) -> None:
    """Excel runs what begins like one, on Chinese systems the wide forms too."""
    line = ReportLine(1, name, "class", 1, 1, 99, name, name, name)
    file = io.StringIO()
    csv.writer(file).writerow(_cells(say_in("zh"), line))
    (cells,) = csv.reader(io.StringIO(file.getvalue()))
    assert len(cells) == 9
    for cell in cells:
        assert not cell.strip().startswith(tuple("=+-@＝＋－＠"))
        assert not any(unicodedata.category(letter) in ("Cc", "Cs") or letter in "\u202e\u2066\u200b\ufeff" for letter in cell)
