"""Words of sheets sent to the robot: what may stand in them, what was wrong, the preview, the import."""

PHRASES = {
    "sheet.kind_roster": ("名单", "roster"),
    "sheet.kind_attendance": ("到课表", "attendance sheet"),
    "sheet.kind_orders": ("订单表", "order sheet"),
    "sheet.no_name": ("未命名的表格", "unnamed sheet"),
    "sheet.list_separator": ("、", ", "),
    # 表格格式
    "sheet.format_head": (
        "把表格（xlsx 或 csv）单聊发给机器人，确认后导入。第一行写列名，顺序随意，多余的列不影响：",
        "Send a sheet (xlsx or csv) to the robot, alone with it; it is imported after you confirm. Column names in the first "
        "row, in any order; other columns do no harm:",
    ),
    "sheet.format": (
        "【{kind}】必填：{needed}；可填：{optional}。{note}",
        "[{kind}] needed: {needed}; optional: {optional}. {note}",
    ),
    "sheet.format_roster": (
        "期写代码或名称；班主任不写班就进自己的班。",
        "The cohort by code or name; without a class a class teacher's rows join their own.",
    ),
    "sheet.format_attendance": (
        "观看时长写分钟；签到写 是/否。只写姓名也行，重名时加手机或学员编号。",
        "Minutes watched; check-in yes/no. A name will do; where two have it add a phone or a learner number.",
    ),
    "sheet.format_orders": (
        "金额写元；退款写退了多少元，或“全额”。找不到学员的订单先存着，等人出现自动记上。",
        "Amounts in yuan; a refund as the sum given back, or “全额” for all. Orders of unknown people wait until they are known.",
    ),
    "sheet.format_foot": (
        "每张最多 10000 行、20 MB。手机号和订单号的列请设成“文本”。同一张表发两次不会重复导入。",
        "At most 10,000 rows and 20 MB. Make columns of phones and order numbers “text”. The same file twice changes nothing.",
    ),
    # the file as a whole
    "sheet.refused": ("《{name}》没有导入：{why}", "“{name}” was not imported: {why}"),
    "sheet.not_sender": (
        "这张表是 {who} 发的，只能由 Ta 确认或放弃。要由你来导入，请自己把文件发给机器人。",
        "{who} sent this sheet, so only they can confirm or discard it. To import it yourself, send the file to the robot.",
    ),
    "sheet.not_allowed": ("{kind}要由{positions}来导入。", "the {kind} may be imported by: {positions}."),
    "sheet.imported_before": (
        "内容一样的表 {who} 在 {at} 已经导入过（《{name}》），什么都没有再改。改过的表可以直接再发。",
        "{who} imported exactly this content at {at} (“{name}”); nothing was changed again. A changed sheet can be sent.",
    ),
    "sheet.file_gone": (
        "企业微信的下载链接只有 5 分钟有效，已经过期。请再发一次。",
        "WeCom's link to the file lives 5 minutes and is gone. Please send it again.",
    ),
    "sheet.file_not_fetched": ("没能从企业微信下载。请再发一次。", "it could not be fetched from WeCom. Please send it again."),
    "sheet.file_garbled": (
        "文件解不开。请再发一次；还不行请管理员核对机器人的 EncodingAESKey。",
        "it cannot be decrypted. Send it again; else have an operator check the robot's EncodingAESKey.",
    ),
    "sheet.file_too_large": ("超过 20 MB。请分成几个文件再发。", "it is over 20 MB. Split it into several files."),
    "sheet.file_too_much": (
        "解开后太大了。请只留要导入的那张表，另存后再发。",
        "it unpacks to too much. Keep only the sheet to import and save it anew.",
    ),
    "sheet.file_too_long": ("超过 {most} 行。请分成几个文件再发。", "it has more than {most} rows. Split it into several files."),
    "sheet.file_empty": ("里面什么都没有。", "it is empty."),
    "sheet.file_no_rows": ("只有列名，没有数据行。", "it has column names and no rows."),
    "sheet.file_no_sheet": (
        "这不是表格。请发 xlsx 或 csv（回复“表格格式”看要哪些列）。",
        "it is no sheet. Send xlsx or csv (“sheets” tells the columns).",
    ),
    "sheet.file_old": (
        "这是旧格式（xls、xlsb）或加了密码的文件。请去掉密码，另存为 xlsx 再发。",
        "it is of an old format (xls, xlsb) or has a password. Remove the password and save it as xlsx.",
    ),
    "sheet.file_locked": ("文件加了密码。请去掉密码再发。", "it has a password. Remove it and send it again."),
    "sheet.file_broken": (
        "文件打不开，可能坏了。请用 Excel 或 WPS 打开后另存为 xlsx 再发。",
        "it cannot be opened. Open it in a spreadsheet program, save it as xlsx and send that.",
    ),
    "sheet.file_unknown": (
        "没认出是什么表，看到的列名是：{columns}。回复“表格格式”看每种表要哪些列。",
        "no kind of sheet has these columns: {columns}. “sheets” tells what is needed.",
    ),
    "sheet.file_missing": (
        "像是{kind}，还缺列：{missing}（有的列：{columns}）。补上再发；回复“表格格式”看全部列名。",
        "it looks like a {kind} but lacks: {missing} (there is: {columns}). Add it; “sheets” tells all names.",
    ),
    # the preview
    "sheet.checking": ("收到《{name}》，{rows} 行，正在核对…", "Got “{name}”, {rows} rows; checking…"),
    "sheet.preview": (
        "《{name}》是{kind}，{total} 行：新增 {new} · 变更 {changed} · 已有 {known} · 有误 {bad}",
        "“{name}” is a {kind} of {total} rows: {new} new · {changed} changed · {known} known · {bad} bad",
    ),
    "sheet.unread": (
        "文件里还有 {number} 张工作表没有读，要导入请另存成单独的文件再发。",
        "{number} more sheets of the file were not read; save each as a file of its own and send it.",
    ),
    "sheet.bad_head": ("有误的行不导入：", "Bad rows are left out:"),
    "sheet.bad_row": ("第 {n} 行 {reason}", "Row {n} {reason}"),
    "sheet.bad_cell": ("{column}：{reason}", "{column}: {reason}"),
    "sheet.bad_foot": (
        "改好后整张表再发一次就行，已导入的不会重复。",
        "Correct them and send the whole sheet again; nothing is imported twice.",
    ),
    "sheet.nothing_to_do": ("全都已有，没有要导入的。", "All of it is known; there is nothing to import."),
    "sheet.nothing_good": ("没有可以导入的行。", "There is no row to import."),
    "sheet.card_title": ("导入这张{kind}？", "Import this {kind}?"),
    "sheet.card_all": ("24 小时内有效", "Valid for 24 hours"),
    "sheet.card_bad": ("有误的 {bad} 行不导入。24 小时内有效", "{bad} bad rows are left out. Valid for 24 hours"),
    "sheet.field_new": ("新增", "New"),
    "sheet.field_changed": ("变更", "Changed"),
    "sheet.confirm": ("确认导入", "Import"),
    "sheet.drop": ("放弃", "Discard"),
    "sheet.card_confirmed": ("已确认，正在导入 {rows} 行", "Confirmed, importing {rows} rows"),
    "sheet.card_confirmed_by_app": (
        "已确认，正在导入 {rows} 行，结果会发到你的应用消息",
        "Confirmed, importing {rows} rows; the result comes as an app message",
    ),
    "sheet.card_dropped": ("已放弃，什么都没有导入", "Discarded, nothing was imported"),
    "sheet.card_replaced": ("这张表又发了一次，请看新的那张卡片", "The sheet was sent again, see the newer card"),
    "sheet.card_expired": ("超过 24 小时没有确认，请再发一次", "Not confirmed within 24 hours; send it again"),
    # the import
    "sheet.quarter": ("《{name}》导入中：{done}/{total}", "Importing “{name}”: {done}/{total}"),
    "sheet.done": (
        "《{name}》导入完成：{rows} 行（新增 {new} · 变更 {changed}），已有 {known} 行没动。",
        "“{name}” is imported: {rows} rows ({new} new · {changed} changed), {known} known ones left as they are.",
    ),
    "sheet.done_parked": (
        "{rows} 行暂时对不上人，先存着，等学员出现自动记上。",
        "{rows} rows wait for somebody we do not know yet and are applied when they appear.",
    ),
    "sheet.done_failed": (
        "{rows} 行出错没导成，已通知管理员，修好会自动补上。",
        "{rows} rows failed; an operator has been told, they are applied after the fix.",
    ),
    "sheet.done_bad": (
        "{rows} 行有误没有导入，改好再发整张表就行。",
        "{rows} bad rows were left out; correct and send it again.",
    ),
    "sheet.mark_reason": ("表格《{name}》", "sheet “{name}”"),
    # 导入记录
    "sheet.list_head": ("最近的导入：", "The latest imports:"),
    "sheet.list_none": ("还没有导入过表格。回复“表格格式”看怎么做。", "Nothing was imported yet. “sheets” tells how."),
    "sheet.list_line": ("{at} {who}《{name}》{kind}：{ended}", "{at} {who} “{name}” {kind}: {ended}"),
    "sheet.list_done": ("导入 {rows} 行，有误 {bad} 行", "{rows} rows imported, {bad} bad"),
    "sheet.list_running": ("正在导入", "being imported"),
    # one cell
    "sheet.bad_empty": ("没有填（合并的单元格只算第一格）", "is empty (of merged cells only the first counts)"),
    "sheet.bad_nobody": ("没有填，不知道是谁", "is empty; nobody knows who it is"),
    "sheet.bad_phone": ("是 {length} 位数字，手机号应为 11 位", "has {length} digits; a mobile number has 11"),
    "sheet.bad_number_lost": (
        "数字位数已被表格软件丢掉（如 1.38E+10），请把这列设成“文本”重新填",
        "lost digits in the spreadsheet (like 1.38E+10); make the column “text” and fill it in again",
    ),
    "sheet.bad_error_cell": ("公式出错 {text}", "holds the error {text}"),
    "sheet.bad_formula": (
        "公式还没有算出结果，用 Excel 或 WPS 打开、保存后再发",
        "is a formula without its value; open and save the file in a spreadsheet program",
    ),
    "sheet.bad_id": ("“{text}”里有空格或看不见的字符", "“{text}” holds blanks or unseen characters"),
    "sheet.bad_too_long": ("太长了（{length} 字），最多 {limit} 字", "is too long ({length} characters, at most {limit})"),
    "sheet.bad_whole": ("“{text}”不是 {least} 到 {most} 的整数", "“{text}” is no whole number from {least} to {most}"),
    "sheet.bad_lesson": ("“{text}”看不出是第几课，写 3 或 第3课", "“{text}” names no lesson; write 3"),
    "sheet.bad_amount": ("“{text}”不是金额，写元，如 1999 或 1999.50", "“{text}” is no amount; yuan, like 1999 or 1999.50"),
    "sheet.bad_amount_range": ("“{text}”不在 0.01 到 1 亿元之间", "“{text}” is not between 0.01 and 100 million yuan"),
    "sheet.bad_amount_fraction": ("“{text}”比分还小", "“{text}” is finer than a fen"),
    "sheet.bad_duration": (
        "“{text}”不是时长，写分钟，如 45 或 0:45:00（最多 24 小时）",
        "“{text}” is no duration; minutes, like 45 or 0:45:00 (at most 24 hours)",
    ),
    "sheet.bad_yes_no": ("“{text}”看不懂，写 是 或 否", "“{text}”: write yes or no"),
    "sheet.bad_moment": ("“{text}”不是日期，写 2026-12-01 20:00", "“{text}” is no date; write 2026-12-01 20:00"),
    "sheet.bad_refund_more": ("退的比付的多", "more is given back than was paid"),
    # the row as a whole
    "sheet.row_twice": ("和第 {n} 行重复", "is the same as row {n}"),
    "sheet.row_unknown_cohort": ("没有“{text}”这一期（在开的：{known}）", "there is no cohort “{text}” (running: {known})"),
    "sheet.row_cohort_closed": ("{text} 已结营，不能再报名", "{text} is closed"),
    "sheet.row_unknown_camp": ("没有“{text}”这个训练营", "there is no camp “{text}”"),
    "sheet.row_no_open_cohort": ("{text} 现在没有可报名的营期", "{text} has no cohort that takes learners"),
    "sheet.row_unknown_class": ("{cohort} 没有“{text}”班（有：{known}）", "{cohort} has no class “{text}” (there is: {known})"),
    "sheet.row_not_your_class": ("{text}班不是你的班，请主管来导入", "{text} is not your class; ask a manager"),
    "sheet.row_which_class": ("你在 {cohort} 带几个班，写上是哪个班", "you have several classes in {cohort}: name one"),
    "sheet.row_no_class_of_yours": ("{cohort} 没有你带的班", "you have no class in {cohort}"),
    "sheet.row_other_class": ("已在别的班主任班里，要换班请主管来导入", "is in somebody else's class; ask a manager"),
    "sheet.row_unknown_channel": ("没有“{text}”这个渠道（有：{known}）", "there is no channel “{text}” (there is: {known})"),
    "sheet.row_unknown_lesson": (
        "{cohort} 没有第 {lesson} 课（有：{known}）",
        "{cohort} has no lesson {lesson} (there is: {known})",
    ),
    "sheet.row_not_begun": ("第 {lesson} 课还没开始", "lesson {lesson} has not begun"),
    "sheet.row_not_enrolled": ("没有报 {cohort}，先导入名单", "is not enrolled in {cohort}; import the roster first"),
    "sheet.row_not_yours": (
        "不是你的学员，请 Ta 的班主任或主管来导入",
        "is not your learner; ask their class teacher or a manager",
    ),
    "sheet.row_unknown_number": ("没有编号 #{number} 的学员", "there is no learner #{number}"),
    "sheet.row_unknown_person": ("没有这个学员，先导入名单", "is nobody we know; import the roster first"),
    "sheet.row_nobody_named": ("这一期没有叫“{text}”的（{number} 人）", "nobody in the cohort is called “{text}” ({number})"),
    "sheet.row_several_named": (
        "这一期叫“{text}”的有 {number} 人，加上手机或学员编号",
        "{number} in the cohort are called “{text}”; add a phone or the learner's number",
    ),
    "sheet.row_unknown_seller": (
        "没有“{text}”这个员工（写 userid 或姓名）",
        "there is no staff member “{text}” (userid or name)",
    ),
    "sheet.row_not_your_sale": ("写的销售是 {text}，只能导入自己的成交", "is {text}'s sale; you may import your own"),
    "sheet.row_not_your_refund": ("不是你的成交，退款请主管来导入", "is not your sale; a refund is imported by a manager"),
    "sheet.row_order_no_amount": ("是新订单，没有填金额", "is a new order without an amount"),
    "sheet.row_order_no_course": ("是新订单，没有填商品", "is a new order without a product"),
    "sheet.row_order_no_buyer": ("是新订单，没有填手机或外部联系人", "is a new order without a phone or external contact"),
    "sheet.row_order_amount": (
        "这个订单记的是 {known}，表里是 {told}，没有改，请核对",
        "the order stands at {known}, the sheet says {told}; nothing is changed, please look",
    ),
    "sheet.row_order_buyer": ("这个订单是 #{number} 的，和表里不是同一个人", "the order is #{number}'s, somebody else than here"),
    "sheet.row_refund_more": ("付了 {known}，表里退 {told}", "{known} was paid, the sheet gives back {told}"),
}
