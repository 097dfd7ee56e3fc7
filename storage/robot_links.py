"""The robot's long connection as the node that holds it, or gave it up, last told: for the other nodes, `doctor` and pushes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from storage.database import Tx
from storage.statement import insert_into
from storage.tables_robot import robot_links as links

_ROBOT = "robot"


class State(StrEnum):
    UP = "up"
    DOWN = "down"  # tried again after a pause
    TAKEN = "taken"  # another connection took the robot over: nobody fights for it
    REFUSED = "refused"  # WeCom does not take bot_id and secret


# From these the robot comes back only with a process that was started later.
GIVEN_UP = frozenset({State.TAKEN, State.REFUSED})


@dataclass(frozen=True)
class Link:
    """`since` is when this state began, `seen_at` when the node that holds it last said so."""

    state: State
    errcode: int
    since: datetime
    seen_at: datetime


async def load(tx: Tx) -> Link | None:
    row = (await tx.conn.execute(select(links).where(links.c.name == _ROBOT))).one_or_none()
    return None if row is None else Link(State(row.state), row.errcode, row.since, row.seen_at)


async def tell(tx: Tx, state: State, errcode: int = 0) -> None:
    """This is how it stands now."""
    before = await load(tx)
    since = before.since if before is not None and before.state is state else tx.now
    row = insert_into(tx.dialect, links).values(name=_ROBOT, state=state, errcode=errcode, since=since, seen_at=tx.now)
    new = {name: row.excluded[name] for name in ("state", "errcode", "since", "seen_at")}
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["name"], set_=new))
