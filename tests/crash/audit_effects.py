"""Every effect the facts demand, once: the answer to each word, the welcome, the tags, the reports, the cards, the digest."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.crash.audit_wire import CODE_LIVES_S, died_with_its_code
from tests.crash.books import Books
from tests.crash.ledger import Json
from tests.crash.town import MANAGER, SELLERS, Class
from tests.crash.wire import key_of


def effect_breaches(books: Books) -> Iterator[str]:
    yield from _welcomes(books)
    yield from _learners_answered(books)
    yield from _members_answered(books)
    yield from _tags(books)
    yield from _closes(books)
    yield from _digests(books)
    yield from _screens(books)


def _caused(books: Books) -> dict[int, list[Json]]:
    """Intents by the fact that caused them."""
    caused: dict[int, list[Json]] = defaultdict(list)
    for row in books.tables["outbox"]:
        caused[row["cause_id"] or 0].append(row)
    return caused


def _welcomes(books: Books) -> Iterator[str]:
    decided = Counter(row["payload"]["code"] for row in books.intents("contact.welcome"))
    for told in books.callbacks:
        code = told["fields"].get("WelcomeCode")
        if code and decided[code] != 1 and (told["state"] == "ok" or decided[code] > 1):
            yield f"the welcome of {told['fields']['ExternalUserID']} was decided {decided[code]} times"


def _learners_answered(books: Books) -> Iterator[str]:
    caused = _caused(books)
    facts = {row["body"]["msgid"]: row["id"] for row in books.tables["inbox"] if row["kind"] == "kf.message"}
    for msgid, said in books.ledger.texts.items():
        answers = [row for row in caused[facts.get(msgid, -1)] if row["call"] in ("kf.message", "kf.welcome")]
        words = [_words(row["payload"]["message"]) for row in answers]
        if len(answers) != 1 or not re.search(said.wanted, words[0]):
            yield f"{said.who} said {said.words} ({msgid}) and was answered {words}"
    came = {
        (row["body"].get("event") or {}).get("welcome_code"): row for row in books.tables["inbox"] if row["kind"] == "kf.message"
    }
    for learner, code in books.ledger.taps:
        row = came.get(code)
        if not code or row is None:  # a lost item is named by the audit of the inbox
            continue
        answers = [answer for answer in caused[row["id"]] if answer["call"] in ("kf.message", "kf.welcome")]
        # Pulled later than that, its code was dead before anybody here heard of it.
        in_time = row["received_at"] / 1e6 - row["body"]["send_time"] < CODE_LIVES_S
        if len(answers) > 1 or (in_time and not answers):
            yield f"{learner} entered by the link and was answered {len(answers)} times"


def _members_answered(books: Books) -> Iterator[str]:
    caused = _caused(books)
    facts = {row["body"]["msg_id"]: row["id"] for row in books.tables["inbox"] if row["kind"] == "app.text"}
    told = {key_of(told["fields"])[1] for told in books.callbacks if told["state"] == "ok"}
    for msgid, said in books.ledger.asked.items():
        messages = [row["payload"] for row in caused[facts.get(msgid, -1)] if row["call"] == "app.message"]
        words = [_words(payload["message"]) for payload in messages if said.who in payload["to"]]
        answers = [one for one in words if re.search(said.wanted, one)]
        if len(answers) > 1 or (msgid in told and not answers and not _closed_meanwhile(words)):
            yield f"{said.who} said {said.words} and was answered {words}"


def _closed_meanwhile(words: list[str]) -> bool:
    """结营 said again, as the first one's callback got lost on its way back and was taken all the same."""
    return any("不用再结" in one or "正在结营" in one for one in words)


def _words(message: Json) -> str:
    return "\n".join(str(message.get(part) or "") for part in ("title", "head", "desc", "text", "tail") if message.get(part))


def _tags(books: Books) -> Iterator[str]:
    """The camp's and the channel's tag stand on the friendship at WeCom, and no tag was made twice."""
    marks = {(mark["userid"], mark["external_userid"], tag["name"]) for tag in books.state["tags"] for mark in tag["marks"]}
    made = Counter((tag["group"], tag["name"]) for tag in books.state["tags"])
    for tag, times in made.items():
        if times > 1:
            yield f"the tag {tag} was made {times} times"
    for learner, friend in books.ledger.friends.items():
        for name in (Class(friend.wave).camp_name, Class(friend.wave).channel_name):
            if (friend.teacher, learner, name) not in marks:
                yield f"{learner} does not carry the tag {name}"


def _closes(books: Books) -> Iterator[str]:
    """After a close: the manager's report, the class teacher's, the robot's post, and one card for each learner to claim."""
    names = {Class(n).cohort: Class(n) for n in range(1, len(books.ledger.kills) + 1)}
    app = [(row["payload"]["to"], _words(row["payload"]["message"])) for row in books.intents("app.message")]
    posts = [row["payload"]["message"]["text"] for row in books.intents("robot.message")]
    seats = Counter(row["cohort_id"] for row in books.tables["enrolments"])
    ids = {row["code"]: row["id"] for row in books.tables["cohorts"]}
    pooled = {row["id"] for row in books.tables["enrolments"] if row["place"] == "conversion"}
    for code in books.ledger.closed:
        one = names[code]
        reports = [words for to, words in app if MANAGER in to and words.startswith(f"{one.cohort_name} 结营报告")]
        total = [re.search(r"合计：(\d+) 人", words) for words in reports]
        if [int(found[1]) for found in total if found] != [seats[ids[code]]]:
            yield f"the close of {code} was reported {len(reports)} times, and {seats[ids[code]]} are enrolled: {reports}"
        told = sum(one.teacher in to and words.startswith(f"{one.cohort_name} 已结营") for to, words in app)
        arrived = {row["id"] for row in books.tables["enrolments"] if row["cohort_id"] == ids[code]} & pooled
        posted = sum(f"营期：{one.cohort_name}\n" in words for words in posts)
        if told != 1 or (arrived and posted != 1):
            yield f"the close of {code}: {told} reports to the class teacher, {posted} posts to sales"
    yield from _claim_cards(books)


def _claim_cards(books: Books) -> Iterator[str]:
    """On the wire: each seller got each card once."""
    shown = Counter[tuple[str, str]]()
    messages = {(entry["answer"]["msgid"]): entry["request"] for entry in books.taken["message/send"]}
    for body in messages.values():
        for button in body.get("template_card", {}).get("button_list", []):
            if str(button.get("key", "")).startswith("claim:"):
                shown.update((userid, button["key"]) for userid in body["touser"].split("|"))
    for entry in books.tables["pool_entries"]:
        for userid in SELLERS:
            times = shown[userid, f"claim:{entry['id']}"]
            if times > 1 or (times < 1 and entry["state"] in ("open", "claimed")):
                yield f"{userid} was shown the card of pool entry {entry['id']} {times} times"


def _digests(books: Books) -> Iterator[str]:
    """The lesson of every class that was not closed was reported to its class teacher once."""
    cohorts = {row["code"]: row["id"] for row in books.tables["cohorts"]}
    keys = [str(row["dedup_key"] or "") for row in books.intents("app.message")]
    for number in {friend.wave for friend in books.ledger.friends.values()}:
        one = Class(number)
        taught = any(r["cohort_id"] == cohorts[one.cohort] and r["place"] == "class" for r in books.tables["enrolments"])
        lesson = next(r["id"] for r in books.tables["lessons"] if r["cohort_id"] == cohorts[one.cohort] and r["seq"] == 1)
        told = sum(bool(re.fullmatch(rf"digest:{lesson}:\d+:\d+:0", key)) for key in keys)
        if one.cohort not in books.ledger.closed and taught and told != 1:
            yield f"the lesson of {one.cohort} was reported to its class teacher {told} times"


def _screens(books: Books) -> Iterator[str]:
    """What stands on a learner's screen is what was decided to be said, one for one."""
    decided = Counter[str]()
    for row in books.intents("kf.message"):
        decided[row["payload"]["to"]] += not died_with_its_code(books, row)
    for learner, screen in books.phones.items():
        shown = Counter(bubble["kind"] if bubble["kind"] == "welcome" else bubble["from"] for bubble in screen)
        codes = sum(who == learner and bool(code) for who, code in books.ledger.taps)
        if shown["welcome"] > 1:
            yield f"{learner} was welcomed {shown['welcome']} times"
        if not decided[learner] <= shown["kf"] <= decided[learner] + codes:
            yield f"{learner} reads {shown['kf']} messages of customer service; {decided[learner]} were decided, {codes} by code"
