"""Words of nudges: the offer, the text learners read, the task, its result."""

PHRASES = {
    # what learners read, sent in their class teacher's name
    "nudge.text_running": (
        "你好，{lesson} 正在上课（{end} 下课），还没看到你。点下面的链接进来，一点就签到。",
        "Hello, {lesson} is running until {end} and you are not here yet. The link below checks you in.",
    ),
    "nudge.text_open": (
        "你好，{lesson} 已下课，还没看到你签到。签到开放到 {until}，点下面的链接就签到；"
        "没来得及上就看回放，看完回复“完课 {seq}”。",
        "Hello, {lesson} is over and you have not checked in. Check-in stays open until {until}: tap the link below. "
        "Watched the replay? Reply “done {seq}”.",
    ),
    "nudge.text_no_link": (
        "你好，{lesson} 还没看到你签到，请给课程客服回复“签到{seq}”；没来得及上就看回放，看完回复“完课 {seq}”。",
        "Hello, you have not checked in to {lesson}. Reply “checkin {seq}” to the camp's chat, or “done {seq}” after the replay.",
    ),
    "nudge.text_over": (
        "你好，{lesson} 没看到你，补课不晚：看完回放，给课程客服回复“完课 {seq}”就记上完课。",
        "Hello, we missed you at {lesson}. Watch the replay and reply “done {seq}” to the camp's chat: it counts as finished.",
    ),
    "nudge.text_unfinished": (
        "你好，{lesson} 还差一步完课：看完（回放也算），给课程客服回复“完课 {seq}”就好。",
        "Hello, {lesson} is almost done: finish watching (a replay counts) and reply “done {seq}” to the camp's chat.",
    ),
    "nudge.link_check_in": ("签到：{lesson}", "Check in: {lesson}"),
    "nudge.link_check_in_desc": ("点开就签到第{seq}课", "One tap checks you in to lesson {seq}"),
    "nudge.link_kf": ("课程客服：{lesson}", "Camp's chat: {lesson}"),
    "nudge.link_kf_desc": ("看完回放，进来回复“完课 {seq}”", "After the replay reply “done {seq}” here"),
    # the offer
    "nudge.head_absent": ("{missing} 人没到课：可群发提醒 {number} 人", "{missing} absent, {number} can be reminded"),
    "nudge.head_unfinished": ("{missing} 人没完课：可群发提醒 {number} 人", "{missing} not finished, {number} can be reminded"),
    "nudge.left_unsubscribed": ("，{number} 人已退订", ", {number} unsubscribed"),
    "nudge.left_gone": ("，{number} 人已不在班", ", {number} not in class any more"),
    "nudge.left_not_friend": ("，{number} 人不是班主任好友", ", {number} no friend of their class teacher"),
    "nudge.left_today": ("，{number} 人今天额度已用完", ", {number} at today's limit"),
    "nudge.left_week": ("，{number} 人本周额度已用完", ", {number} at this week's limit"),
    "nudge.left_month": ("，{number} 人本月额度已用完", ", {number} at this month's limit"),
    "nudge.card_title": ("群发提醒：{lesson}", "Remind: {lesson}"),
    "nudge.card_content": ("内容：{text}", "Text: {text}"),
    "nudge.field_budget": ("额度", "Used"),
    "nudge.budget": ("本月 {spent}/{limit}", "{spent}/{limit} this month"),
    "nudge.button": ("群发提醒", "Remind"),
    "nudge.card_replaced": ("有新的一张，请看下面", "See the newer card below"),
    "nudge.card_asked": (
        "已发起（{number} 人），任务建好会告诉你",
        "Asked for ({number}); you will be told when the task stands",
    ),
    "nudge.card_done": (
        "已建群发任务（{number} 人），到「群发助手」点发送",
        "Task made ({number}); tap send in WeCom's mass sends",
    ),
    # what the member who asked is told
    "nudge.started": ("{lesson}，{head}。", "{lesson}: {head}."),
    "nudge.started_for": ("班主任 {teacher}：{number} 人", "Class teacher {teacher}: {number}"),
    "nudge.started_next": ("正在建群发任务，建好马上告诉你。", "The task is being made; I will tell you when it stands."),
    "nudge.waiting": (
        "{lesson}：{at} 建的任务还没发，在等 {teacher} 到「群发助手」点发送 ({number} 人)，不再另建。",
        "{lesson}: the task of {at} waits for {teacher} to tap send in WeCom's mass sends ({number}); no second one is made.",
    ),
    "nudge.under_way": (
        "{lesson}：{teacher} 的群发任务正在建（{number} 人），建好会告诉你，不用再点。",
        "{lesson}: {teacher}'s task is being made ({number}); you will be told, no need to tap again.",
    ),
    "nudge.quiet": (
        "现在是免打扰时间（{start}–{end}），不建群发任务。{end} 以后再点一次就好。",
        "Quiet hours ({start}–{end}): no task is made. Do it again after {end}.",
    ),
    "nudge.closed": (
        "{cohort} 已结营，不再群发催课。要联系学员请单独发消息。",
        "{cohort} is closed, nobody is reminded any more. Write to learners one by one.",
    ),
    "nudge.nobody_absent": ("{lesson}：没有缺勤的学员，不用催。", "{lesson}: nobody is absent, nobody to remind."),
    "nudge.nobody_unfinished": ("{lesson}：都完课了，不用催。", "{lesson}: everybody finished, nobody to remind."),
    "nudge.unreachable": (
        "{lesson}，{head}。现在谁都不能群发，请在班群里喊一声。",
        "{lesson}: {head}. Nobody can be reached by mass send now; call them in the class group.",
    ),
    # the task
    "nudge.made": (
        "任务已建好，请到「群发助手」点发送 ({number} 人)：{lesson}",
        "The task stands: tap send in WeCom's mass sends ({number}): {lesson}",
    ),
    "nudge.made_by": (
        "任务已建好（{member} 发起），请到「群发助手」点发送 ({number} 人)：{lesson}",
        "The task stands (asked for by {member}): tap send in WeCom's mass sends ({number}): {lesson}",
    ),
    "nudge.made_for": (
        "{teacher} 的任务已建好，等 Ta 到「群发助手」点发送 ({number} 人)：{lesson}",
        "{teacher}'s task stands and waits for their tap in WeCom's mass sends ({number}): {lesson}",
    ),
    "nudge.made_without": (
        "。另有 {number} 人企业微信不收（不是好友或已达上限）",
        ". WeCom will not take {number} more (no friend, or at the ceiling)",
    ),
    "nudge.nobody": (
        "{lesson}：企业微信说这 {number} 人现在都收不到群发（可能别处已发满），任务没建。请在班群里喊一声。",
        "{lesson}: WeCom says none of these {number} can receive a mass send now; none was made. Call them in the class group.",
    ),
    "nudge.failed": (
        "{lesson}：群发任务没建成（企业微信错误码 {errcode}）。稍后再发一次“{command}”；还不行请找运营。",
        "{lesson}: the task was refused (WeCom errcode {errcode}). Try “{command}” again later; else ask the operator.",
    ),
    "nudge.too_late": (
        "{lesson}：半小时没连上企业微信，群发任务没建。请再发一次“{command}”。",
        "{lesson}: WeCom could not be reached for half an hour, no task was made. Send “{command}” again.",
    ),
    "nudge.not_made": (
        "{lesson}：刚才没连上企业微信，查过了，群发任务没有建成。请再发一次“{command}”。",
        "{lesson}: WeCom did not answer; we looked, no task was made. Send “{command}” again.",
    ),
    "nudge.unsure": (
        "{lesson}：企业微信没回音，不确定任务建好没有。请打开「群发助手」看一眼：有就直接点发送，没有就再发一次“{command}”。",
        "{lesson}: WeCom did not answer and the task may stand or not. Look into WeCom's mass sends: if it is there tap send, "
        "else send “{command}” again.",
    ),
    "nudge.command_absent": ("催课 {seq}", "nudge {seq}"),
    "nudge.command_unfinished": ("催完课 {seq}", "nudgefinish {seq}"),
    # its end
    "nudge.result": ("{lesson} 群发提醒：{result}", "{lesson} reminder: {result}"),
    "nudge.got_sent": ("已发 {number}", "sent {number}"),
    "nudge.got_ceiling": ("{number} 达到上限", "{number} at WeCom's ceiling"),
    "nudge.got_not_friend": ("{number} 已不是好友", "{number} no friend any more"),
    "nudge.got_refused": ("{number} 企业微信不收", "{number} not taken by WeCom"),
    "nudge.got_planned": ("{number} 没发出", "{number} not sent"),
    "nudge.got_comma": ("，", ", "),
    "nudge.taken_back": (
        "{lesson} 的群发任务（{number} 人）当天没有点发送，已撤销，没占额度。还要提醒请发“{command}”。",
        "The mass send of {lesson} ({number}) was not sent that day and is taken back; no budget was used. "
        "To remind them still: “{command}”.",
    ),
    "nudge.not_taken_back": (
        "{lesson} 的群发任务当天没发，也没能自动撤销，请到「群发助手」里删掉，别再发了。",
        "The mass send of {lesson} was not sent that day and could not be taken back; delete it in WeCom's mass sends.",
    ),
    "nudge.lost": (
        "{lesson} 的群发任务在企业微信里找不到了（可能被删），不再跟踪。还要提醒请发“{command}”。",
        "WeCom does not know the mass send of {lesson} any more (deleted?). To remind them still: “{command}”.",
    ),
    # 群发
    "nudge.list_head": ("群发：今天已发 {today} 人，本月 {month} 人次", "Mass sends: {today} today, {month} this month"),
    "nudge.list_none": ("没有等你点发送的任务。催课请发“催课 课”。", "No task waits for your tap. To remind: “nudge lesson”."),
    "nudge.list_line": ("{at} {about}：{what}{who}", "{at} {about}: {what}{who}"),
    "nudge.list_who": ("（{teacher}）", " ({teacher})"),
    "nudge.about_absent": ("{lesson} 没到课 {number} 人", "{lesson} absent {number}"),
    "nudge.about_unfinished": ("{lesson} 没完课 {number} 人", "{lesson} not finished {number}"),
    "nudge.state_asked": ("正在建", "being made"),
    "nudge.state_unsure": ("正在核实建好没有", "being looked up"),
    "nudge.state_waiting": ("等点发送，在「群发助手」", "waits for a tap in WeCom's mass sends"),
    "nudge.list_rule": (
        "每位学员每天最多 {day} 条、每周 {week} 条、本月 {month} 条{quiet}。",
        "Each learner gets at most {day} a day, {week} a week, {month} this month{quiet}.",
    ),
    "nudge.list_quiet": ("；{start}–{end} 不发", "; none {start}–{end}"),
}
