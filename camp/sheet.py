"""A sheet sent to the robot: fetched and read, compared with what we know, shown, and imported after a tap.

Its way is a line of states (storage.sheets.State). What takes long goes in steps, each a fact of its own, so that a restart goes
on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from camp import card, sheet_attendance, sheet_orders, sheet_roster
from camp.card import Tap
from camp.harmless import one_line
from camp.messages import text
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.rules.sheet_columns import Kind
from camp.sheet_check import sender_of
from camp.sheet_words import show_preview, tell, why_refused
from camp.talk import Talk, answer
from storage import inbox, members, sheets
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.members import Member
from storage.outbox import Answer, Intent, Priority, add_intent
from storage.sheets import Fate, Sheet, SheetRow, State

# Who may import what, as with the commands that do the same by hand.
RIGHTS: Mapping[Kind, frozenset[str]] = {
    Kind.ROSTER: frozenset({"class_teacher", "manager", "operator"}),
    Kind.ATTENDANCE: frozenset({"class_teacher", "manager", "operator"}),
    Kind.ORDERS: frozenset({"sales", "manager"}),
}
_CHECK = {
    Kind.ROSTER: sheet_roster.check,
    Kind.ATTENDANCE: sheet_attendance.check,
    Kind.ORDERS: sheet_orders.check,
}
# The address of the file lives 5 minutes (doc 100719).
_ADDRESS_LIVES = timedelta(minutes=5)
CONFIRM_WITHIN = timedelta(hours=24)
_NAME_LETTERS = 60
_KEEP_STEP = 1_000
_STEP = 250
_LONG = 500  # rows from which on it is said that the check takes a moment


async def take_file(tx: Tx, policy: Policy, member: Member, turn: int | None, body: Mapping[str, Any]) -> None:
    """A file from a member: asked for at once, as its address lives only minutes."""
    name = one_line(str(body.get("name") or ""), _NAME_LETTERS) or say_in(policy.language)("sheet.no_name")
    sheet = await sheets.add(tx, name=name, member_id=member.id, turn=turn)
    await add_intent(
        tx,
        Intent(
            "aibot.sheet",
            {"url": str(body.get("url") or ""), "key": str(body.get("key") or "")},
            priority=Priority.READ,
            dedup_key=f"sheet:{sheet.id}",
            expires_at=tx.now + _ADDRESS_LIVES,
            answer=Answer.ALWAYS,
            context={"sheet_id": sheet.id},
        ),
    )


async def take_read(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """What became of the file: refused with its reason, known from before, or kept to be checked."""
    sheet = await sheets.load(tx, int(body["context"]["sheet_id"]))
    if sheet is None or sheet.state is not State.FETCHING:
        return
    member, read = await members.load(tx, sheet.member_id), body["result"]
    say = say_in(policy.language)
    if told := one_line(str(read.get("name") or ""), _NAME_LETTERS):
        await sheets.change(tx, sheet.id, name=told)
        sheet = replace(sheet, name=told)
    refusal = why_refused(say, body)
    if refusal is None and member.position not in RIGHTS[Kind(read["kind"])]:
        refusal = not_allowed(say, Kind(read["kind"]))
    if refusal is None:
        refusal = await imported_before(tx, policy, str(read["sha256"]))
    if refusal is not None:
        await sheets.change(tx, sheet.id, state=State.REFUSED, sha256=read.get("sha256"))
        await answer(tx, policy, Talk(member.userid, sheet.turn), text(say("sheet.refused", name=sheet.name, why=refusal)))
        return
    await _replace_earlier(tx, policy, member, str(read["sha256"]))
    await sheets.change(tx, sheet.id, state=State.CHECKING, sha256=read["sha256"], kind=read["kind"], counts=_unread(read))
    if len(read["rows"]) >= _LONG and policy.robot == "socket":
        # In URL mode WeCom takes one answer, and that is the preview.
        words = say("sheet.checking", name=sheet.name, rows=len(read["rows"]))
        await answer(tx, policy, Talk(member.userid, sheet.turn), text(words))
    await _walk(tx, "camp.sheet_keep", sheet.id, 0, fact=tx.cause_id)


async def keep_next(tx: Tx, body: Mapping[str, Any]) -> None:
    """Keeps the next rows of what was read; behind the last one the check begins. Doubled it does nothing new."""
    sheet, after = await sheets.load(tx, int(body["sheet_id"])), int(body["after"])
    fact = await inbox.load(tx, int(body["fact"]))
    if sheet is None or sheet.state is not State.CHECKING or fact is None:
        return
    rows = [_to_row(row) for row in fact.body["result"]["rows"][after : after + _KEEP_STEP]]
    await sheets.add_rows(tx, sheet.id, rows)
    if len(rows) == _KEEP_STEP:
        await _walk(tx, "camp.sheet_keep", sheet.id, after + _KEEP_STEP, fact=int(body["fact"]))
    else:
        await _walk(tx, "camp.sheet_check", sheet.id, 0)


async def check_next(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """The next rows of a check; behind the last one the preview. Doubled it does nothing new."""
    sheet, after = await sheets.load(tx, int(body["sheet_id"])), int(body["after"])
    if sheet is None or sheet.state is not State.CHECKING:
        return
    member = await members.load(tx, sheet.member_id)
    rows = await sheets.rows_after(tx, sheet.id, after, _STEP, [Fate.READ])
    if rows:
        checked = await _CHECK[Kind(str(sheet.kind))](tx, policy, await sender_of(tx, member), rows)
        await sheets.settle_rows(tx, sheet.id, checked)
        await _walk(tx, "camp.sheet_check", sheet.id, rows[-1].n)
        return
    counts = {**sheet.counts, **await sheets.fates(tx, sheet.id)}
    waits = any(counts.get(fate) for fate in sheets.TO_APPLY)
    state = State.SHOWN if waits else State.REFUSED
    await sheets.move(tx, sheet.id, State.CHECKING, state, counts=counts, shown_at=tx.now)
    shown = await sheets.load(tx, sheet.id)
    assert shown is not None
    await show_preview(tx, policy, member, shown)
    if not waits:
        await sheets.forget_rows(tx, sheet.id)


async def give_up(tx: Tx, policy: Policy, sheet: Sheet, tap: Tap) -> None:
    """放弃: nothing was imported."""
    say = say_in(policy.language)
    if await sheets.move(tx, sheet.id, State.SHOWN, State.DROPPED):
        await sheets.forget_rows(tx, sheet.id)
        await card.bury(tx, policy, "sheet", str(sheet.id), say("sheet.card_dropped"), tap)


async def forget(tx: Tx, policy: Policy) -> None:
    """Ends what nobody confirmed in time; rows of sheets that are over go."""
    say = say_in(policy.language)
    for sheet in await sheets.stale(tx, tx.now - CONFIRM_WITHIN):
        if sheet.state is State.FETCHING:
            member = await members.load(tx, sheet.member_id)
            await tell(tx, policy, member, sheet, say("sheet.refused", name=sheet.name, why=say("sheet.file_gone")))
        await sheets.change(tx, sheet.id, state=State.EXPIRED)
        await sheets.forget_rows(tx, sheet.id)
        await card.bury(tx, policy, "sheet", str(sheet.id), say("sheet.card_expired"))
    await sheets.forget_spent(tx, policy.raw_kept)


def not_allowed(say: Say, kind: Kind) -> str:
    """Who may import such a sheet."""
    names = "、".join(say(f"common.position_{position}") for position in sorted(RIGHTS[kind]))
    return say("sheet.not_allowed", kind=say(f"sheet.kind_{kind}"), positions=names)


async def imported_before(tx: Tx, policy: Policy, sha256: str) -> str | None:
    """Who imported exactly this content, and when; None where nobody did."""
    known = await sheets.confirmed_before(tx, sha256)
    if known is None or known.confirmed_at is None:
        return None
    who = (await members.load(tx, known.member_id)).shown
    at = known.confirmed_at.astimezone(policy.zone).strftime("%Y-%m-%d %H:%M")
    return say_in(policy.language)("sheet.imported_before", who=who, at=at, name=known.name)


async def _replace_earlier(tx: Tx, policy: Policy, member: Member, sha256: str) -> None:
    """The same file sent again before the tap: one preview is enough."""
    for earlier in await sheets.shown_to(tx, member.id):
        if earlier.sha256 == sha256 and await sheets.move(tx, earlier.id, State.SHOWN, State.DROPPED):
            await sheets.forget_rows(tx, earlier.id)
            await card.bury(tx, policy, "sheet", str(earlier.id), say_in(policy.language)("sheet.card_replaced"))


async def _walk(tx: Tx, kind: str, sheet_id: int, after: int, **more: Any) -> None:
    """The next step, a fact of its own."""
    body = {"sheet_id": sheet_id, "after": after, **more}
    await add_facts(tx, [FactDraft(WALK, kind, f"{kind}:{sheet_id}:{after}", f"sheet:{sheet_id}", body)])


def _unread(read: Mapping[str, Any]) -> dict[str, int]:
    return {"unread": int(read["unread"])} if read.get("unread") else {}


def _to_row(read: Mapping[str, Any]) -> SheetRow:
    values = {name: value for name, value in read.items() if name not in ("n", "faults")}
    faults = list(read.get("faults") or [])
    return SheetRow(int(read["n"]), Fate.BAD if faults else Fate.READ, values, faults)
