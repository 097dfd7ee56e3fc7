"""A run in words: what was done to the house, what WeCom allowed to be repeated, and what broke."""

from __future__ import annotations

from collections import Counter

from tests.crash.audit_wire import died_with_its_code, robot_posts, sent_messages
from tests.crash.books import Books
from tests.crash.wire import key_of


def report(kind: str, books: Books, breaches: list[str]) -> str:
    """A page of text."""
    ledger = books.ledger
    ends = Counter(told["state"] for told in books.callbacks)
    kills = ledger.kills
    posted, decided = robot_posts(books)
    shown = [(len(ids), len(set(ids))) for ids in sent_messages(books).values()]
    died = Counter(row["call"] for row in books.tables["outbox"] if died_with_its_code(books, row))
    used = sum("used" in str(entry["answer"].get("errmsg")) for entry in books.refused["kf/send_msg"])
    lines = [
        f"== {kind}, seed {ledger.seed}: {len(kills)} kills, {sum(kill.met for kill in kills)} at the very moment meant,"
        f" {sum(kill.waiting > 0 for kill in kills)} with facts stored and not applied ==",
        f"callbacks: {ends['ok']} answered 200, {ends['lost']} given up by WeCom after three tries;"
        f" signed events answered 200: {len(ledger.events)}",
        f"facts: {len(books.tables['inbox'])} ({_kinds(books)})",
        f"people: {len(ledger.friends)} sign-ups, {len(ledger.seats)} joined, {len(ledger.texts)} texts, {len(ledger.taps)} taps,"
        f" {len(ledger.asked)} words and {len(ledger.pressed)} taps of staff, {len(ledger.closed)} closes",
        f"calls taken by WeCom: {sum(len(calls) for calls in books.taken.values())}"
        f" ({', '.join(f'{path} {len(calls)}' for path, calls in sorted(books.taken.items()))})",
        "said again after a kill, and what became of it:",
        f"  kf messages WeCom refused as said before: {used}",
        f"  app messages WeCom dropped as repeats: {sum(calls - ids for calls, ids in shown)}",
        f"  robot posts seen twice (a webhook knows no repeats): {sum((posted - decided).values())}",
        f"  one-time codes that died while the house was down: {dict(died) or 'none'}",
        f"waits given up by people, though the answer came later: {len(ledger.late)}",
        f"promises broken: {len(breaches)}",
        *(f"  - {breach}" for breach in breaches),
    ]
    return "\n".join(lines)


def _kinds(books: Books) -> str:
    kinds = Counter(row["kind"].split(".")[0] for row in books.tables["inbox"])
    events = Counter(key_of(told["fields"])[0] for told in books.callbacks)
    return ", ".join(f"{name} {number}" for name, number in [*kinds.most_common(), *events.most_common()])
