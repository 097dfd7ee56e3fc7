"""The books of a finished run from three hands: what the load was answered, the look-alike's record, raw SQL on the database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from tests.crash.ground import Ground
from tests.crash.ledger import Json, Ledger
from tests.crash.look import Look
from tests.crash.sums import SUMS
from tests.crash.wire import fields_of

SENT, DEAD, EXPIRED = 1, 2, 3
# A start on a busy machine, and on PostgreSQL the lease of the dead.
_RESTART_S = 30
_TABLES = (
    "inbox",
    "outbox",
    "learners",
    "members",
    "cohorts",
    "lessons",
    "enrolments",
    "attendance",
    "follows",
    "class_groups",
    "group_members",
    "orders",
    "refunds",
    "pool_entries",
    "claims",
    "closings",
    "placements",
    "journal",
    "tag_marks",
    "unmatched_events",
    "nudges",
)


@dataclass
class Books:
    """`tables` are rows as dicts; `sums` what does not add up, by rule; `state` the look-alike's world; `phones` what stands on
    each learner's screen; `log` everything the houses said."""

    ledger: Ledger
    wire: list[Json]
    tables: dict[str, list[Json]]
    sums: dict[str, list[Json]]
    state: Json
    phones: dict[str, list[Json]]
    log: str

    @cached_property
    def callbacks(self) -> list[Json]:
        """{fields, state, at} of each event WeCom had to tell."""
        told = [entry for entry in self.wire if entry["direction"] == "callback"]
        return [{"fields": fields_of(entry["request"]), "state": entry["state"], "at": entry["at"]} for entry in told]

    @cached_property
    def taken(self) -> dict[str, list[Json]]:
        """The calls WeCom answered with 0, by path: {request, answer}."""
        calls: dict[str, list[Json]] = defaultdict(list)
        for entry in self.wire:
            if entry["direction"] == "call" and entry["errcode"] == 0:
                calls[entry["path"].removeprefix("/cgi-bin/")].append(entry)
        return calls

    @cached_property
    def refused(self) -> dict[str, list[Json]]:
        """The calls WeCom answered with an error code, by path."""
        calls: dict[str, list[Json]] = defaultdict(list)
        for entry in self.wire:
            if entry["direction"] == "call" and entry["errcode"]:
                calls[entry["path"].removeprefix("/cgi-bin/")].append(entry)
        return calls

    def intents(self, call: str) -> list[Json]:
        return [row for row in self.tables["outbox"] if row["call"] == call]

    @cached_property
    def learner_ids(self) -> dict[str, int]:
        """Row ids by external_userid."""
        return {row["external_userid"]: row["id"] for row in self.tables["learners"]}

    def killed_within(self, begun: float, seconds: float) -> bool:
        """Whether a kill, or the restart after one, fell into these seconds (unix s)."""
        return any(begun - _RESTART_S <= kill.at <= begun + seconds for kill in self.ledger.kills)


async def read_sums(look: Look) -> dict[str, list[Json]]:
    """The rows that break each rule of `SUMS`."""
    return {rule: await look.rows(query) for rule, query in SUMS.items()}


async def read_books(ground: Ground, ledger: Ledger) -> Books:
    """Everything as it stands; the house should have left."""
    return Books(
        ledger=ledger,
        wire=list(ground.wire.entries.values()),
        tables={name: await ground.look.rows(f"SELECT * FROM {name}") for name in _TABLES},
        sums=await read_sums(ground.look),
        state=await ground.corp.see("/state"),
        phones={learner: await ground.corp.screen("learner", learner) for learner in ledger.friends},
        log=ground.log(),
    )
