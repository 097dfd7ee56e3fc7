"""App group chats: make, change, read, write (docs 90244, 90245, 90246, 90248).

Our choices: a malformed chatid is 86001, an unknown one 86003, a taken one 86215, an unknown member 86216, an owner outside
the list 86217, too few or too many members or a name over 50 characters 86220; a chat of another app is 86003.
"""

import re
from dataclasses import replace

from sandbox.api.parts import READERS, Said, mentions, safe_of, with_names
from sandbox.api.wire import Answer, Ask, Refusal, Table, get, post
from sandbox.appchat import AppChat
from sandbox.limits import CORP
from sandbox.stage import Stage

CHAT_ID = re.compile(r"[0-9a-zA-Z]{1,32}")
NAME_CHARACTERS, FEWEST, MOST = 50, 2, 2000
BAD_ID, UNKNOWN, TAKEN, BAD_MEMBER, BAD_OWNER, BAD_CHAT = 86001, 86003, 86215, 86216, 86217, 86220
TOO_OFTEN, BAD_KIND = 45009, 40008
KINDS = ("text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown")


def _caller(stage: Stage, ask: Ask) -> int | None:
    return stage.tokens.agent_of(ask.query.get("access_token", ""))


def _chat(stage: Stage, ask: Ask) -> AppChat:
    chat = stage.appchats.all.get(ask.text("chatid"))
    if chat is None or chat.agent_id != _caller(stage, ask):
        raise Refusal(UNKNOWN, "chatid not found")
    return chat


def _members(stage: Stage, userids: list[str]) -> list[str]:
    found = [stage.world.active_member(userid) for userid in userids]
    unknown = [userid for userid, member in zip(userids, found, strict=True) if member is None]
    if unknown:
        raise Refusal(BAD_MEMBER, f"invalid members: {', '.join(unknown[:10])}")
    return list(dict.fromkeys(member.userid for member in found if member is not None))


def _name(ask: Ask, default: str) -> str:
    name = ask.optional_text("name") or default
    if len(name) > NAME_CHARACTERS:
        raise Refusal(BAD_CHAT, f"name is longer than {NAME_CHARACTERS}")
    return name


def _check_size(userlist: list[str]) -> None:
    if not FEWEST <= len(userlist) <= MOST:
        raise Refusal(BAD_CHAT, f"a chat has {FEWEST}..{MOST} members")


def _owner(stage: Stage, wanted: str, userlist: list[str]) -> str:
    """The named owner, in the list; the first of the list when none is named (the documents say: anybody)."""
    if not wanted:
        return userlist[0]
    owner = _members(stage, [wanted])[0]
    if owner not in userlist:
        raise Refusal(BAD_OWNER, "owner is not in userlist")
    return owner


def create(stage: Stage, ask: Ask) -> Answer:
    """≤1000 a day (sheet 3.8)."""
    chatid = ask.optional_text("chatid")
    if chatid and not CHAT_ID.fullmatch(chatid):
        raise Refusal(BAD_ID, "chatid: up to 32 of 0-9 a-z A-Z")
    if chatid in stage.appchats.all or chatid in stage.rooms:
        raise Refusal(TAKEN, "chatid exists")
    userlist = _members(stage, ask.names("userlist", 10_000))
    _check_size(userlist)
    name, owner = _name(ask, "群聊"), _owner(stage, ask.optional_text("owner"), userlist)
    if not stage.limits.passes(CORP, stage.limits.appchat_creates):
        raise Refusal(TOO_OFTEN, "api freq out of limit: chats of the day")
    chat = AppChat(chatid or stage.world.mint("ac"), name, owner, userlist, _caller(stage, ask))
    stage.appchats.all[chat.chatid] = chat
    stage.transcript.add("机器人", f"内部群「{name}」", f"建群，{len(userlist)} 人", "appchat")
    return {"chatid": chat.chatid}


def update(stage: Stage, ask: Ask) -> Answer:
    """≤1000 changes an hour (sheet 3.8)."""
    chat = _chat(stage, ask)
    added, gone = _members(stage, ask.names("add_user_list", MOST)), ask.names("del_user_list", MOST)
    lowered = {userid.lower() for userid in gone}
    userlist = [userid for userid in dict.fromkeys([*chat.userlist, *added]) if userid.lower() not in lowered]
    _check_size(userlist)
    name, owner = _name(ask, chat.name), _owner(stage, ask.optional_text("owner"), userlist)
    if not ask.has("owner") and chat.owner in userlist:
        owner = chat.owner
    if not stage.limits.passes(CORP, stage.limits.appchat_changes):
        raise Refusal(TOO_OFTEN, "api freq out of limit: changes of the hour")
    before = chat.userlist
    chat.name, chat.owner, chat.userlist = name, owner, userlist
    stage.appchats.renew(chat)
    stage.phones.touch(*{*before, *userlist})
    stage.transcript.add("机器人", f"内部群「{name}」", f"改群，现在 {len(userlist)} 人", "appchat")
    return {}


def read(stage: Stage, ask: Ask) -> Answer:
    chat = _chat(stage, ask)
    return {"chat_info": {"chatid": chat.chatid, "name": chat.name, "owner": chat.owner, "userlist": chat.userlist}}


def _said(stage: Stage, ask: Ask) -> Said:
    kind = ask.text("msgtype")
    if kind not in KINDS:
        raise Refusal(BAD_KIND, "invalid message type")
    said = READERS[kind](stage, ask)
    safe = safe_of(ask, kind)
    called = mentions(ask, "mentioned_list") if kind == "text" else {}
    names = [stage.world.name_of(userid) for userid in called.get("mentioned_list", [])]
    said.data = {**said.data, **called, **({"mentions": names} if names else {}), **({"safe": safe} if safe else {})}
    return said


def send(stage: Stage, ask: Ask) -> Answer:
    """No msgid comes back. Who is over 200 a minute or 10 000 a day misses the message without an error (sheet 3.8)."""
    chat = _chat(stage, ask)
    said, limits = _said(stage, ask), stage.limits
    if not limits.passes(CORP, limits.appchat_minute, stage.appchats.persons_per_hour, count=len(chat.userlist)):
        raise Refusal(TOO_OFTEN, "api freq out of limit: person-messages")
    reached = [
        userid for userid in chat.userlist if limits.passes(userid, limits.appchat_member_minute, limits.appchat_member_day)
    ]
    missed = [userid for userid in chat.userlist if userid not in reached]
    stage.dropped += len(missed)
    if not reached:
        return {}
    room = stage.appchats.room(chat)
    data = {"robot": stage.config.app_name, **said.data, **({"missed": missed} if missed else {})}
    stage.phones.show_chat(stage.phones.bubble(room.chat, "app", said.kind, with_names(said), data=data))
    stage.transcript.add("机器人", f"内部群「{chat.name}」", said.text, "appchat")
    return {}


# Sending has limits of its own, like messages to members (sheet section 11).
TABLE: Table = {
    "appchat/create": post(create),
    "appchat/update": post(update),
    "appchat/get": get(read),
    "appchat/send": replace(post(send), limited=False),
}
