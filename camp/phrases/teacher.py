"""Words for class teachers about their cohorts, lessons and learners."""

PHRASES = {
    "teacher.lesson_number": ("第{seq}课", "Lesson {seq}"),
    "teacher.person": ("#{id} {name}", "#{id} {name}"),
    # choosing a cohort or a lesson
    "teacher.no_cohort": (
        "你名下还没有营期。班群和班主任在 camp.toml 里登记。",
        "You have no cohort yet; class groups are declared in camp.toml.",
    ),
    "teacher.unknown_cohort": ("没有“{text}”这一期。你名下有：{known}。", "No cohort “{text}”. Yours: {known}."),
    "teacher.no_lesson": ("{cohort} 没有第{seq}课，一共 {lessons} 课。", "{cohort} has no lesson {seq}; there are {lessons}."),
    "teacher.not_begun": (
        "{lesson} 还没开始（{start} 开始），到时再查。",
        "{lesson} has not begun (starts {start}); ask again then.",
    ),
    # 我的班
    "teacher.class_cohort": ("【{cohort}】{code}", "[{cohort}] {code}"),
    "teacher.class_closed": ("（已结营）", " (closed)"),
    "teacher.class_group": (
        "{group}班（{teacher}）：学员 {learners} · 在群 {inside} · 未进群 {outside}",
        "Group {group} ({teacher}): learners {learners} · in group {inside} · not in group {outside}",
    ),
    "teacher.class_loose": ("未分班：学员 {learners}", "No class group: learners {learners}"),
    "teacher.class_following": ("下节课：{lesson}，{start}", "Next: {lesson}, {start}"),
    "teacher.class_no_following": ("后面没有课了。", "No more lessons."),
    "teacher.class_latest": (
        "上节课：{lesson}，到课 {attended}/{to_attend} · 完课 {completed}",
        "Last: {lesson}, attended {attended}/{to_attend} · finished {completed}",
    ),
    "teacher.class_running": (
        "正在上课：{lesson}，到课 {attended}/{to_attend} · 完课 {completed}",
        "Running: {lesson}, attended {attended}/{to_attend} · finished {completed}",
    ),
    "teacher.class_link": ("发到班群：{lesson} 签到 {link}", "Post in the class group: {lesson} check-in {link}"),
    # 名单
    "teacher.roster_head": ("{cohort} 名单", "{cohort}: roster"),
    "teacher.roster_line": (
        "#{id} {name} 到{attended} 完{completed}",
        "#{id} {name} attended {attended} finished {completed}",
    ),
    "teacher.roster_total": (
        "共 {learners} 人：{places}；未进群 {outside}",
        "{learners} in all: {places}; not in group {outside}",
    ),
    "teacher.roster_place": ("{place} {number}", "{place} {number}"),
    "teacher.roster_empty": ("{cohort} 还没有你的学员。", "{cohort} has no learner of yours yet."),
    "teacher.mark_not_in_group": ("[未进群]", "[not in group]"),
    "teacher.mark_left": ("[课中退群]", "[left the group meanwhile]"),
    "teacher.mark_unreachable": ("[已删好友]", "[deleted us]"),
    "teacher.mark_place": ("[{place}]", "[{place}]"),
    # 缺勤, 未完课, 未进群
    "teacher.absent_running": (
        "{lesson}：课程进行中，目前未到 {number}/{learners} 人（{end} 下课）",
        "{lesson}: running until {end}, not here so far {number}/{learners}",
    ),
    "teacher.absent_open": (
        "{lesson}：已下课，签到开放到 {until}，目前未到 {number}/{learners} 人",
        "{lesson}: over, check-in open until {until}, not here so far {number}/{learners}",
    ),
    "teacher.absent": ("{lesson}：缺勤 {number}/{learners} 人", "{lesson}: absent {number}/{learners}"),
    "teacher.nobody_absent": ("{lesson}：{learners} 人全部到课。", "{lesson}: all {learners} attended."),
    "teacher.nobody_counts": ("{lesson}：这节课没有你的学员要上。", "{lesson}: no learner of yours was to attend."),
    "teacher.unfinished": ("{lesson}：未完课 {number}/{learners} 人", "{lesson}: not finished {number}/{learners}"),
    "teacher.all_finished": ("{lesson}：{learners} 人全部完课。", "{lesson}: all {learners} finished."),
    "teacher.mark_attended": ("[已到]", "[attended]"),
    "teacher.not_in_group": ("未进群 {number} 人（加了好友还没进班群）", "Not in the class group: {number}"),
    "teacher.not_in_class": (
        "【{cohort}】{group}班 {number} 人，拿码：入群码 {cohort} {group}",
        "[{cohort}] class {group}: {number}; get the code: join code {cohort} {group}",
    ),
    "teacher.not_in_any_class": (
        "【{cohort}】未分班 {number} 人，拿码：入群码 {cohort}",
        "[{cohort}] no class: {number}; get the code: join code {cohort}",
    ),
    "teacher.all_in_group": ("你的学员都进群了。", "All your learners are in their class group."),
}
