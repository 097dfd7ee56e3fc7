"""Ten kills, on both databases beside each other; then the audit, and the proof that the audit can fail."""

from __future__ import annotations

import asyncio
import copy
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.postgres import postgres
from storage.database import Database
from tests.crash.audit import audit
from tests.crash.books import Books, read_sums
from tests.crash.killer import schedule
from tests.crash.look import Look
from tests.crash.report import report
from tests.crash.run import play

SEED, KILLS = 4, 10
# A dead node's leases run out only after 6 s on PostgreSQL, so its kills take longer.
ON_SQLITE = 6


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Books]]:
    """The folder and the books of one run on each database; both runs at once, the moments of one schedule shared out."""
    moments = schedule(SEED, KILLS)
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in ("sqlite", "postgres")}
    with postgres() as server:
        urls = {"sqlite": f"sqlite+aiosqlite:///{folders['sqlite']}/wecamp.db", "postgres": server.fresh()}

        async def both() -> list[Books]:
            share = {"sqlite": moments[:ON_SQLITE], "postgres": moments[ON_SQLITE:]}
            playing = (play(folders[kind], urls[kind], share[kind], SEED, lambda line: None) for kind in folders)
            return list(await asyncio.gather(*playing))

        books = asyncio.run(both())
    return {kind: (folders[kind], book) for kind, book in zip(folders, books, strict=True)}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_nothing_is_lost_and_nothing_doubled(runs: dict[str, tuple[Path, Books]], kind: str) -> None:
    books = runs[kind][1]
    breaches = audit(books)
    assert not breaches, report(kind, books, breaches)


def test_the_runs_were_worth_it(runs: dict[str, tuple[Path, Books]]) -> None:
    """Kills fell while work was under way, and every road was used."""
    books = [book for _, book in runs.values()]
    kills = [kill for book in books for kill in book.ledger.kills]
    assert len(kills) == KILLS
    assert sum(kill.met for kill in kills) >= KILLS // 2, kills
    assert sum(kill.waiting > 0 for kill in kills) >= KILLS // 3, kills
    for book in books:
        assert book.ledger.closed
        assert book.ledger.events
        assert {said.words.partition(":")[0] for said in book.ledger.pressed.values()} >= {"close", "claim"}
        for path in ("kf/send_msg", "externalcontact/send_welcome_msg", "externalcontact/mark_tag", "webhook/send"):
            assert book.taken[path], path


def _without_a_callback(books: Books) -> None:
    books.tables["inbox"].remove(next(row for row in books.tables["inbox"] if row["kind"] == "app.text"))


def _with_a_fact_left_over(books: Books) -> None:
    next(row for row in books.tables["inbox"] if row["kind"] == "kf.message")["state"] = 0


def _with_an_event_twice(books: Books) -> None:
    row = next(row for row in books.tables["inbox"] if row["dedup_key"].startswith("ingest:shop:"))
    books.tables["inbox"].append({**row, "id": -1})


def _with_a_message_twice(books: Books) -> None:
    entry = next(e for e in books.wire if e["path"].endswith("kf/send_msg") and e["errcode"] == 0)
    books.wire.append(copy.deepcopy(entry))


def _with_a_card_twice(books: Books) -> None:
    entry = next(e for e in books.wire if e["path"].endswith("message/send") and "template_card" in e["request"])
    again = copy.deepcopy(entry)
    again["answer"]["msgid"] += "again"
    books.wire.append(again)


def _without_a_welcome(books: Books) -> None:
    books.wire.remove(next(e for e in books.wire if e["path"].endswith("send_welcome_msg") and e["errcode"] == 0))


def _without_an_answer(books: Books) -> None:
    facts = {row["id"] for row in books.tables["inbox"] if row["kind"] == "kf.message"}
    books.tables["outbox"].remove(next(r for r in books.tables["outbox"] if r["call"] == "kf.message" and r["cause_id"] in facts))


def _with_a_check_in_twice(books: Books) -> None:
    books.tables["journal"].append(next(row for row in books.tables["journal"] if row["kind"] == "checked_in"))


def _with_two_winners(books: Books) -> None:
    books.tables["claims"].append(books.tables["claims"][0])


def _without_an_order(books: Books) -> None:
    books.tables["orders"].pop()


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (_without_a_callback, "was answered 200 1 times and is stored 0 times"),
        (_with_a_fact_left_over, "was not applied"),
        (_with_an_event_twice, "stored 2 times"),
        (_with_a_message_twice, "reached WeCom 2 times"),
        (_with_a_card_twice, "was shown 2 times for 1 intents"),
        (_without_a_welcome, "noted as sent and never reached WeCom"),
        (_without_an_answer, "was answered []"),
        (_with_a_check_in_twice, "says checked_in 2 times"),
        (_with_two_winners, "was claimed 2 times"),
        (_without_an_order, "is there 0 times"),
    ],
)
def test_the_audit_names_what_broke(runs: dict[str, tuple[Path, Books]], tamper: Callable[[Books], None], named: str) -> None:
    sound = runs["sqlite"][1]
    books = replace(sound, wire=copy.deepcopy(sound.wire), tables=copy.deepcopy(sound.tables))
    tamper(books)
    assert any(named in breach for breach in set(audit(books)) - set(audit(sound))), named


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE enrolments SET attended = attended + 1 WHERE id = 1", "attended is the number of lessons attended"),
        ("UPDATE enrolments SET paid_fen = paid_fen + 1 WHERE paid_count > 0", "paid is the sum of the orders"),
        ("UPDATE pool_entries SET owner_id = owner_id + 1 WHERE state = 'claimed'", "a claimed entry has one running claim"),
        ("UPDATE pool_entries SET attended = attended + 1", "who waits in a pool stands there by"),
        ("UPDATE enrolments SET place = 'class' WHERE place = 'conversion'", "a closed cohort has nobody left"),
        ("DELETE FROM refunds", "refunded is the sum of the refunds"),
    ],
)
async def test_the_sums_name_what_does_not_add_up(
    runs: dict[str, tuple[Path, Books]], tmp_path: Path, change: str, rule: str
) -> None:
    """On a copy of the real file, changed behind everybody's back."""
    file = tmp_path / "wecamp.db"
    shutil.copyfile(runs["sqlite"][0] / "wecamp.db", file)
    look = Look(f"sqlite+aiosqlite:///{file}")
    assert not any((await read_sums(look)).values())
    await look.change(change)
    broken = [name for name, rows in (await read_sums(look)).items() if rows]
    assert any(name.startswith(rule) for name in broken), broken


async def test_sqlite_syncs_before_it_says_done(tmp_path: Path) -> None:
    """What was answered 200 survives a power cut: every connection that writes waits for the disk (2 is FULL)."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/wecamp.db")
    try:
        async with database.write() as tx:
            assert (await tx.conn.execute(text("PRAGMA synchronous"))).scalar_one() == 2
            assert (await tx.conn.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
    finally:
        await database.close()


def test_a_seed_gives_its_schedule_again() -> None:
    assert schedule(7, 200) == schedule(7, 200) != schedule(8, 200)
    assert {moment.kind for moment in schedule(SEED, KILLS)} == {moment.kind for moment in schedule(7, 200)}
