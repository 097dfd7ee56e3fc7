"""③ Five evenings: the reminder, the link in the class group, everybody checks in their own way, the digest; between them
mornings on which life goes on."""

import re
from collections.abc import Awaitable

from sandbox.story import cast
from sandbox.story.calendar import CHAT_IDS, TITLES
from sandbox.story.cast import LESSONS, NUDGE, Pupil
from sandbox.story.chapters import digests, meanwhile, mornings, nudge
from sandbox.story.chapters.checking_in import come
from sandbox.story.clock import in_words
from sandbox.story.story import Story

_URL = re.compile(r"https?://\S+scene_param=\S+")


async def play(story: Story) -> None:
    for seq in range(1, LESSONS + 1):
        await mornings.play(story, seq)
        await _evening(story, seq)


async def _evening(story: Story, seq: int) -> None:
    calendar = story.calendar
    await story.rest()
    await story.chapter(f"③ 第{seq}课「{TITLES[seq - 1]}」 {in_words(calendar.starts(seq))}")
    await story.jump(calendar.reminds(seq), "还有半小时上课：提醒发出，签到开放", calendar.starts(seq))
    await story.together(*(_post_link(story, teacher, seq) for teacher in cast.GROUP_OF))
    await story.jump(calendar.arrives(seq), f"第{seq}课上课", calendar.ends(seq))
    if seq == cast.PASSPHRASE_LESSON:
        await story.corp.tell(f"老师在课上说了口令：{cast.PASSPHRASE}")
    await story.together(*_arrivals(story, seq))
    await story.together(*meanwhile.scenes(story, seq))
    if seq == cast.NUDGED:
        await nudge.play(story)
    await story.jump(calendar.ends(seq), f"第{seq}课下课：小结不用问", calendar.shuts(seq))
    await digests.play(story, seq)


async def _post_link(story: Story, userid: str, seq: int) -> None:
    """A class teacher is reminded of the lesson, and posts the check-in link of the reminder in the class group."""
    teacher = story.members[userid]
    bubble = await teacher.hears(f"^第{seq}课[^\n]*\n", "scene_param=")
    found = _URL.search(str(bubble["text"]))
    assert found is not None
    chat_id = CHAT_IDS[1, cast.GROUP_OF[userid]]
    await teacher.posts_link(chat_id, f"第{seq}课「{TITLES[seq - 1]}」点这里签到", found[0])
    story.lesson_links[userid, seq] = found[0]
    posted = [b for b in await story.corp.chat(story.learners[_IN_GROUP[userid]].id, f"group:{chat_id}") if b["kind"] == "link"]
    seen = bool(posted) and posted[-1]["data"]["url"] == found[0] and posted[-1]["from"] == userid
    if seq == 1:
        story.checklist.check(f"{teacher.name} 发的签到链接在班群里看得到", seen, posted[-1:])


# Who looks at the class group.
_IN_GROUP = {"lin": "周小雨", "he": "马嘉懿"}


def _arrivals(story: Story, seq: int) -> list[Awaitable[None]]:
    return [_attend(story, pupil, seq) for pupil in cast.FIRST_COHORT if pupil.lessons.get(seq, NUDGE) != NUDGE]


async def _attend(story: Story, pupil: Pupil, seq: int) -> None:
    await _stumble(story, pupil, seq)
    await come(story, pupil, seq)


async def _stumble(story: Story, pupil: Pupil, seq: int) -> None:
    """What goes wrong first: the wrong passphrase, or none at all."""
    if seq == cast.PASSPHRASE_LESSON and pupil.name == "郑一诺":
        await story.learner(pupil).asks("签到3 夏雨", "口令不对")
    if seq == cast.PASSPHRASE_LESSON and pupil.name == "马嘉懿":
        await story.learner(pupil).asks("签到3", "要口令")
