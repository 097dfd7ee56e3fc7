"""A row whose columns hold what no program of ours wrote ends by itself; its lane goes on."""

from __future__ import annotations

from sqlalchemy import text

from tests.loop.conftest import FakeWecom, Rig, both, to_member

SENT, DEAD = 1, 2


@both
async def test_an_answer_nobody_can_read_ends_its_row_and_no_other(rig: Rig, wecom: FakeWecom) -> None:
    await rig.add(to_member("a"), to_member("b"))
    async with rig.database.write() as tx:
        await tx.conn.execute(text("UPDATE outbox SET answer = 'alway?' WHERE id = 1"))
    await rig.start()
    await rig.drained()
    assert await rig.states() == [DEAD, SENT]
    assert len(wecom.asked) == 1
    (row,) = await rig.rows("SELECT error FROM outbox WHERE id = 1")
    assert row.error == "what is stored as its answer cannot be read"
