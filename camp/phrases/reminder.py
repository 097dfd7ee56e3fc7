"""Words of lesson reminders."""

PHRASES = {
    "reminder.soon": ("{lesson} {start} 开始，还有 {minutes} 分钟。", "{lesson} starts at {start}, in {minutes} min."),
    "reminder.running": ("{lesson} 已经开始了（{start}）。", "{lesson} has begun ({start})."),
    "reminder.check_in": ("签到{seq}", "checkin {seq}"),
    "reminder.schedule": ("课表", "schedule"),
    "reminder.reach": (
        "已提醒 {told} 人；{others} 人提醒不到（48 小时内没和客服说过话、剩余条数不够或已退订），请在班群里喊一声。",
        "Reminded: {told}. Not reachable: {others} (kf window shut, budget spent or unsubscribed); call them in the group.",
    ),
    "reminder.link": ("发到班群，一点就签到：{link}", "Post in the class group, one tap checks in: {link}"),
    # where a message of the camp brings the link
    "reminder.link_ready": (
        "群发已备好（里面有签到链接），到「群发助手」点一下发送即可{who}。",
        "The mass send with the check-in link is ready: tap send in WeCom's mass sends{who}.",
    ),
    "reminder.link_making": (
        "带签到链接的群发正在备，备好到「群发助手」点一下发送即可{who}。",
        "The mass send with the check-in link is being made; then tap send in WeCom's mass sends{who}.",
    ),
    "reminder.link_coming": (
        "带签到链接的群发 {at} 备好，到时在「群发助手」点一下发送即可{who}。",
        "The mass send with the check-in link comes at {at}; then tap send in WeCom's mass sends{who}.",
    ),
    "reminder.link_sent": ("签到链接已群发到班群。", "The check-in link was sent to the class group."),
    "reminder.by_owner": ("（由群主 {owner} 点）", " (its owner does: {owner})"),
    "reminder.of_class": ("{codes}班：{words}", "Class {codes}: {words}"),
    "reminder.no_link": (
        "签到链接还没有：微信客服账号未接通，请运营运行 wecamp doctor。",
        "No check-in link yet: the kf account is not connected; ask the operator to run wecamp doctor.",
    ),
}
