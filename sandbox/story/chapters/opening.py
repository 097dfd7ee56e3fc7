"""⓪ The operator sets everything up while the bot starts."""

from sandbox.calendar_file import marks_in
from sandbox.story import cast
from sandbox.story.calendar import CHAT_IDS, camp_toml
from sandbox.story.clock import in_words
from sandbox.story.person import Learner, Member
from sandbox.story.story import Story

# The internal groups with a robot, by the robot's name in the bot's config: how people call them, and who is in.
_ROOMS = {
    "sales": ("销售群", ("sales", "manager", "operator")),
    "teachers": ("老师群", ("class_teacher", "manager", "operator")),
}


async def play(story: Story) -> None:
    await story.chapter("⓪ 开台：同事、班群、camp.toml")
    for one in cast.STAFF:
        await story.corp.act("/members", userid=one.userid, name=one.name, position=one.job)
        story.members[one.userid] = Member(story.corp, story.ear, one.userid, one.name)
    for pupil in cast.PUPILS:
        await story.corp.act("/learners", external_userid=pupil.id, name=pupil.name, unionid=f"un-{pupil.id}")
        story.learners[pupil.name] = Learner(story.corp, story.ear, pupil.id, pupil.name)
    await _name_robots(story)
    callback_url = (await story.world())["callback_url"]
    await story.corp.act("/callback-url", url="")  # nobody is there to hear yet
    for (cohort, group), chat_id in CHAT_IDS.items():
        owner = next(teacher for teacher, code in cast.GROUP_OF.items() if code == group)
        await story.corp.act("/groups", name=f"第{cohort}期{group}班", owner=owner, chat_id=chat_id)
    await story.corp.tell(f"⏰ {in_words(story.calendar.opens)} 开始招生")
    await story.clock.jump(story.calendar.opens, story.calendar.reminds(1))
    await story.bot.ready()
    await story.bot.in_step(story.clock.now())
    await _declare(story)
    await story.corp.tell("机器人就绪；在企业微信后台填好回调地址，企业微信来验证")
    await story.corp.act("/callback-url", url=callback_url)
    verified = await story.corp.act("/callback-url/verify")
    story.checklist.check("企业微信验证回调地址通过", verified["verified"] is True, verified)


async def _name_robots(story: Story) -> None:
    """The internal groups in which the webhook robots sit."""
    for key, code in (await story.world())["robots"].items():
        name, positions = _ROOMS[code]
        members = [one.userid for one in cast.STAFF if one.position in positions]
        await story.corp.act("/rooms", id=code, name=name, members=members)
        await story.corp.act("/robots", key=key, name=name, room=code)


async def _declare(story: Story) -> None:
    """The camp for the bot, and its marks for the time bar."""
    declared = camp_toml(story.calendar)
    story.camp_file.write_text(declared, encoding="utf-8")
    await story.corp.act("/calendar", marks=marks_in(declared))
    told = await story.terminal.run("apply", str(story.camp_file))
    complete = all(word in told for word in ("训练营", "营期", "课", "班群", "渠道", "员工"))
    story.checklist.check("wecamp apply 声明了训练营、营期、课、班群、渠道、员工", complete, told)
