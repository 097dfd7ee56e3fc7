"""How learners check in: by the link in the class group, by a menu, by words, by the link under a reminder."""

from sandbox.story.cast import LINK, MENU, NUDGE, OWN, Pupil
from sandbox.story.story import Story


async def come(story: Story, pupil: Pupil, seq: int) -> None:
    """They check in, and say 完课 where that is their habit."""
    await _check_in(story, pupil, seq)
    if seq in pupil.finishes:
        await story.learner(pupil).asks(f"完课{seq}", f"第{seq}课", "已记完课")


async def _check_in(story: Story, pupil: Pupil, seq: int) -> None:
    learner, way, done = story.learner(pupil), pupil.lessons[seq], (f"第{seq}课|Lesson {seq}", "签到成功|Checked in")
    if way == LINK:
        await learner.taps_link(story.lesson_link(pupil.teacher, seq), *done)
    elif way == OWN:
        await learner.taps_link(story.welcome_link(pupil.name), *done)
    elif way == MENU:
        await learner.taps(f"签到{seq}", *done)
    elif way == NUDGE:
        await learner.taps_link(await learner.nudged(pupil.teacher, "还没看到你", f"第{seq}课"), *done)
    else:
        await learner.asks(way, *done)
