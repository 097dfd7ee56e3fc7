"""kill -9 in the middle of things: nothing lost, nothing said twice; kf pull protocol with pages."""

import re
import threading

import pytest

from tests.blackbox import camps
from tests.blackbox.conftest import Build
from tests.blackbox.house import House, until


@pytest.fixture(scope="module")
def house(build: Build) -> House:
    return build(camps.camp(camps.lesson(1, -5)))


def test_pull_walks_pages_and_an_empty_page_in_between(house: House) -> None:
    house.fake.page = 2
    house.fake.empty_page_first = True
    for n in range(5):
        house.add(f"wmK{n}", name=f"客{n}", code=f"k{n}")
    house.quiet()
    since = len(house.fake.calls)
    for n in range(5):
        house.fake.kf_message(f"wmK{n}", "签到1", msgid=f"kfpage{n}")
    house.ring()
    for n in range(5):
        house.hears(f"wmK{n}", "签到成功", since)
    house.ring()
    house.quiet()
    for n in range(5):
        assert len(house.fake.to(f"wmK{n}", since)) == 1
    cursors = [call.body.get("cursor") for call in house.fake.of("kf/sync_msg", since)]
    assert len(cursors) == len(set(cursors)) or cursors.count(cursors[-1]) <= 2, cursors
    house.fake.empty_page_first = False
    house.fake.page = 1000


def test_expired_pull_token_is_survived(house: House) -> None:
    since = len(house.fake.calls)
    house.fake.kf_message("wmK0", "我的")
    house.event(FromUserName="", Event="kf_msg_or_event", Token="ENCexpired", OpenKfId="wkBlackboxDesk00000000000001")
    house.hears("wmK0", "班主任", since, 20)


def test_kill_minus_nine_in_the_middle(house: House) -> None:
    since = len(house.fake.calls)
    messages = []
    for n in range(8):
        messages.append(house.add(f"wmX{n}", name=f"险{n}", code=f"x{n}"))
        house.fake.kf_message(f"wmX{n}", "签到1", msgid=f"kfcrash{n}")
        if n == 5:
            house.ring()
    house.kill()
    house.start()
    house.ring()
    for message in messages:  # WeCom delivers again what it saw no answer to
        house.deliver(message)
    for n in range(8):
        house.hears(f"code:x{n}", "阅读营", since, 10)
        house.hears(f"wmX{n}", "签到成功|到课", since, 10)
    house.quiet()
    for n in range(8):
        assert len(house.fake.to(f"code:x{n}", since)) == 1, n
        assert len(house.fake.to(f"wmX{n}", since)) == 1, [s.text for s in house.fake.to(f"wmX{n}", since)]


def test_kill_while_wecom_hangs_sends_after_the_restart_once(house: House) -> None:
    house.fake.faults = {"message/send": ["hang"], "kf/send_msg": ["hang"]}
    since = len(house.fake.calls)
    house.member_writes("chen", "规则", 4711)
    house.fake.kf_message("wmX1", "课表")
    house.ring()
    until("both calls hang", lambda: house.fake.count("message/send", since) and house.fake.count("kf/send_msg", since), 8)
    house.kill()
    house.fake.faults = {}
    house.start()
    house.hears("chen", "规则", since, 10)
    house.hears("wmX1", "第1课", since, 10)
    house.member_writes("chen", "规则", 4711)  # a repeat of the same MsgId
    house.quiet()
    assert len(house.fake.to("chen", since)) == 1
    assert len(house.fake.to("wmX1", since)) == 1


def test_kill_in_the_middle_of_a_close_and_again(house: House) -> None:
    since = len(house.fake.calls)
    house.member("chen", "结营 read7-01", "结营")
    card = until(
        "verdict", lambda: next((s for s in house.fake.to("chen", since) if s.raw.get("msgtype") == "template_card"), None)
    )
    message = house.click("chen", card.raw["template_card"]["button_list"][0]["key"], card.raw["template_card"]["task_id"])
    house.kill()
    house.start()
    house.deliver(message)
    report = house.hears("chen", "100%", since, 10)
    house.quiet()
    counts = [int(n) for n in re.findall(r"(\d+) ?人", report.text)]
    assert sum(counts[:-1]) == counts[-1] == 13, report.text
    assert len([s for s in house.fake.to("chen", since) if "100%" in s.text]) == 1
    assert len([s for s in house.fake.to("lin", since) if "已结营" in s.text]) == 1


def test_two_at_once_from_many_threads(house: House) -> None:
    threads = [
        threading.Thread(target=house.add, args=(f"wmT{n}",), kwargs={"code": f"t{n}", "name": f"群{n}"}) for n in range(12)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for n in range(12):
        house.hears(f"code:t{n}", ".", 0, 15)


def test_sigterm_in_work_ends_within_ten_seconds_and_no_breach(house: House) -> None:
    house.member_writes("chen", "漏斗")
    assert house.stop() <= 10
    assert "Traceback" not in house.log.read_text(), house.log.read_text()[-3000:]
    assert not house.fake.breaches, "\n".join(house.fake.breaches)
