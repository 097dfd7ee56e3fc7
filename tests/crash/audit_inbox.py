"""Every fact answered 200 is in the inbox once, and was applied once: its trace in the business is there, one time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.crash.books import Books
from tests.crash.ledger import Json
from tests.crash.wire import Key, key_of

WAITING, APPLIED = 0, 1


def inbox_breaches(books: Books) -> Iterator[str]:
    """Facts lost, doubled, out of nothing, or not applied."""
    yield from _callbacks(books)
    yield from _once(books, "kf.message", "msgid", _kf_items(books) | books.ledger.texts.keys())
    yield from _events(books)
    for row in books.tables["inbox"]:
        # A tick that came as the house was told to leave is applied by the next one.
        if row["state"] != APPLIED and not (row["state"] == WAITING and row["kind"].startswith("tick.")):
            yield f"fact {row['id']} {row['kind']} {row['dedup_key']} was not applied: state {row['state']}, {row['error']}"
    for row in books.tables["unmatched_events"]:
        if row["matched_at"] is None:
            yield f"event {row['event_id']} {row['type']} still waits: {row['reason']}"


def _callbacks(books: Books) -> Iterator[str]:
    """WeCom's 200 is our promise. A callback it gave up may have been stored all the same, once."""
    promised, tried, stored = Counter[Key](), Counter[Key](), Counter[Key]()
    for told in books.callbacks:
        key = key_of(told["fields"])
        tried[key] += 1
        promised[key] += told["state"] == "ok"
    for row in books.tables["inbox"]:
        if row["source"] == "callback":
            stored[_key_of_row(row)] += 1
    for key in tried | stored:
        if stored[key] < promised[key]:
            yield f"callback {key} was answered 200 {promised[key]} times and is stored {stored[key]} times"
        if stored[key] > tried[key]:
            yield f"callback {key} was told {tried[key]} times and is stored {stored[key]} times"


def _key_of_row(row: Json) -> Key:
    if row["kind"] == "app.text":
        return "text", str(row["body"]["msg_id"])
    if row["kind"] == "app.click":
        return "click", str(row["body"]["response_code"])
    return key_of(row["body"])


def _kf_items(books: Books) -> set[str]:
    """The msgids of all items WeCom handed out, from its own answers."""
    pages = [entry["answer"] for entry in books.taken["kf/sync_msg"]]
    return {item["msgid"] for page in pages if isinstance(page, dict) for item in page["msg_list"]}


def _once(books: Books, kind: str, name: str, wanted: set[str]) -> Iterator[str]:
    stored = Counter(row["body"][name] for row in books.tables["inbox"] if row["kind"] == kind)
    for value in wanted | stored.keys():
        if stored[value] != (value in wanted):
            yield f"{kind} {value}: {int(value in wanted)} wanted, {stored[value]} stored"


def _events(books: Books) -> Iterator[str]:
    """Signed events: the ones answered 200, and no others; what waited for its learner comes back under a key of its own."""
    stored = Counter(row["body"]["event_id"] for row in books.tables["inbox"] if row["dedup_key"].startswith("ingest:shop:"))
    for event_id in books.ledger.events.keys() | stored.keys():
        if stored[event_id] != (event_id in books.ledger.events):
            yield f"event {event_id}: answered 200 {event_id in books.ledger.events}, stored {stored[event_id]} times"
