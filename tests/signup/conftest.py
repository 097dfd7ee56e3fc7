"""A camp with two cohorts and two class teachers; learners add them, sign up elsewhere, join groups, and go."""

from __future__ import annotations

from typing import Any

import pytest

CAMP = """
[[camps]]
code = "read7"
name = "阅读营"
warm_lessons = 4

[[cohorts]]
code = "read7-01"
name = "一期"
camp = "read7"
starts_at = 2026-12-05T00:00:00+08:00
closes_at = 2026-12-12T23:00:00+08:00
enrol_until = 2026-12-06T00:00:00+08:00
next = "read7-02"
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-05T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA"
class_teacher = "lin"
[[cohorts.class_groups]]
code = "B"
chat_id = "wrB"
class_teacher = "he"
join_url = "https://work.weixin.qq.com/gm/b"

[[cohorts]]
code = "read7-02"
name = "二期"
camp = "read7"
starts_at = 2026-12-20T00:00:00+08:00
closes_at = 2026-12-27T23:00:00+08:00
[[cohorts.lessons]]
seq = 1
title = "第1课"
starts_at = 2026-12-20T19:00:00+08:00
minutes = 60
[[cohorts.class_groups]]
code = "A"
chat_id = "wrA2"
class_teacher = "lin"

[[channels]]
code = "dy01"
name = "抖音投放"
camp = "read7"

[[staff]]
userid = "lin"
position = "class_teacher"
[[staff]]
userid = "he"
position = "class_teacher"
[[staff]]
userid = "boss"
position = "manager"
[[staff]]
userid = "op"
position = "operator"
"""

KF_URL = "https://work.weixin.qq.com/kfid/kfc1"


class Front:
    """The camp's front door: what WeCom and the shop report, in one line each."""

    def __init__(self, house: Any) -> None:
        self.house = house
        self._serial = 0

    async def adds(
        self, who: str, userid: str = "lin", state: str = "dy01", *, code: str | None = None, half: bool = False
    ) -> str:
        """A learner adds a member; returns the welcome code."""
        self._serial += 1
        code = f"wc{self._serial}" if code is None else code
        change = "add_half_external_contact" if half else "add_external_contact"
        await self.contact(change, who, userid, State=state, WelcomeCode=code)
        return code

    async def contact(self, change: str, who: str, userid: str = "lin", **fields: str) -> None:
        await self.house.event("change_external_contact", change, UserID=userid, ExternalUserID=who, **fields)

    async def group(self, detail: str, chat: str, people: list[str], last: str = "", current: str = "") -> None:
        await self.house.event(
            "change_external_chat",
            "update",
            ChatId=chat,
            UpdateDetail=detail,
            MemChangeList=people,
            LastMemVer=last,
            CurMemVer=current,
        )

    async def group_is(self, chat: str, version: str, *people: str) -> None:
        """WeCom answers the read of the group."""
        members = [
            {"id": who, "type": 2, "join_time": 0, "join_scene": 3, "name": f"名{who}", "state": "", "unionid": ""}
            for who in people
        ]
        members.append({"id": "lin", "type": 1, "join_time": 0, "join_scene": 1, "name": "", "state": "", "unionid": ""})
        await self.house.answer(
            "group.get", {"chat_id": chat, "name": "", "owner": "lin", "member_version": version, "members": members}
        )

    async def signs_up_elsewhere(self, event_id: str, subject: dict[str, str], **fields: str) -> None:
        body = {"event_id": event_id, "type": "enrolment.added", "source": "shop", "subject": subject, **fields}
        await self.house.fact("ingest.enrolment.added", body)

    async def told(self, who: str, name: str = "", unionid: str = "", phones: tuple[str, ...] = ()) -> None:
        """WeCom answers contact.get."""
        follows = [{"userid": "lin", "remark": "", "state": "", "createtime": 0, "remark_mobiles": list(phones), "tag_ids": []}]
        contact = {"external_userid": who, "name": name, "type": 1, "unionid": unionid}
        await self.house.answer("contact.get", {"contact": contact, "follows": follows})

    async def enrolments(self) -> list[tuple[Any, ...]]:
        """(learner id, external_userid, cohort, class teacher, group, place) of all."""
        rows = await self.house.rows(
            "select e.learner_id, l.external_userid, c.code, m.userid, g.code, e.place from enrolments e"
            " join learners l on l.id = e.learner_id join cohorts c on c.id = e.cohort_id"
            " left join members m on m.id = e.class_teacher_id left join class_groups g on g.id = e.class_group_id order by e.id"
        )
        return [tuple(row) for row in rows]

    async def heard(self, userid: str) -> list[str]:
        """The texts a member got so far."""
        return [p["message"]["text"] for p in await self.house.sent("app.message") if userid in p["to"]]

    async def story(self, learner_id: int) -> list[str]:
        rows = await self.house.rows("select kind from journal where learner_id = :id order by id", id=learner_id)
        return [row.kind for row in rows]


@pytest.fixture
async def front(house: Any) -> Front:
    """The camp declared, the kf link known."""
    await house.apply(CAMP)
    async with house.tx() as tx:
        from camp.welcome import ensure_kf_link

        await ensure_kf_link(tx, house.policy)
    await house.answer("kf.link", {"url": KF_URL})
    return Front(house)
