"""The corp that lives through the kills: its staff, its camps one per wave, and the config of the house before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECRET = "crash-secret-of-the-shop"
MANAGER = "chen"
SELLERS = ("wu", "zhao", "qian")
TEACHERS = tuple(f"teacher{n}" for n in range(12))
STAFF = {
    MANAGER: ("陈主管", "manager"),
    **{userid: (name, "sales") for userid, name in zip(SELLERS, ("吴销售", "赵销售", "钱销售"), strict=True)},
    **{userid: (f"老师{n}", "class_teacher") for n, userid in enumerate(TEACHERS)},
}
CONFIG = """
[server]
port = {port}
[storage]
url = "{url}"
[wecom]
corp_id = "wwcrashcorp"
api_base_url = "{wecom}"
[wecom.app]
agent_id = 1000002
secret = "crash-app-secret"
token = "crashToken"
encoding_aes_key = "c2FuZGJveC1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWo"
[wecom.kf]
open_kfid = "wkCrashDesk"
[wecom.robots]
sales = "crash-key-sales"
teachers = "crash-key-teachers"
[ingest.shop]
secret = "{secret}"
[privacy]
key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
[pool]
claims_per_day = 100000
[time]
tick_seconds = 1
[practice]
clock_url = "{wecom}/_sandbox/clock"
"""


@dataclass(frozen=True)
class Class:
    """What one wave signs up for: a camp of its own, so that it can be closed while others go on."""

    number: int

    @property
    def teacher(self) -> str:
        return TEACHERS[self.number % len(TEACHERS)]

    @property
    def cohort(self) -> str:
        return f"w{self.number}-01"

    @property
    def cohort_name(self) -> str:
        return f"{self.number}号营首期"

    @property
    def camp_name(self) -> str:
        return f"{self.number}号营"

    @property
    def channel(self) -> str:
        return f"ch{self.number}"

    @property
    def channel_name(self) -> str:
        return f"{self.number}号渠道"

    @property
    def chat_id(self) -> str:
        return f"wrCrash{self.number}"

    def learner(self, n: int) -> str:
        return f"wmW{self.number}L{n}"


_CAMP = """
[[camps]]
code = "w{n}"
name = "{name}"
warm_lessons = 1
[[cohorts]]
code = "w{n}-01"
camp = "w{n}"
name = "{cohort}"
starts_at = {begun}
closes_at = {closes}
enrol_until = {soon}
next = "w{n}-02"
[[cohorts.lessons]]
seq = 1
title = "开营课"
starts_at = {begun}
minutes = 180
[[cohorts.lessons]]
seq = 2
title = "第二课"
starts_at = {closes}
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "{chat}"
class_teacher = "{teacher}"
[[cohorts]]
code = "w{n}-02"
camp = "w{n}"
name = "{n}号营次期"
starts_at = {later}
closes_at = {latest}
[[cohorts.lessons]]
seq = 1
title = "开营课"
starts_at = {later}
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "{chat}Next"
class_teacher = "{teacher}"
[[channels]]
code = "{channel}"
name = "{channel_name}"
camp = "w{n}"
"""


def camp_toml(classes: list[Class]) -> str:
    """Every class with a lesson that is running now and stays open to the end of the longest run."""
    now = datetime.now(UTC).replace(microsecond=0)
    hour = timedelta(hours=1)
    times = {"begun": now - hour / 6, "soon": now + 72 * hour, "closes": now + 120 * hour, "later": now + 240 * hour}
    moments = {name: at.isoformat() for name, at in {**times, "latest": now + 480 * hour}.items()}
    camps = [
        _CAMP.format(
            n=one.number,
            name=one.camp_name,
            cohort=one.cohort_name,
            chat=one.chat_id,
            teacher=one.teacher,
            channel=one.channel,
            channel_name=one.channel_name,
            **moments,
        )
        for one in classes
    ]
    staff = [
        f'[[staff]]\nuserid = "{userid}"\nname = "{name}"\nposition = "{position}"\nquota = 5000\n'
        for userid, (name, position) in STAFF.items()
    ]
    return "".join([*camps, *staff])
