"""Robots made by members name people by open_userids (doc 101521): converted once and kept; a clear word for nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.loopback import ZONE
from tests.robot.conftest import ROOM, open_play

pytestmark = pytest.mark.parametrize("mode", ["url", "socket"])


async def test_who_speaks_is_found_out_once(tmp_path: Path, mode: str) -> None:
    async with open_play(tmp_path, mode, open_userids=True) as play:
        await play.says("lin", "帮助")
        await play.sees("lin", "你可以这样说")
        await play.says("lin", "帮助", ROOM)
        await play.sees("wu", "你可以这样说", f"room:{ROOM}")
        await play.camp.quiet()
        assert play.camp.stage.calls.counts["batch/openuserid_to_userid"] == 1
        (known,) = await play.camp.rows("SELECT open_userid, userid FROM robot_people")
        assert tuple(known) == ("oid-lin", "lin")
        facts = await play.camp.rows("SELECT conversation, body FROM inbox WHERE kind = 'aibot.text' ORDER BY id")
        assert [fact.conversation for fact in facts] == ["member:lin", f"room:{ROOM}:lin"]
        assert not any("oid-" in str(fact.body) for fact in facts)
        assert await play.camp.count(f"SELECT count(*) FROM robot_talks WHERE chat = 'room:{ROOM}:lin'") == 1


async def test_who_speaks_first_in_a_group_is_known_to_read_there(tmp_path: Path, mode: str) -> None:
    async with open_play(tmp_path, mode, open_userids=True) as play:
        await play.says("lin", "帮助", ROOM)
        await play.sees("wu", "你可以这样说", f"room:{ROOM}")
        heard = await play.camp.rows("SELECT chat FROM robot_talks ORDER BY chat")
        assert [row.chat for row in heard] == [f"room:{ROOM}", f"room:{ROOM}:lin"]


async def test_a_card_is_tapped_under_an_open_userid(tmp_path: Path, mode: str) -> None:
    async with open_play(tmp_path, mode, open_userids=True) as play:
        await play.says("chen", "结营 read-01")
        card = await play.card("chen")
        await play.clicks("chen", card["task_id"], card["buttons"][0]["key"])
        await play.card_is_dead("chen", card["task_id"])


async def test_nobody_knows_who_speaks(tmp_path: Path, mode: str) -> None:
    """WeCom finds no member either; asked again within the hour it is not asked."""
    async with open_play(tmp_path, mode) as play:
        async with play.camp.house.database.write() as tx:
            await tx.conn.exec_driver_sql("UPDATE members SET userid = 'x', userid_key = 'x' WHERE userid = 'wu'")
        await play.says("wu", "帮助")
        await play.sees("wu", "企业微信没有告诉我你是谁")
        await play.says("wu", "帮助")
        await play.camp.quiet()
        assert len(await play.seen("wu")) == 2
        assert play.camp.stage.calls.counts["batch/openuserid_to_userid"] == 1


async def test_wecom_does_not_say_who_speaks(tmp_path: Path, mode: str) -> None:
    async with open_play(tmp_path, mode, open_userids=True) as play:
        await play.camp.corp.act("/faults", path="batch/openuserid_to_userid", errcode=48002, times=100)

        async def asked() -> bool:
            return play.camp.stage.calls.counts["batch/openuserid_to_userid"] > 0

        await play.says("lin", "帮助")
        if mode == "url":
            await play.sees("lin", "稍等")
        await play.camp.until(asked, "WeCom was asked")
        now = datetime.fromtimestamp(play.camp.stage.clock.now(), ZONE)
        await play.camp.jump_to(now + timedelta(minutes=5, seconds=1))
        await play.sees("lin", "现在换不出你的成员账号", within=20)
