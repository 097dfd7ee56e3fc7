"""Words of the digest after a lesson."""

PHRASES = {
    "digest.head": ("{lesson}：{counts}（{cohort}）", "{lesson}: {counts} ({cohort})"),
    "digest.counts": (
        "到课 {attended}/{learners} · 完课 {completed}",
        "attended {attended}/{learners} · finished {completed}",
    ),
    "digest.still_open": (
        "签到开放到 {until}，之后名单可能还会变。",
        "Check-in stays open until {until}; the list may still change.",
    ),
    "digest.left": ("课中退群 {number} 人（发“退群”看几时退的）：", "Left the group meanwhile ({number}; “left” tells when):"),
    "digest.left_group": ("课中退群 {number} 人：{names}", "Left the group meanwhile ({number}): {names}"),
    "digest.absent": ("未到 {number} 人：", "Absent ({number}):"),
    "digest.nobody_absent": ("全部到课，没有缺勤。", "Everybody attended."),
    "digest.attended_only": ("到课未完课 {number} 人：", "Attended, not finished ({number}):"),
    "digest.finished": ("完课 {number} 人：", "Finished ({number}):"),
    "digest.nobody_finished": ("还没有人完课。", "Nobody has finished yet."),
    "digest.rest": (
        "名单太长，其余回复“缺勤 {seq}”“未完课 {seq}”查看。",
        "The list is long: reply “absent {seq}” or “unfinished {seq}” for the rest.",
    ),
    "digest.teacher_total": ("{teacher}：{counts}", "{teacher}: {counts}"),
    "digest.ownerless_total": ("无班主任：{counts}", "no class teacher: {counts}"),
}
