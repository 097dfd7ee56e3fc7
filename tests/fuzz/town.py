"""The camp the hostile inputs meet: staff, a cohort in its first lesson, learners who have asked and been given up."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.conftest import House as Talk
from tests.fuzz import callback, ingest
from tests.fuzz.answer import KF

NOW = datetime(2026, 12, 1, 11, 20, tzinfo=UTC)  # in the middle of the first lesson

CONFIG = f"""
[server]
port = 0
[storage]
url = "{{storage}}"
[wecom]
corp_id = "{callback.CORP}"
api_base_url = "{{wecom}}"
[wecom.app]
agent_id = 1000002
secret = "fuzz-secret"
token = "{callback.TOKEN}"
encoding_aes_key = "{callback.AES}"
[wecom.kf]
open_kfid = "{KF}"
[wecom.robots]
sales = "key-sales"
teachers = "key-teachers"
[ingest.shop]
secret = "{ingest.SECRET}"
[allocation]
fallback_owner = "chen"
"""
_LESSON = '[[cohorts.lessons]]\nseq = {seq}\ntitle = "第{seq}课"\nstarts_at = 2026-12-0{seq}T19:00:00+08:00\nminutes = 60\n'
CAMP = (
    """
[[camps]]
code = "read"
name = "阅读营"
warm_lessons = 1
[[channels]]
code = "dy01"
name = "抖音投放"
[[cohorts]]
code = "read-01"
camp = "read"
name = "阅读营第1期"
starts_at = 2026-12-01T00:00:00+08:00
closes_at = 2026-12-07T23:00:00+08:00
enrol_until = 2026-12-07T00:00:00+08:00
next = "read-02"
"""
    + "".join(_LESSON.format(seq=seq) for seq in (1, 2, 3))
    + """
[[cohorts.class_groups]]
code = "A"
chat_id = "wrFuzzA"
class_teacher = "lin"
[[cohorts]]
code = "read-02"
camp = "read"
name = "阅读营第2期"
starts_at = 2026-12-14T00:00:00+08:00
closes_at = 2026-12-20T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-14T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrFuzzB"
class_teacher = "lin"
"""
    + "".join(
        f'[[staff]]\nuserid = "{userid}"\nposition = "{position}"\n'
        for userid, position in (("lin", "class_teacher"), ("wu", "sales"), ("chen", "manager"), ("ops", "operator"))
    )
)


async def play_camp(settings: Settings, url: str) -> None:
    """Into the database of this address: a camp with two learners enrolled, one of whom has asked, been noted and given up."""
    await migrate(url)
    database = Database(url, lambda: NOW)
    talk = Talk(database, settings.policy())
    talk.now = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    await talk.apply(CAMP)
    for userid in ("wmYu", "wmMing", "wmGone"):
        added = {"UserID": "lin", "ExternalUserID": userid, "State": "dy01", "WelcomeCode": f"c-{userid}"}
        await talk.event("change_external_contact", "add_external_contact", **added)
        await talk.learner_says(userid, "进度")
    await talk.learner_says("wmYu", "提问 在哪里上课")
    await talk.member_says("lin", "备注 #1 很认真")
    talk.now = NOW
    await talk.learner_says("wmYu", "签到")
    await talk.member_says("lin", "放弃 #3 不学了")
    await talk.member_says("lin", "缺勤 1")
    await talk.member_says("chen", "结营 read-01")
    await database.close()
