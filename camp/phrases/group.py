"""Words about class groups: owners, chats that are no more, who left when, and counts per day."""

PHRASES = {
    "group.language": ("zh", "en"),
    "group.owner_changed": (
        "{cohort} {group}班的群主从 {old} 换成了 {new}。以后发到这个群的群发任务由 {new} 点发送。",
        "{cohort} class {group}: the group's owner was {old} and is {new} now, who sends the tasks to this group.",
    ),
    "group.dismissed": (
        "{cohort} {group}班的群在企业微信里找不到了（已解散，或 chat_id 写错），原来在群 {number} 人。"
        "建好新群后把 chat_id 写进 camp.toml 再运行 wecamp apply，入群码会自动改到新群。",
        "{cohort} class {group}: WeCom does not know the group any more (dissolved, or a wrong chat_id); {number} were in it. "
        "Make a new group, put its chat_id into camp.toml and run wecamp apply; the join code follows by itself.",
    ),
    # 退群
    "group.left_head": ("{where} 退群 {number} 人{during}", "{where}: {number} left{during}"),
    "group.left_during": ("，其中上课时 {number} 人（{lessons}）", ", {number} of them during a lesson ({lessons})"),
    "group.left_lesson": ("{lesson} {number}", "{lesson}: {number}"),
    "group.left_nobody": ("{where} 还没有人退群。", "{where}: nobody has left."),
    "group.left_line": ("{at} {person} {group}班 {how}{lesson}", "{at} {person} class {group}, {how}{lesson}"),
    "group.left_in_lesson": (" · {lesson}开课 {minutes} 分钟时", " · {minutes} minutes into {lesson}"),
    "group.left_themselves": ("自己退的", "by themselves"),
    "group.left_removed": ("被移出", "removed"),
    "group.left_unknown": ("不在群了", "gone"),
    "group.left_stranger": ("（未报名的人）", "(somebody not enrolled)"),
    # 群数据
    "group.counts_head": (
        "{where} 群数据（近 {days} 天，在群 {total} 人）\n日期 进群/退群 · 消息/发言人数",
        "{where}: the last {days} days, {total} in the group\nDay: joined/left · messages/speakers",
    ),
    "group.counts_day": ("{day} +{joined}/-{left} · {messages}/{speakers}", "{day} +{joined}/-{left} · {messages}/{speakers}"),
    "group.counts_unsaid": ("{day} +{joined}/-{left} · 未统计", "{day} +{joined}/-{left} · not counted yet"),
    "group.counts_others": (
        "消息数是群主名下全部 {all} 个群的（企业微信不按群统计），其中本班群 {ours} 个。",
        "Messages are those of all {all} groups of the owners (WeCom counts no single group); {ours} of them are of this class.",
    ),
    "group.counts_refused": (
        "企业微信没有给出消息数（{code}），进退群人数是我们自己记的。",
        "WeCom gave no message counts ({code}); joins and leaves are our own records.",
    ),
    "group.counts_asked": (
        "{where} 的群数据正在问企业微信，几秒后发给你。",
        "Asking WeCom for the counts of {where}; they come in seconds.",
    ),
    "group.counts_many": (
        "{cohort} 的群主有 {number} 位，企业微信一次最多统计 {limit} 位，请写明班：群数据 {cohort} A",
        "{cohort} has {number} group owners, WeCom counts {limit} at a time; name the class: groupstats {cohort} A",
    ),
    "group.counts_no_chat": ("{where} 还没有班群。", "{where} has no group chat yet."),
}
