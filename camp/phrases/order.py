"""Words of orders and refunds."""

PHRASES = {
    "order.teacher_told": ("成交：{name}#{number} 买了 {course}，{amount}。", "Sold: {name}#{number} bought {course}, {amount}."),
    "order.owner_told": (
        "你的客户 {name}#{number} 成交了：{course}，{amount}，已记在你名下，不占配额了。",
        "Your customer {name}#{number} bought {course}, {amount}. It counts for you.",
    ),
    "order.refunded_part": (
        "{name}#{number} 部分退费 {amount}（{course}），还剩 {net}。",
        "{name}#{number}: {amount} refunded in part ({course}), {net} left.",
    ),
    "order.refunded_back": (
        "{name}#{number} 已退费 {amount}（{course}），现在：{place}。请联系一下。",
        "{name}#{number}: {amount} refunded ({course}); now {place}. Please get in touch.",
    ),
    "order.todo_refunded": ("退费了，问问原因：{name}（{course}，{amount}）", "Refunded, ask why: {name} ({course}, {amount})"),
    "order.conflict": (
        "订单 {order_no} 前后不一致：已记 {known}，又收到 {told}。没有改动，请核对。",
        "Order {order_no} disagrees: {known} on record, now told {told}. Nothing was changed.",
    ),
    "order.bad_event": (
        "订单事件没法用：{reason}（{source} / {event_id}）。已放进待匹配名单。",
        "An order event cannot be used: {reason} ({source} / {event_id}). It is kept among the unmatched.",
    ),
}
