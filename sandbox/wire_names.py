"""Calls and callbacks in a few words, for people who read the wire log."""

import re

CALLS = {
    "gettoken": "取 access_token",
    "get_api_domain_ip": "取接口 IP 段",
    "getcallbackip": "取回调 IP 段",
    "message/send": "发应用消息",
    "message/update_template_card": "更新卡片",
    "message/recall": "撤回应用消息",
    "appchat/create": "建应用群聊",
    "appchat/update": "改应用群聊",
    "appchat/get": "读应用群聊",
    "appchat/send": "发应用群聊消息",
    "webhook/send": "群机器人发消息",
    "webhook/upload_media": "群机器人传文件",
    "aibot/response": "智能机器人用 response_url 回复",
    "media/upload": "传临时素材",
    "media/uploadimg": "传图片",
    "media/upload_attachment": "传附件素材",
    "media/get": "取临时素材",
    "media/upload_by_url": "按链接传素材",
    "media/get_upload_by_url_result": "查按链接上传的结果",
    "user/get": "读成员",
    "user/list": "部门成员详情",
    "user/simplelist": "部门成员",
    "user/list_id": "成员 ID 列表",
    "user/getuserid": "手机号换成员 ID",
    "department/list": "部门列表",
    "department/simplelist": "部门 ID 列表",
    "agent/get": "读应用",
    "externalcontact/get_follow_user_list": "有客户联系权限的成员",
    "externalcontact/list": "成员的客户列表",
    "externalcontact/get": "读客户",
    "externalcontact/contact_list": "已服务的外部联系人",
    "externalcontact/batch/get_by_user": "批量读客户",
    "externalcontact/remark": "改客户备注",
    "externalcontact/get_corp_tag_list": "企业标签列表",
    "externalcontact/add_corp_tag": "加企业标签",
    "externalcontact/edit_corp_tag": "改企业标签",
    "externalcontact/del_corp_tag": "删企业标签",
    "externalcontact/mark_tag": "给客户打标签",
    "externalcontact/add_contact_way": "建「联系我」",
    "externalcontact/get_contact_way": "读「联系我」",
    "externalcontact/list_contact_way": "「联系我」列表",
    "externalcontact/update_contact_way": "改「联系我」",
    "externalcontact/del_contact_way": "删「联系我」",
    "externalcontact/send_welcome_msg": "发欢迎语",
    "externalcontact/groupchat/list": "客户群列表",
    "externalcontact/groupchat/get": "读客户群",
    "externalcontact/groupchat/add_join_way": "建进群码",
    "externalcontact/groupchat/get_join_way": "读进群码",
    "externalcontact/groupchat/update_join_way": "改进群码",
    "externalcontact/groupchat/del_join_way": "删进群码",
    "externalcontact/groupchat/transfer": "转让离职成员的群",
    "externalcontact/groupchat/onjob_transfer": "转让在职成员的群",
    "externalcontact/groupchat/statistic": "客户群统计（按群主）",
    "externalcontact/groupchat/statistic_group_by_day": "客户群统计（按天）",
    "externalcontact/opengid_to_chatid": "opengid 换客户群",
    "externalcontact/group_welcome_template/add": "加入群欢迎语",
    "externalcontact/group_welcome_template/edit": "改入群欢迎语",
    "externalcontact/group_welcome_template/get": "读入群欢迎语",
    "externalcontact/group_welcome_template/del": "删入群欢迎语",
    "externalcontact/add_msg_template": "建群发任务",
    "externalcontact/remind_groupmsg_send": "提醒成员群发",
    "externalcontact/cancel_groupmsg_send": "停止群发",
    "externalcontact/get_groupmsg_list_v2": "群发记录",
    "externalcontact/get_groupmsg_task": "群发任务的成员",
    "externalcontact/get_groupmsg_send_result": "群发结果",
    "externalcontact/get_user_behavior_data": "联系客户统计",
    "externalcontact/transfer_customer": "转交在职成员的客户",
    "externalcontact/transfer_result": "查转交结果",
    "externalcontact/resigned/transfer_customer": "转交离职成员的客户",
    "externalcontact/resigned/transfer_result": "查离职转交结果",
    "externalcontact/get_unassigned_list": "待转交客户列表",
    "kf/sync_msg": "拉客服消息",
    "kf/send_msg": "发客服消息",
    "kf/send_msg_on_event": "发客服事件回复",
    "kf/add_contact_way": "取客服链接",
    "kf/account/list": "客服账号列表",
    "kf/account/add": "加客服账号",
    "kf/account/update": "改客服账号",
    "kf/account/del": "删客服账号",
    "kf/servicer/list": "接待人员列表",
    "kf/servicer/add": "加接待人员",
    "kf/servicer/del": "删接待人员",
    "kf/service_state/get": "读会话状态",
    "kf/service_state/trans": "改会话状态",
    "kf/customer/batchget": "客服客户资料",
    "kf/customer/get_upgrade_service_config": "专员服务配置",
    "kf/customer/upgrade_service": "推荐专员服务",
    "living/create": "建直播",
    "living/modify": "改直播",
    "living/cancel": "取消直播",
    "living/delete_replay_data": "删直播回放",
    "living/get_living_code": "取观看凭证",
    "living/get_living_info": "直播详情",
    "living/get_user_all_livingid": "成员的直播列表",
    "living/get_watch_stat": "观看明细",
    "externalpay/get_bill_list": "收款记录",
    "externalpay/get_fund_flow": "资金流水",
    "externalpay/getmerchant": "商户号详情",
    "externalpay/get_payment_info": "收款项目详情",
    "batch/openuserid_to_userid": "密文 ID 换成员 ID",
}

EVENTS = {
    "kf_msg_or_event": "客服有新消息",
    "enter_agent": "打开应用",
    "subscribe": "成员进入应用可见范围",
    "unsubscribe": "成员离开应用可见范围",
    "template_card_event": "点卡片按钮",
    "template_card_menu_event": "点卡片菜单",
    "click": "点应用菜单",
    "view": "点应用菜单链接",
    "LOCATION": "上报位置",
    "batch_job_result": "异步任务完成",
    "upload_media_job_finish": "按链接上传完成",
    "living_status_change": "直播状态变化",
    "change_contact": "通讯录变更",
    "change_external_contact": "客户变更",
    "change_external_chat": "客户群变更",
    "change_external_tag": "企业标签变更",
}

# What tells the changes of one event apart: ChangeType, and UpdateDetail where there is one.
CHANGES = {
    "create_user": "新成员",
    "update_user": "成员资料变更",
    "delete_user": "成员离职",
    "create_party": "新部门",
    "update_party": "部门变更",
    "delete_party": "部门删除",
    "update_tag": "成员标签变更",
    "add_external_contact": "学员加好友",
    "add_half_external_contact": "学员加好友（待通过）",
    "edit_external_contact": "客户资料变更",
    "del_external_contact": "成员删除客户",
    "del_follow_user": "学员删除好友",
    "transfer_fail": "转交失败",
    "add_member": "有人进群",
    "del_member": "有人退群",
    "change_owner": "换群主",
    "change_name": "改群名",
    "change_notice": "改群公告",
}
CHAT_CHANGES = {"create": "建客户群", "dismiss": "解散客户群"}
TAG_CHANGES = {"create": "新标签", "update": "标签变更", "delete": "标签删除", "shuffle": "标签排序"}

MESSAGES = {
    "text": "成员发文字",
    "image": "成员发图片",
    "voice": "成员发语音",
    "video": "成员发视频",
    "location": "成员发位置",
    "link": "成员发链接",
}


def name_of_call(path: str) -> str:
    """The call in Chinese; a path no document gives is itself."""
    return CALLS.get(path, path)


def _of(xml: str, field: str) -> str:
    found = re.search(rf"<{field}>(?:<!\[CDATA\[)?([^\]<]*)", xml)
    return found[1] if found else ""


def name_of_callback(xml: str) -> str:
    """The event or message in Chinese; one we have no words for is called by its own name."""
    event = _of(xml, "Event")
    if not event:
        kind = _of(xml, "MsgType")
        return MESSAGES.get(kind, kind)
    change, detail = _of(xml, "ChangeType"), _of(xml, "UpdateDetail")
    special = {"change_external_chat": CHAT_CHANGES, "change_external_tag": TAG_CHANGES}.get(event, {})
    return special.get(change) or CHANGES.get(detail) or CHANGES.get(change) or EVENTS.get(event, event)
