"""A class teacher and one learner: 学员, 备注, 标签, 补签, 放弃, 成交."""

from __future__ import annotations

import re

from camp import make_up, money, note, order, pool
from camp.learner_card import card_lines
from camp.roster import lesson_name
from camp.scope import find_enrolment, find_learner, scope_of
from camp.when import day_and_time
from handlers.core.context import StaffCtx
from handlers.core.grammar import Rest, UsageError
from handlers.core.reply import Reply
from handlers.core.router import TEACHER, Router
from storage import cohorts, enrolments, learner_names, members, pools
from storage.learners import Learner
from storage.orders import Order

router = Router()

SELLERS = frozenset({"class_teacher", "sales", "manager"})

# After # any number is meant as one, also one that nobody can have; without it long digits may be part of a name.
_NUMBER = re.compile(r"^(?:#\s*\d+|\d{1,12})\s*号?$")
# More namesakes than this are a name too short to choose from.
_NAMESAKES = 60
_NOTE_CHARACTERS = 500
_REASON_CHARACTERS = 100
_COURSE_CHARACTERS = 60
# Doc 92117: a tag name has at most 30 characters.
_TAG_CHARACTERS = 30


@router.staff(
    "学员",
    "learner",
    positions=TEACHER,
    usage=("学员 名字|#编号", "learner name|#number"),
    example=("学员 #12", "learner #12"),
    summary=("一个学员的全部情况", "the whole story of one learner"),
)
async def show_learner(ctx: StaffCtx, rest: Rest) -> Reply:
    words = rest.need_text(ctx.say("desk.what_learner"), 60)
    if _NUMBER.match(words):
        number = Rest(words).need_hash()
        learner = await find_learner(ctx.tx, ctx.member, number)
        return _outside(ctx, number) if learner is None else await _card(ctx, learner)
    found = await learner_names.named(ctx.tx, scope_of(ctx.member), words, _NAMESAKES)
    exact = [one for one in found if one.exact]
    if not found:
        return Reply.text(ctx.say("desk.nobody_named", name=words))
    chosen = exact if len(exact) == 1 else found
    if len(chosen) == 1:
        learner = await find_learner(ctx.tx, ctx.member, chosen[0].learner_id)
        assert learner is not None
        return await _card(ctx, learner)
    lines = []
    for one in found:
        person = ctx.say("teacher.person", id=one.learner_id, name=one.name)
        lines.append(f"{person} {one.cohort_code or ''}".rstrip())
    return Reply.listing(ctx.say("desk.several_named", name=words, number=len(found), first=found[0].learner_id), lines)


@router.staff(
    "备注",
    "note",
    positions=TEACHER,
    usage=("备注 #编号 内容", "note #number words"),
    example=("备注 #12 孩子晚上八点后才有空", "note #12 free after 8 pm only"),
    summary=("记一条备注", "keeps a note"),
    in_groups=True,
)
async def add_note(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    words = rest.need_text(ctx.say("desk.what_note"), _NOTE_CHARACTERS)
    learner = await find_learner(ctx.tx, ctx.member, number)
    if learner is None:
        return _outside(ctx, number)
    await note.add_note(ctx.tx, learner, ctx.member, words)
    return Reply.text(ctx.say("desk.noted", person=_person(ctx, learner)))


@router.staff(
    "标签",
    "tag",
    positions=TEACHER,
    usage=("标签 #编号 +要加的 -要去掉的", "tag #number +add -remove"),
    example=("标签 #12 +意向高 -没时间", "tag #12 +keen -busy"),
    summary=("加减标签，企业微信里同步", "adds and removes tags, in WeCom too"),
)
async def change_tags(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    add, remove = _tag_names(ctx, rest.need_text(ctx.say("desk.what_tag"), 400))
    learner = await find_learner(ctx.tx, ctx.member, number)
    if learner is None:
        return _outside(ctx, number)
    tags = await note.change_tags(ctx.tx, ctx.policy, learner, ctx.member, add=add, remove=remove)
    shown = "、".join(tags) if tags else ctx.say("desk.no_tags")
    return Reply.text(ctx.say("desk.tagged", person=_person(ctx, learner), tags=shown))


@router.staff(
    "补签",
    "makeup",
    positions=TEACHER,
    usage=("补签 #编号 课 理由", "makeup #number lesson reason"),
    example=("补签 #12 3 手机没电，在同学家看完", "makeup #12 3 watched at a friend's"),
    summary=("替学员补一次到课，理由留档", "marks a learner as attended, with the reason"),
    in_groups=True,
)
async def mark_attended(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    seq = rest.need_lesson()
    reason = rest.need_text(ctx.say("desk.what_reason"), _REASON_CHARACTERS)
    learner = await find_learner(ctx.tx, ctx.member, number)
    enrolment = await find_enrolment(ctx.tx, ctx.member, number)
    if learner is None or enrolment is None:
        return _outside(ctx, number)
    lesson = await cohorts.find_lesson(ctx.tx, enrolment.cohort_id, seq)
    if lesson is None:
        cohort = await cohorts.load_cohort(ctx.tx, enrolment.cohort_id)
        held = await cohorts.lessons_of(ctx.tx, enrolment.cohort_id)
        return Reply.text(ctx.say("teacher.no_lesson", cohort=cohort.name, seq=seq, lessons=len(held)))
    made = await make_up.make_up(ctx.tx, ctx.policy, learner, enrolment, lesson, member=ctx.member, reason=reason)
    words = ctx.say(
        f"make_up.{made.outcome}",
        person=_person(ctx, learner),
        lesson=lesson_name(ctx.say, lesson),
        start=day_and_time(ctx.policy, lesson.starts_at),
        attended=made.attended,
    )
    if made.outcome is make_up.Outcome.DONE:
        words += ctx.say("make_up.told" if made.told else "make_up.not_told")
    return Reply.text(words)


@router.staff(
    "放弃",
    "giveup",
    positions=TEACHER,
    usage=("放弃 #编号 [理由]", "giveup #number [reason]"),
    example=("放弃 #12 联系不上", "giveup #12 no answer"),
    summary=("把学员交到转化公海", "hands a learner to the conversion pool"),
    in_groups=True,
)
async def give_up(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    reason = rest.text(_REASON_CHARACTERS)
    learner = await find_learner(ctx.tx, ctx.member, number)
    enrolment = await find_enrolment(ctx.tx, ctx.member, number)
    if learner is None or enrolment is None:
        return _outside(ctx, number)
    outcome = await pool.give_up(ctx.tx, ctx.policy, enrolment, member=ctx.member, reason=reason)
    place = ctx.say(f"common.place_{enrolment.place}")
    return Reply.text(ctx.say(f"desk.give_up_{outcome}", person=_person(ctx, learner), place=place))


@router.staff(
    "成交",
    "sold",
    positions=SELLERS,
    usage=("成交 #编号 课程 金额", "sold #number course amount"),
    example=("成交 #12 系统课 1999", "sold #12 full course 1999"),
    summary=("记一笔成交，金额写元", "records a sale, in yuan"),
)
async def record_sale(ctx: StaffCtx, rest: Rest) -> Reply:
    number = rest.need_hash()
    amount_fen = rest.need_money_last()
    course = rest.need_text(ctx.say("desk.what_course"), _COURSE_CHARACTERS)
    learner = await find_learner(ctx.tx, ctx.member, number)
    if learner is None:
        return _outside(ctx, number)
    holders = [e.owner_id for e in await pools.of_learner(ctx.tx, learner.id) if e.state in pools.ACTIVE]
    sold = await order.record_sale(ctx.tx, ctx.policy, learner, member=ctx.member, course=course, amount_fen=amount_fen)
    values = {"person": _person(ctx, learner), "course": sold.course, "amount": money.yuan(sold.amount_fen)}
    if sold.paid_at < ctx.now:
        return Reply.text(ctx.say("desk.sold_before", at=day_and_time(ctx.policy, sold.paid_at), **values))
    told = await _told(ctx, sold, [holder for holder in holders if holder is not None])
    return Reply.text(ctx.say("desk.sold", told=told or ctx.say("desk.told_nobody"), **values))


async def _told(ctx: StaffCtx, sold: Order, holders: list[int]) -> str:
    """The names of those who hear of the sale: the class teacher and who had claimed the learner, except the speaker."""
    people = set(holders)
    if sold.enrolment_id is not None:
        teacher_id = (await enrolments.load(ctx.tx, sold.enrolment_id)).class_teacher_id
        people |= {teacher_id} if teacher_id is not None else set()
    found = await members.load_many(ctx.tx, sorted(people - {ctx.member.id}))
    return "、".join(m.shown for m in found.values() if m.active)


def _tag_names(ctx: StaffCtx, words: str) -> tuple[list[str], list[str]]:
    """`+意向高 -没时间`; also with the dashes phones write."""
    add: list[str] = []
    remove: list[str] = []
    for word in words.split():
        name = word[1:].strip()
        if word[0] not in "+-−–—" or not name:
            raise UsageError("desk.problem_tag", text=word[:20])
        if len(name) > _TAG_CHARACTERS:
            raise UsageError("desk.problem_tag_long", text=f"{name[:10]}…", limit=_TAG_CHARACTERS)
        (add if word[0] == "+" else remove).append(name)
    return add, remove


async def _card(ctx: StaffCtx, learner: Learner) -> Reply:
    return Reply.listing("", await card_lines(ctx.tx, ctx.policy, ctx.say, learner))


def _outside(ctx: StaffCtx, number: int) -> Reply:
    """The same words whether the learner exists or not."""
    return Reply.text(ctx.say("desk.outside_sales" if ctx.member.position == "sales" else "desk.outside", number=number))


def _person(ctx: StaffCtx, learner: Learner) -> str:
    return ctx.say("teacher.person", id=learner.id, name=learner.shown)
