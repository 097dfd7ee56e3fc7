"""Every intent reached WeCom, and no person was reached twice by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from tests.crash.books import DEAD, EXPIRED, SENT, Books
from tests.crash.ledger import Json
from tests.crash.wire import words_of

# What names one message at WeCom, on our side and on the wire.
_NAMED: dict[str, tuple[str, Callable[[Json], str], Callable[[Json], str]]] = {
    "kf.message": ("kf/send_msg", lambda payload: payload["msgid"], lambda body: body["msgid"]),
    "kf.welcome": ("kf/send_msg_on_event", lambda payload: payload["code"], lambda body: body["code"]),
    "contact.welcome": ("externalcontact/send_welcome_msg", lambda payload: payload["code"], lambda body: body["welcome_code"]),
    "app.update_card": (
        "message/update_template_card",
        lambda payload: payload["response_code"],
        lambda body: body["response_code"],
    ),
}
# Codes that die within 20 s (docs 92599, 95122): a kill may outlast them. The kf link only adorns a welcome.
_DYING = {"contact.welcome", "kf.welcome", "kf.link"}
CODE_LIVES_S = 20.0
UNCERTAIN = -10  # the house's own: a mass send that may have counted is looked for, never repeated


def wire_breaches(books: Books) -> Iterator[str]:
    for call in _NAMED:
        yield from _named(books, call)
    yield from _app_messages(books)
    yield from _robots(books)
    yield from _mass_sends(books)
    for row in books.tables["outbox"]:
        if row["state"] != SENT and not died_with_its_code(books, row) and row["errcode"] != UNCERTAIN:
            due = row["not_before"] / 1e6 <= books.state["now"]
            if row["state"] in (DEAD, EXPIRED) or due:
                yield f"intent {row['id']} {row['call']} ended in state {row['state']}: {row['errcode']} {row['error']}"


def died_with_its_code(books: Books, row: Json) -> bool:
    """Whether the one code an intent needed died while the house was killed or coming back: nobody can send it then."""
    overtaken = row["state"] in (DEAD, EXPIRED) and row["call"] in _DYING
    return overtaken and books.killed_within(row["created_at"] / 1e6, CODE_LIVES_S)


def _named(books: Books, call: str) -> Iterator[str]:
    path, on_row, on_wire = _NAMED[call]
    taken = Counter(on_wire(entry["request"]) for entry in books.taken[path])
    rows = Counter(on_row(row["payload"]) for row in books.intents(call))
    for name in taken:
        if taken[name] > 1 or rows[name] != 1:
            yield f"{call} {name} reached WeCom {taken[name]} times, for {rows[name]} intents"
    for row in books.intents(call):
        if row["state"] == SENT and not taken[on_row(row["payload"])]:
            yield f"{call} {on_row(row['payload'])} (intent {row['id']}) is noted as sent and never reached WeCom"


def _content(message: Json) -> str:
    return str(message["task_id"]) if message["type"] == "card" else str(message["text"])


def _said(body: Json) -> str:
    """The task id of a card, the words of anything else."""
    return str(body["template_card"].get("task_id")) if body["msgtype"] == "template_card" else words_of(body)


def sent_messages(books: Books) -> dict[tuple[str, str], list[str]]:
    """WeCom's msgids of app messages by (to, what was said): a repeat it dropped answers with the earlier one."""
    sent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in books.taken["message/send"]:
        sent[entry["request"]["touser"], _said(entry["request"])].append(entry["answer"]["msgid"])
    return sent


def _app_messages(books: Books) -> Iterator[str]:
    sent = sent_messages(books)
    rows = Counter(("|".join(row["payload"]["to"]), _content(row["payload"]["message"])) for row in books.intents("app.message"))
    done = Counter(
        ("|".join(row["payload"]["to"]), _content(row["payload"]["message"]))
        for row in books.intents("app.message")
        if row["state"] == SENT
    )
    for name in sent.keys() | rows.keys():
        calls, shown = len(sent.get(name, [])), len(set(sent.get(name, [])))
        if shown > rows[name]:
            yield f"app message to {name[0]} was shown {shown} times for {rows[name]} intents: {name[1][:60]}"
        if calls < done[name]:
            yield f"app message to {name[0]} reached WeCom {calls} times for {done[name]} intents: {name[1][:60]}"


def _mass_sends(books: Books) -> Iterator[str]:
    """A mass-send task that may stand is looked for and never just asked for again."""
    asked = Counter(
        (body["sender"], body["text"]["content"], *sorted(body["external_userid"]))
        for body in (entry["request"] for entry in books.taken["externalcontact/add_msg_template"])
    )
    for (sender, words, *learners), times in asked.items():
        if times > 1:
            yield f"the mass send of {sender} to {learners} was made {times} times: {words[:60]}"


def _robots(books: Books) -> Iterator[str]:
    posted, rows = robot_posts(books)
    for words in rows:
        if posted[words] < rows[words]:
            yield f"robot post reached WeCom {posted[words]} times for {rows[words]} intents: {words[:60]}"


def robot_posts(books: Books) -> tuple[Counter[str], Counter[str]]:
    """(posts WeCom took, posts decided), by their words. A robot's webhook has no way to say that a post is a repeat."""
    posted = Counter(words_of(entry["request"]) for entry in books.taken["webhook/send"])
    rows = Counter(row["payload"]["message"]["text"] for row in books.intents("robot.message") if row["state"] == SENT)
    return posted, rows
