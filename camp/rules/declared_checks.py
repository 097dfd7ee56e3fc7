"""What has to fit together in a camp.toml: names that are used twice, names that nobody declared, times in the wrong order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camp.rules.declared import Declared, DeclaredCamp, DeclaredCohort, DeclaredStaff
from camp.rules.declared_message import check_messages
from camp.rules.toml_table import UNREAD, Finding

_TEACHING = ("class_teacher", "manager", "operator")


def check_declared(declared: Declared) -> list[Finding]:
    """All contradictions (faults) and oddities (warnings); what could not be read takes no part."""
    return [
        *_twice("code", ((camp.path, camp.code.lower()) for camp in declared.camps)),
        *_twice("code", ((cohort.path, cohort.code.lower()) for cohort in declared.cohorts)),
        *_twice("code", ((channel.path, channel.code) for channel in declared.channels)),
        *_twice("userid", ((staff.path, staff.userid.lower()) for staff in declared.staff)),
        *_twice("chat_id", ((g.path, g.chat_id or "") for cohort in declared.cohorts for g in cohort.class_groups)),
        *_check_channels(declared),
        *(finding for cohort in declared.cohorts for finding in _check_cohort(declared, cohort)),
        *(finding for camp in declared.camps for finding in _check_messages(declared, camp)),
    ]


def _twice(key: str, named: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for path, name in named:
        if name and first.setdefault(name, path) != path:
            yield Finding(f"{path}.{key}", "twice", {"name": name, "first": first[name]})


def _check_messages(declared: Declared, camp: DeclaredCamp) -> Iterator[Finding]:
    yield from _twice("code", ((one.path, one.message.code.lower()) for one in camp.messages))
    own = [cohort for cohort in declared.cohorts if cohort.camp == camp.code]
    classes = {group.code.lower() for cohort in own for group in cohort.class_groups}
    lessons = {lesson.seq for cohort in own for lesson in cohort.lessons}
    yield from check_messages(camp.messages, camp.rhythm, classes, lessons)


def _check_channels(declared: Declared) -> Iterator[Finding]:
    camps = {camp.code for camp in declared.camps}
    for channel in declared.channels:
        if channel.camp is None and len(camps) != 1:
            yield Finding(f"{channel.path}.camp", "channel_needs_camp", {"known": "、".join(sorted(camps))})
        elif channel.camp is not None and channel.camp not in camps:
            yield Finding(f"{channel.path}.camp", "unknown_camp", {"name": channel.camp, "known": "、".join(sorted(camps))})


def _check_cohort(declared: Declared, cohort: DeclaredCohort) -> Iterator[Finding]:
    camps = {camp.code: camp for camp in declared.camps}
    if cohort.camp and cohort.camp not in camps:
        yield Finding(f"{cohort.path}.camp", "unknown_camp", {"name": cohort.camp, "known": "、".join(sorted(camps))})
    if UNREAD not in (cohort.starts_at, cohort.closes_at) and cohort.closes_at <= cohort.starts_at:
        yield Finding(f"{cohort.path}.closes_at", "closes_before_start")
    if UNREAD not in (cohort.enrol_until, cohort.closes_at) and cohort.enrol_until > cohort.closes_at:
        yield Finding(f"{cohort.path}.enrol_until", "enrol_after_close", warning=True)
    if not cohort.lessons:
        yield Finding(cohort.path, "no_lessons", warning=True)
    elif cohort.camp in camps and camps[cohort.camp].warm_lessons > len(cohort.lessons):
        values = {"warm": camps[cohort.camp].warm_lessons, "lessons": len(cohort.lessons)}
        yield Finding(cohort.path, "warm_unreachable", values, warning=True)
    yield from _check_next(declared, cohort)
    yield from _check_lessons(cohort)
    yield from _check_groups(declared, cohort)


def _check_next(declared: Declared, cohort: DeclaredCohort) -> Iterator[Finding]:
    if cohort.next is None:
        return
    path = f"{cohort.path}.next"
    following = next((other for other in declared.cohorts if other.code == cohort.next), None)
    if following is None:
        yield Finding(path, "unknown_next", {"name": cohort.next}, warning=True)
    elif following.code == cohort.code:
        yield Finding(path, "next_is_itself")
    elif following.camp != cohort.camp:
        yield Finding(path, "next_other_camp", {"name": cohort.next, "camp": following.camp})
    elif UNREAD not in (following.starts_at, cohort.starts_at) and following.starts_at <= cohort.starts_at:
        yield Finding(path, "next_not_later", {"name": cohort.next})


def _check_lessons(cohort: DeclaredCohort) -> Iterator[Finding]:
    yield from _twice("seq", ((lesson.path, str(lesson.seq or "")) for lesson in cohort.lessons))
    if UNREAD in (cohort.starts_at, cohort.closes_at):
        return
    for lesson in cohort.lessons:
        if lesson.starts_at != UNREAD and not cohort.starts_at <= lesson.starts_at <= lesson.ends_at <= cohort.closes_at:
            yield Finding(f"{lesson.path}.starts_at", "lesson_outside", {"seq": lesson.seq, "code": cohort.code}, warning=True)


def _check_groups(declared: Declared, cohort: DeclaredCohort) -> Iterator[Finding]:
    staff: dict[str, DeclaredStaff] = {one.userid.lower(): one for one in declared.staff}
    yield from _twice("code", ((group.path, group.code.lower()) for group in cohort.class_groups))
    for group in cohort.class_groups:
        path = f"{group.path}.class_teacher"
        teacher = staff.get(group.class_teacher.lower())
        if teacher is None:
            if group.class_teacher:
                yield Finding(path, "teacher_not_staff", {"name": group.class_teacher})
        elif teacher.position and teacher.position not in _TEACHING:
            yield Finding(path, "teacher_position", {"name": teacher.userid, "position": teacher.position}, warning=True)
        elif teacher.disabled:
            yield Finding(path, "teacher_disabled", {"name": teacher.userid}, warning=True)
