"""What the sender of a sheet reads: the preview with every bad row, the card, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from camp import card
from camp.messages import TEXT_BYTES, split_pages, text
from camp.messages import card as card_message
from camp.phrases import Say, say_in
from camp.policy import Policy
from camp.rules.sheet_columns import called
from camp.talk import Talk, answer, tell_alone
from camp.when import day_and_time
from storage import listings, sheets
from storage.database import Tx
from storage.members import Member
from storage.sheets import Fate, Sheet, SheetRow

_PAGE_BYTES = TEXT_BYTES - 200
_MORE_LIVES = timedelta(minutes=30)
# bot.wecom.errors
_GONE, _TOO_LARGE, _GARBLED = -21, -22, -23


def why_refused(say: Say, body: Mapping[str, Any]) -> str | None:
    """Why nothing can be done with the file, and what to do about it; None for a sheet that was read."""
    if not body["ok"]:
        problems = {_GONE: "gone", _TOO_LARGE: "too_large", _GARBLED: "garbled"}
        return say(f"sheet.file_{'gone' if body['expired'] else problems.get(body['errcode'], 'not_fetched')}")
    return file_fault(say, body["result"]) if "problem" in body["result"] else None


def file_fault(say: Say, read: Mapping[str, Any]) -> str:
    """What is wrong with a file as a whole, as `camp.sheet_reading` found it."""
    values = dict(read.get("values") or {})
    values["columns"] = "、".join(values.get("columns", []))
    values["missing"] = "；".join("/".join(group[:3]) for group in values.get("missing", []))
    values["kind"] = say(f"sheet.kind_{values['kind']}") if values.get("kind") else ""
    return say(f"sheet.file_{read['problem']}", **values)


async def tell(tx: Tx, policy: Policy, member: Member, sheet: Sheet, words: str) -> None:
    """Says it to the sender alone, where they sent the sheet if that is still possible."""
    await tell_alone(tx, policy, Talk(member.userid, sheet.turn), text(words))


async def show_preview(tx: Tx, policy: Policy, member: Member, sheet: Sheet) -> None:
    """The counts, the bad rows (the rest by 更多), and the card where there is anything to import."""
    say, talk = say_in(policy.language), Talk(member.userid, sheet.turn)
    rows = await sheets.rows_after(tx, sheet.id, -1, 100_000, [Fate.BAD])
    head = say("sheet.preview", name=sheet.name, kind=say(f"sheet.kind_{sheet.kind}"), **_numbers(sheet.counts))
    lines = [fault_line(say, row) for row in rows]
    if rows:
        lines.insert(0, say("sheet.bad_head"))
        lines.append(say("sheet.bad_foot"))
    if not _to_apply(sheet.counts):
        lines.append(say("sheet.nothing_to_do" if not rows else "sheet.nothing_good"))
    if sheet.counts.get("unread"):
        lines.insert(0, say("sheet.unread", number=sheet.counts["unread"]))
    pages = split_pages(lines, head=head, limit=_PAGE_BYTES) or [head]
    words = pages[0]
    if pages[1:]:
        await listings.keep(tx, talk.alone, pages[1:], tx.now + _MORE_LIVES)
        words = f"{words}\n{say('common.more', page=1, pages=len(pages))}"
    await answer(tx, policy, talk, text(words))
    if _to_apply(sheet.counts):
        await card.show_in_talk(tx, policy, talk, "sheet", str(sheet.id), _card(say, sheet))


async def tell_end(tx: Tx, policy: Policy, member: Member, sheet: Sheet, counts: Mapping[str, int]) -> None:
    """What was imported, what waits, what failed, what was left out."""
    say = say_in(policy.language)
    lines = [say("sheet.done", name=sheet.name, rows=counts[Fate.DONE], **_numbers(counts))]
    lines += [say(f"sheet.done_{what}", rows=counts[what]) for what in (Fate.PARKED, "failed", Fate.BAD) if counts.get(what)]
    await tell(tx, policy, member, sheet, "\n".join(lines))


def fault_line(say: Say, row: SheetRow) -> str:
    """`第 14 行 手机：…；金额：…`."""
    return say("sheet.bad_row", n=row.n, reason="；".join(_fault(say, *fault) for fault in row.faults))


def _fault(say: Say, column: str, problem: str, values: Mapping[str, Any]) -> str:
    """Of one cell, with its column; of the row as a whole where there is no column."""
    if not column:
        return say(f"sheet.row_{problem}", **values)
    return say("sheet.bad_cell", column=column, reason=say(f"sheet.bad_{problem}", **values))


def format_words(say: Say, kind: str, needs: tuple[tuple[str, ...], ...], may: tuple[str, ...]) -> str:
    """The columns of a sheet, those it needs and those it may have."""
    needed = say("sheet.list_separator").join("/".join(called(field) for field in group) for group in needs)
    optional = say("sheet.list_separator").join(called(field) for field in may)
    return say("sheet.format", kind=say(f"sheet.kind_{kind}"), needed=needed, optional=optional, note=say(f"sheet.format_{kind}"))


def import_line(say: Say, policy: Policy, sheet: Sheet, who: str) -> str:
    """One import in a list of them."""
    at = day_and_time(policy, sheet.confirmed_at) if sheet.confirmed_at else ""
    done = "done" in sheet.counts  # only its end counts what was done
    ended = (
        say("sheet.list_done", rows=sheet.counts["done"], bad=sheet.counts.get("bad", 0)) if done else say("sheet.list_running")
    )
    return say("sheet.list_line", at=at, who=who, name=sheet.name, kind=say(f"sheet.kind_{sheet.kind}"), ended=ended)


def _card(say: Say, sheet: Sheet) -> dict[str, Any]:
    numbers = _numbers(sheet.counts)
    return card_message(
        f"sheet-{sheet.id}",
        say("sheet.card_title", kind=say(f"sheet.kind_{sheet.kind}")),
        desc=sheet.name,
        words=say("sheet.card_bad", **numbers) if numbers["bad"] else say("sheet.card_all", **numbers),
        fields=[(say("sheet.field_new"), str(numbers["new"])), (say("sheet.field_changed"), str(numbers["changed"]))],
        buttons=[(f"sheet:yes:{sheet.id}", say("sheet.confirm"), 1), (f"sheet:no:{sheet.id}", say("sheet.drop"), 2)],
    )


def _numbers(counts: Mapping[str, int]) -> dict[str, int]:
    numbers = {fate: counts.get(fate, 0) for fate in ("new", "changed", "known", "bad")}
    return numbers | {"total": sum(numbers.values())}


def _to_apply(counts: Mapping[str, int]) -> int:
    return sum(counts.get(fate, 0) for fate in sheets.TO_APPLY)
