"""The last page: funnel, where everybody went, and the list of what was expected."""

from collections import Counter

from sandbox.story import cast
from sandbox.story.cast import End
from sandbox.story.story import Story
from sandbox.story.voice import Voice, pad

_GREEN, _RED, _BOLD, _DIM = "32", "31", "1", "2"


def whole_percents(numbers: list[int]) -> list[int]:
    """Percents that add up to 100: the largest remainders are rounded up."""
    total = sum(numbers)
    floors = [number * 100 // total for number in numbers]
    order = sorted(range(len(numbers)), key=lambda i: -(numbers[i] * 100 % total))
    for i in order[: 100 - sum(floors)]:
        floors[i] += 1
    return floors


def places_table(places: dict[str, str]) -> list[str]:
    """Everybody by the place the bot's lists name, one line a place; the shares add up to 100 %."""
    counts = Counter(places.values())
    order = [end.value for end in End if counts[end.value]] + [name for name in counts if name not in {e.value for e in End}]
    shares = whole_percents([counts[name] for name in order])
    lines = []
    for name, share in zip(order, shares, strict=True):
        people = "、".join(who for who, place in places.items() if place == name)
        lines.append(f"  {pad(name, 12)}{counts[name]:>3} 人 {share:>3}%  {people}")
    lines.append(f"  {pad('合计', 12)}{sum(counts.values()):>3} 人 {sum(shares):>3}%")
    return lines


def write(voice: Voice, story: Story, seconds: float) -> None:
    voice.line()
    voice.line("━━ 漏斗（机器人的回答） " + "━" * 40, _BOLD)
    for line in story.reports.get("funnel", "没有拿到漏斗").split("\n"):
        voice.line(f"  {line}")
    voice.line()
    voice.line("━━ 每个人去了哪里 " + "━" * 46, _BOLD)
    places = {pupil.name: story.reports.get(f"place:{pupil.name}", "？") for pupil in cast.FIRST_COHORT}
    for line in places_table(places):
        voice.line(line)
    late = "、".join(pupil.name for pupil in cast.PUPILS if pupil.cohort == 2)
    voice.line(f"  另有 {late} 在开课后才来，直接进了第 2 期。", _DIM)
    _checks(voice, story)
    asked = sum(person.asked for person in [*story.learners.values(), *story.members.values()])
    voice.line()
    failed = len(story.checklist.failed)
    verdict = "全部如愿" if not failed else f"有 {failed} 项不符"
    numbers = f"{len(cast.PUPILS)} 位学员，{voice.heard} 条往来，{asked} 次等到了回答"
    wire = f"机器人调用企业微信 {story.reports.get('calls', '？')} 次，收到回调 {story.reports.get('callbacks', '？')} 条"
    voice.line(f"{verdict}：{numbers}；{wire}；用时 {seconds:.0f} 秒。", _RED if failed else _GREEN)


def _checks(voice: Voice, story: Story) -> None:
    voice.line()
    voice.line("━━ 核对 " + "━" * 56, _BOLD)
    for claim in story.checklist.claims:
        mark = "✓" if claim.holds else "✗"
        seen = f" ← {claim.seen}" if claim.seen else ""
        voice.line(f"  {mark} {claim.words}{seen}", _GREEN if claim.holds else _RED)
