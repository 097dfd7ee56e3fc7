"""Words of to-dos (待办)."""

PHRASES = {
    "todo.card_title": ("{member}的待办 {number} 件", "{number} to-dos of {member}"),
    "todo.card_line": ("{number}：{person}", "{number}: {person}"),
    "todo.button": ("完成 {number}", "Done {number}"),
    "todo.card_done": ("都做完了", "all done"),
    "todo.first_line": ("待办 {number} 件，回复“待办”查看", "{number} to-dos, reply “todo” to see them"),
    "todo.none": ("没有待办，都做完了。", "Nothing left to do."),
    "todo.head": (
        "待办 {number} 件，做完回复“完成 {first}”这样的编号",
        "{number} to-dos; reply like “done {first}” when one is done",
    ),
    "todo.line": ("{number}. {text}（{at}）", "{number}. {text} ({at})"),
    "todo.line_learner": ("{number}. {person}：{text}（{at}）", "{number}. {person}: {text} ({at})"),
    "todo.close_done": ("已完成：{text}。还剩 {left} 件。", "Done: {text}. {left} left."),
    "todo.close_before": ("这件之前已经完成了：{text}。", "That one was done before: {text}."),
    "todo.close_unknown": (
        "你没有编号 {number} 的待办。回复“待办”看编号。",
        "You have no to-do {number}. Reply “todo” for the numbers.",
    ),
}
