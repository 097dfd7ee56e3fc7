"""Words for learners in kf: greeting, help, what is theirs, signing up, changing cohort, silence."""

PHRASES = {
    "learner.lesson": ("第{seq}课", "Lesson {seq}"),
    "learner.of_cohort": ("{lesson}（{cohort}）", "{lesson} ({cohort})"),
    "learner.homework_text": ("作业内容", "the text"),
    "learner.language": ("zh", "en"),
    "learner.list_separator": ("、", ", "),
    # what every menu offers; the words are also the command a tap stands for
    "learner.do_checkin": ("签到", "checkin"),
    "learner.do_schedule": ("课表", "schedule"),
    "learner.do_progress": ("进度", "progress"),
    "learner.do_ask": ("提问", "ask"),
    "learner.do_enrol": ("报名", "enrol"),
    "learner.do_switch": ("换期", "switch"),
    "learner.greeting": ("你好，这里是学习助手。点一下，或直接打字：", "Hello, this is your learning assistant. Tap, or type:"),
    "learner.greeting_open": (
        "你好，这里是学习助手。\n{lesson} 正在签到，点“签到”就行。",
        "Hello, this is your learning assistant.\nCheck-in is open for {lesson}: tap “checkin”.",
    ),
    "learner.greeting_lesson": (
        "你好，这里是学习助手。\n下一节：{lesson}，{opens} 开放签到，{starts} 上课。",
        "Hello, this is your learning assistant.\nNext: {lesson}, check-in opens at {opens}, the lesson starts at {starts}.",
    ),
    "learner.greeting_tail": ("回复“帮助”看全部指令", "Reply “help” for all commands"),
    "learner.only_text": (
        "收到了，但这里只看得懂文字。交作业请回复“作业 内容”，问老师请回复“提问 内容”。",
        "Received, but only text is understood here. Reply “homework …” to hand in work, “ask …” to ask your teacher.",
    ),
    "learner.only_text_homework": (
        "收到了，但这里只能记文字。交 {lesson} 的作业，请回复“作业{seq} 内容”；图片和文件请发到班群或发给班主任。",
        "Received, but only text is kept here. To hand in work for {lesson} reply “homework {seq} …”; "
        "send pictures and files to the class group or your class teacher.",
    ),
    "learner.help_head": ("可以这样说（数字可连写，如“签到3”）：", "You can say (numbers may be glued, like “checkin3”):"),
    "learner.help_line": ("{usage}　{summary}", "{usage} - {summary}"),
    # no lessons to take, and why
    "learner.not_enrolled": (
        "你还没有报名。回复“报名”看可报的营期。",
        "You have not signed up yet. Reply “enrol” to see what is open.",
    ),
    "learner.not_in_cohort": (
        "这是“{cohort}”的课，你没有报名这一期。",
        "This lesson is of “{cohort}”, which you have not signed up for.",
    ),
    "learner.cohort_closed": (
        "“{cohort}”已结营，不能再记录了。想继续学，回复“报名”看新的营期。",
        "“{cohort}” is closed; nothing can be recorded any more. Reply “enrol” to see new cohorts.",
    ),
    "learner.moved": (
        "你已转到“{cohort}”，{starts} 开课，请在新一期签到。",
        "You have moved to “{cohort}”, which starts at {starts}; please check in there.",
    ),
    "learner.waiting": (
        "你在候补名单上，下一期一开放报名，班主任就会联系你。",
        "You are on the waiting list; your class teacher will contact you when the next cohort opens.",
    ),
    "learner.no_such_lesson": (
        "没有第 {seq} 课。现有：{lessons}。",
        "There is no lesson {seq}. There are: {lessons}.",
    ),
    "learner.no_lessons": ("这一期还没有排课。", "This cohort has no lessons yet."),
    "learner.old_link": (
        "这个链接已失效，请用班群里最新的签到链接。",
        "This link is out of date; use the newest one in your class group.",
    ),
    # 我的
    "learner.me_head": ("{name} #{learner}", "{name} #{learner}"),
    "learner.me_cohort": (
        "营期：{cohort}（{starts} 开课，{state}）",
        "Cohort: {cohort} (starts {starts}, {state})",
    ),
    "learner.me_teacher": ("班主任：{teacher}", "Class teacher: {teacher}"),
    "learner.me_in_group": ("班群：已加入", "Class group: joined"),
    "learner.me_not_in_group": ("班群：还没进群，加入方式：{how}", "Class group: not joined yet. How: {how}"),
    "learner.me_ask_teacher": ("请班主任 {teacher} 拉你进群", "ask your class teacher {teacher} to invite you"),
    "learner.me_phone": ("手机号：已登记", "Phone: on file"),
    "learner.me_no_phone": ("手机号：未登记（回复“报名 手机号”登记）", "Phone: not on file (reply “enrol phone number”)"),
    "learner.me_silent": ("提醒：已退订（回复“恢复”重新接收）", "Reminders: off (reply “resume” to turn them on)"),
    "learner.running": ("进行中", "running"),
    "learner.to_come": ("未开课", "not started"),
    "learner.closed": ("已结营", "closed"),
    # 报名
    "learner.enrolled": (
        "报名成功：{cohort}，{starts} 开课，共 {lessons} 节课。",
        "Signed up: {cohort}, starts {starts}, {lessons} lessons.",
    ),
    "learner.enrolled_teacher": (
        "班主任：{teacher}，有事回复“提问 内容”就能找到 TA。",
        "Class teacher: {teacher}; reply “ask …” to reach them.",
    ),
    "learner.enrolled_group": ("进班群：{url}", "Join the class group: {url}"),
    "learner.already_enrolled": (
        "你已报名“{cohort}”，{starts} 开课，不用重复报名。想换一期请回复“换期”。",
        "You are signed up for “{cohort}” already, it starts {starts}. To change reply “switch”.",
    ),
    "learner.choose_camp": ("想报哪个营？点一下：", "Which camp? Tap one:"),
    "learner.camp_option": ("{camp}（{starts} 开课）", "{camp} (starts {starts})"),
    "learner.nothing_to_enrol": (
        "现在没有开放报名的营期。回复“提问 内容”可以问老师下一期的时间。",
        "No cohort is open for enrolment. Reply “ask …” to ask when the next one starts.",
    ),
    "learner.camp_not_open": (
        "“{camp}”现在没有开放报名的营期。回复“提问 内容”可以问老师下一期的时间。",
        "“{camp}” has no cohort open for enrolment. Reply “ask …” to ask when the next one starts.",
    ),
    "learner.cohort_not_open": (
        "“{cohort}”的报名已在 {until} 截止。",
        "Enrolment for “{cohort}” ended at {until}.",
    ),
    "learner.no_such_camp": (
        "没有叫“{text}”的营。可报：{camps}。",
        "There is no camp “{text}”. Open: {camps}.",
    ),
    "learner.told_enrolled": (
        "{name} #{learner} 在客服里报名了“{cohort}”，分给了你。",
        "{name} #{learner} signed up for “{cohort}” in chat and is yours.",
    ),
    "learner.told_enrolled_stranger": (
        "{name} #{learner} 在客服里报名了“{cohort}”，分给了你，还没有加你好友。",
        "{name} #{learner} signed up for “{cohort}” in chat and is yours; they are not your contact yet.",
    ),
    "learner.problem_phone": (
        "没看懂手机号：“{text}”，请写 11 位手机号；不填也能报名。",
        "Not a phone number: “{text}”. You may also sign up without one.",
    ),
    "learner.phone_kept": ("手机号已登记。", "Your phone number is on file."),
    # 换期
    "learner.switch_choose": ("可以换到下面的营期，点一下就换：", "You can change to one of these; a tap does it:"),
    "learner.switch_option": ("{cohort}（{starts} 开课）", "{cohort} (starts {starts})"),
    "learner.switch_none": (
        "“{camp}”现在没有更晚的、开放报名的营期可换。回复“提问 内容”可以请班主任安排。",
        "“{camp}” has no later cohort open for enrolment. Reply “ask …” and your class teacher will see to it.",
    ),
    "learner.switch_same": ("你已经在“{cohort}”了，不用换。", "You are in “{cohort}” already."),
    "learner.switch_not_later": (
        "不能换到“{cohort}”：只能换到同一个营里更晚的、开放报名的一期。可换：{options}。",
        "You cannot change to “{cohort}”: only to a later cohort of the same camp that is open. Open: {options}.",
    ),
    "learner.switch_unknown": ("没有叫“{text}”的营期。可换：{options}。", "There is no cohort “{text}”. Open: {options}."),
    "learner.switch_paid": (
        "你已购课，换期会影响课程安排，请回复“提问 内容”由班主任 {teacher} 处理。",
        "You have bought a course; changing affects it. Reply “ask …” and {teacher} will see to it.",
    ),
    "learner.switched": (
        "已换到“{cohort}”，{starts} 开课。班主任：{teacher}。",
        "You are now in “{cohort}”, which starts {starts}. Class teacher: {teacher}.",
    ),
    "learner.switch_reason": ("学员自己换期", "the learner asked for it"),
    "learner.no_teacher": ("待安排", "to be arranged"),
    # 退订、恢复
    "learner.unsubscribed": (
        "已退订，不会再主动给你发消息；你发来的指令照常有回复。想恢复请回复“恢复”。",
        "Unsubscribed: I will not write unasked any more, but still answer you. Reply “resume” to undo.",
    ),
    "learner.already_unsubscribed": (
        "你已经退订了，想恢复请回复“恢复”。",
        "You are unsubscribed already. Reply “resume” to undo.",
    ),
    "learner.resumed": ("已恢复，上课前会照常提醒你。", "Welcome back: reminders are on again."),
    "learner.not_unsubscribed": ("你没有退订，提醒一直开着。", "You are not unsubscribed; reminders are on."),
    "learner.told_unsubscribed": (
        "{name} #{learner}（{cohort}）退订了，系统不再主动给 TA 发消息。可以问一句原因：“学员 #{learner}”看经过。",
        "{name} #{learner} ({cohort}) unsubscribed; the bot will not write to them unasked. “学员 #{learner}” shows the story.",
    ),
    "learner.told_resumed": (
        "{name} #{learner}（{cohort}）恢复了提醒。",
        "{name} #{learner} ({cohort}) turned reminders on again.",
    ),
}
