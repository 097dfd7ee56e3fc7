"""Three hundred learners: pages that fit, digest cards instead of a flood, quotas, no next cohort."""

import re
import time

import pytest

from tests.blackbox import camps
from tests.blackbox.conftest import Build
from tests.blackbox.house import MORE, ROBOT_SALES, House, fact, until

MANY = 300


@pytest.fixture(scope="module")
def house(build: Build) -> House:
    house = build(
        camps.camp(camps.lesson(1, -5) + camps.lesson(2, -5), warm=1, window=0, second=False, quotas={"wu": 1, "zhao": 2}),
        more=MORE + "[pool]\ncards_per_handover = 2\n",
    )
    return house


def test_a_friend_added_during_the_import_is_welcomed_in_time(house: House) -> None:
    events = [fact("enrolment.added", f"wmL{n:03}", cohort="read7-01", name=f"很长的学员名字第{n:03}号") for n in range(MANY)]
    assert house.ingest(*events)[0] == 200
    start = time.monotonic()
    house.add("wmL000", name="很长的学员名字第000号", code="long-1")
    house.hears("code:long-1", ".", 0, 20)
    assert time.monotonic() - start < 20
    until("all imported", lambda: "报名 300" in house.member("ops", "漏斗 read7-01", "报名").text, 40, 2)


def test_attendance_of_twenty(house: House) -> None:
    events = [fact("attendance.summary", f"wmL{n:03}", cohort="read7-01", lesson=1, watched_seconds=3600) for n in range(20)]
    assert house.ingest(*events)[0] == 200
    until("the attendance of twenty", lambda: "到课 20" in house.member("chen", "漏斗 read7-01", "报名").text, 30, 2)


def walk(house: House, who: str, first: str) -> list[str]:
    """All pages of a list, by 更多."""
    pages = [house.member(who, first, "#").text]
    while "更多" in pages[-1] and len(pages) < 25:
        pages.append(house.member(who, "更多", "#|没有").text)
    return pages


def test_every_learner_is_on_exactly_one_page(house: House) -> None:
    pages = walk(house, "chen", "名单 read7-01")
    names = re.findall(r"很长的学员名字第(\d{3})号", "\n".join(pages))
    assert len(names) == len(set(names)) == MANY, (len(names), len(set(names)), len(pages))
    assert all(len(page.encode()) <= 2048 for page in pages)
    assert "没有" in house.member("chen", "更多", ".").text


def test_close_without_a_next_cohort_uses_the_waiting_list(house: House) -> None:
    since = len(house.fake.calls)
    house.member("chen", "结营 read7-01", "结营")
    house.member("chen", "确认结营 read7-01", "结营")
    report = house.hears("chen", "100%", since, 15).text
    assert re.search("候补.*280", report), report
    assert re.search("转化公海.*20", report), report
    house.quiet(15)
    for who in ("wu", "zhao"):
        cards = [s for s in house.fake.to(who, since) if s.raw.get("msgtype") == "template_card"]
        assert len(cards) <= 3, [s.text for s in cards]
        house.hears(who, "(18|20) ?[人位].*公海", since, 15)
    assert len(house.fake.to("robot:" + ROBOT_SALES, since)) == 1
    for who in ("lin", "he"):
        notice = [s for s in house.fake.to(who, since) if "结营" in s.text]
        assert len(notice) == 1, [s.text for s in notice]
        assert len(notice[0].text.encode()) <= 2048


def test_pool_pages_are_masked(house: House) -> None:
    pages = walk(house, "zhao", "公海")
    assert "很长的" not in "".join(pages)
    assert len(set(re.findall(r"#(\d+)", "\n".join(pages)))) == 20, pages


def test_quota_refuses_and_offers_whom_to_give_up(house: House) -> None:
    pool = re.findall(r"#(\d+)", house.member("wu", "公海", "#").text)
    house.member("wu", f"领取 #{pool[0]}", "领取成功")
    text = house.member("wu", f"领取 #{pool[1]}", "1/1|上限|配额|满").text
    assert f"#{pool[0]}" in text, text
    assert "退回" in text, text


def test_no_breach(house: House) -> None:
    assert not house.fake.breaches, "\n".join(house.fake.breaches)
    assert until("ready", lambda: house.get("/readyz")[0] == 200)
    assert "Traceback" not in house.log.read_text()
