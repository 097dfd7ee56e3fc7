"""kf: links and the pull log (docs 94665, 94670).

Our choices: a cursor of an earlier run of the look-alike starts from three days back; calls without a token get ten a
minute per account; every fifth pull with news answers an empty page with has_more 1 first.
"""

import re

from sandbox.api.wire import BAD_CURSOR, BAD_PARAMETER, Answer, Ask, Refusal, Table, post
from sandbox.desk import HISTORY_S, Account
from sandbox.stage import Stage

SCENE = re.compile(r"[0-9a-zA-Z_-]{0,32}")
PAGE = 1000


def account_of(stage: Stage, ask: Ask) -> Account:
    """95000 for an id that is none, 95004 for one that does not exist."""
    open_kfid = ask.text("open_kfid")
    if not open_kfid.startswith("wk"):
        raise Refusal(95000, "invalid open_kfid")
    account = stage.desk.accounts.get(open_kfid)
    if account is None or account.deleted:
        raise Refusal(95004, "open_kfid does not exist")
    return account


def add_link(stage: Stage, ask: Ask) -> Answer:
    account = account_of(stage, ask)
    scene = ask.optional_text("scene")
    if not SCENE.fullmatch(scene):
        raise Refusal(BAD_PARAMETER, "scene: up to 32 of 0-9 a-z A-Z _ -")
    return {"url": stage.desk.add_link(account.open_kfid, scene).url}


def _check_token(stage: Stage, ask: Ask, account: Account) -> None:
    token = ask.optional_text("token", 128)
    if token and not stage.desk.token_valid(token, account.open_kfid):
        raise Refusal(95007, "invalid msgtoken")
    if not token and not stage.limits.passes(account.open_kfid, stage.limits.sync_without_token):
        raise Refusal(45009, "api freq out of limit")


def sync(stage: Stage, ask: Ask) -> Answer:
    account = account_of(stage, ask)
    _check_token(stage, ask, account)
    limit = ask.number("limit", PAGE, 1, PAGE)
    ask.number("voice_format", 0, 0, 1)  # 0 amr, 1 silk; ours are amr either way
    seq = stage.desk.seq_of(ask.optional_text("cursor", 64))
    if seq is None:
        raise Refusal(BAD_CURSOR, "invalid cursor")
    oldest = stage.clock.now() - HISTORY_S
    news = [entry for entry in account.log[seq:] if entry.send_time >= oldest]
    if news:
        account.pulls_with_news += 1
        if account.pulls_with_news % stage.config.empty_page_every == 0:
            return {"next_cursor": stage.desk.cursor(seq), "has_more": 1, "msg_list": []}
    shown = news[:limit]
    return {
        "next_cursor": stage.desk.cursor(shown[-1].seq if shown else seq),
        "has_more": int(len(news) > limit),
        "msg_list": [entry.item for entry in shown],
    }


TABLE: Table = {
    "kf/add_contact_way": post(add_link),
    "kf/sync_msg": post(sync),
}
