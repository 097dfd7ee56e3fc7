"""Words of the internal groups in which the robot is at work: what a group is bound to, and what goes to one person alone."""

PHRASES = {
    "room.sent_to_you": ("已私发给你。", "Sent to you alone."),
    "room.sent_by_app": ("已私发给你，在应用消息里。", "Sent to you alone, as an app message."),
    "room.class": ("{cohort} {group}班", "{cohort}, class {group}"),
    "room.bound": (
        "本群已绑定：{what}。这里的指令不写期次就指它；学员姓名在群里只显示一个字，细节我私发给提问的人。",
        "This group is bound to {what}. Commands here mean it when they name no cohort; learners' names are masked in the group, "
        "details go to whoever asked, alone.",
    ),
    "room.replaced_from": ("本群原来绑定 {what}（{member} {at}），", "This group was bound to {what} (by {member}, {at}); "),
    "room.replaced_by": ("现在改为：{what}。", "from now on to {what}."),
    "room.same": (
        "本群已经绑定 {what}（{member} {at}），没有变化。",
        "Bound to {what} already (by {member}, {at}); nothing changes.",
    ),
    "room.is_bound": ("本群绑定：{what}（{member} {at}）。", "This group is bound to {what} (by {member}, {at})."),
    "room.not_bound": (
        "本群还没有绑定。主管或班主任发“绑定 期 [班]”，或主管发“绑定 公海”。",
        "This group is bound to nothing. A manager or the class teacher sends “bind COHORT [CLASS]”, a manager also “bind pool”.",
    ),
    "room.unbound": (
        "已解绑：{what}。这里的指令要写明期次了。",
        "No longer bound to {what}; commands here name their cohort now.",
    ),
    "room.only_in_groups": ("请在要绑定的群里 @我 说这句。", "Say this in the group itself, and mention me."),
    "room.unknown": ("没有期次“{text}”。现有：{known}。", "There is no cohort “{text}”. There are: {known}."),
    "room.no_class": ("{cohort} 没有“{text}”班。现有：{known}。", "{cohort} has no class “{text}”. There are: {known}."),
    "room.choose_class": (
        "{cohort} 有你的几个班：{known}。请写明班级，如“绑定 {code} {first}”。",
        "You have several classes in {cohort}: {known}. Name one: “bind {code} {first}”.",
    ),
    "room.not_your_class": (
        "{what} 不是你的班。班主任只能绑定自己的班，其他的请主管来绑。",
        "{what} is not yours. A class teacher binds their own classes; ask a manager for others.",
    ),
    "room.not_your_pool": ("公海请主管来绑。", "Ask a manager to bind a pool."),
    "room.not_your_binding": (
        "本群绑定的是 {what}（{member} {at}），不是你的班，请主管来改。",
        "This group is bound to {what} (by {member}, {at}), which is not yours; ask a manager.",
    ),
    "room.none_of_yours": (
        "本群绑定的是 {what}，里面没有你的学员。看你自己的请写明期次：{code}。",
        "This group is bound to {what}, where no learner is yours. For your own name the cohort: {code}.",
    ),
    "room.of_somebody": (
        "这张卡片是给{member}的。要提醒你的学员，发“{command}”。",
        "This card is for {member}. To remind your learners send “{command}”.",
    ),
    "room.instead_of_group": (
        "（绑定 {what} 的群里发不进去，改发到这里）",
        "(It could not be said in the group bound to {what}, so it comes here)",
    ),
    "room.cannot_speak": (
        "我在绑定 {what} 的群里说不了话（企业微信错误码 {errcode}），要在群里说的已改发应用消息。\n"
        "请到群里 @我 说一句“你好”；我不在群里了，就先把我加回去。",
        "I cannot speak in the group bound to {what} (WeCom errcode {errcode}); what was for it went out as app messages.\n"
        "Mention me there once (“hello”); if I am not in the group any more, add me first.",
    ),
    "room.to": ("{names}：{words}", "{names}: {words}"),
    "room.rest_by_app": ("结果会发到你的应用消息。", "The result comes to you as an app message."),
    "room.rest_in_group": ("结果会发到绑定 {what} 的群里。", "The result comes to the group bound to {what}."),
}
