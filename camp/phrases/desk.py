"""Words of the staff desk: help, welcome, and what a class teacher does to one learner."""

PHRASES = {
    # the desk itself
    "desk.welcome": (
        "{name}，你好，这里是营伴。你可以说：\n{names}\n回复“帮助”看怎么用。",
        "Hello {name}, this is WeCamp. You can say:\n{names}\nReply “help” to see how.",
    ),
    "desk.only_text": (
        "这里只能看文字。要找学员回复“学员 名字”，要看全部指令回复“帮助”。",
        "Only text is read here. Reply “learner name” to find a learner, “help” for all commands.",
    ),
    "desk.old_card": (
        "这张卡片已经失效。回复“帮助”看现在能做什么。",
        "This card is no longer in use. Reply “help” to see what you can do.",
    ),
    "desk.button": ("这个按钮", "this button"),
    "desk.member_invalid": (
        "消息发不到成员 {userids}：不在通讯录，或不在应用的可见范围。\n"
        "请在企业微信管理后台“应用管理”里把 Ta 加进可见范围；已离职的请交接学员。",
        "Messages do not reach {userids}: not in the directory, or outside the app's visible range.\n"
        "Add them to the app's range in the WeCom console; if they left, hand over their learners.",
    ),
    # 帮助
    "desk.help_head": ("你可以这样说：", "You can say:"),
    "desk.help_group": ("【{group}】{names}", "[{group}] {names}"),
    "desk.help_tail": (
        "回复“帮助 {group}”看这一组怎么用，“帮助 {command}”看一条。",
        "Reply “help {group}” for a group, “help {command}” for one command.",
    ),
    "desk.help_line": ("{usage}　{summary}", "{usage} - {summary}"),
    "desk.help_one": ("{summary}\n用法：{usage}\n例如：{example}", "{summary}\nUsage: {usage}\nExample: {example}"),
    "desk.help_unknown": ("没有“{text}”这一组或这条指令。", "No group or command “{text}”."),
    "desk.group_teacher": ("班级", "class"),
    "desk.group_sales": ("销售", "sales"),
    "desk.group_manager": ("管理", "manage"),
    "desk.group_staff": ("通用", "general"),
    # one learner
    "desk.outside": (
        "#{number} 不在你的学员里。回复“名单”看你的学员。",
        "#{number} is not among your learners. Reply “roster” for yours.",
    ),
    "desk.outside_sales": (
        "#{number} 不是你的客户。回复“我的客户”看你的，或“领取 #{number}”先领取。",
        "#{number} is not your customer. Reply “mine” for yours, or claim them first: “claim #{number}”.",
    ),
    "desk.nobody_named": ("你的学员里没有叫“{name}”的。", "None of your learners is called “{name}”."),
    "desk.several_named": (
        "叫“{name}”的有 {number} 个，回复“学员 #{first}”这样的编号选一个：",
        "{number} learners match “{name}”; choose one by number, like “learner #{first}”:",
    ),
    "desk.what_learner": ("学员名字或 #编号", "the learner's name or #number"),
    "desk.what_note": ("备注内容", "the note"),
    "desk.what_tag": ("要加的 +标签 或要去掉的 -标签", "+tag to add or -tag to remove"),
    "desk.what_reason": ("理由", "the reason"),
    "desk.what_course": ("课程", "the course"),
    "desk.problem_tag": ("“{text}”前面要有 + 或 -，后面要有标签名。", "“{text}” needs a + or - in front and a name behind it."),
    "desk.problem_tag_long": (
        "标签“{text}”太长，最多 {limit} 个字。",
        "The tag “{text}” is too long, at most {limit} characters.",
    ),
    "desk.noted": ("已记下备注：{person}。", "Noted: {person}."),
    "desk.tagged": ("{person} 现在的标签：{tags}", "Tags of {person} now: {tags}"),
    "desk.no_tags": ("无", "none"),
    "desk.language": ("zh", "en"),
    "desk.give_up_done": (
        "{person} 已放弃，进入转化公海，销售可以领取。",
        "{person} is given up and now in the conversion pool for sales to claim.",
    ),
    "desk.give_up_paid": ("{person} 已成交，不能放弃。", "{person} has paid and cannot be given up."),
    "desk.give_up_in_pool": ("{person} 已经在{place}了，不用再放弃。", "{person} is in the {place} already."),
    "desk.give_up_moved_on": ("{person} 现在是“{place}”，不用放弃。", "{person}: {place}; nothing to give up."),
    "desk.sold": ("已记成交：{person} {course} {amount}。已告知：{told}。", "Sold: {person} {course} {amount}. Told: {told}."),
    "desk.sold_before": (
        "这一单 {at} 已经记过：{person} {course} {amount}，没有重复记。",
        "Recorded before, at {at}: {person} {course} {amount}; not recorded twice.",
    ),
    "desk.told_nobody": ("没有别人需要知道", "nobody else needs to know"),
    # 补签
    "make_up.done": ("已补签：{person} {lesson}，现在到课 {attended}。", "Marked: {person} {lesson}, attended {attended} now."),
    "make_up.attended": ("{person} {lesson} 本来就到课了，不用补签。", "{person} attended {lesson} already; nothing to make up."),
    "make_up.not_begun": ("{lesson} 还没开始（{start}），不能补签。", "{lesson} has not begun ({start})."),
    "make_up.told": ("已通知学员。", " The learner is told."),
    "make_up.not_told": ("学员现在联系不上（客服窗口已关），请你转告。", " The learner cannot be reached now; please tell them."),
    "make_up.to_learner": (
        "{teacher}老师给你补签了 {lesson}，现在到课 {attended} 次。",
        "{teacher} marked you as attended: {lesson}. Attended {attended} now.",
    ),
}
