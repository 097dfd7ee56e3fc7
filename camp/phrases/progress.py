"""Words about lessons done and to come: 进度, 课表, 完课, 作业, 评分."""

PHRASES = {
    "progress.counts": (
        "到课 {attended}/{to_attend} · 完课 {completed}/{to_complete}",
        "Attended {attended}/{to_attend} · completed {completed}/{to_complete}",
    ),
    "progress.cohort": ("《{cohort}》", "{cohort}"),
    "progress.held": ("{lesson}：到课{attended} 完课{completed}", "{lesson}: attended {attended} completed {completed}"),
    "progress.yes": ("✓", "✓"),
    "progress.no": ("–", "–"),
    "progress.open": ("{lesson}：可以签到，{closes} 关闭", "{lesson}: check-in is open until {closes}"),
    "progress.upcoming": ("{lesson}：未开始（{starts}）", "{lesson}: not started ({starts})"),
    "progress.not_counted": ("{lesson}：不计（报名前的课）", "{lesson}: not counted (before you signed up)"),
    "progress.replayed": (
        "{lesson}：到课不计（报名前的课） 完课{completed}",
        "{lesson}: attendance not counted (before you signed up) completed {completed}",
    ),
    "progress.homework": ("，作业已交", ", homework handed in"),
    "progress.score": ("，作业 {score} 分", ", homework {score}"),
    "progress.rating": ("，你评 {rating} 分", ", you rated it {rating}"),
    "progress.reach": (
        "（{until} 前我还能给你发 {messages} 条，你回复一次就重新算）",
        "(I may send {messages} more until {until}; each reply of yours starts the count anew)",
    ),
    "progress.schedule_head": ("《{cohort}》{starts} 开课", "{cohort}, starts {starts}"),
    "progress.schedule_line": (
        "{starts} {lesson}（{minutes} 分钟，签到 {opens}–{closes}）",
        "{starts} {lesson} ({minutes} min, check-in {opens}–{closes})",
    ),
    "progress.finished": (
        "{lesson} 已记完课 ✓\n完课 {completed}/{lessons}",
        "{lesson} completed ✓\nCompleted {completed}/{lessons}",
    ),
    "progress.finished_before": (
        "{lesson} 在 {at} 已经记过完课了。\n完课 {completed}/{lessons}",
        "{lesson} was recorded as completed at {at} already.\nCompleted {completed}/{lessons}",
    ),
    "progress.finish_also_checkin": (
        "（还没签到：回复“签到{seq}”，{closes} 前有效）",
        "(Not checked in yet: reply “checkin {seq}” before {closes})",
    ),
    "progress.not_started": (
        "{lesson} 还没开始（{starts} 上课），上完再来。",
        "{lesson} has not started ({starts}); come back afterwards.",
    ),
    "progress.homework_kept": (
        "收到 {lesson} 的作业（{length} 字）。批改后告诉你；再交一次会替换这次。",
        "Homework for {lesson} received ({length} characters). You will hear when it is graded; handing in again replaces it.",
    ),
    "progress.graded": (
        "{lesson} 的作业批改好了：{score} 分。{verdict}",
        "Your homework for {lesson} was graded: {score}. {verdict}",
    ),
    "progress.graded_passed": ("已记完课 ✓", "Recorded as completed ✓"),
    "progress.graded_again": (
        "{pass_score} 分算完课，改一改再交：作业{seq} 内容",
        "{pass_score} is needed; improve it and hand in again: homework {seq} …",
    ),
    "progress.graded_comment": ("老师的话：{comment}", "Comment: {comment}"),
    "progress.rated": ("谢谢！{lesson} 你评了 {stars} 分。", "Thank you! You rated {lesson} {stars}."),
    "progress.rated_words": (
        "谢谢！{lesson} 你评了 {stars} 分，你的话已转给老师。",
        "Thank you! You rated {lesson} {stars}; your words reach the teacher.",
    ),
}
