"""帮助 and 更多: what can be said, and the next page of a long answer."""

from __future__ import annotations

from camp.phrases import LANGUAGES
from handlers._learner_desk import learner_commands
from handlers.core.context import LearnerCtx
from handlers.core.desk import next_page
from handlers.core.dispatch import find_call
from handlers.core.grammar import Rest
from handlers.core.reply import Reply
from handlers.core.router import Router

router = Router()

# As a camp goes; commands that are not named here follow.
_ORDER = ("签到", "完课", "作业", "评分", "进度", "课表", "提问", "我的", "报名", "换期", "退订", "恢复", "更多", "帮助")


@router.learner(
    "帮助",
    "菜单",
    "指令",
    "功能",
    "help",
    "menu",
    "?",
    usage=("帮助 [指令]", "help [command]"),
    example=("帮助 签到", "help checkin"),
    summary=("看全部指令", "all commands"),
)
async def help_learner(ctx: LearnerCtx, rest: Rest) -> Reply:
    column = LANGUAGES.index(ctx.say("learner.language"))
    call = find_call(rest.text(), learner_commands()) if not rest.empty else None
    if call is not None:
        one = call.command
        return Reply.text(
            f"{one.summary[column]}\n" + ctx.say("common.usage", usage=one.usage[column], example=one.example[column])
        )
    ordered = sorted(learner_commands(), key=lambda c: _ORDER.index(c.name) if c.name in _ORDER else len(_ORDER))
    lines = [ctx.say("learner.help_line", usage=c.usage[column], summary=c.summary[column]) for c in ordered]
    return Reply.listing(ctx.say("learner.help_head"), lines)


@router.learner(
    "更多",
    "下一页",
    "more",
    "next",
    usage=("更多", "more"),
    example=("更多", "more"),
    summary=("看下一页", "the next page"),
    arguments=False,
)
async def more(ctx: LearnerCtx, rest: Rest) -> Reply:
    return await next_page(ctx)
