"""Words of the pools: cards, claims, refusals, giving back."""

PHRASES = {
    "pool.card_title_conversion": ("转化公海 · {cohort}", "Conversion pool · {cohort}"),
    "pool.card_title_renewal": ("续报公海 · {cohort}", "Renewal pool · {cohort}"),
    "pool.card_desc": ("{name} #{number}，领取后看全部资料", "{name} #{number}; claim to see everything"),
    "pool.field_attended": ("到课", "Came"),
    "pool.field_completed": ("完课", "Done"),
    "pool.field_rating": ("评分", "Stars"),
    "pool.field_questions": ("提问", "Asked"),
    "pool.field_channel": ("渠道", "From"),
    "pool.field_grade": ("等级", "Grade"),
    "pool.rating": ("{stars} 星", "{stars}"),
    "pool.button_claim": ("领取", "Claim"),
    "pool.card_claimed": ("已被 {member} 领取（{at}）", "Claimed by {member} ({at})"),
    "pool.card_sold": ("已成交，不再可领", "Sold"),
    "pool.card_withdrawn": ("已撤回，不再可领", "Withdrawn"),
    "pool.digest_title": ("转化公海 · {cohort}", "Conversion pool · {cohort}"),
    "pool.digest": (
        "{cohort} 还有 {number} 位学员进了公海（本批共 {total} 位）。回复“公海”查看和领取。",
        "{number} more learners of {cohort} are in the pool ({total} in all). Reply “pool”.",
    ),
    "pool.robot_summary": (
        "**转化公海 +{number} 人**\n营期：{cohorts}\n等级：{grades}\n平均到课：{attended} 课",
        "**Conversion pool +{number}**\nCohort: {cohorts}\nGrades: {grades}\nLessons attended on average: {attended}",
    ),
    "pool.robot_next": (
        "销售同事在应用里点卡片，或回复“公海”领取",
        "Sales: tap a card in the app, or reply “pool” there",
    ),
    "pool.robot_next_here": ("销售同事点卡片，或 @我 发“公海”领取", "Sales: tap a card, or mention me with “pool”"),
    "pool.robot_returned": (
        "退回公海：{name} #{number}（{cohort}，{grade} 级），可以领取",
        "Back in the pool: {name} #{number} ({cohort}, grade {grade})",
    ),
    "pool.teacher_claimed": ("{name}#{number} 已由销售 {member} 领取跟进。", "{name}#{number} was claimed by {member}."),
    "pool.teacher_returned": (
        "{name}#{number} 被 {member} 退回公海。理由：{reason}",
        "{member} gave {name}#{number} back to the pool: {reason}",
    ),
    # 公海
    "pool.conversion": ("转化公海", "conversion pool"),
    "pool.renewal": ("续报公海", "renewal pool"),
    "pool.head": (
        "{pool} {number} 人待领。你持有 {held}/{limit}，还能领 {free} 人。",
        "{pool}: {number} open. You hold {held}/{limit}, room for {free}.",
    ),
    "pool.item": (
        "#{number} {name} {grade} 级 · 到课 {attended}/{lessons} · 等 {wait} · {channel}",
        "#{number} {name} grade {grade} · attended {attended}/{lessons} · waits {wait} · {channel}",
    ),
    "pool.item_renewal": (
        "#{number} {name} · 买过 {paid} 次 · 到课 {attended}/{lessons} · 等 {wait} · {channel}",
        "#{number} {name} · bought {paid} times · attended {attended}/{lessons} · waits {wait} · {channel}",
    ),
    "pool.wait_days": ("{number} 天", "{number} d"),
    "pool.wait_hours": ("{number} 小时", "{number} h"),
    "pool.hint": ("领取：领取 #编号", "To claim: claim #number"),
    "pool.empty": ("{pool}现在没有人待领。你持有 {held}/{limit}。", "The {pool} is empty. You hold {held}/{limit}."),
    "pool.first_only": (
        "只列出最好的 {shown} 人，共 {number} 人；领走几位再看。",
        "The best {shown} of {number}; claim some and look again.",
    ),
    "pool.view_cap": (
        "今天已看 {number} 位，到了每日上限。明天再看，或先跟进已领的：我的客户",
        "You have looked at {number} today, the daily limit. Try tomorrow, or: mine",
    ),
    "pool.problem_pool": ("没有“{text}”这个公海，只有：转化、续报。", "No pool “{text}”: conversion or renewal."),
    # 领取
    "pool.claimed": ("领取成功（{held}/{limit}）", "Claimed ({held}/{limit})"),
    "pool.claimed_here": ("#{number} 由 {member} 领取了。", "#{number} was claimed by {member}."),
    "pool.who": ("{name} #{number} · {cohort}", "{name} #{number} · {cohort}"),
    "pool.reach_friend": ("已是你的企业微信好友，直接聊。", "You are friends in WeCom already."),
    "pool.reach_teacher": (
        "怎么加：请班主任 {teacher} 推荐名片，或由其在会话里引荐。",
        "To reach: ask class teacher {teacher} to introduce you.",
    ),
    "pool.reach_none": ("还没有人加到好友。", "Nobody is friends with them yet."),
    "pool.story": (
        "到课 {attended}/{to_attend}，完课 {completed}/{to_complete}，渠道 {channel}",
        "Attended {attended}/{to_attend}, completed {completed}/{to_complete}, from {channel}",
    ),
    "pool.story_rating": ("第{seq}课 {stars} 星{words}", "Lesson {seq}: {stars}{words}"),
    "pool.story_ratings": ("评分：{ratings}", "Ratings: {ratings}"),
    "pool.story_questions": ("提问：{questions}", "Asked: {questions}"),
    "pool.story_note": ("{at} {author}：{text}", "{at} {author}: {text}"),
    "pool.story_notes": ("备注与跟进：", "Notes:"),
    "pool.next_step": (
        "记跟进：跟进 #{number} 内容；成交：成交 #{number} 课程 金额",
        "Then: follow #{number} text; sold: sold #{number} course amount",
    ),
    "pool.refused_mine": ("#{number} 已经是你的客户（{at} 领取）。", "#{number} is yours already (since {at})."),
    "pool.refused_taken": ("#{number} 已被 {member} 于 {at} 领取。", "#{number} was claimed by {member} at {at}."),
    "pool.refused_sold": ("#{number} 已于 {at} 成交，不再可领。", "#{number} bought at {at} and cannot be claimed."),
    "pool.refused_withdrawn": ("#{number} 已撤出公海（{at}），不再可领。", "#{number} left the pool ({at})."),
    "pool.refused_cool_down": (
        "#{number} 是你退回的，{at} 之后才能再领，先让给同事。",
        "You gave #{number} back; you may claim again after {at}.",
    ),
    "pool.refused_quota": (
        "配额满了：你持有 {held}/{limit}。有舍才有得，先退回一位再领。",
        "Your quota is full: {held}/{limit}. Give one back first.",
    ),
    "pool.offer_head": ("最不可能成交的几位：", "Least likely to buy:"),
    "pool.offer": (
        "退回 #{number} 理由 ← {name} 到课 {attended}，{at} 领取",
        "return #{number} reason ← {name}, attended {attended}, since {at}",
    ),
    "pool.refused_day_cap": (
        "今天已领 {number} 位，到了每日上限，明天再领。",
        "You have claimed {number} today, the daily limit. Try tomorrow.",
    ),
    "pool.gone": ("这张卡已经过时了。回复“公海”看现在的名单。", "This card is out of date. Reply “pool”."),
    "pool.not_in_pool": (
        "#{number} 不在公海里：现在{place}，由班主任{teacher}跟进。回复“公海”看能领取的。",
        "#{number} is in no pool: {place}, looked after by {teacher}. Reply “pool” for those to claim.",
    ),
    "pool.unknown_number": (
        "没有 #{number} 这位学员。回复“公海”看能领取的。",
        "There is no learner #{number}. Reply “pool” for those to claim.",
    ),
    "pool.paid_already": ("#{number} 已于 {at} 成交，不再可领。", "#{number} bought at {at} and cannot be claimed."),
    # 我的客户 跟进 退回
    "pool.mine_head": ("我的客户 {held}/{limit}", "My customers {held}/{limit}"),
    "pool.mine_item": (
        "#{number} {name} · 到课 {attended}/{lessons} · {at} 领取 · {follow}",
        "#{number} {name} · attended {attended}/{lessons} · since {at} · {follow}",
    ),
    "pool.mine_follow": ("{at} 跟进：{text}", "{at}: {text}"),
    "pool.mine_no_follow": ("还没跟进", "no follow-up yet"),
    "pool.mine_empty": ("你还没有客户（配额 {limit}）。回复“公海”看看。", "No customers yet (quota {limit}). Reply “pool”."),
    "pool.not_yours": ("#{number} 不是你的客户。先领取，或看：我的客户", "#{number} is not your customer. See: mine"),
    "pool.followed": ("已记下 {name}#{number} 的跟进。", "Noted for {name}#{number}."),
    "pool.returned": (
        "已把 {name}#{number} 退回公海，{days} 天内你不能再领。现在持有 {held}/{limit}。",
        "{name}#{number} is back in the pool; you cannot claim them for {days} days. You hold {held}/{limit}.",
    ),
    # 放弃
    "pool.give_up_done": ("已把 {name}#{number} 转入转化公海，销售会接手。", "{name}#{number} is in the pool now."),
    "pool.give_up_paid": ("{name}#{number} 已成交，不能放弃。", "{name}#{number} has paid and is not given up."),
    "pool.give_up_in_pool": ("{name}#{number} 已经在公海里了。", "{name}#{number} is in a pool already."),
    "pool.give_up_moved_on": ("{name}#{number} 已不在你的班里，不能放弃。", "{name}#{number} is not in your class any more."),
}
