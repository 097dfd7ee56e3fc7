"""Words of the manager's pictures: funnel and quota."""

PHRASES = {
    "manager.funnel_head": ("{cohort} 漏斗", "Funnel of {cohort}"),
    "manager.funnel_step": ("{step} {number} · {share}%", "{step} {number} · {share}%"),
    "manager.funnel_rate": (
        "{step} {number} · {share}%（上一步的 {rate}%）",
        "{step} {number} · {share}% ({rate}% of the step before)",
    ),
    "manager.step_enrolled": ("报名", "enrolled"),
    "manager.step_joined": ("进群", "joined"),
    "manager.step_attended": ("到课", "attended"),
    "manager.step_completed": ("完课", "completed"),
    "manager.step_paid": ("成交", "bought"),
    "manager.funnel_fen": ("成交额 {amount}", "Revenue {amount}"),
    "manager.funnel_channels": ("按渠道（{steps}）：", "By channel ({steps}):"),
    "manager.funnel_channel": ("{channel}：{numbers}", "{channel}: {numbers}"),
    "manager.funnel_no_channel": ("未知渠道", "unknown"),
    "manager.funnel_worst": (
        "流失最多：{before} → {step}，只有 {rate}%，少了 {lost} 人",
        "Worst step: {before} → {step}, only {rate}%, {lost} lost",
    ),
    "manager.funnel_worst_channel": ("其中最差的渠道：{channel}（{rate}%）", "Worst channel there: {channel} ({rate}%)"),
    "manager.funnel_empty": ("{cohort} 还没有人报名。", "Nobody has enrolled in {cohort}."),
    "manager.no_cohort": ("还没有营期。请先在 camp.toml 里声明。", "No cohort yet. Declare one in camp.toml."),
    "manager.quota_head": ("销售配额：持有 {held}，上限 {limit}", "Quota of sales: {held} held of {limit}"),
    "manager.quota_item": ("{member}：{held}/{limit}，还能领 {free}", "{member}: {held}/{limit}, room for {free}"),
    "manager.quota_none": ("还没有销售。请在 camp.toml 的 [[staff]] 里加上。", "No salespeople yet: add them under [[staff]]."),
    "manager.quota_own": (
        "你持有 {held}/{limit}，还能领 {free}。今天已领 {today}/{per_day}。",
        "You hold {held}/{limit}, room for {free}. Claimed today: {today}/{per_day}.",
    ),
}
