"""Tables of the loop: what came in, what goes out, who holds what, and what WeCom's roads must remember."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text, UniqueConstraint

from storage.columns import BigId, Json, Key, Line, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source", Line(32), nullable=False),
    Column("kind", Line(64), nullable=False),
    # MsgId, kf msgid, tick occurrence, event_id …: the same fact is stored once, however often it arrives.
    Column("dedup_key", Line(200), nullable=False, unique=True),
    Column("conversation", Line(160), nullable=False),
    Column("body", Json, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("turn", SmallInteger, nullable=False, default=1),  # storage.inbox.Turn
    Column("state", SmallInteger, nullable=False, default=0),  # storage.inbox.State
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("error", Text),
    Column("done_at", UtcTime),
)
# With the conversation, so that what an urgent fact must not overtake is found without reading the rows.
Index("ix_inbox_pending", inbox.c.state, inbox.c.turn, inbox.c.id, inbox.c.conversation)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("lane", Line(64), nullable=False),
    Column("call", Line(64), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("dedup_key", Line(200), unique=True),
    Column("payload", Json, nullable=False),
    Column("context", Json, nullable=False),
    Column("answer", String(8), nullable=False),  # storage.outbox.Answer
    Column("cause_id", BigId),
    Column("state", SmallInteger, nullable=False, default=0),  # storage.outbox.State
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    # Set before the first try: a row still pending with it may or may not have reached WeCom (the process died between).
    Column("tried_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("errcode", Integer),
    Column("error", Text),
)
# State first: which lanes have work is asked every second, and rows that were sent are soon millions. With not_before, so that
# rows held back for a later moment are passed over without reading them.
Index("ix_outbox_due", outbox.c.state, outbox.c.lane, outbox.c.priority, outbox.c.id, outbox.c.not_before)
# What a lane sent lately counts against WeCom's windows, whichever process sent it.
Index(
    "ix_outbox_tried",
    outbox.c.lane,
    outbox.c.tried_at,
    sqlite_where=outbox.c.tried_at.is_not(None),
    postgresql_where=outbox.c.tried_at.is_not(None),
)

lane_closings = Table(
    "lane_closings",
    metadata,
    # Whoever owns the lane next must know that WeCom closed it (45009, doc 90313).
    Column("lane", String(64), primary_key=True),
    Column("until", UtcTime, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Line(80), primary_key=True),
    Column("owner", Line(80), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    # The access token of an app, encrypted with the privacy key: one node fetches it for all.
    Column("app", Line(80), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

nonces = Table(
    "nonces",
    metadata,
    Column("source", Line(64), primary_key=True),
    Column("nonce", Line(128), primary_key=True),
    Column("body_hash", Line(64), nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

kf_accounts = Table(
    "kf_accounts",
    metadata,
    Column("open_kfid", Key(64), primary_key=True),
    Column("cursor", Key(128)),
    Column("token", Key(160)),
    Column("token_at", UtcTime),
    # One puller per account: set while a kf.sync is on its way; `again` when a callback arrived meanwhile.
    Column("pulling", Boolean, nullable=False, default=False),
    Column("again", Boolean, nullable=False, default=False),
    Column("pulling_at", UtcTime),  # when the kf.sync on its way was asked for; an old one is given up
    Column("link_url", Text),
    Column("link_scene", Line(64)),
)

kf_windows = Table(
    "kf_windows",
    metadata,
    Column("learner_id", BigId, primary_key=True, autoincrement=False),
    Column("open_kfid", Key(64), nullable=False),
    # WeCom's rule (doc 94677): 5 messages within 48 h after the learner's last one.
    Column("learner_spoke_at", UtcTime),
    Column("sent_since", SmallInteger, nullable=False, default=0),
    Column("welcome_code", Line(160)),
    Column("welcome_until", UtcTime),
    Column("closed_at", UtcTime),
)

cards = Table(
    "cards",
    metadata,
    Column("task_id", Key(128), primary_key=True),
    Column("kind", Line(32), nullable=False),  # verdict, claim, …
    Column("ref", Line(64), nullable=False),  # id of what the card is about
    Column("recipients", Json, nullable=False),  # userids
    Column("message", Json, nullable=False),  # the card's face as last sent
    Column("created_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),  # when it was turned into its dead face
    Column("chat_id", Key(128)),  # a card of the robot: the group it stands in, empty in the chat of one; null: a card of the app
)
Index("ix_cards_kind_ref", cards.c.kind, cards.c.ref)

card_codes = Table(
    "card_codes",
    metadata,
    # A response code works once, for 72 h (doc 94888).
    Column("response_code", Key(200), primary_key=True),
    Column("task_id", Key(128), nullable=False, index=True),
    Column("obtained_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

unmatched_events = Table(
    "unmatched_events",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source", Line(64), nullable=False),
    Column("event_id", Key(160), nullable=False),
    Column("type", Line(64), nullable=False),
    Column("identity_kind", String(24)),
    Column("identity_value", Key(160)),
    Column("reason", Line(160), nullable=False),
    Column("body", Json, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("matched_at", UtcTime),
    UniqueConstraint("source", "event_id"),
)
Index("ix_unmatched_events_identity", unmatched_events.c.identity_kind, unmatched_events.c.identity_value)

unmatched_identities = Table(
    "unmatched_identities",
    metadata,
    # Everything an unmatched event says about its subject: whichever becomes known first releases it.
    Column("kind", String(24), primary_key=True),
    Column("value", Key(160), primary_key=True),
    Column("unmatched_id", BigId, primary_key=True, autoincrement=False),
)

listings = Table(
    "listings",
    metadata,
    # The long answer a person is paging through (更多); one per conversation.
    Column("conversation", Line(160), primary_key=True),
    Column("pages", Json, nullable=False),
    Column("next_page", SmallInteger, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)
