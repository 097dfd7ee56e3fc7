"""Words that every audience meets: usage, refusals, pages, apologies."""

PHRASES = {
    "common.apology": (
        "抱歉，刚才这条没处理好。已经记下并通知了管理员，不用重发。",
        "Sorry, that one failed. It is kept and an operator has been told; no need to send it again.",
    ),
    "common.alert_fact": (
        "有一条消息处理失败：#{fact_id}（{kind}）\n原因：{error}\n修好后运行：wecamp inbox retry {fact_id}",
        "A fact failed: #{fact_id} ({kind})\nReason: {error}\nAfter the fix run: wecamp inbox retry {fact_id}",
    ),
    "common.alert_call": (
        "有一次企业微信调用被拒绝：{call} #{outbox_id}\n错误码 {errcode}：{hint}",
        "WeCom refused a call: {call} #{outbox_id}\nError {errcode}: {hint}",
    ),
    "common.alert_expired": (
        "企业微信没有及时接收，有消息过了时效没有发出：{call} #{outbox_id}（今天不再提醒；"
        "全部：wecamp outbox list --state expired）",
        "WeCom did not take messages in time; what had no meaning any more was dropped: {call} #{outbox_id} (said once a day; "
        "all of them: wecamp outbox list --state expired)",
    ),
    "common.usage": ("用法：{usage}\n例如：{example}", "Usage: {usage}\nExample: {example}"),
    "common.bad_argument": ("{problem}\n用法：{usage}\n例如：{example}", "{problem}\nUsage: {usage}\nExample: {example}"),
    "common.unknown": (
        "没看懂“{text}”。{suggestion}回复“帮助”看全部指令。",
        "I did not understand “{text}”. {suggestion}Reply “help” for all commands.",
    ),
    "common.did_you_mean": ("是不是想说“{command}”？", "Did you mean “{command}”? "),
    "common.ask_a_person": ("想问班主任，就发“提问 内容”。", "To ask your class teacher, send “ask …”. "),
    "common.more": ("（第 {page}/{pages} 页，回复“更多”看下一页）", "(page {page}/{pages}, reply “more” for the next)"),
    "common.no_more": ("没有更多了。", "Nothing more to show."),
    "common.window_last": (
        "（我这边暂时只能再发到这里，回复任意内容可继续）",
        "(This is all I may send for now; write anything and I can go on)",
    ),
    "common.not_staff": (
        "你还没有岗位，不能用这个指令。请管理员在 camp.toml 里给你加上岗位。",
        "You have no position yet. Ask the operator to add you to camp.toml.",
    ),
    "common.left": ("该账号已离职或停用，不能操作。", "This account has left or is disabled."),
    "common.not_allowed": ("“{command}”需要岗位：{positions}。", "“{command}” needs the position: {positions}."),
    "common.problem_missing": ("还缺：{what}。", "Missing: {what}."),
    "common.problem_lesson": ("没看懂是第几课：“{text}”。", "Which lesson? “{text}”"),
    "common.problem_hash": ("没看懂学员编号：“{text}”，应为 #12 这样的编号。", "Not a learner number: “{text}” (like #12)."),
    "common.problem_money": (
        "没看懂金额：“{text}”，请写元，如 1999 或 1999.50。",
        "Not an amount: “{text}” (yuan, like 1999 or 1999.50).",
    ),
    "common.problem_score": ("评分要 1 到 5，收到的是“{text}”。", "The rating is 1 to 5, got “{text}”."),
    "common.problem_too_long": (
        "内容太长了（{length} 字），最多 {limit} 字。",
        "Too long ({length} characters), at most {limit}.",
    ),
    "common.position_class_teacher": ("班主任", "class teacher"),
    "common.position_sales": ("销售", "sales"),
    "common.position_manager": ("主管", "manager"),
    "common.position_operator": ("运营", "operator"),
    "common.place_class": ("在班", "in class"),
    "common.place_sale_window": ("销售期内", "in the sale window"),
    "common.place_conversion": ("转化公海", "conversion pool"),
    "common.place_next_cohort": ("转入下一期", "moved to the next cohort"),
    "common.place_waiting": ("候补名单", "waiting list"),
    "common.place_paid": ("已成交", "paid"),
    "common.place_renewal": ("续报公海", "renewal pool"),
    "common.place_left": ("已离开", "left"),
}
