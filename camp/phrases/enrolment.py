"""Words of sign-up: the welcome, class groups, friendships that end, members who leave, and the nightly comparison."""

PHRASES = {
    "enrolment.channel_other": ("其他", "Other"),
    # --- the welcome ---
    "enrolment.welcome": (
        "你好，欢迎参加「{camp}」{cohort}！\n{start} 开课。",
        "Hello and welcome to “{camp}” {cohort}!\nIt starts {start}.",
    ),
    "enrolment.welcome_started": (
        "你好，欢迎参加「{camp}」{cohort}！\n{start} 已开课，现在加入正好跟上。",
        "Hello and welcome to “{camp}” {cohort}!\nIt started {start}; you are just in time.",
    ),
    "enrolment.welcome_waiting": (
        "你好，欢迎！目前没有可报名的营期，下一期开放后会第一时间给你报上名。",
        "Hello and welcome! No cohort is open right now; you will be enrolled as soon as the next one opens.",
    ),
    "enrolment.join_url": ("进班群点这里：{url}", "Join the class group here: {url}"),
    "enrolment.join_code": (
        "进班群：打开链接，长按识别二维码 {url}",
        "To join the class group open this link and press the QR code: {url}",
    ),
    "enrolment.join_invite": ("老师会邀请你进「{group}」群。", "Your teacher will invite you into the group “{group}”."),
    "enrolment.join_soon": ("老师会邀请你进班群。", "Your teacher will invite you into the class group."),
    "enrolment.group_name": ("{code}班", "Class {code}"),
    "enrolment.link_line": ("签到、课表、提问，点下面的卡片。", "Check in, timetable, questions: tap the card below."),
    "enrolment.link_title": ("{camp} · 学习助手", "{camp} · learning desk"),
    "enrolment.link_desc": ("上课签到、看课表和进度、向老师提问", "Check in, see your timetable and progress, ask your teacher"),
    "enrolment.late_welcome": (
        "已为你报名「{camp}」{cohort}，{start} 开课。",
        "You are enrolled in “{camp}” {cohort}, starting {start}.",
    ),
    # --- to the staff ---
    "enrolment.unknown_state": (
        "有学员通过未登记的渠道“{state}”加了好友，先记在“其他”渠道。请在 camp.toml 的 [[channels]] 里登记这个 code。",
        "A learner came by the unknown channel “{state}”, kept under “Other”. Add this code to [[channels]] in camp.toml.",
    ),
    "enrolment.no_cohort": (
        "没有可报名的营期：{name} #{id} 刚加了好友，还没有报上名。新营期登记后会自动补报。",
        "No cohort is open: {name} #{id} was just added and is not enrolled. They will be enrolled when a cohort is declared.",
    ),
    "enrolment.no_cohort_operator": (
        "没有可报名的营期{camp}，新加的学员都在等。请在 camp.toml 里登记下一期并运行 wecamp apply。",
        "No cohort is open{camp}; new learners are waiting. Declare the next cohort in camp.toml and run wecamp apply.",
    ),
    "enrolment.of_camp": ("（{camp}）", " ({camp})"),
    "enrolment.allocation_over_quota": (
        "{cohort} 的班主任都满额了，新学员先给了人数最少的班主任。请调整配额，或在配置里写 fallback_owner。",
        "All class teachers of {cohort} are at their quota; new learners go to the least loaded one. "
        "Raise a quota or set fallback_owner.",
    ),
    "enrolment.allocation_manager": (
        "{cohort} 没有在岗的班主任，新学员先归主管。请在 camp.toml 的 class_groups 里登记班主任。",
        "{cohort} has no active class teacher; new learners go to the manager. Declare one in class_groups of camp.toml.",
    ),
    "enrolment.allocation_nobody": (
        "{cohort} 没有班主任也没有主管，新学员没有人负责。请在 camp.toml 的 [[staff]] 里登记。",
        "{cohort} has neither class teacher nor manager; nobody looks after new learners. Declare [[staff]] in camp.toml.",
    ),
    "enrolment.cohort_changed": (
        "换期：{name} #{id} 从 {old} 换到 {new}。原因：{reason}",
        "Changed cohort: {name} #{id} from {old} to {new}. Reason: {reason}",
    ),
    "enrolment.deleted_you": (
        "{name} #{id}（{camp}）删除了你的好友，现在联系不上。\n"
        "请在班群里私下问一声，或请其重新扫码添加；若不学了，回复“放弃 #{id} 原因”。",
        "{name} #{id} ({camp}) deleted you and cannot be reached.\n"
        "Ask in the class group or let them scan your code again; if they gave up, reply “放弃 #{id} reason”.",
    ),
    "enrolment.transfer_failed": (
        "{name} #{id} 的好友转接没有成功：{reason}。请换个方式联系，或改派其他人。",
        "The transfer of {name} #{id} failed: {reason}. Contact them another way or choose somebody else.",
    ),
    "enrolment.transfer_customer_refused": ("学员拒绝了", "the learner refused"),
    "enrolment.transfer_customer_limit_exceed": ("接手人的好友数已满", "the new owner's contact list is full"),
    "enrolment.transfer_other": ("企业微信没有说明原因", "WeCom gave no reason"),
    "enrolment.member_left": (
        "{name}（{userid}）已离职，名下还有 {count} 位学员需要交接。\n"
        "请在企业微信后台“客户联系 → 离职继承”分配，并更新 camp.toml 里的班主任。",
        "{name} ({userid}) has left; {count} learners need a new owner.\n"
        "Assign them in the console (Customer contact > Resigned) and update the class teacher in camp.toml.",
    ),
    "enrolment.todo_handover": ("交接 {name} 名下的 {count} 位学员", "Hand over {count} learners of {name}"),
    "enrolment.unmatched_camp": (
        "外部系统 {source} 报名用的营期或训练营代码“{code}”不存在，事件先存着。在 camp.toml 登记后会自动补上。",
        "{source} signs up learners for the unknown camp or cohort “{code}”. The events are kept; "
        "declare it in camp.toml and they are applied.",
    ),
    "enrolment.unmatched_closed": (
        "外部系统 {source} 的报名没有地方放：“{code}”已结营或没有可报名的营期，事件先存着。请登记下一期。",
        "{source} signs up learners but “{code}” is closed or has no open cohort. The events are kept; declare the next cohort.",
    ),
    "enrolment.ungreeted": (
        "有 {count} 位新学员加了你，企业微信当时没通知到，欢迎语没发出去：{names}。已补报名，请打个招呼。",
        "{count} new learners added you and got no welcome, WeCom never said so: {names}. They are signed up; please greet them.",
    ),
    "enrolment.ungreeted_name": ("{name} #{id}", "{name} #{id}"),
    "enrolment.ungreeted_between": ("、", ", "),
    "enrolment.drift": (
        "夜间对账发现漏掉的变化，已补上：{parts}。",
        "The nightly comparison found and repaired missed changes: {parts}.",
    ),
    "enrolment.drift_added": ("新好友 {count}", "{count} added"),
    "enrolment.drift_ended": ("好友已解除 {count}", "{count} friendships ended"),
    "enrolment.drift_joined": ("进群 {count}", "{count} joined groups"),
    "enrolment.drift_quit": ("退群 {count}", "{count} left groups"),
    "enrolment.drift_members_left": ("离职成员 {count}", "{count} members left"),
    "enrolment.drift_failed": ("读取失败 {count} 次（明晚再试）", "{count} reads failed (tried again tomorrow night)"),
}
