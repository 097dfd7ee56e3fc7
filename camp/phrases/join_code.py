"""Words about join codes, and about the chats that open behind them."""

PHRASES = {
    "join_code.class": ("{code}班", "class {code}"),
    "join_code.channel": ("渠道：{channel}", "Channel: {channel}"),
    "join_code.foot": ("微信扫一扫，进班群", "Scan with WeChat to join the class group"),
    "join_code.new": (
        "{title}{channel} 的入群码正在做，图片几秒后{where}。群满了企业微信会自动开新群。",
        "The join code of {title}{channel} is being made; the picture comes {where} in seconds. When the group is full WeCom "
        "opens the next by itself.",
    ),
    "join_code.known": (
        "{title}{channel} 的入群码（还是原来那张，已有 {number} 人扫码在群），图片{where}。",
        "The join code of {title}{channel} (the same as before, {number} in the group came by it); the picture comes {where}.",
    ),
    "join_code.comes_by_app": ("发到应用消息里", "as an app message"),
    "join_code.comes_here": ("发到这里", "here"),
    "join_code.of_channel": (" · {channel}", " · {channel}"),
    "join_code.in_words": (
        "{title} 的入群码：图片没做成，打开这个链接就能看到二维码：\n{url}",
        "The join code of {title}: the picture could not be made, this link shows the QR code:\n{url}",
    ),
    "join_code.refused": (
        "{title} 的入群码没做成：{why}。请稍后再发一次；一直不行就请管理员检查客户联系权限和群主是否在可见范围。",
        "The join code of {title} could not be made: {why}. Try again later; if it keeps failing ask the operator to check the "
        "customer contact rights and that the owner of the group is in the app's visible range.",
    ),
    "join_code.expired": ("企业微信没有及时回答", "WeCom did not answer in time"),
    "join_code.errcode": ("企业微信拒绝（{code}）", "WeCom refused ({code})"),
    "join_code.no_chat": (
        "{title} 还没有班群（camp.toml 里没写 chat_id，或群已解散），先建群再要码。",
        "{title} has no group chat yet (no chat_id in camp.toml, or it was dissolved). Make the group first.",
    ),
    "join_code.not_yours": (
        "{cohort} 没有你带的班，入群码由本班班主任或主管要。",
        "You have no class in {cohort}; its class teacher or a manager can ask for the code.",
    ),
    "join_code.which_class": (
        "请写明班：{classes}（一个码最多进 5 个群）。例如：入群码 {cohort} {first}",
        "Name the class: {classes} (one code leads into 5 groups at most). Example: join code {cohort} {first}",
    ),
    "join_code.unknown_word": (
        "“{text}”不是营期，也不是 {cohort} 的渠道或你的班。营期：{cohorts}；渠道：{channels}；班：{classes}。",
        "“{text}” is no cohort, and no channel or class of yours in {cohort}. Cohorts: {cohorts}; channels: {channels}; "
        "classes: {classes}.",
    ),
    "join_code.unknown_class": (
        "“{text}”不是营期，也不是 {cohort} 里你的班。营期：{cohorts}；班：{classes}。",
        "“{text}” is no cohort, and no class of yours in {cohort}. Cohorts: {cohorts}; classes: {classes}.",
    ),
    "join_code.none": ("（无）", "(none)"),
    "join_code.opened": (
        "{title} 满了，企业微信自动开了新群“{chat}”，已算作 {code}班，名单和我的班里都能看到。",
        "{title} is full and WeCom opened “{chat}” by itself; it counts as class {code} and shows in the roster.",
    ),
}
