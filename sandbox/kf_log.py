"""One way into the pull log of a kf account: the item is kept, and the bot gets the contentless callback (doc 94670)."""

from typing import Any

from sandbox.desk import Account, Chat
from sandbox.event_xml import kf_notice
from sandbox.stage import Stage


def log_item(stage: Stage, account: Account, item: dict[str, Any], what: str) -> str:
    """Add an item and tell; the msgid of the item. `what` names it for whoever follows the callbacks."""
    token = stage.desk.append(account, item)
    xml = kf_notice(stage.config.corp_id, stage.clock.seconds(), token, account.open_kfid)
    stage.courier.post(xml, f"kf_msg_or_event {what}")
    return str(account.log[-1].item["msgid"])


def log_event(stage: Stage, chat: Chat, event_type: str, **fields: Any) -> str:
    """An event of one chat; its ids stand inside `event` (sheet 9.3)."""
    ids = {"open_kfid": chat.open_kfid, "external_userid": chat.external_userid}
    event = {"event_type": event_type, **ids, **fields}
    account = stage.desk.accounts[chat.open_kfid]
    return log_item(stage, account, {"origin": 4, "msgtype": "event", "event": event}, event_type)
