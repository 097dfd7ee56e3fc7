"""Words about questions: to the learner who asks, and to the member who answers."""

PHRASES = {
    "question.how": (
        "想问老师什么？请回复“提问 内容”，比如：提问 作业交到哪里？",
        "What would you like to ask? Reply “ask …”, for example: ask where do I hand in homework?",
    ),
    "question.waiting": ("还有 {number} 个问题在等老师回复。", "{number} of your questions wait for an answer."),
    "question.asked": (
        "问题已转给 {member}，回复会直接发到这里。",
        "Your question went to {member}; the answer will come here.",
    ),
    "question.nobody": (
        "问题已记下，现在没有老师在岗，安排好后会回复你。",
        "Your question is kept; nobody is on duty now, you will be answered once somebody is.",
    ),
    "question.to_member": (
        "{name} #{learner} 提问（问题 {question}）：\n{text}\n回复：回答 #{question} 内容",
        "{name} #{learner} asks (question {question}):\n{text}\nReply: 回答 #{question} …",
    ),
    "question.answer": (
        "{name} 回复你：\n{answer}\n（你问的是：{question}）",
        "{name} answers:\n{answer}\n(You asked: {question})",
    ),
    "question.sent": ("已回复 {name} #{learner}。", "Sent to {name} #{learner}."),
    "question.kept": (
        "{name} #{learner}：对方 48 小时内没有说过话，请在微信里直接回复。这条已存下，TA 再来说话时会自动发出。",
        "{name} #{learner} has not written within 48 hours: please answer in WeChat. This is kept and sent when they write.",
    ),
    "question.kept_spent": (
        "{name} #{learner}：微信只让连续发 5 条，已用完，请在微信里直接回复。这条已存下，TA 再来说话时会自动发出。",
        "{name} #{learner}: WeChat allows 5 messages in a row and they are used up; please answer in WeChat. "
        "This is kept and goes out when they write again.",
    ),
    "question.not_delivered": (
        "你给 {name} #{learner} 的回复（问题 {question}）没有送达，请在微信里直接回复。TA 再来说话时也会自动再发一次。",
        "Your answer to {name} #{learner} (question {question}) did not arrive; please answer in WeChat. "
        "It is sent again when they write.",
    ),
    "question.answer_text": ("回答内容", "the answer"),
    "question.unknown": ("没有编号 {question} 的问题。回复“待办”看还没回答的。", "There is no question {question}."),
    "question.not_yours": (
        "问题 {question} 是 {name} #{learner} 提给 {member} 的，请转告 TA 回答。",
        "Question {question} of {name} #{learner} was put to {member}; please tell them.",
    ),
    "question.answered_before": (
        "问题 {question} 已由 {member} 在 {at} 回答过。要补充请在微信里直接发给 {name}。",
        "Question {question} was answered by {member} at {at}. To add something write to {name} in WeChat.",
    ),
}
