"""What to tell an operator about an errcode, one line per language: the missing right and its place in the console."""

from __future__ import annotations

from collections.abc import Mapping

UNKNOWN_WORDS = (
    "企业微信返回错误码 {code}，请查官方错误码表（文档 90313）",
    "WeCom answered errcode {code}; see the vendor's table (document 90313)",
)

WORDS: Mapping[int, tuple[str, str]] = {
    -2: ("企业微信接口超时，稍后自动重试", "WeCom did not answer in time; tried again by itself"),
    -3: ("连不上企业微信接口，请检查出口网络或 api_base_url", "WeCom cannot be reached; check egress and api_base_url"),
    -4: ("企业微信接口返回异常 HTTP 状态，稍后自动重试", "WeCom answered with an odd HTTP status; tried again by itself"),
    -5: ("返回内容不是 JSON，请检查 api_base_url 是否被代理改写", "the answer is no JSON; check api_base_url and proxies"),
    -6: ("暂时取不到 access_token，稍后自动重试", "no access token for now; tried again by itself"),
    -7: ("这条消息的内容无法组成请求，不会再发", "this intent cannot be turned into a request; it is not sent"),
    -8: ("分页没有尽头，已停止读取", "the pages of this answer do not end; reading was stopped"),
    -9: ("配置里没有这个机器人，请在 [wecom.robots] 里填写", "this robot is not configured; add it to [wecom.robots]"),
    -11: (
        "智能机器人的长连接断着，连上后再发；一直断着请运行 wecamp doctor",
        "the robot's long connection is down; sent once it is back. If it stays down run wecamp doctor",
    ),
    -10: ("不知道这次调用成功没有，不再重复", "nobody knows whether this call counted; it is not repeated"),
    40001: (
        "应用 Secret 不对、被重置或应用已停用：应用管理 → 应用 → Secret",
        "the app's secret is wrong or reset, or the app is off: console, App management > app > Secret",
    ),
    40013: ("CorpID 不对：我的企业 → 企业信息 → 企业 ID", "wrong CorpID: console, My company > Company info > Company ID"),
    40056: ("agentid 不对：应用管理 → 应用 → AgentId", "wrong agentid: console, App management > app > AgentId"),
    40057: (
        "回调地址不对：应用管理 → 应用 → 接收消息 → 设置 API 接收",
        "bad callback URL: App management > app > Receive messages",
    ),
    40098: ("成员未实名：请该成员在企业微信客户端完成实名", "the member is not real-name verified: do it in the WeCom client"),
    41045: ("联系我二维码数量用完：请删除不用的活码", "the quota of contact ways is used up: delete unused ones"),
    41054: (
        "成员未激活或未实名：通讯录 → 该成员，请其登录并完成实名",
        "the member is not activated or not real-name verified: Contacts > member; let them log in and verify",
    ),
    41055: ("入群欢迎语模板已满（100 条）：请删除旧模板", "group welcome templates are at their ceiling (100): delete old ones"),
    41095: ("获客链接数量已满：客户联系 → 获客助手", "acquisition links are at their ceiling: Customer contact > Acquisition"),
    43012: (
        "应用没有回调地址，不能发按钮卡片：应用管理 → 应用 → 接收消息 → 设置 API 接收",
        "the app has no callback URL, so no button cards: App management > app > Receive messages > API receiving",
    ),
    45009: ("调用太频繁，被暂时限制，到时自动继续", "asked too often, blocked for a while; goes on by itself"),
    48002: (
        "应用没有该接口权限：客户联系（或微信客服）→ API → 可调用接口的应用，勾选本应用",
        "the app may not call this API: Customer contact (or WeChat customer service) > API > Callable apps, tick this app",
    ),
    48005: ("该接口已下线，请升级程序", "this API is retired; upgrade the program"),
    48006: (
        "应用长期不用，接口权限被收回：应用管理 → 应用，重新启用",
        "rights withdrawn as the app idled: App management > app, enable again",
    ),
    48007: (
        "客服账号未授权给本应用：微信客服 → API → 可调用接口的应用",
        "kf account not granted: WeChat customer service > API > Callable apps",
    ),
    48009: (
        "通讯录同步接口不再允许新 IP 读取：管理工具 → 通讯录同步",
        "contacts sync is closed to new IPs: Admin tools > Contacts sync",
    ),
    50001: (
        "可信域名未配置：应用管理 → 应用 → 网页授权及 JS-SDK",
        "domain not trusted: App management > app > Web authorisation and JS-SDK",
    ),
    50002: (
        "成员不在权限范围：应用管理 → 应用 → 可见范围",
        "member outside the permission range: App management > app > Visible range",
    ),
    50003: ("应用已停用：应用管理 → 应用 → 启用", "the app is disabled: App management > app > Enable"),
    60011: (
        "对该成员、部门或标签没有权限：应用管理 → 应用 → 可见范围，加入相应成员或部门",
        "no right over that member, department or tag: App management > app > Visible range, add them",
    ),
    60020: (
        "服务器 IP 不在企业可信 IP：应用管理 → 应用 → 企业可信IP，添加出口 IP，约一分钟后生效",
        "this server's IP is not trusted: App management > app > Trusted IPs, add the egress IP; works after a minute",
    ),
    81013: (
        "收件人全部无效或不在可见范围：应用管理 → 应用 → 可见范围",
        "every recipient is invalid or out of sight: App management > app > Visible range",
    ),
    84061: ("成员与该客户不是好友，需客户重新添加", "member and customer are no friends; the customer must add the member again"),
    84074: (
        "成员没有客户联系权限：客户联系 → 权限配置 → 使用范围，加入该成员",
        "the member has no customer-contact right: Customer contact > Permissions > Range of use, add the member",
    ),
    93000: (
        "群机器人的 key 无效或机器人已被移除：在群里重新添加并更新 [wecom.robots]",
        "webhook key bad or robot removed: add it again in the group and update [wecom.robots]",
    ),
    93001: ("该群不允许机器人推送：群设置 → 消息推送", "the group refuses pushes: group settings > Message push"),
    93004: ("群机器人已停用：群设置 → 消息推送", "the robot is stopped: group settings > Message push"),
    93008: ("机器人不在群里：请重新添加", "the robot is not in the group: add it again"),
    95003: (
        "企业未认证，客服接待人数已达上限：我的企业 → 企业认证",
        "corp not verified, kf customer ceiling reached: My company > Verification",
    ),
    95005: ("客服账号数量已满：微信客服 → 客服账号", "kf accounts at their ceiling: WeChat customer service > Accounts"),
    95011: ("微信客服的使用方式不符：已在企业微信内使用（联合模式）", "kf mode mismatch: it is used inside WeCom (joint mode)"),
    95012: (
        "微信客服的使用方式不符：未在企业微信内使用（独立模式）",
        "kf mode mismatch: it is not used inside WeCom (independent mode)",
    ),
    95014: (
        "不是接待人员或未激活：微信客服 → 客服账号 → 接待人员",
        "no servicer or not activated: WeChat customer service > Account > Servicers",
    ),
    95017: (
        "微信客服 API 未开启：微信客服 → 客服账号 → 通过 API 管理微信客服，选择本应用",
        "the kf API is off: WeChat customer service > Account > Manage through API, choose this app",
    ),
    95023: (
        "客服账号被代开发应用接管：微信客服 → 客服账号 → 改由本应用管理",
        "kf account is held by another app: WeChat customer service > Account, choose this app",
    ),
    95026: (
        "客服账号使用率过低，不能再建：微信客服 → 客服账号",
        "kf accounts are hardly used, no more allowed: WeChat customer service > Accounts",
    ),
    95027: (
        "未认证企业最多 10 个客服账号：我的企业 → 企业认证",
        "an unverified corp has at most 10 kf accounts: My company > Verification",
    ),
    301002: (
        "agentid 与 Secret 不是同一个应用，或标签由别的应用创建：核对 [wecom.app] 的 agent_id 与 secret",
        "agentid and secret belong to different apps, or another app made the tag: check agent_id and secret in [wecom.app]",
    ),
    301052: ("会话存档已到期：管理工具 → 会话内容存档", "the archive has expired: Admin tools > Chat archive"),
    301053: ("会话存档未开通：管理工具 → 会话内容存档", "the archive is not switched on: Admin tools > Chat archive"),
    701008: ("成员没有接口许可：请为该成员激活许可", "the member has no interface licence: activate one"),
    853006: (
        "本企业未开放该智能机器人能力：管理工具 → 智能机器人",
        "this aibot capability is not open to the corp: Admin tools > Intelligent robot",
    ),
}
