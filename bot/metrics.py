"""What `/metrics` shows: counts and ages, never names, texts or ids."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

callbacks = Counter("wecamp_callbacks_total", "Callbacks by outcome", ["outcome"], registry=registry)
ingested = Counter("wecamp_ingest_requests_total", "Signed ingest requests by outcome", ["outcome"], registry=registry)
held_back = Counter("wecamp_held_back_total", "Requests refused unread: too many without a key", registry=registry)
facts = Counter("wecamp_facts_total", "Facts by kind and outcome", ["kind", "outcome"], registry=registry)
unknown_facts = Counter("wecamp_unknown_facts_total", "Authentic facts that no handler knows", registry=registry)
calls = Counter("wecamp_calls_total", "Calls to WeCom by name and outcome", ["call", "outcome"], registry=registry)
ended = Counter("wecamp_outbox_ended_total", "Intents by call and how they ended", ["call", "state"], registry=registry)
call_seconds = Histogram("wecamp_call_seconds", "Time of a call to WeCom", ["call"], registry=registry)
robot_callbacks = Counter(
    "wecamp_robot_callbacks_total", "What the robot was told, by mode and outcome", ["mode", "outcome"], registry=registry
)
robot_judged = Counter(
    "wecamp_robot_judged_total", "Answers of the robot people judged: 1 good, 2 bad, 3 taken back", ["verdict"], registry=registry
)
robot_held = Gauge("wecamp_robot_held", "1 while this node holds the robot's long connection", registry=registry)
last_callback = Gauge("wecamp_last_callback_timestamp_seconds", "When the last authentic callback came", registry=registry)
outbox_waiting = Gauge("wecamp_outbox_waiting", "Rows waiting per lane", ["lane"], registry=registry)
inbox_waiting = Gauge("wecamp_inbox_waiting", "Facts waiting or failed", ["state"], registry=registry)
