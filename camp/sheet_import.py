"""A confirmed sheet row by row: each row a fact of its own, so that one that fails stops no other; the quarters are said.

The facts stand in the line of what comes in bulk, which keeps its order: behind the last row the end is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from camp import card, sheet_attendance, sheet_orders, sheet_roster
from camp.card import Tap
from camp.phrases import say_in
from camp.policy import Policy
from camp.rules.sheet_columns import Kind
from camp.sheet_words import tell, tell_end
from storage import members, sheets
from storage.database import Tx
from storage.inbox import WALK, FactDraft, add_facts
from storage.sheets import TO_APPLY, Fate, Sheet, SheetRow, State

_APPLY = {
    Kind.ROSTER: sheet_roster.apply,
    Kind.ATTENDANCE: sheet_attendance.apply,
    Kind.ORDERS: sheet_orders.apply,
}
_STEP = 250
_LONG = 400  # rows from which on every quarter is told
# Of the line in bulk, like the events of other systems.
_BULK = "ingest:sheet"


async def confirm(tx: Tx, policy: Policy, sheet: Sheet, tap: Tap) -> bool:
    """Starts the import; False when it was started or given up before."""
    if not await sheets.move(tx, sheet.id, State.SHOWN, State.APPLYING, confirmed_at=tx.now):
        return False
    total = sum(sheet.counts.get(fate, 0) for fate in TO_APPLY)
    # In URL mode nothing can be said in the robot's chat an hour after the file came, and only one thing until then.
    phrase = "sheet.card_confirmed" if policy.robot == "socket" else "sheet.card_confirmed_by_app"
    await card.bury(tx, policy, "sheet", str(sheet.id), say_in(policy.language)(phrase, rows=total), tap)
    await _go_on(tx, sheet.id, 0, 0)
    return True


async def line_up_next(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """Puts the next rows into line, a quarter's word among them; behind the last one the end. Doubled it does nothing new."""
    sheet, after, done = await sheets.load(tx, int(body["sheet_id"])), int(body["after"]), int(body["done"])
    if sheet is None or sheet.state is not State.APPLYING:
        return
    rows = await sheets.rows_after(tx, sheet.id, after, _STEP, TO_APPLY)
    if not rows:
        await add_facts(tx, [_draft(sheet, "camp.sheet_done", "done", {})])
        return
    total = sum(sheet.counts.get(fate, 0) for fate in TO_APPLY)
    drafts: list[FactDraft] = []
    for row in rows:
        drafts.append(_draft(sheet, "camp.sheet_row", str(row.n), {"n": row.n}))
        done += 1
        quarter = done * 4 // total
        if total >= _LONG and done < total and quarter > (done - 1) * 4 // total:
            drafts.append(_draft(sheet, "camp.sheet_quarter", f"q{quarter}", {"done": done, "total": total}))
    await add_facts(tx, drafts)
    await _go_on(tx, sheet.id, rows[-1].n, done)


async def apply_row(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """One row; applied before, it does nothing."""
    sheet = await sheets.load(tx, int(body["sheet_id"]))
    row = await sheets.load_row(tx, int(body["sheet_id"]), int(body["n"])) if sheet is not None else None
    if sheet is None or row is None or row.fate not in TO_APPLY:
        return
    member = await members.load(tx, sheet.member_id)
    fate = await _APPLY[Kind(str(sheet.kind))](tx, policy, sheet, member, row)
    await sheets.settle_rows(tx, sheet.id, [SheetRow(row.n, fate, {}, [])])


async def tell_quarter(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    sheet = await sheets.load(tx, int(body["sheet_id"]))
    if sheet is None:
        return
    words = say_in(policy.language)("sheet.quarter", name=sheet.name, done=int(body["done"]), total=int(body["total"]))
    await tell(tx, policy, await members.load(tx, sheet.member_id), sheet, words)


async def finish(tx: Tx, policy: Policy, body: Mapping[str, Any]) -> None:
    """The summary; rows that are still to be applied failed, and stay for `wecamp inbox retry`."""
    sheet = await sheets.load(tx, int(body["sheet_id"]))
    if sheet is None or not await sheets.move(tx, sheet.id, State.APPLYING, State.DONE, done_at=tx.now):
        return
    ended = await sheets.fates(tx, sheet.id)
    failed = sum(ended.get(fate, 0) for fate in TO_APPLY)
    counts = {**sheet.counts, Fate.DONE: ended.get(Fate.DONE, 0), Fate.PARKED: ended.get(Fate.PARKED, 0), "failed": failed}
    await sheets.change(tx, sheet.id, counts=counts)
    await tell_end(tx, policy, await members.load(tx, sheet.member_id), sheet, counts)
    await sheets.forget_rows(tx, sheet.id)


async def _go_on(tx: Tx, sheet_id: int, after: int, done: int) -> None:
    body = {"sheet_id": sheet_id, "after": after, "done": done}
    await add_facts(tx, [FactDraft(WALK, "camp.sheet_apply", f"sheet-apply:{sheet_id}:{after}", f"sheet:{sheet_id}", body)])


def _draft(sheet: Sheet, kind: str, what: str, body: dict[str, Any]) -> FactDraft:
    return FactDraft(_BULK, kind, f"sheet:{sheet.id}:{what}", f"sheet:{sheet.id}", {"sheet_id": sheet.id, **body})
