"""camp.toml texts, with lessons placed around now."""

from tests.blackbox.house import at

STAFF = {
    "lin": ("林老师", "class_teacher"),
    "he": ("何老师", "class_teacher"),
    "wu": ("吴销售", "sales"),
    "zhao": ("赵销售", "sales"),
    "chen": ("陈主管", "manager"),
    "ops": ("小何", "operator"),
}


def lesson(seq: int, start: float, minutes: int = 60, more: str = "", title: str = "") -> str:
    name = title or f"第{seq}课"
    return f'[[cohorts.lessons]]\nseq = {seq}\ntitle = "{name}"\nstarts_at = {at(start)}\nminutes = {minutes}\n{more}\n'


def staff(quotas: dict[str, int] | None = None, names: bool = True) -> str:
    out = ""
    for userid, (name, position) in STAFF.items():
        out += f'[[staff]]\nuserid = "{userid}"\nposition = "{position}"\n' + (f'name = "{name}"\n' if names else "")
        out += f"quota = {quotas[userid]}\n" if quotas and userid in quotas else ""
    return out


def camp(
    lessons: str, warm: int = 2, window: int = 10, second: bool = True, quotas: dict[str, int] | None = None, extra: str = ""
) -> str:
    """One camp read7 with cohort read7-01 (groups A of lin, B of he) and, when `second`, read7-02 next week."""
    text = f"""
[[camps]]
code = "read7"
name = "7天阅读营"
warm_lessons = {warm}
sale_window_days = {window}
[[cohorts]]
code = "read7-01"
camp = "read7"
starts_at = {at(-3000)}
closes_at = {at(3000)}
enrol_until = {at(1500)}
{'next = "read7-02"' if second else ""}
{lessons}
[[cohorts.class_groups]]
code = "A"
chat_id = "wrGroupA"
class_teacher = "lin"
join_url = "https://work.weixin.qq.com/gm/a"
[[cohorts.class_groups]]
code = "B"
chat_id = "wrGroupB"
class_teacher = "he"
"""
    if second:
        text += f"""
[[cohorts]]
code = "read7-02"
camp = "read7"
starts_at = {at(10080)}
closes_at = {at(20000)}
{lesson(1, 10140)}
"""
    return text + '[[channels]]\ncode = "dy01"\nname = "抖音投放"\ndepartment = "growth"\n' + staff(quotas) + extra


# 1 running, 2 running too and with a passphrase, 3 in three days, 4 long over, 5 running.
STORY = lambda: (  # noqa: E731
    lesson(1, -20)
    + lesson(2, -10, more='passphrase = "春天"')
    + lesson(3, 4320)
    + lesson(4, -400)
    + lesson(5, -5, 30, title="复盘课")
)
