"""Who takes part: twenty-four learners with their habits, and six members. Plain data; what should become of each is here too."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class End(StrEnum):
    """Where somebody must be when the cohort is closed; the value is what the bot calls it."""

    PAID = "已成交"
    CONVERSION = "转化公海"
    SALE_WINDOW = "销售期内"
    NEXT_COHORT = "转入下一期"
    LEFT = "已离开"


LESSONS = 5
# Ways of checking in that are not typed.
LINK = "link"  # the link the class teacher posted in the group
MENU = "menu"  # the button under a reminder
OWN = "own"  # their own link from the welcome: it means the lesson that is open
NUDGE = "nudge"  # the link under the reminder their class teacher sent to all who were missing


@dataclass(frozen=True)
class Pupil:
    """`lessons` maps a lesson to how they check in: LINK, MENU, OWN, NUDGE, or the words they type; `marked` are the lessons
    the class teacher adds by hand, `finishes` the ones they say 完课 to that evening, `caught_up` those they watch later.
    `why` names what a person, not a rule, decided; who left did so after the lesson `left_after`."""

    name: str
    id: str
    teacher: str
    channel: str
    lessons: dict[int, str] = field(default_factory=dict)
    end: End = End.SALE_WINDOW
    marked: tuple[int, ...] = ()
    finishes: tuple[int, ...] = ()
    caught_up: tuple[int, ...] = ()
    left_after: int = LESSONS
    why: str = ""
    in_group: bool = True
    half: bool = False
    chats: tuple[tuple[str, str], ...] = ()  # (what they ask before the first lesson, a pattern of the answer)
    cohort: int = 1

    @property
    def attended(self) -> int:
        return len(self.lessons) + len(self.marked)

    @property
    def group(self) -> str:
        return GROUP_OF[self.teacher]


@dataclass(frozen=True)
class Staff:
    userid: str
    name: str
    position: str
    job: str  # as people call it
    quota: int | None = None


STAFF = (
    Staff("lin", "林老师", "class_teacher", "班主任"),
    Staff("he", "何老师", "class_teacher", "班主任"),
    Staff("wu", "吴销售", "sales", "销售", 2),
    Staff("zhao", "赵销售", "sales", "销售", 4),
    Staff("chen", "陈主管", "manager", "主管"),
    Staff("ops", "小运营", "operator", "运营"),
)
SEEN = {"learner": "wmXiaoyu", "teacher": "lin", "sales": "zhao", "manager": "chen"}  # who is on the page's four phones
GROUP_OF = {"lin": "A", "he": "B"}
CHANNELS = {"dy01": "抖音投放", "xhs02": "小红书", "gzh03": "公众号推文"}
PASSPHRASE = "春风十里"
PASSPHRASE_LESSON = 3
WARM = 4
NUDGED, NUDGER = 2, "lin"  # the lesson, and the class teacher who reminds who is missing

# --- A 班, 林老师 -------------------------------------------------------------------------------------------------------
_A = (
    Pupil(
        "周小雨",
        "wmXiaoyu",
        "lin",
        "dy01",
        {1: LINK, 2: NUDGE, 3: "第3课 签到 春风十里", 4: MENU, 5: "签到5"},
        End.CONVERSION,
        finishes=(1, 2, 3, 4, 5),
        chats=(("课表", "第1课"), ("帮助", "签到")),
    ),
    Pupil(
        "吴子涵",
        "wmZihan",
        "lin",
        "dy01",
        {1: "签到1", 2: "签到 第二课", 3: "３课签到　春风十里", 4: "签到４"},
        End.CONVERSION,
        finishes=(1, 2),
        chats=(("我想请假怎么办", "没看懂"),),
    ),
    Pupil(
        "郑一诺", "wmYinuo", "lin", "xhs02", {1: LINK, 3: "签到3 春风十里", 4: "打卡4", 5: LINK}, End.CONVERSION, finishes=(3,)
    ),
    Pupil("王浩然", "wmHaoran", "lin", "gzh03", {n: LINK for n in (1, 2, 4, 5)}, End.PAID, why="成交"),
    Pupil(
        "徐梦瑶",
        "wmMengyao",
        "lin",
        "xhs02",
        {1: LINK, 2: "checkin 2", 4: "签到第四课", 5: "第５课 签到"},
        End.PAID,
        finishes=(1,),
        why="成交",
    ),
    Pupil("李思源", "wmSiyuan", "lin", "dy01", {1: LINK, 2: NUDGE}, chats=(("我的", "林老师"),)),
    Pupil("陈乐天", "wmLetian", "lin", "dy01", {4: "签到4"}),
    Pupil("刘可心", "wmKexin", "lin", "xhs02", {2: "签到2", 4: LINK, 5: "签到 5"}),
    Pupil("孙婉清", "wmWanqing", "lin", "gzh03", {1: LINK}, marked=(2,)),
    Pupil("杨梓萱", "wmZixuan", "lin", "dy01", {}, End.NEXT_COHORT),
    Pupil("赵天宇", "wmTianyu", "lin", "dy01", {}, End.NEXT_COHORT, in_group=False),
    Pupil("黄俊杰", "wmJunjie", "lin", "xhs02", {}, End.CONVERSION, why="放弃"),
)
# --- B 班, 何老师 -------------------------------------------------------------------------------------------------------
_B = (
    Pupil(
        "马嘉懿",
        "wmJiayi",
        "he",
        "dy01",
        {1: LINK, 2: "签到2", 3: "签到3春风十里", 4: "签到4", 5: "签到5"},
        End.CONVERSION,
        chats=(("报名", "已报名"),),
    ),
    Pupil("朱晓彤", "wmXiaotong", "he", "xhs02", {1: LINK, 2: "第2课 签到", 4: LINK, 5: OWN}, End.CONVERSION),
    Pupil("胡一鸣", "wmYiming", "he", "gzh03", {2: LINK, 3: "春风十里", 4: "签到4", 5: "签到5"}, End.CONVERSION),
    Pupil("郭子墨", "wmZimo", "he", "gzh03", {1: LINK, 2: "签到2", 5: LINK}, End.PAID, finishes=(5,), why="成交"),
    Pupil("罗书瑶", "wmShuyao", "he", "dy01", {2: "签到2"}),
    Pupil("高铭泽", "wmMingze", "he", "dy99", {1: "签到1", 2: "签到2"}, End.LEFT, left_after=2, why="退订"),
    Pupil("唐若溪", "wmRuoxi", "he", "xhs02", {1: LINK, 4: "签到4", 5: "签到5"}),
    Pupil("邓佳宁", "wmJianing", "he", "dy01", {5: "签到5"}, half=True, caught_up=(1,)),
    Pupil("梁诗涵", "wmShihan", "he", "gzh03", {}, End.NEXT_COHORT, half=True),
    Pupil("宋嘉树", "wmJiashu", "he", "dy01", {}, End.NEXT_COHORT, in_group=False),
    Pupil("许知远", "wmZhiyuan", "he", "xhs02", {}, End.NEXT_COHORT, left_after=0, why="换期"),
    Pupil("冯宇航", "wmYuhang", "he", "dy01", {}, cohort=2, in_group=False),
)
PUPILS = (*_A, *_B)
FIRST_COHORT = tuple(pupil for pupil in PUPILS if pupil.cohort == 1)


def pupil_named(name: str) -> Pupil:
    return next(pupil for pupil in PUPILS if pupil.name == name)


def of_teacher(userid: str) -> tuple[Pupil, ...]:
    """A class teacher's learners of the first cohort."""
    return tuple(pupil for pupil in FIRST_COHORT if pupil.teacher == userid)


def in_class(userid: str, seq: int) -> tuple[Pupil, ...]:
    """Who of a class teacher's learners was on the list of that lesson."""
    return tuple(pupil for pupil in of_teacher(userid) if pupil.left_after >= seq)


def attends(pupil: Pupil, seq: int) -> bool:
    return seq in pupil.lessons or seq in pupil.marked


def ends(pupils: tuple[Pupil, ...] = FIRST_COHORT) -> Counter[End]:
    """How many must be where when the cohort is closed."""
    return Counter(pupil.end for pupil in pupils)


def who_ends(end: End) -> tuple[str, ...]:
    return tuple(pupil.name for pupil in FIRST_COHORT if pupil.end == end)


def rule_end(attended: int, paid: bool) -> End:
    """What the camp's own rules say of somebody who is still in class at the close (DESIGN section 5)."""
    if paid:
        return End.PAID
    if attended == 0:
        return End.NEXT_COHORT
    return End.CONVERSION if attended >= WARM else End.SALE_WINDOW
