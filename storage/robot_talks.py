"""Where somebody wrote to the robot: WeCom lets it speak unasked only there (doc 101463, 93006 elsewhere).

WeCom shows nobody who is in an internal group. Who wrote or tapped there is kept beside the group as `room:<chatid>:<userid>`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, delete, select

from storage.database import Tx
from storage.robot_turns import conversation_of
from storage.statement import built_once, insert_into
from storage.tables_robot import robot_talks as talks


async def note(tx: Tx, chat: str, chat_id: str) -> None:
    """Somebody wrote here; `chat_id` is the conversation as WeCom names it (in single chat the member)."""
    row = insert_into(tx.dialect, talks).values(chat=chat, chat_id=chat_id, spoken_at=tx.now)
    again = {"chat_id": row.excluded.chat_id, "spoken_at": row.excluded.spoken_at}
    await tx.conn.execute(row.on_conflict_do_update(index_elements=["chat"], set_=again))


async def note_reader(tx: Tx, chat_id: str, userid: str) -> None:
    """This member did something with the robot in a group, so they read there."""
    await note(tx, conversation_of(userid, chat_id), chat_id)


async def readers(tx: Tx, chat_ids: Collection[str], since: datetime) -> list[tuple[str, str]]:
    """(chat_id, userid in lower case) of who did something with the robot in these groups since then, the last first."""
    if not chat_ids:
        return []
    here = talks.c.chat_id.in_(chat_ids) & (talks.c.spoken_at >= since)
    rows = await tx.conn.execute(
        select(talks.c.chat, talks.c.chat_id).where(here).order_by(talks.c.spoken_at.desc(), talks.c.chat)
    )
    found = [(row.chat_id, row.chat.removeprefix(f"room:{row.chat_id}:")) for row in rows]
    return [(chat_id, userid) for chat_id, userid in found if ":" not in userid]


async def find(tx: Tx, chat: str) -> str | None:
    """WeCom's name of a conversation in which the robot may speak; None where it may not."""
    name: str | None = (await tx.conn.execute(*_of(chat))).scalar_one_or_none()
    return name


async def forget(tx: Tx, chat: str) -> None:
    """WeCom does not let it speak there after all."""
    await tx.conn.execute(delete(talks).where(talks.c.chat == chat))


@built_once
def _of(chat: str) -> Select[tuple[str]]:
    return select(talks.c.chat_id).where(talks.c.chat == chat)
