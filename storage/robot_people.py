"""Members whom the robot's callbacks name by an open_userid: found once with the app's token (doc 101521), then known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database import Tx
from storage.statement import insert_into
from storage.tables_robot import robot_people as people


@dataclass(frozen=True)
class Person:
    """`userid` is None when WeCom knew nobody of this open_userid at `told_at`."""

    open_userid: str
    userid: str | None
    told_at: datetime


async def find(tx: Tx, open_userid: str) -> Person | None:
    row = (await tx.conn.execute(select(people).where(people.c.open_userid == open_userid))).one_or_none()
    return None if row is None else Person(row.open_userid, row.userid, row.told_at)


async def keep(tx: Tx, open_userid: str, userid: str | None) -> None:
    """What WeCom said; a later word counts."""
    row = insert_into(tx.dialect, people).values(open_userid=open_userid, userid=userid, told_at=tx.now)
    new = {"userid": row.excluded.userid, "told_at": row.excluded.told_at}
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["open_userid"], set_=new))
