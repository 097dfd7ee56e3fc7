"""Words of staff rooms and of robots that only speak."""

PHRASES = {
    "staff_room.name_tail": (" 班务群", " staff room"),
    # what the manager who asks is told
    "staff_room.started": (
        "正在建「{name}」，{people} 人（班主任、销售和你），建好告诉你。",
        "Making “{name}” with {people} people (class teachers, sales and you); I will tell you when it stands.",
    ),
    "staff_room.under_way": ("「{name}」正在建，建好告诉你。", "“{name}” is being made; I will tell you when it stands."),
    "staff_room.there": (
        "「{name}」已经有了，不再另建；你也在里面（共 {people} 人）。课后小结和结营结果都发在那里。",
        "“{name}” is there already and you are in it ({people} people). Digests and close results are posted there.",
    ),
    "staff_room.too_few": (
        "建群至少要 2 人，现在只有 {people} 人。先在 camp.toml 里写上班主任和销售，再发一次。",
        "A room needs 2 people and there are {people}. Declare class teachers and sales in camp.toml, then ask again.",
    ),
    "staff_room.over": (
        "{name} 结营已过 30 天，不再建群。",
        "{name} was closed more than 30 days ago; no room is made any more.",
    ),
    "staff_room.of_a_cohort": (
        "班务群一期一个，本群绑定的是{bound}，不是哪一期。请写明期：“建群 期”（在开的：{known}）。",
        "A staff room belongs to one cohort, and this group is bound to {bound}. Name the cohort: “staff room COHORT” "
        "(open: {known}).",
    ),
    "staff_room.made": ("「{name}」已建好，{number} 人。", "“{name}” stands, with {number} people."),
    "staff_room.hello": (
        "这里是 {cohort} 的班务群：班主任、销售和加入的主管。课后小结、交接汇总、结营结果发在这里；"
        "人员变动会自动同步。我在这里听不到回复，要办的事请到应用里发命令（发“帮助”看全部）。",
        "This is the staff room of {cohort}: class teachers, sales, and the managers who joined. Digests, hand-offs and close "
        "results are posted here, and its members follow your staff list. I cannot hear you here: send commands in the app "
        "(“help” lists them).",
    ),
    # what operators are told
    "staff_room.not_made": (
        "「{name}」没建成（企业微信错误码 {errcode}）。应用的可见范围要选到全公司（根部门）；改好后发“建群 {code}”再试。",
        "“{name}” could not be made (WeCom errcode {errcode}). The app's visible range must be the whole company (root "
        "department); then send “staff room {code}” again.",
    ),
    "staff_room.late": (
        "企业微信一天没有回应，「{name}」还没建成，夜里会自动再试。",
        "WeCom did not answer for a day; “{name}” is not made yet and is asked for again at night.",
    ),
    "staff_room.gone": (
        "「{name}」在企业微信里已经没有了（{errcode}），通知改由应用发给各人。要再建一个，发“建群 {code}”。",
        "“{name}” does not exist in WeCom any more ({errcode}); its posts go to each person in the app. Send “staff room {code}” "
        "for a new one.",
    ),
    "staff_room.refused": (
        "企业微信不让往「{name}」发消息或改成员（错误码 {errcode}），通知改由应用发给各人。请检查应用可见范围；"
        "每天夜里会自动再试。",
        "WeCom refuses posts to or changes of “{name}” (errcode {errcode}); its posts go to each person in the app. Check the "
        "app's visible range; it is tried again every night.",
    ),
    "staff_room.unknown_member": (
        "「{name}」加不进 {userid}：企业微信说没有这个人或不在可见范围。请核对 camp.toml 里的账号。",
        "{userid} cannot be put into “{name}”: WeCom does not know them, or they are out of sight. Check the id in camp.toml.",
    ),
    "staff_room.robot_silent": (
        "群机器人 {name} 发不出去（{errcode}，多半是被移出群或换了 key），它的消息改由应用发给各人。"
        "在群里重新添加并更新 [wecom.robots]，重启或运行 wecamp doctor 后恢复。",
        "The group robot {name} cannot post ({errcode}: removed, or another key); its posts go to each person in the app. Add it "
        "again, update [wecom.robots], then restart or run wecamp doctor.",
    ),
    # the first line of what people get instead
    "staff_room.instead_of_robot": (
        "（群机器人 {name} 不在群里了，改发到这里）",
        "(The group robot {name} is gone; sent here instead)",
    ),
    "staff_room.instead_of_room": ("（「{name}」发不进去，改发到这里）", "(“{name}” cannot be posted to; sent here instead)"),
    # what groups read
    "staff_room.absent": ("{teacher} 未到：{names}", "{teacher}, absent: {names}"),
    "staff_room.and_more": ("{names} 等 {number} 人", "{names} and others, {number} in all"),
    "staff_room.absent_next": (
        "班主任到应用里发“缺勤 {seq}”看名单，“催课 {seq}”一键提醒。",
        "Class teachers: “absent {seq}” in the app lists them, “nudge {seq}” reminds them in one tap.",
    ),
    "staff_room.absent_next_here": (
        "班主任在这里 @我 发“缺勤 {seq}”看名单，点卡片一键提醒。",
        "Class teachers: mention me here with “absent {seq}” for the list and a card that reminds them in one tap.",
    ),
    # wecamp doctor
    "staff_room.doctor_route": (
        "群机器人 {name} → {audience}{department}：{state}",
        "group robot {name} → {audience}{department}: {state}",
    ),
    "staff_room.doctor_department": ("（{department}）", " ({department})"),
    "staff_room.audience_teachers": ("班主任", "class teachers"),
    "staff_room.audience_sales": ("销售", "sales"),
    "staff_room.audience_managers": ("主管", "managers"),
    "staff_room.audience_none": (
        '没有用途，写上 for = "teachers"、"sales" 或 "managers"',
        'used for nothing: give it for = "teachers", "sales" or "managers"',
    ),
    "staff_room.robot_ok": ("可以发", "can post"),
    "staff_room.robot_bad": ("发不了（{reason}），改由应用发给各人", "cannot post ({reason}); sent to each person in the app"),
    "staff_room.doctor_room": ("班务群 {code}「{name}」：{state}", "staff room {code} “{name}”: {state}"),
    "staff_room.doctor_no_rooms": (
        "班务群：没有（主管发“建群 期”，或 camp.toml 写 staff_room = true）",
        "staff rooms: none (“staff room COHORT” by a manager, or staff_room = true in camp.toml)",
    ),
    "staff_room.state_wanted": ("人还不够", "too few people"),
    "staff_room.state_asked": ("正在建", "being made"),
    "staff_room.state_open": ("{number} 人", "{number} people"),
    "staff_room.state_refused": ("企业微信拒绝（{errcode}）", "refused by WeCom ({errcode})"),
    "staff_room.state_gone": ("已解散（{errcode}）", "dissolved ({errcode})"),
}
