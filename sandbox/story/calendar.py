"""The camp's calendar and its camp.toml: five evenings, the close the evening after, the second cohort two weeks later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.story.cast import CHANNELS, GROUP_OF, LESSONS, PASSPHRASE, PASSPHRASE_LESSON, STAFF, WARM

ZONE = ZoneInfo("Asia/Shanghai")
CAMP = "营伴体验营"
FIRST, SECOND = "trial-01", "trial-02"
FIRST_NAME, SECOND_NAME = "体验营第1期", "体验营第2期"
TITLES = ("认识阅读", "精读一章", "提问的艺术", "写一段书评", "分享与结营")
CHAT_IDS = {(cohort, group): f"wrTrial{cohort}{group}" for cohort in (1, 2) for group in GROUP_OF.values()}
MINUTES = 60
_OPENING, _EVENING, _MORNING = 10, 19, 9
_DAY = timedelta(days=1)
_TO_SECOND = timedelta(days=14)


@dataclass(frozen=True)
class Calendar:
    """`first` is the start of the first lesson. The windows around a lesson are the bot's defaults."""

    first: datetime

    def starts(self, seq: int) -> datetime:
        return self.first + (seq - 1) * _DAY

    def ends(self, seq: int) -> datetime:
        return self.starts(seq) + timedelta(minutes=MINUTES)

    def reminds(self, seq: int) -> datetime:
        """Check-in opens and the reminder goes out."""
        return self.starts(seq) - timedelta(minutes=30)

    def arrives(self, seq: int) -> datetime:
        """When learners come. A little later each evening: nothing hangs on the very second 48 h after the last word."""
        return self.starts(seq) + timedelta(minutes=2 * seq)

    def shuts(self, seq: int) -> datetime:
        """Check-in closes."""
        return self.ends(seq) + timedelta(hours=2)

    def morning(self, seq: int) -> datetime:
        """Of the day of that lesson."""
        return self.starts(seq).replace(hour=_MORNING)

    @property
    def opens(self) -> datetime:
        """Sign-up begins."""
        return (self.first - _DAY).replace(hour=_OPENING)

    @property
    def closes(self) -> datetime:
        return self.ends(LESSONS) + _DAY


def planned(now: datetime) -> Calendar:
    """An evening each, from the day after sign-up."""
    return Calendar((sign_up(now) + _DAY).replace(hour=_EVENING))


def sign_up(now: datetime) -> datetime:
    """When sign-up begins: the next 10:00, so that the story is the same at whatever hour it is played."""
    local = now.astimezone(ZONE)
    today = local.replace(hour=_OPENING, minute=0, second=0, microsecond=0)
    return today if today > local else today + _DAY


def camp_toml(calendar: Calendar) -> str:
    """What the operator declares."""
    later = Calendar(calendar.first + _TO_SECOND)
    parts = [f'[[camps]]\ncode = "trial"\nname = "{CAMP}"\nwarm_lessons = {WARM}\nsale_window_days = 10\n']
    parts += _cohort(1, FIRST, FIRST_NAME, calendar, f'next = "{SECOND}"\n')
    parts += _cohort(2, SECOND, SECOND_NAME, later)
    parts += [f'[[channels]]\ncode = "{code}"\nname = "{name}"\n' for code, name in CHANNELS.items()]
    for one in STAFF:
        quota = f"quota = {one.quota}\n" if one.quota is not None else ""
        parts.append(f'[[staff]]\nuserid = "{one.userid}"\nname = "{one.name}"\nposition = "{one.position}"\n{quota}')
    return "\n".join(parts)


def _cohort(number: int, code: str, name: str, calendar: Calendar, more: str = "") -> list[str]:
    head = f'[[cohorts]]\ncode = "{code}"\ncamp = "trial"\nname = "{name}"\n'
    times = f"starts_at = {calendar.first.isoformat()}\ncloses_at = {calendar.closes.isoformat()}\n"
    lessons = [_lesson(calendar, seq, secret=number == 1) for seq in range(1, LESSONS + 1)]
    groups = [
        f'[[cohorts.class_groups]]\ncode = "{group}"\nchat_id = "{CHAT_IDS[number, group]}"\nclass_teacher = "{teacher}"\n'
        for teacher, group in GROUP_OF.items()
    ]
    return [head + times + more, *lessons, *groups]


def _lesson(calendar: Calendar, seq: int, *, secret: bool) -> str:
    table = f'[[cohorts.lessons]]\nseq = {seq}\ntitle = "{TITLES[seq - 1]}"\n'
    table += f"starts_at = {calendar.starts(seq).isoformat()}\nminutes = {MINUTES}\n"
    return table + (f'passphrase = "{PASSPHRASE}"\n' if secret and seq == PASSPHRASE_LESSON else "")
