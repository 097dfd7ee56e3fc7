"""Words of the robot people talk to, and of its connection."""

PHRASES = {
    "robot.wait": ("稍等，正在查…", "One moment…"),
    "robot.still_busy": ("还没办完，办好了再发给你。", "Not done yet; the result will follow."),
    "robot.maybe_said": (
        "和智能机器人的连接断了一下，下面这条可能已经发过：",
        "The robot's connection was cut for a moment; you may have seen this already:",
    ),
    "robot.not_said": (
        "智能机器人有一条群消息没发出去（{errcode}），也没有别的人可以转告。`wecamp outbox list` 可以看是哪一条。",
        "The robot could not say something in a group ({errcode}), and nobody else is to be told. "
        "`wecamp outbox list` shows what it was.",
    ),
    "robot.unknown_person": (
        "企业微信没有告诉我你是谁（身份是加密的，换不出成员账号）。请在“营伴”应用里说，或请管理员把你加进应用的可见范围，一小时后再试。",
        "WeCom did not tell me who you are (an encrypted id that belongs to no member). Please write to the WeCamp app instead, "
        "or ask an administrator to add you to the app's visible range and try again in an hour.",
    ),
    "robot.cannot_ask": (
        "现在换不出你的成员账号（企业微信没有应答）。请过几分钟再说，或在“营伴”应用里说。",
        "Who you are cannot be looked up right now (WeCom does not answer). Please try again in a few minutes, or use the app.",
    ),
    "robot.judged_bad": (
        "{member} 觉得智能机器人的一条回答没帮上忙{words}",
        "{member} found an answer of the robot no help{words}",
    ),
    "robot.judged_because": ("：{words}", ": {words}"),
    # wecamp doctor
    "robot.doctor_none": ("智能机器人：没有配置 [wecom.aibot]", "intelligent robot: none in [wecom.aibot]"),
    "robot.doctor_never": ("从来没有", "never"),
    "robot.doctor_url": ("智能机器人（回调）：最近一次收到消息 {heard}", "intelligent robot (callback): last heard {heard}"),
    "robot.doctor_url_remedy": (
        "企业微信还没有调过 https://你的域名/wecom/aibot：管理后台 → 智能机器人 → API 模式 → 用 URL 回调，"
        "填这个地址和 Token、密钥；再去和它说句话",
        "WeCom has not called https://your.domain/wecom/aibot yet: console > Intelligent robot > API mode > URL callback, enter "
        "this address, Token and key; then say something to it",
    ),
    "robot.doctor_up": (
        "智能机器人（长连接）：已连上，最近一次收到消息 {heard}",
        "intelligent robot (socket): up, last heard {heard}",
    ),
    "robot.doctor_down": (
        "智能机器人（长连接）：断着，正在重连（{errcode}）。检查网络能否访问 [wecom.aibot] socket_url",
        "intelligent robot (socket): down, connecting again ({errcode}). Can the network reach [wecom.aibot] socket_url?",
    ),
    "robot.doctor_taken": (
        "智能机器人（长连接）：被另一个程序接走，已停下。停掉另一个程序，再重启 wecamp",
        "intelligent robot (socket): another program took it over. Stop that one, then restart wecamp",
    ),
    "robot.doctor_refused": (
        "智能机器人（长连接）：企业微信不认 bot_id 或 secret（{errcode}），已停下。核对 [wecom.aibot]，再重启 wecamp",
        "intelligent robot (socket): WeCom does not take bot_id or secret ({errcode}). Check [wecom.aibot], then restart wecamp",
    ),
    "robot.doctor_silent": (
        "智能机器人（长连接）：没有在运行的 wecamp serve 连着它。请启动 wecamp serve",
        "intelligent robot (socket): no running wecamp serve holds it. Start wecamp serve",
    ),
    "robot.taken": (
        "智能机器人的长连接被另一个程序接走了，营伴不会去抢。\n"
        "如果不是你们有意的：停掉另一个程序，再重启 wecamp。`wecamp doctor` 可以看状态。",
        "Another program took over the robot's long connection; WeCamp does not fight for it.\n"
        "If nobody meant to: stop the other program, then restart wecamp. `wecamp doctor` shows how it stands.",
    ),
    "robot.refused": (
        "智能机器人连不上：企业微信不认 bot_id 或 secret（{errcode}），试了 {times} 次，已停下。\n"
        "请核对 [wecom.aibot]（管理后台 → 智能机器人 → API 模式），改好后重启 wecamp。",
        "The robot cannot connect: WeCom does not take bot_id or secret ({errcode}), {times} tries, given up.\n"
        "Check [wecom.aibot] (console > Intelligent robot > API mode), then restart wecamp.",
    ),
}
