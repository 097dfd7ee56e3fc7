"""What the facts did to the business: each once, seen from the load's own book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.crash.books import Books
from tests.crash.town import Class
from tests.crash.wire import Key, key_of

# Entries of the story that one learner can have once only in this load: a second one is a fact applied twice.
_ONCE = ("added", "checked_in", "finished", "graded")


def domain_breaches(books: Books) -> Iterator[str]:
    yield from _sign_ups(books)
    yield from _seats(books)
    yield from _check_ins(books)
    yield from _events(books)
    yield from _closes(books)
    yield from _claims(books)
    told = Counter((row["learner_id"], row["kind"]) for row in books.tables["journal"] if row["kind"] in _ONCE)
    for (learner_id, kind), times in told.items():
        if times > 1:
            yield f"the story of learner {learner_id} says {kind} {times} times"


def _arrived(books: Books) -> set[Key]:
    """The callbacks that got their 200, without their time."""
    return {key_of(told["fields"])[:4] for told in books.callbacks if told["state"] == "ok"}


def _sign_ups(books: Books) -> Iterator[str]:
    """One learner, one friendship, one enrolment where they signed up; who was lost on the way is found by the night."""
    cohorts = {row["id"]: row["code"] for row in books.tables["cohorts"]}
    rows = Counter(row["external_userid"] for row in books.tables["learners"])
    friends = Counter(row["learner_id"] for row in books.tables["follows"] if row["ended_at"] is None)
    seats = Counter((row["learner_id"], cohorts[row["cohort_id"]]) for row in books.tables["enrolments"])
    told = Counter((row["learner_id"], "added") for row in books.tables["journal"] if row["kind"] == "added")
    arrived = _arrived(books)
    for learner, friend in books.ledger.friends.items():
        learner_id = books.learner_ids.get(learner, 0)
        if rows[learner] != 1 or friends[learner_id] != 1:
            yield f"{learner} signed up: {rows[learner]} learners, {friends[learner_id]} friendships"
        in_time = ("change_external_contact", "add_external_contact", friend.teacher, learner) in arrived
        wanted = [seats[learner_id, f"w{friend.wave}-0{n}"] for n in ((1,) if in_time else (1, 2))]
        if not any(wanted) or max(wanted) > 1:
            yield f"{learner} signed up for wave {friend.wave} and is enrolled {wanted} times"
        if in_time and told[learner_id, "added"] != 1:
            yield f"{learner} signed up and the story tells it {told[learner_id, 'added']} times"


def _seats(books: Books) -> Iterator[str]:
    groups = {row["id"]: row["chat_id"] for row in books.tables["class_groups"]}
    taken = Counter(
        (row["external_userid"], groups[row["class_group_id"]]) for row in books.tables["group_members"] if row["left_at"] is None
    )
    lost = {told["fields"].get("ChatId") for told in books.callbacks if told["state"] != "ok"}
    classes = {Class(friend.wave) for friend in books.ledger.friends.values()}
    closed = {one.chat_id for one in classes if one.cohort in books.ledger.closed}
    for learner, chat_id in books.ledger.seats.items():
        # The night reads no groups of closed cohorts: what WeCom gave up there stays unknown, and concerns nobody.
        if taken[learner, chat_id] != 1 and chat_id not in lost & closed:
            yield f"{learner} joined {chat_id} and sits there {taken[learner, chat_id]} times"


def _check_ins(books: Books) -> Iterator[str]:
    """Who said 签到 while the lesson was open has that witness."""
    seats = {row["id"]: row["learner_id"] for row in books.tables["enrolments"]}
    witnessed = Counter(seats[row["enrolment_id"]] for row in books.tables["attendance"] if row["checked_in_at"] is not None)
    for learner in {said.who for said in books.ledger.texts.values() if said.words.startswith("签到")}:
        if witnessed[books.learner_ids.get(learner, 0)] != 1:
            yield f"{learner} checked in and has {witnessed[books.learner_ids.get(learner, 0)]} check-ins"


def _events(books: Books) -> Iterator[str]:
    """Lessons watched and graded, orders and refunds told by the shop."""
    seats = {row["id"]: row["learner_id"] for row in books.tables["enrolments"]}
    names = {learner_id: learner for learner, learner_id in books.learner_ids.items()}
    most: dict[str, int] = {}
    kept: dict[str, int] = {}
    scores = Counter[str]()
    finished = Counter[str]()
    for row in books.tables["attendance"]:
        learner = names.get(seats[row["enrolment_id"]], "")
        kept[learner] = max(kept.get(learner, 0), row["watched_seconds"] or 0)
        scores[learner] += row["score"] == 88
        finished[learner] += row["finished_at"] is not None
    orders = Counter((row["order_no"], names.get(row["learner_id"]), row["amount_fen"]) for row in books.tables["orders"])
    refunds = Counter((row["order_no"], row["amount_fen"]) for row in books.tables["refunds"])
    for event in books.ledger.events.values():
        kind, learner = event["type"], event["subject"]["external_userid"]
        if kind == "attendance.summary":
            most[learner] = max(most.get(learner, 0), event["watched_seconds"])
        elif kind == "order.paid" and (times := orders[event["order_no"], learner, event["amount_fen"]]) != 1:
            yield f"order {event['order_no']} of {learner} is there {times} times"
        elif kind == "order.refunded" and refunds[event["order_no"], event["amount_fen"]] != 1:
            yield f"refund of {event['order_no']} is there {refunds[event['order_no'], event['amount_fen']]} times"
        elif kind == "homework.graded" and scores[learner] != 1:
            yield f"{learner} was graded and has {scores[learner]} grades"
        elif kind == "completion.finished" and finished[learner] != 1:
            yield f"{learner} finished and has {finished[learner]} completions"
    for learner, seconds in most.items():
        if kept.get(learner) != seconds:
            yield f"{learner} watched {seconds} s and {kept.get(learner)} s are kept"
    if len(books.tables["orders"]) != sum(event["type"] == "order.paid" for event in books.ledger.events.values()):
        yield f"{len(books.tables['orders'])} orders are there, more or fewer than were told"


def _closes(books: Books) -> Iterator[str]:
    """A confirmed close ran to its end, once, and decided on each of its learners once."""
    cohorts = {row["code"]: row["id"] for row in books.tables["cohorts"]}
    for code in books.ledger.closed:
        runs = [row for row in books.tables["closings"] if row["cohort_id"] == cohorts[code] and row["moment"] == "cohort_closed"]
        if len(runs) != 1 or runs[0]["state"] != "done":
            yield f"the close of {code} stands at {[row['state'] for row in runs]}"
            continue
        placed = Counter(row["enrolment_id"] for row in books.tables["placements"] if row["closing_id"] == runs[0]["id"])
        seats = {row["id"]: row for row in books.tables["enrolments"] if row["cohort_id"] == cohorts[code]}
        for seat_id, row in seats.items():
            if placed[seat_id] != 1 and row["place"] not in ("paid", "left"):
                yield f"the close of {code} decided {placed[seat_id]} times on enrolment {seat_id}"


def _claims(books: Books) -> Iterator[str]:
    """Where somebody pressed 领取 there is one winner, and that one alone was told so."""
    pressed = {
        int(said.words.partition(":")[2])
        for code, said in books.ledger.pressed.items()
        if said.words.startswith("claim:") and ("click", code) in _arrived(books)
    }
    winners = Counter(row["entry_id"] for row in books.tables["claims"])
    entries = {row["id"]: row for row in books.tables["pool_entries"]}
    for entry_id in pressed | winners.keys():
        paid = entries[entry_id]["state"] in ("sold", "withdrawn")
        if winners[entry_id] != 1 and not (paid and winners[entry_id] == 0):
            yield f"pool entry {entry_id} was claimed {winners[entry_id]} times"
