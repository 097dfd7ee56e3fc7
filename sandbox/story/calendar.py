"""The camp's calendar and its camp.toml: first as it was advertised, then with the lessons seconds apart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.story.cast import CHANNELS, GROUP_OF, LESSONS, PASSPHRASE, PASSPHRASE_LESSON, STAFF, WARM

CAMP = "营伴体验营"
FIRST, SECOND = "trial-01", "trial-02"
FIRST_NAME, SECOND_NAME = "体验营第1期", "体验营第2期"
TITLES = ("认识阅读", "精读一章", "提问的艺术", "写一段书评", "分享与结营")
CHAT_IDS = {(cohort, group): f"wrTrial{cohort}{group}" for cohort in (1, 2) for group in GROUP_OF.values()}


@dataclass(frozen=True)
class Calendar:
    """`first` is the start of the first lesson; `live` lessons last a minute and have check-in windows of their own."""

    first: datetime
    gap: timedelta
    live: bool = False

    def starts(self, seq: int) -> datetime:
        return self.first + (seq - 1) * self.gap

    def ends(self, seq: int) -> datetime:
        return self.starts(seq) + timedelta(minutes=1 if self.live else 60)

    def opens(self, seq: int) -> datetime:
        return self.starts(seq) - timedelta(seconds=2)

    def closes(self, seq: int) -> datetime:
        """The first lesson's window shuts early, so that somebody can come too late."""
        return self.starts(1) + timedelta(seconds=30) if seq == 1 else self.ends(seq)

    @property
    def over_at(self) -> datetime:
        return self.ends(LESSONS)


def planned(now: datetime) -> Calendar:
    """As advertised: from tomorrow, a lesson a day."""
    return Calendar((now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0), timedelta(days=1))


def live(now: datetime, lead: timedelta) -> Calendar:
    """The demo's time: the first lesson after `lead`, the next ones two seconds apart."""
    return Calendar((now + lead).replace(microsecond=0) + timedelta(seconds=1), timedelta(seconds=2), live=True)


def camp_toml(calendar: Calendar) -> str:
    """What the operator declares."""
    parts = [f'[[camps]]\ncode = "trial"\nname = "{CAMP}"\nwarm_lessons = {WARM}\nsale_window_days = 10\n']
    last = calendar.ends(LESSONS)
    parts.append(_cohort(1, FIRST, FIRST_NAME, calendar.first, last + timedelta(days=1), f'next = "{SECOND}"\n'))
    parts += [_lesson(calendar, seq) for seq in range(1, LESSONS + 1)]
    parts += _groups(1)
    later = calendar.first + timedelta(days=14)
    parts.append(_cohort(2, SECOND, SECOND_NAME, later, later + timedelta(days=7)))
    for day, title in enumerate(TITLES):
        parts.append(_lesson_table(day + 1, title, later + timedelta(days=day), 60))
    parts += _groups(2)
    parts += [f'[[channels]]\ncode = "{code}"\nname = "{name}"\n' for code, name in CHANNELS.items()]
    for one in STAFF:
        quota = f"quota = {one.quota}\n" if one.quota is not None else ""
        parts.append(f'[[staff]]\nuserid = "{one.userid}"\nname = "{one.name}"\nposition = "{one.position}"\n{quota}')
    return "\n".join(parts)


def _cohort(number: int, code: str, name: str, starts: datetime, closes: datetime, more: str = "") -> str:
    head = f'[[cohorts]]\ncode = "{code}"\ncamp = "trial"\nname = "{name}"\n'
    return f"{head}starts_at = {starts.isoformat()}\ncloses_at = {closes.isoformat()}\n{more}"


def _lesson(calendar: Calendar, seq: int) -> str:
    table = _lesson_table(seq, TITLES[seq - 1], calendar.starts(seq), 1 if calendar.live else 60)
    if calendar.live:
        opens, closes = calendar.opens(seq).isoformat(), calendar.closes(seq).isoformat()
        table += f"checkin_opens_at = {opens}\ncheckin_closes_at = {closes}\n"
    if seq == PASSPHRASE_LESSON:
        table += f'passphrase = "{PASSPHRASE}"\n'
    return table


def _lesson_table(seq: int, title: str, starts: datetime, minutes: int) -> str:
    return f'[[cohorts.lessons]]\nseq = {seq}\ntitle = "{title}"\nstarts_at = {starts.isoformat()}\nminutes = {minutes}\n'


def _groups(cohort: int) -> list[str]:
    return [
        f'[[cohorts.class_groups]]\ncode = "{group}"\nchat_id = "{CHAT_IDS[cohort, group]}"\nclass_teacher = "{teacher}"\n'
        for teacher, group in GROUP_OF.items()
    ]
