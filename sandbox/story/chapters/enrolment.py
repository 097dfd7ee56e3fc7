"""① Learners add their class teacher through channel codes, are welcomed, and join the class group."""

from sandbox.story import cast
from sandbox.story.calendar import CHAT_IDS, FIRST, FIRST_NAME, SECOND_NAME
from sandbox.story.cast import Pupil
from sandbox.story.story import Story

_WAVE = 6


async def play(story: Story) -> None:
    await story.chapter("① 报名：扫渠道码、欢迎语、进班群")
    await story.together(_sign_up_first(story))
    for start in range(0, len(cast.FIRST_COHORT), _WAVE):
        await story.together(*(_enter(story, pupil) for pupil in cast.FIRST_COHORT[start : start + _WAVE]))
    await story.together(_unknown_channel(story), _switches(story))
    # The bot reads names and marks tags after the welcome; the lists of the next chapter want the names.
    await story.rest()


async def _sign_up_first(story: Story) -> None:
    """One learner orders in the shop before they add anybody; a forged event is refused."""
    pupil = cast.pupil_named("唐若溪")
    subject = {"unionid": f"un-{pupil.id}", "phone": "13800001234"}
    await story.corp.tell(f"商城 → 机器人：{pupil.name} 先在商城报了名（签名事件 enrolment.added，发了两遍）")
    await story.shop.sends(
        "enrolment.added", subject, cohort=FIRST, channel=pupil.channel, name=pupil.name, phone=subject["phone"]
    )
    status = await story.shop.sends_badly("order.paid", subject)
    story.checklist.equal("签名不对的事件被拒收（401）", status, 401)


async def _enter(story: Story, pupil: Pupil) -> None:
    learner = story.learner(pupil)
    await learner.adds(pupil.teacher, pupil.channel, half=pupil.half)
    link = await learner.welcome(FIRST_NAME)
    story.welcome_links[pupil.name] = link
    if "scene_param=" not in link:
        story.checklist.check(f"{pupil.name} 的欢迎语里有带签名的客服链接", False, link or "没有链接")
    if pupil.in_group:
        await learner.joins(CHAT_IDS[1, pupil.group], "item" if pupil.group == "A" else "comma")
    if pupil.chats:
        await learner.taps_link(link, "学习助手")
    for words, wanted in pupil.chats:
        await learner.asks(words, wanted)


async def _unknown_channel(story: Story) -> None:
    await story.members["ops"].hears("dy99")


async def _switches(story: Story) -> None:
    """One learner cannot come this time and changes to the next cohort."""
    learner = story.learners["许知远"]
    await learner.taps_link(story.welcome_link("许知远"), "学习助手")
    await learner.asks("换期", SECOND_NAME)
    await learner.taps(SECOND_NAME, "已换到")
