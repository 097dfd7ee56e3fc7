"""The signed ingest of DESIGN 9: rules of the signature, six types, unmatched events."""

import json
import re
import secrets
import threading
import time

import pytest

from tests.blackbox import camps
from tests.blackbox.conftest import Build
from tests.blackbox.house import House, at, fact, paid


@pytest.fixture(scope="module")
def house(build: Build) -> House:
    house = build(camps.camp(camps.lesson(1, -30) + camps.lesson(2, -20), window=0))
    house.add("wmIn1", name="甲一", code="in1")
    house.add("wmIn2", name="甲二", code="in2")
    house.hears("code:in2", ".", 0)
    house.hears("code:in1", ".", 0)
    return house


def test_signature_rules(house: House) -> None:
    event = fact("completion.finished", "wmIn1", cohort="read7-01", lesson=2)
    assert house.ingest(event, timestamp=int(time.time()) - 400)[0] in (401, 403)
    assert house.ingest(event, timestamp=int(time.time()) + 400)[0] in (401, 403)
    assert house.ingest(event, timestamp="abc")[0] in (400, 401, 403)
    assert house.ingest(event, signature="v1=" + "0" * 64)[0] in (401, 403)
    assert house.ingest(event, signature="v1=é")[0] in (400, 401, 403)
    assert house.ingest(event, secret="wrong")[0] in (401, 403)
    assert house.ingest(event, source="nobody")[0] in (401, 403, 404)
    nonce, stamp = secrets.token_hex(8), int(time.time())
    assert house.ingest(event, nonce=nonce, timestamp=stamp)[0] == 200
    assert house.ingest(event, nonce=nonce, timestamp=stamp)[0] == 200
    other = fact("completion.finished", "wmIn2", cohort="read7-01", lesson=2)
    assert house.ingest(other, nonce=nonce, timestamp=stamp)[0] == 409
    assert "完课 1/" in house.says("wmIn1", "进度", "到课").text
    assert "完课 0/" in house.says("wmIn2", "进度", "到课").text


def test_faulty_bodies_are_refused_whole(house: House) -> None:
    for body in (b"", b"[]", b"nonsense", b'{"events": 3}', json.dumps({"event_id": "x"}).encode(), b"\xff"):
        assert house.ingest(body=body or b" ")[0] in (400, 422), body
    good = paid("wmIn2", "o-part")
    bad = fact("order.paid", "wmIn2", order_no="z", amount_fen="many", course="c")
    assert house.ingest(good, bad)[0] in (400, 422)
    for wrong in ({"amount_fen": -5}, {"amount_fen": 1.5}, {"occurred_at": "yesterday"}, {"subject": {}}):
        assert house.ingest(paid("wmIn2", "o-bad") | wrong)[0] in (400, 422), wrong
    assert house.ingest(fact("martian.type", "wmIn2"))[0] in (400, 422)


def test_all_six_types(house: House) -> None:
    since = len(house.fake.calls)
    events = [
        fact("attendance.summary", "wmIn1", cohort="read7-01", lesson=1, watched_seconds=59),
        fact("attendance.summary", "wmIn2", cohort="read7-01", lesson=1, watched_seconds=2400, extra={"ignored": True}),
        fact("homework.graded", "wmIn2", cohort="read7-01", lesson=1, score=88, comment="很好"),
        fact("enrolment.added", "wmIn3", camp="read7", channel="dy01", name="丙三", phone="13700137000"),
        paid("wmIn2", "o-in2", camp="read7", cohort="read7-01"),
    ]
    assert house.ingest(*events)[0] == 200
    assert "1,999" in house.hears("lin", "甲二.*年度阅读课", since).text
    text = house.says("wmIn2", "进度", "到课").text
    assert re.search(r"到课 1/\d · 完课 1/", text), text
    assert "88" in text
    assert "到课 0/" in house.says("wmIn1", "进度", "到课").text
    assert "丙三" in house.member("chen", "名单", "名单").text
    since = len(house.fake.calls)
    assert house.ingest(events[-1])[0] == 200  # the same event_id again
    refund = fact("order.refunded", "wmIn2", order_no="o-in2", amount_fen=199900)
    assert house.ingest(refund)[0] == 200
    assert "退" in house.hears("lin", "甲二", since).text
    house.quiet()
    assert len([s for s in house.fake.to("lin", since) if "甲二" in s.text]) == 1


def test_event_of_an_unknown_learner_waits_and_is_applied_later(house: House) -> None:
    assert house.ingest(paid("wmLater", "o-later"))[0] == 200
    assert (
        house.ingest(
            fact("attendance.summary", "", subject={"phone": "13600136000"}, cohort="read7-01", lesson=1, watched_seconds=900)
        )[0]
        == 200
    )
    house.quiet()
    since = len(house.fake.calls)
    house.add("wmLater", name="后来君", code="in-later")
    house.hears("code:in-later", ".", since)
    assert re.search(r"后来君|#\d", house.hears("lin", "年度阅读课", since).text)
    assert "到课 0/" in house.says("wmLater", "进度", "到课").text
    house.says("wmLater", "报名 13600136000", ".")
    house.quiet()
    assert "到课 1/" in house.says("wmLater", "进度", "到课").text


def test_refund_before_its_order_ends_unpaid(house: House) -> None:
    house.ingest(fact("order.refunded", "wmIn1", order_no="o-r1", amount_fen=199900))
    house.ingest(paid("wmIn1", "o-r1"))
    house.quiet()
    number = re.search(r"#(\d+) ?甲一", house.member("chen", "学员 甲一", "甲一").text)
    assert number
    since = len(house.fake.calls)
    house.member("chen", "结营 read7-01", "结营")
    verdict = house.hears("chen", "确认后|确认", since).text
    assert re.search("1 已成交", verdict), verdict  # only 后来君


def test_payment_at_the_moment_of_the_close_and_the_end_of_the_sale_window(house: House) -> None:
    """甲二 came once and pays while the close runs; 后来君 paid; the sale window of 0 days ends at once."""
    house.ingest(fact("attendance.summary", "wmIn1", cohort="read7-01", lesson=1, watched_seconds=900))
    house.quiet()
    since = len(house.fake.calls)
    both = [
        threading.Thread(target=house.member_writes, args=("chen", "确认结营 read7-01")),
        threading.Thread(target=house.ingest, args=(paid("wmIn2", "o-moment"),)),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert "100%" in house.hears("chen", "100%", since, 15).text
    told = house.hears("lin", "(?s)甲一.*公海|公海.*甲一", since, 15).text
    assert "甲二" not in told.split("公海")[-1]
    pool = house.member("wu", "公海", "公海").text
    assert len(re.findall(r"#\d+ 甲\*\*", pool)) == 1, pool  # only 甲一, after the sale window
    number = re.search(r"#(\d+) ?甲二", house.member("chen", "学员 甲二", "甲二").text)
    assert number
    assert "成交" in house.member("wu", f"领取 #{number.group(1)}", number.group(1)).text


def test_enrolment_keeps_its_own_time(house: House) -> None:
    assert house.ingest(fact("enrolment.added", "wmOld", cohort="read7-02", name="早鸟", occurred=at(-1440)))[0] == 200
    house.quiet()
    text = house.member("chen", "学员 早鸟", "早鸟").text
    day = at(-1440)[5:10]
    assert re.search(rf"{day}|{day.replace('-', '月')}", text), text


def test_nothing_broke(house: House) -> None:
    log = house.log.read_text()
    assert "13700137000" not in log
    assert "13600136000" not in log
    assert "Traceback" not in log, log[-3000:]
    assert not house.fake.breaches, "\n".join(house.fake.breaches)
