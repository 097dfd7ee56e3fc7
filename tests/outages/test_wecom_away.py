"""WeCom is away for an hour and comes back: what still has a meaning goes out by its priority, the rest is dropped and told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import metrics
from storage.outbox import Answer, Intent, Priority, add_intent
from tests.loopback import Camp, open_camp

HOUR = timedelta(hours=1)
AWAY: dict[str, dict[str, Any]] = {
    "refuses every connection": {"cut": "before"},
    "answers 502": {"http_status": 502},
    "answers no JSON": {"junk": True},
}
MEMBERS = [f"s{number:02}" for number in range(40)]


@pytest.mark.parametrize("how", AWAY)
async def test_after_an_hour_the_queue_drains_in_order_and_what_came_too_late_is_dropped(tmp_path: Path, how: str) -> None:
    async with open_camp(tmp_path) as camp:
        for userid in MEMBERS:
            await camp.corp.act("/members", userid=userid, name=userid)
        camp.fault = how
        await camp.corp.act("/clock", hold=True)
        await camp.corp.act("/faults", path="*", chance=1, **AWAY[how])
        await _queue(camp)

        async def tried() -> bool:
            return await camp.count("SELECT sum(attempts) FROM outbox WHERE context LIKE '%outage%'") >= 10

        await camp.until(tried, "they were tried while WeCom was away")
        await camp.jump_to(datetime.fromtimestamp(camp.stage.clock.now()).astimezone() + HOUR)
        # Not each of those that wait finds out by itself.
        assert await camp.count("SELECT count(*) FROM outbox WHERE attempts > 0 AND state = 0") < len(MEMBERS)
        before = (await camp.corp.see("/wire?limit=2000"))["seq"]
        await camp.corp.remove("/faults")
        await camp.quiet()
        await _everything_had_its_end(camp)
        first, *rest = await _order_on_the_wire(camp, before)
        assert rest == sorted(rest), (first, rest)  # with the first the lane found out that WeCom is back


async def _queue(camp: Camp) -> None:
    """To each member something of another weight, by turns; every fourth has no meaning after half an hour."""
    weights = [Priority.BROADCAST, Priority.NOTICE, Priority.REPLY, Priority.NOTICE]
    async with camp.house.database.write() as tx:
        for number, userid in enumerate(MEMBERS):
            late = number % 4 == 3
            await add_intent(
                tx,
                Intent(
                    "app.message",
                    {"to": [userid], "message": {"type": "text", "text": f"重要 {weights[number % 4]:d} {userid}"}},
                    priority=weights[number % 4],
                    expires_at=tx.now + (HOUR / 2 if late else 24 * HOUR),
                    answer=Answer.ALWAYS,
                    context={"outage": number},
                ),
            )
    camp.house.lanes.wake(tx.lanes)


async def _everything_had_its_end(camp: Camp) -> None:
    ends = await camp.rows("SELECT state, count(*) FROM outbox WHERE context LIKE '%outage%' GROUP BY state ORDER BY state")
    assert [tuple(row) for row in ends] == [(1, 30), (3, 10)]
    said = Counter(
        {userid: len([b for b in await camp.corp.screen("member", userid) if b["from"] != "me"]) for userid in MEMBERS}
    )
    assert said == {userid: 0 if number % 4 == 3 else 1 for number, userid in enumerate(MEMBERS)}
    told = await camp.rows("SELECT body FROM inbox WHERE kind = 'answer.app.message' AND body LIKE '%outage%'")
    assert len(told) == len(MEMBERS)
    # The managers, as there is no operator, are told once that something was dropped.
    assert len([b for b in await camp.members["chen"].screen() if "过了时效没有发出" in b["text"]]) == 1
    assert metrics.ended.labels(call="app.message", state="expired")._value.get() >= 10
    assert await camp.rows("SELECT error FROM inbox WHERE state = 2") == []


async def _order_on_the_wire(camp: Camp, after: int) -> list[int]:
    """The weights of what went out, in the order WeCom was asked."""
    entries = (await camp.corp.see(f"/wire?limit=2000&after={after}"))["entries"]
    asked = sorted((entry for entry in entries if entry["state"] == "ok"), key=lambda entry: int(entry["id"][1:]))
    words = [entry["request"]["text"]["content"] for entry in asked if entry["path"].endswith("message/send")]
    return [int(said.split()[1]) for said in words if said.startswith("重要")]
