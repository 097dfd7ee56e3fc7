"""What a sign-up costs the database: statements, counted, so that nobody makes an opening evening slow without noticing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from storage import inbox, kf
from storage.inbox import FactDraft

CAMP = """
[[camps]]
code = "read"
name = "阅读营"
[[cohorts]]
code = "read-01"
camp = "read"
name = "第1期"
starts_at = 2026-12-02T19:00:00+08:00
closes_at = 2026-12-08T19:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-02T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
class_teacher = "lin"
[[channels]]
code = "dy01"
name = "抖音"
[[staff]]
userid = "lin"
position = "class_teacher"
"""
PEOPLE = 10
# Of one fact, with its share of the batch, and of an added friend also the continuation that tells WeCom the tags.
LIMITS = {"add": 22, "told": 7, "check_in": 5}


async def cost(house: Any, kind: str, bodies: list[dict[str, Any]]) -> float:
    """Statements of the worker for each of these facts, with all they bring about and the batch's own share."""
    drafts = [FactDraft("test", kind, f"{kind}:{n}:{len(bodies)}", f"learner:wm{n}", body) for n, body in enumerate(bodies)]
    async with house.tx() as tx:
        await inbox.add_facts(tx, drafts)
    asked = 0

    def count(*_: Any) -> None:
        nonlocal asked
        asked += 1

    engine = house.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    await house.work()
    event.remove(engine, "before_cursor_execute", count)
    return asked / len(bodies)


def added(number: int) -> dict[str, Any]:
    return {
        "Event": "change_external_contact",
        "ChangeType": "add_external_contact",
        "UserID": "lin",
        "ExternalUserID": f"wm{number}",
        "State": "dy01",
        "WelcomeCode": f"code{number}",
    }


def told(number: int) -> dict[str, Any]:
    who = f"wm{number}"
    result = {"contact": {"external_userid": who, "name": f"小{number}", "unionid": f"u{number}"}, "follows": []}
    return {"ok": True, "errcode": 0, "result": result, "context": {"external_userid": who}}


def said(number: int) -> dict[str, Any]:
    return {
        "msgid": f"m{number}",
        "open_kfid": "wkTestDesk",
        "external_userid": f"wm{number}",
        "send_time": 0,
        "origin": 3,
        "msgtype": "text",
        "text": {"content": "签到1"},
    }


async def test_an_opening_evening_stays_cheap(house: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.worker._BATCH_SECONDS", 60)  # a busy machine must not make more batches of it
    await house.apply(CAMP)
    async with house.tx() as tx:
        await kf.account(tx, house.policy.open_kfid)
        await kf.change_account(tx, house.policy.open_kfid, link_url="https://work.weixin.qq.com/kfid/x")
    assert await cost(house, "wecom.event", [added(n) for n in range(PEOPLE)]) <= LIMITS["add"]
    assert len(await house.sent("contact.welcome")) == PEOPLE
    assert await cost(house, "answer.contact.get", [told(n) for n in range(PEOPLE)]) <= LIMITS["told"]
    house.now = house.now.replace(month=12, day=2, hour=11, minute=5)
    checks = [{**said(n), "send_time": int(house.now.timestamp())} for n in range(PEOPLE)]
    assert await cost(house, "kf.message", checks) <= LIMITS["check_in"]
