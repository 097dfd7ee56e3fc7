"""The same short camp against differently bad WeComs: welcome in time, commands answered, no storms, close and claim."""

import re
import time

import pytest

from tests.blackbox import camps
from tests.blackbox.conftest import Build
from tests.blackbox.house import ROBOT_SALES, House, until

FAULTS: dict[str, dict[str, list[object]]] = {
    "full": {},
    "lazy": {},
    "bare": {},
    "token": {"*": [None, None, 40014, None, None, 42001, None, None, None, 40014]},
    "busy": {
        "externalcontact/send_welcome_msg": [-1, 503],
        "kf/send_msg": [-1, "garbage"],
        "message/send": [500, -1, "html"],
        "kf/sync_msg": [503, -1],
        "externalcontact/get": ["garbage", -1],
        "kf/add_contact_way": [-1, 502],
        "gettoken": [-1, 500],
    },
    "quota": {
        "externalcontact/mark_tag": [45009] * 50,
        "externalcontact/get_corp_tag_list": [45009] * 50,
        "externalcontact/get": [48002] * 50,
        "externalcontact/batch/get_by_user": ["hang"] * 5,
        "user/simplelist": [60020] * 50,
        "webhook/send": [93000] * 50,
        "message/update_template_card": [60140] * 50,
    },
}


@pytest.fixture(scope="module")
def text() -> str:
    return camps.camp(camps.lesson(1, -5) + camps.lesson(2, -4), warm=1)


@pytest.mark.parametrize("mode", list(FAULTS))
def test_short_camp(build: Build, text: str, mode: str) -> None:
    house: House = build(text, start=False, mode=mode if mode in ("lazy", "bare") else "full")
    fake = house.fake
    fake.faults = {path: list(queue) for path, queue in FAULTS[mode].items()}
    house.start()
    start = time.monotonic()
    house.add("wmM1", name="模一", code="m1")
    house.add("wmM2", name="模二", code="m2")
    if mode == "bare":
        until("welcome tried", lambda: fake.count("externalcontact/send_welcome_msg"), 20)
    else:
        assert "阅读营" in house.hears("code:m1", ".", 0, 20).text
        house.hears("code:m2", ".", 0, 20)
        assert time.monotonic() - start < 20
    if mode == "bare":
        # kf/send_msg is a 404 page here: the staff side and the count must work all the same.
        fake.kf_message("wmM1", "签到1")
        house.ring()
        until("checked in", lambda: re.search(r"到课 ?1|到1", house.member("chen", "名单", "名单").text), 10)
    else:
        assert "签到成功" in house.says("wmM1", "签到1", "签到成功", seconds=15).text
        house.says("wmM1", "进度", "到课 1/2", seconds=15)
    assert "#" in house.member("lin", "缺勤1", "第1课：", seconds=15).text
    since = len(fake.calls)
    house.member("chen", "结营 read7-01", "结营", seconds=15)
    house.member("chen", "确认结营 read7-01", "结营", seconds=15)
    assert "100%" in house.hears("chen", "100%", since, 15).text
    card = until(
        "card for sales", lambda: next((s for s in fake.to("wu", since) if s.raw.get("msgtype") == "template_card"), None), 15
    )
    house.click("wu", card.raw["template_card"]["button_list"][0]["key"], card.raw["template_card"]["task_id"])
    house.hears("wu", "领取成功", since, 15)
    house.member("zhao", f"领取 #{re.search(r'#([0-9]+)', card.text).group(1)}", "吴销售", seconds=15)  # type: ignore[union-attr]
    house.hears("lin", "领取", since, 15)
    before = len(fake.calls)
    time.sleep(1.2)  # the one deliberate wait: a storm shows as calls although nothing happens
    assert len(fake.calls) - before <= 15, fake.busiest(before)
    limits = {"gettoken": 12, "externalcontact/send_welcome_msg": 14, "kf/add_contact_way": 20}
    for path in {call.path for call in fake.calls}:
        assert fake.count(path) <= limits.get(path, 40), (path, fake.count(path))
    assert len([s for s in fake.said() if s.to == "wu" and "领取成功" in s.text]) == 1
    for code in ("code:m1", "code:m2"):
        assert len(fake.to(code)) <= 1
    if mode in ("full", "token", "busy"):
        assert len(fake.to("robot:" + ROBOT_SALES)) == 1
    assert "Traceback" not in house.log.read_text(), house.log.read_text()[-3000:]
    assert not fake.breaches, "\n".join(fake.breaches)
    house.kill()
