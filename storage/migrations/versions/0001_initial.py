"""The first schema: the loop, the camp, and the projection into WeCom's tags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_camps()
    _create_card_codes()
    _create_cards()
    _create_departments()
    _create_inbox()
    _create_journal()
    _create_kf_accounts()
    _create_kf_windows()
    _create_leases()
    _create_listings()
    _create_members()
    _create_nonces()
    _create_outbox()
    _create_refunds()
    _create_unmatched_events()
    _create_unmatched_identities()
    _create_wecom_tags()
    _create_channels()
    _create_cohorts()
    _create_learners()
    _create_class_groups()
    _create_closings()
    _create_follows()
    _create_identities()
    _create_lessons()
    _create_notes()
    _create_questions()
    _create_tag_marks()
    _create_todos()
    _create_enrolments()
    _create_group_members()
    _create_attendance()
    _create_orders()
    _create_placements()
    _create_pool_entries()
    _create_claims()
    _create_pool_views()


def _create_camps() -> None:
    op.create_table(
        "camps",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("warm_lessons", sa.SmallInteger(), nullable=False),
        sa.Column("sale_window_days", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camps")),
        sa.UniqueConstraint("code", name=op.f("uq_camps_code")),
    )


def _create_card_codes() -> None:
    op.create_table(
        "card_codes",
        sa.Column("response_code", sa.String(length=200), nullable=False),
        sa.Column("task_id", sa.String(length=128), nullable=False),
        sa.Column("obtained_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("response_code", name=op.f("pk_card_codes")),
    )
    op.create_index(op.f("ix_card_codes_task_id"), "card_codes", ["task_id"], unique=False)


def _create_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("task_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("message", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_cards")),
    )
    op.create_index("ix_cards_kind_ref", "cards", ["kind", "ref"], unique=False)


def _create_departments() -> None:
    op.create_table(
        "departments",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("dedup_key", sa.String(length=200), nullable=False),
        sa.Column("conversation", sa.String(length=160), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_inbox_dedup_key")),
    )
    op.create_index("ix_inbox_pending", "inbox", ["state", "bulk", "id"], unique=False)


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_learner", "journal", ["learner_id", "id"], unique=False)


def _create_kf_accounts() -> None:
    op.create_table(
        "kf_accounts",
        sa.Column("open_kfid", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=128), nullable=True),
        sa.Column("token", sa.String(length=160), nullable=True),
        sa.Column("token_at", sa.BigInteger(), nullable=True),
        sa.Column("pulling", sa.Boolean(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("pulling_at", sa.BigInteger(), nullable=True),
        sa.Column("link_url", sa.Text(), nullable=True),
        sa.Column("link_scene", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("open_kfid", name=op.f("pk_kf_accounts")),
    )


def _create_kf_windows() -> None:
    op.create_table(
        "kf_windows",
        sa.Column("learner_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("open_kfid", sa.String(length=64), nullable=False),
        sa.Column("learner_spoke_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_since", sa.SmallInteger(), nullable=False),
        sa.Column("welcome_code", sa.String(length=160), nullable=True),
        sa.Column("welcome_until", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_kf_windows")),
    )


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _create_listings() -> None:
    op.create_table(
        "listings",
        sa.Column("conversation", sa.String(length=160), nullable=False),
        sa.Column("pages", JSON, nullable=False),
        sa.Column("next_page", sa.SmallInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_listings")),
    )


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("userid", sa.String(length=64), nullable=False),
        sa.Column("userid_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.String(length=32), nullable=True),
        sa.Column("scope", sa.String(length=16), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("greeted_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("userid_key", name=op.f("uq_members_userid_key")),
    )


def _create_nonces() -> None:
    op.create_table(
        "nonces",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=128), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "nonce", name=op.f("pk_nonces")),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("dedup_key", sa.String(length=200), nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("context", JSON, nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("cause_id", BIG_ID, nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "lane", "priority", "id"], unique=False)


def _create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("order_no", sa.String(length=128), nullable=False),
        sa.Column("event_id", sa.String(length=160), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_no", "event_id", name=op.f("pk_refunds")),
    )


def _create_unmatched_events() -> None:
    op.create_table(
        "unmatched_events",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=160), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("identity_kind", sa.String(length=24), nullable=True),
        sa.Column("identity_value", sa.String(length=160), nullable=True),
        sa.Column("reason", sa.String(length=160), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("matched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmatched_events")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_unmatched_events_source_event_id")),
    )
    op.create_index("ix_unmatched_events_identity", "unmatched_events", ["identity_kind", "identity_value"], unique=False)


def _create_unmatched_identities() -> None:
    op.create_table(
        "unmatched_identities",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=160), nullable=False),
        sa.Column("unmatched_id", BIG_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "unmatched_id", name=op.f("pk_unmatched_identities")),
    )


def _create_wecom_tags() -> None:
    op.create_table(
        "wecom_tags",
        sa.Column("group_name", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("tag_id", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("group_name", "name", name=op.f("pk_wecom_tags")),
        sa.UniqueConstraint("tag_id", name=op.f("uq_wecom_tags_tag_id")),
    )


def _create_channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("camp_id", BIG_ID, nullable=True),
        sa.Column("department", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["camp_id"], ["camps.id"], name=op.f("fk_channels_camp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("code", name=op.f("uq_channels_code")),
    )


def _create_cohorts() -> None:
    op.create_table(
        "cohorts",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("camp_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("enrol_until", sa.BigInteger(), nullable=False),
        sa.Column("next_code", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["camp_id"], ["camps.id"], name=op.f("fk_cohorts_camp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        sa.UniqueConstraint("code", name=op.f("uq_cohorts_code")),
    )
    op.create_index("ix_cohorts_camp_starts", "cohorts", ["camp_id", "starts_at"], unique=False)


def _create_learners() -> None:
    op.create_table(
        "learners",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("external_userid", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=128), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("unreachable_at", sa.BigInteger(), nullable=True),
        sa.Column("unsubscribed_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_learners_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learners")),
        sa.UniqueConstraint("external_userid", name=op.f("uq_learners_external_userid")),
    )
    op.create_index("ix_learners_owner", "learners", ["owner_id"], unique=False)


def _create_class_groups() -> None:
    op.create_table(
        "class_groups",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=True),
        sa.Column("class_teacher_id", BIG_ID, nullable=False),
        sa.Column("join_url", sa.Text(), nullable=True),
        sa.Column("member_version", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["class_teacher_id"], ["members.id"], name=op.f("fk_class_groups_class_teacher_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_class_groups_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_groups")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_class_groups_chat_id")),
        sa.UniqueConstraint("cohort_id", "code", name=op.f("uq_class_groups_cohort_id_code")),
    )


def _create_closings() -> None:
    op.create_table(
        "closings",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("moment", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("proposed_counts", JSON, nullable=False),
        sa.Column("task_id", sa.String(length=128), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=True),
        sa.Column("progress_id", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_closings_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("cohort_id", "moment", name=op.f("uq_closings_cohort_id_moment")),
    )


def _create_follows() -> None:
    op.create_table(
        "follows",
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("channel_code", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_follows_learner_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_follows_member_id")),
        sa.PrimaryKeyConstraint("learner_id", "member_id", name=op.f("pk_follows")),
    )


def _create_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=160), nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_identities_learner_id")),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_learner_id"), "identities", ["learner_id"], unique=False)


def _create_lessons() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("checkin_opens_at", sa.BigInteger(), nullable=False),
        sa.Column("checkin_closes_at", sa.BigInteger(), nullable=False),
        sa.Column("passphrase", sa.String(length=64), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("digested_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_lessons_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        sa.UniqueConstraint("cohort_id", "seq", name=op.f("uq_lessons_cohort_id_seq")),
    )
    op.create_index("ix_lessons_ends", "lessons", ["ends_at"], unique=False)


def _create_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_notes_learner_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_notes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_learner_id"), "notes", ["learner_id"], unique=False)


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_questions_learner_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_questions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_learner_id"), "questions", ["learner_id"], unique=False)


def _create_tag_marks() -> None:
    op.create_table(
        "tag_marks",
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("group_name", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=True),
        sa.Column("sent", sa.Boolean(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_tag_marks_learner_id")),
        sa.PrimaryKeyConstraint("learner_id", "group_name", "name", name=op.f("pk_tag_marks")),
    )
    op.create_index("ix_tag_marks_tag", "tag_marks", ["group_name", "name"], unique=False)


def _create_todos() -> None:
    op.create_table(
        "todos",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.String(length=256), nullable=False),
        sa.Column("dedup_key", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_todos_learner_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_todos_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todos")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_todos_dedup_key")),
    )
    op.create_index("ix_todos_member", "todos", ["member_id", "done_at"], unique=False)


def _create_enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("cohort_id", BIG_ID, nullable=False),
        sa.Column("class_group_id", BIG_ID, nullable=True),
        sa.Column("class_teacher_id", BIG_ID, nullable=True),
        sa.Column("channel_id", BIG_ID, nullable=True),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("in_group_at", sa.BigInteger(), nullable=True),
        sa.Column("left_group_at", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.String(length=24), nullable=False),
        sa.Column("place_at", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("attended", sa.SmallInteger(), nullable=False),
        sa.Column("completed", sa.SmallInteger(), nullable=False),
        sa.Column("paid_count", sa.SmallInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_enrolments_channel_id")),
        sa.ForeignKeyConstraint(["class_group_id"], ["class_groups.id"], name=op.f("fk_enrolments_class_group_id")),
        sa.ForeignKeyConstraint(["class_teacher_id"], ["members.id"], name=op.f("fk_enrolments_class_teacher_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_enrolments_cohort_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_enrolments_learner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("learner_id", "cohort_id", name=op.f("uq_enrolments_learner_id_cohort_id")),
    )
    op.create_index("ix_enrolments_class_teacher", "enrolments", ["class_teacher_id", "cohort_id"], unique=False)
    op.create_index("ix_enrolments_cohort_place", "enrolments", ["cohort_id", "place"], unique=False)


def _create_group_members() -> None:
    op.create_table(
        "group_members",
        sa.Column("class_group_id", BIG_ID, nullable=False),
        sa.Column("external_userid", sa.String(length=64), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("join_scene", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["class_group_id"], ["class_groups.id"], name=op.f("fk_group_members_class_group_id")),
        sa.PrimaryKeyConstraint("class_group_id", "external_userid", name=op.f("pk_group_members")),
    )


def _create_attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("lesson_id", BIG_ID, nullable=False),
        sa.Column("watched_seconds", sa.Integer(), nullable=True),
        sa.Column("checked_in_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_in_by", sa.String(length=16), nullable=True),
        sa.Column("teacher_mark_at", sa.BigInteger(), nullable=True),
        sa.Column("teacher_mark_by", sa.BigInteger(), nullable=True),
        sa.Column("teacher_mark_reason", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("homework_at", sa.BigInteger(), nullable=True),
        sa.Column("homework", sa.Text(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("score_comment", sa.Text(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("rating_words", sa.Text(), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_attendance_enrolment_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name=op.f("fk_attendance_lesson_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson_id", name=op.f("pk_attendance")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attendance_lesson", "attendance", ["lesson_id"], unique=False)


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("order_no", sa.String(length=128), nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=True),
        sa.Column("course", sa.String(length=128), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("seller_id", BIG_ID, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_orders_enrolment_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_orders_learner_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["members.id"], name=op.f("fk_orders_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("order_no", name=op.f("uq_orders_order_no")),
    )
    op.create_index("ix_orders_learner", "orders", ["learner_id"], unique=False)


def _create_placements() -> None:
    op.create_table(
        "placements",
        sa.Column("closing_id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("from_place", sa.String(length=24), nullable=False),
        sa.Column("to_place", sa.String(length=24), nullable=False),
        sa.Column("attended", sa.SmallInteger(), nullable=False),
        sa.Column("completed", sa.SmallInteger(), nullable=False),
        sa.Column("paid_count", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["closings.id"], name=op.f("fk_placements_closing_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_placements_enrolment_id")),
        sa.PrimaryKeyConstraint("closing_id", "enrolment_id", name=op.f("pk_placements")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_placements_enrolment", "placements", ["enrolment_id"], unique=False)


def _create_pool_entries() -> None:
    op.create_table(
        "pool_entries",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("learner_id", BIG_ID, nullable=False),
        sa.Column("pool", sa.String(length=16), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_pool_entries_enrolment_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_pool_entries_learner_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_pool_entries_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_entries")),
        sa.UniqueConstraint("enrolment_id", "pool", name=op.f("uq_pool_entries_enrolment_id_pool")),
    )
    op.create_index("ix_pool_entries_learner", "pool_entries", ["learner_id"], unique=False)
    op.create_index("ix_pool_entries_owner", "pool_entries", ["owner_id", "state"], unique=False)
    op.create_index("ix_pool_entries_state", "pool_entries", ["pool", "state", "entered_at"], unique=False)


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("entry_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entries.id"], name=op.f("fk_claims_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_claims_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_entry_id"), "claims", ["entry_id"], unique=False)
    op.create_index("ix_claims_member", "claims", ["member_id", "claimed_at"], unique=False)


def _create_pool_views() -> None:
    op.create_table(
        "pool_views",
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("on_day", sa.String(length=10), nullable=False),
        sa.Column("entry_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entries.id"], name=op.f("fk_pool_views_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_pool_views_member_id")),
        sa.PrimaryKeyConstraint("member_id", "on_day", "entry_id", name=op.f("pk_pool_views")),
        sqlite_with_rowid=False,
    )
