"""What learners do and say in kf, item by item, and what WeCom says about the messages we sent them."""

from __future__ import annotations

from datetime import timedelta

from camp import question
from camp.kf_item import FROM_LEARNER, KfItem, read_item
from camp.lesson_choice import Chosen, choose_started
from camp.outgoing import to_learner
from camp.phrases import say_in
from handlers._kf_entry import enter
from handlers._learner_desk import CHECKIN_ID, COMMAND_ID, learner_commands, name_among, said_at, seats_of
from handlers.core.context import Ctx, LearnerCtx
from handlers.core.desk import answer_learner
from handlers.core.dispatch import find_call
from handlers.core.grammar import row_number
from handlers.core.reply import Reply
from handlers.core.router import Router
from handlers.learner_checkin import check_in_by_menu, check_in_by_passphrase
from storage import journal, kf, learners, speakers
from storage.database import Tx
from storage.learners import Learner
from storage.outbox import Answer, Intent, Priority, add_intent
from storage.speakers import Speaker

router = Router()

# msg_send_fail: over 48 h, session closed, over 5 messages, refused by the learner (doc 94670).
SHUT_TYPES = frozenset({4, 5, 6, 10})
# kf/send_msg: 48 h over, session ended, session with a person (doc 90313).
SHUT_CODES = frozenset({95002, 95013, 95018})
# WeCom counts an answer that leaves after the learner's next line towards that line, so it may count more than we did.
SPENT_CODE = 95001


@router.fact("kf.message")
async def message(ctx: Ctx) -> None:
    item = read_item(ctx.fact.body)
    if not item.external_userid:
        return
    if item.event_type:
        await _event(ctx, item)
    elif item.origin == FROM_LEARNER:
        await _hear(ctx, item)


@router.fact("answer.kf.message", "answer.kf.welcome")
async def refused(ctx: Ctx) -> None:
    """WeCom refused a message for good, or it expired: the window is shut or spent, and an answer in it waits again."""
    body = ctx.fact.body
    context = body.get("context") or {}
    learner = await learners.load(ctx.tx, int(context.get("learner_id") or 0))
    if body.get("ok") or learner is None:
        return
    errcode = int(body.get("errcode") or 0)
    if errcode in SHUT_CODES and not body.get("expired"):
        await kf.shut(ctx.tx, learner.id)
    elif errcode == SPENT_CODE:
        await kf.spend(ctx.tx, learner.id, kf.MESSAGES)
    call = ctx.fact.kind.removeprefix("answer.")
    await journal.record(
        ctx.tx, learner.id, "not_delivered", by="wecom", call=call, errcode=errcode, expired=bool(body.get("expired"))
    )
    question_id = context.get("question_id")
    if isinstance(question_id, int):
        kept = await question.refused_by(ctx.tx, learner.id, question_id=question_id, failed_at=ctx.now)
        await question.take_back(ctx.tx, ctx.policy, learner, kept)


async def _hear(ctx: Ctx, item: KfItem) -> None:
    speaker = await _speaker_of(ctx, item)
    learner = speaker.learner
    await kf.learner_spoke(ctx.tx, learner.id, item.open_kfid or ctx.policy.open_kfid, said_at(ctx))
    if item.kind == "text":
        await _answer_words(ctx, learner, item)
    else:
        await _answer_media(ctx, learner)
    # By identity: a merge (报名 with a phone number), which forgets the windows, may have made them another row meanwhile.
    if speaker.kept or learner.id not in ctx.tx.windows:
        await question.deliver_kept(ctx.tx, ctx.policy, item.external_userid)


async def _answer_words(ctx: Ctx, learner: Learner, item: KfItem) -> None:
    """A tap means what its id says; other words are a command, or the passphrase of an open lesson."""
    own = _learner_ctx(ctx, learner)
    lesson_id = row_number(item.menu_id.removeprefix(CHECKIN_ID))
    if item.menu_id.startswith(CHECKIN_ID) and lesson_id is not None:
        await _reply(own, await check_in_by_menu(own, lesson_id))
        return
    words = item.menu_id.removeprefix(COMMAND_ID) if item.menu_id.startswith(COMMAND_ID) else item.words
    if find_call(words, learner_commands()) is None:
        told = await check_in_by_passphrase(own, words)
        if told is not None:
            await _reply(own, told)
            return
    await answer_learner(ctx, learner, words, learner_commands())


async def _answer_media(ctx: Ctx, learner: Learner) -> None:
    """Pictures, voice and files cannot be kept here; where homework is due the learner is told how to hand it in."""
    own = _learner_ctx(ctx, learner)
    seats = await seats_of(own)
    due = choose_started(seats, None, said_at(ctx))
    if isinstance(due, Chosen):
        name = name_among(ctx.say, due, seats)
        words = ctx.say("learner.only_text_homework", lesson=name, seq=due.lesson.seq)
    else:
        words = ctx.say("learner.only_text")
    await _reply(own, Reply.text(words))


async def _event(ctx: Ctx, item: KfItem) -> None:
    """Sessions that change hands and recalled messages change nothing here: a send they forbid is refused by itself (95018)."""
    if item.event_type == "enter_session":
        await enter(_learner_ctx(ctx, (await _speaker_of(ctx, item)).learner), item)
    elif item.event_type == "msg_send_fail":
        await _send_failed(ctx, item)


async def _send_failed(ctx: Ctx, item: KfItem) -> None:
    """A message that was accepted did not arrive: the window is shut, unless the learner has written since."""
    learner = await learners.find(ctx.tx, "external_userid", item.external_userid)
    if learner is None:
        return
    told = item.event.get("fail_type")
    fail_type = told if isinstance(told, int) else None
    await journal.record(ctx.tx, learner.id, "not_delivered", by="wecom", at=said_at(ctx), fail_type=fail_type)
    window = await kf.window(ctx.tx, learner.id)
    spoke_since = window is not None and window.until is not None and window.until - kf.WINDOW > said_at(ctx)
    if fail_type in SHUT_TYPES and not spoke_since:
        await kf.shut(ctx.tx, learner.id)
    lost = await question.refused_by(ctx.tx, learner.id, question_id=None, failed_at=said_at(ctx) - timedelta(seconds=1))
    await question.take_back(ctx.tx, ctx.policy, learner, lost)


async def _speaker_of(ctx: Ctx, item: KfItem) -> Speaker:
    """The learner of a kf item, made known when new (not enrolled anywhere yet), and seen now."""
    known = await speakers.find(ctx.tx, item.external_userid)
    if known is None:
        known = Speaker(await learners.add(ctx.tx, external_userid=item.external_userid))
        await _ask_name(ctx.tx, item.external_userid)
    await speakers.seen(ctx.tx, known, said_at(ctx))
    return known


async def _ask_name(tx: Tx, external_userid: str) -> None:
    await add_intent(
        tx,
        Intent(
            "kf.customers",
            {"external_userids": [external_userid]},
            priority=Priority.READ,
            dedup_key=f"kf.customers:{external_userid}",
            answer=Answer.ALWAYS,
        ),
    )


def _learner_ctx(ctx: Ctx, learner: Learner) -> LearnerCtx:
    return LearnerCtx(ctx.tx, ctx.fact, ctx.policy, say_in(ctx.policy.language), learner)


async def _reply(ctx: LearnerCtx, reply: Reply) -> None:
    await to_learner(ctx.tx, ctx.policy, ctx.learner, reply.message)
