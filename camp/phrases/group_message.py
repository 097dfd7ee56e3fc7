"""Words of messages to class groups: the task, what went wrong, the schedule, the commands."""

PHRASES = {
    "group_message.no_link": ("给课程客服回复“签到{seq}”", "reply “checkin {seq}” to the camp's chat"),
    "group_message.of_lesson": ("（{lesson}）", " ({lesson})"),
    "group_message.title": ("{code}{about}", "{code}{about}"),
    "group_message.group": ("{cohort} {code}班", "{cohort} class {code}"),
    "group_message.comma": ("、", ", "),
    "group_message.and_more": ("等 {number} 条", " and others, {number} in all"),
    # the task
    "group_message.ready": (
        "群发已备好：{title} → {group}\n到「群发助手」{tap}（{until} 前，过时自动撤销）。发完本月还剩 {left} 条。\n内容：{text}",
        "Ready: {title} → {group}\n{tap} in WeCom's mass sends (before {until}, then it is taken back). "
        "{left} left this month after it.\nText: {text}",
    ),
    "group_message.tap_one": ("点一下发送", "Tap send once"),
    "group_message.tap_many": ("各点一下发送，共 {number} 个任务", "Tap send on each of {number} tasks"),
    "group_message.ready_for": (
        "群发已备好：{title} → {group}，等群主 {owner} 在「群发助手」点发送（{until} 前）。发完本月还剩 {left} 条。",
        "Ready: {title} → {group}; it waits for its owner, {owner}, to tap send (before {until}). "
        "{left} left this month after it.",
    ),
    # what went wrong
    "group_message.problem_no_group": (
        "{title} 没备好：企业微信读不到群 {group}（错误码 {errcode}）。请核对 camp.toml 里的 chat_id，以及应用的客户联系权限。",
        "{title} not prepared: WeCom does not show {group} (errcode {errcode}). Check its chat_id in camp.toml and the app's "
        "customer contact rights.",
    ),
    "group_message.problem_no_owner": (
        "{title} 没备好：{group} 没有群主，没人能发群发。请在手机上打开群 → 群管理 → 转让群主给在职的班主任，再发“现在发”。",
        "{title} not prepared: {group} has no owner and nobody else can send. Transfer the group to a class teacher, "
        "then “postnow”.",
    ),
    "group_message.problem_owner_left": (
        "{title} 没备好：{group} 的群主 {owner} 已离职或停用。请在管理后台「离职继承」把群分给在职的班主任，再发“现在发”。",
        "{title} not prepared: {owner}, who owns {group}, has left. Pass the group on in the admin console (resigned members), "
        "then “postnow”.",
    ),
    "group_message.problem_not_owner": (
        "{title} 没发到 {group}：备任务的人已不是群主。群主换了就再发一次“现在发”，任务会给新群主。",
        "{title} did not reach {group}: whoever had the task does not own the group any more. "
        "“postnow” gives it to the new owner.",
    ),
    "group_message.problem_refused": (
        "{title} → {group} 没建成（企业微信错误码 {errcode}）。稍后再发“现在发”；还不行请找运营。",
        "{title} → {group} was refused (WeCom errcode {errcode}). Try “postnow” later; else ask the operator.",
    ),
    "group_message.problem_too_late": (
        "{title} → {group} 没建成：一直没连上企业微信，现在发也晚了。",
        "{title} → {group} not made: WeCom could not be reached in time.",
    ),
    "group_message.problem_not_made": (
        "{title} → {group}：没连上企业微信，查过了，任务没有建成。要发请用“现在发”。",
        "{title} → {group}: WeCom did not answer; we looked, no task was made. “postnow” to send it.",
    ),
    "group_message.problem_unsure": (
        "{title} → {group}：企业微信没回音，不确定任务建好没有。请群主打开「群发助手」看一眼：有就点发送，没有就用“现在发”。",
        "{title} → {group}: WeCom did not answer; the task may stand or not. The owner should look into WeCom's mass sends: "
        "if it is there tap send, else “postnow”.",
    ),
    "group_message.problem_lost": (
        "{title} → {group} 的任务在企业微信里找不到了（可能被删），不再跟踪。",
        "WeCom does not know the task {title} → {group} any more (deleted?).",
    ),
    "group_message.problem_not_back": (
        "{title} → {group} 过时了，也没能自动撤销。请群主到「群发助手」里删掉，别再发了。",
        "{title} → {group} is too late and could not be taken back; the owner should delete it in WeCom's mass sends.",
    ),
    "group_message.problem_ceiling": (
        "{title} 没发到 {group}：这个群的群发次数已到企业微信上限。今天不再备群发；"
        "管理员收紧过的话，请把数字写进配置 [group_messages]。",
        "{title} did not reach {group}: the group is at WeCom's ceiling. Nothing more is prepared today; what the administrator "
        "narrowed belongs into [group_messages] of the config.",
    ),
    "group_message.problem_untapped": (
        "{title} → {group} 没有人点发送，已过时撤销，没占额度。",
        "{title} → {group}: nobody tapped send; it was taken back too late to be of use, no allowance was spent.",
    ),
    "group_message.problem_late": (
        "{title} → {group} 到点时机器人没在运行，没有备。还要发请用“现在发”。",
        "{title} → {group}: the bot was not running at its moment. “postnow” to send it still.",
    ),
    "group_message.problem_no_chat": (
        "{title} → {group} 没有备：这个班还没写群（camp.toml 的 chat_id）。写上再 apply，用“现在发”补发。",
        "{title} → {group}: the class has no chat_id in camp.toml yet. Add it, apply, then “postnow”.",
    ),
    "group_message.dropped": (
        "{title} 没发到 {group}：本月群发只剩 {left} 条，留给 {kept}{more}。一定要发请用“现在发”。",
        "{title} was left out for {group}: {left} mass sends left this month, kept for {kept}{more}. "
        "“postnow” to send it anyway.",
    ),
    "group_message.dropped_none": (
        "{title} 没发到 {group}：这个群的群发额度已用完（还剩 {left} 条，今天不能再发）。",
        "{title} was left out for {group}: the allowance is used up ({left} left this month, none today).",
    ),
    # 预演, 群发
    "group_message.plan_head": (
        "预演 {cohort}：{groups} 个班群，每群每月最多 {monthly} 条{left}。",
        "Schedule of {cohort}: {groups} class groups, at most {monthly} a month each{left}.",
    ),
    "group_message.plan_left": ("，现在还剩 {left}", ", {left} left now"),
    "group_message.plan_group_left": ("{code}班 {left}", "{code}: {left}"),
    "group_message.plan_none": (
        "{cohort} 没有要发的。在 camp.toml 的训练营下写 [[camps.messages]]，见 camp.example.toml。",
        "{cohort} has nothing to send. Declare [[camps.messages]] below its camp, see camp.example.toml.",
    ),
    "group_message.plan_day": ("{date}（第{day}天）", "{date} (day {day})"),
    "group_message.plan_line": ("{at} {title}：{what}", "{at} {title}: {what}"),
    "group_message.plan_coming": ("发 {number} 个群，发完还剩 {left}", "to {number}, {left} left after it"),
    "group_message.plan_skipped": ("{number} 个群不发：{why}", "not to {number}: {why}"),
    "group_message.plan_semicolon": ("；", "; "),
    "group_message.plan_open": ("{number} 个群等点发送", "{number} wait for a tap"),
    "group_message.plan_sent": ("已发 {number} 个群", "sent to {number}"),
    "group_message.plan_ceiling": ("{number} 个群已到上限", "{number} at WeCom's ceiling"),
    "group_message.plan_cancelled": ("{number} 个群已撤销", "taken back: {number}"),
    "group_message.plan_failed": ("{number} 个群没发成", "failed: {number}"),
    "group_message.now_no_chat": ("还没写群（camp.toml 的 chat_id），发不了", "no chat_id in camp.toml yet"),
    "group_message.skip_date": ("停发日", "a skipped day"),
    "group_message.skip_quiet": ("免打扰时间，等到能发已经没用了", "quiet hours until it is pointless"),
    "group_message.skip_stopped": ("已手动停发（“恢复”可再开）", "stopped by hand (“resume” undoes it)"),
    "group_message.skip_disabled": ("文件里写了 disabled", "disabled in the file"),
    "group_message.skip_changed": ("声明或改动时已经过点", "declared after its moment"),
    "group_message.skip_goal": ("目标已达到", "the goal is met"),
    "group_message.skip_budget": ("额度不够，让给更要紧的", "no allowance left, kept for what matters more"),
    "group_message.skip_late": ("到点时机器人没运行", "the bot was not running"),
    "group_message.skip_closed": ("已结营", "the cohort is closed"),
    "group_message.skip_no_chat": ("还没写群（chat_id）", "no chat_id yet"),
    "group_message.state_asked": ("正在备", "being prepared"),
    "group_message.state_unsure": ("正在核实建好没有", "being looked up"),
    "group_message.state_waiting": ("等 {owner} 点发送", "waits for {owner} to tap send"),
    "group_message.state_sent": ("{at} 已发", "sent {at}"),
    "group_message.state_ceiling": ("企业微信说已到上限，没发出", "refused, at WeCom's ceiling"),
    "group_message.state_cancelled": ("已撤销（{why}）", "taken back ({why})"),
    "group_message.state_failed": ("没发成（{why}）", "not sent ({why})"),
    "group_message.state_skipped": ("没发（{why}）", "left out ({why})"),
    "group_message.why_untapped": ("没人点发送", "nobody tapped"),
    "group_message.why_no_group": ("读不到这个群", "the group cannot be read"),
    "group_message.why_no_owner": ("没有群主", "no owner"),
    "group_message.why_owner_left": ("群主已离职", "its owner has left"),
    "group_message.why_not_owner": ("群主换人了", "the owner changed"),
    "group_message.why_refused": ("企业微信不收", "refused by WeCom"),
    "group_message.why_too_late": ("没连上企业微信", "WeCom not reached"),
    "group_message.why_not_made": ("没建成", "not made"),
    "group_message.why_unsure": ("不确定建好没有", "unsure"),
    "group_message.why_lost": ("任务被删", "task deleted"),
    "group_message.why_not_back": ("没能撤销", "could not be taken back"),
    "group_message.list_head": (
        "群发 {where}：已发 {sent}，等点发送 {waiting}，没发成 {other}",
        "Mass sends of {where}: {sent} sent, {waiting} wait for a tap, {other} not sent",
    ),
    "group_message.list_none": (
        "{where} 还没有到点的班群群发。往后的安排看“预演 {code}”。",
        "Nothing for the class groups of {where} was due yet; see “preview {code}”.",
    ),
    "group_message.list_line": ("{at} {title} {code}班：{what}", "{at} {title} class {code}: {what}"),
    "group_message.waiting_line": ("{at} {title} → {group}：{what}", "{at} {title} → {group}: {what}"),
    # 停发, 恢复, 现在发
    "group_message.problem_code": ("这个营没有群发“{text}”，有：{known}", "the camp has no message “{text}”; known: {known}"),
    "group_message.problem_class": ("{cohort} 没有班“{text}”，有：{known}", "{cohort} has no class “{text}”; known: {known}"),
    "group_message.stopped": (
        "{cohort} 不再发 {code}。{back}恢复请发“恢复 {cohort_code} {code}”。",
        "{code} is stopped for {cohort}. {back}“resume {cohort_code} {code}” undoes it.",
    ),
    "group_message.stopped_back": ("{number} 个等点发送的任务正在撤销。", "{number} waiting tasks are being taken back. "),
    "group_message.stopped_before": ("{cohort} 的 {code} 已经停发了。", "{code} is stopped for {cohort} already."),
    "group_message.resumed": ("{cohort} 恢复发 {code}。下一次：{at}。", "{code} goes on for {cohort}. Next: {at}."),
    "group_message.resumed_none": (
        "{cohort} 恢复发 {code}，往后已没有它的时间点。",
        "{code} goes on for {cohort}; no moment of it is to come.",
    ),
    "group_message.resumed_before": ("{cohort} 的 {code} 没有停发。", "{code} is not stopped for {cohort}."),
    "group_message.now_head": ("{title}：", "{title}:"),
    "group_message.now_line": ("{code}班：{what}", "class {code}: {what}"),
    "group_message.now_made": (
        "正在备，建好告诉群主（发完本月还剩 {left} 条）",
        "being prepared; its owner will be told ({left} left after it)",
    ),
    "group_message.now_no_budget": (
        "没备：本月还剩 {left} 条，今天不能再发（每天、每周、每月上限见配置 [group_messages]）",
        "not prepared: {left} left this month, none today (limits: [group_messages] of the config)",
    ),
    "group_message.now_waiting": ("上一个任务还在等点发送，不另建", "the last task still waits for its tap; no second one"),
    "group_message.now_quiet": (
        "现在是免打扰时间（{start}–{end}），不建群发任务。{end} 以后再发一次就好。",
        "Quiet hours ({start}–{end}): no task is made. Do it again after {end}.",
    ),
    "group_message.now_lesson": (
        "{code} 跟课走，这一期没有它的课，不能发。",
        "{code} belongs to a lesson this cohort does not have.",
    ),
}
