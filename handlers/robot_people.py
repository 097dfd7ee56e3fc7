"""Somebody the robot's callbacks name by an id that is in no directory: an open_userid, asked of WeCom once (doc 101521)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from camp import robot
from camp.messages import text
from handlers.core.context import Ctx
from handlers.core.router import Router
from storage import robot_people, robot_talks, robot_turns
from storage.inbox import FactDraft, add_facts
from storage.outbox import Answer, Intent, Priority, add_intent
from storage.robot_turns import chat_of, conversation_of

router = Router()

# WeCom knows nobody of this id: for so long it is not asked again.
_BELIEVED = timedelta(hours=1)
_PATIENCE = timedelta(minutes=5)


@router.fact("aibot.unknown")
async def find_out(ctx: Ctx) -> None:
    """Who it is may be known by now; else WeCom is asked, and what they said goes on with its answer."""
    open_userid = str(ctx.fact.body["said"]["userid"])
    known = await robot_people.find(ctx.tx, open_userid)
    if known is not None and known.userid is not None:
        await _go_on(ctx, ctx.fact.body, open_userid, known.userid)
    elif known is not None and ctx.now < known.told_at + _BELIEVED:
        await _tell(ctx, ctx.fact.body, "robot.unknown_person")
    else:
        intent = Intent(
            "directory.open_userids",
            {"open_userids": [open_userid]},
            Priority.READ,
            expires_at=ctx.now + _PATIENCE,
            answer=Answer.ALWAYS,
            context={"heard": ctx.fact.body},
        )
        await add_intent(ctx.tx, intent)


@router.fact("answer.directory.open_userids")
async def found_out(ctx: Ctx) -> None:
    heard = ctx.fact.body["context"]["heard"]
    open_userid = str(heard["said"]["userid"])
    if not ctx.fact.body["ok"]:
        await _tell(ctx, heard, "robot.cannot_ask")
        return
    userid = ctx.fact.body["result"]["userids"].get(open_userid)
    await robot_people.keep(ctx.tx, open_userid, userid)
    if userid is None:
        await _tell(ctx, heard, "robot.unknown_person")
    else:
        await _go_on(ctx, heard, open_userid, str(userid))


async def _go_on(ctx: Ctx, heard: dict[str, Any], open_userid: str, userid: str) -> None:
    """The same fact under the member's own userid."""
    said = {**heard["said"], "userid": userid}
    chat_id, turn = str(said.get("chat_id") or ""), said.get("turn")
    if turn is not None:
        await robot_turns.change(ctx.tx, turn, userid=userid, chat=chat_of(userid, chat_id))
    if heard["kind"] in ("aibot.text", "aibot.file", "aibot.media") and not chat_id:
        await robot_talks.note(ctx.tx, chat_of(userid, ""), open_userid)
    if turn is not None and chat_id:
        await robot_talks.note_reader(ctx.tx, chat_id, userid)
    draft = FactDraft("aibot", heard["kind"], f"aibot:{heard['msgid']}:known", conversation_of(userid, chat_id), said)
    await add_facts(ctx.tx, [draft])


async def _tell(ctx: Ctx, heard: dict[str, Any], phrase: str) -> None:
    if (turn := heard["said"].get("turn")) is not None:
        await robot.answer_turn(ctx.tx, ctx.policy, turn, text(ctx.say(phrase)))
