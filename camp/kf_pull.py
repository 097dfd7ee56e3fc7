"""Pulling kf messages (doc 94670): one puller per account, the cursor kept in the transaction that keeps the messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from camp.kf_item import read_item
from camp.policy import Policy
from storage import kf
from storage.database import Tx
from storage.inbox import FactDraft, add_facts
from storage.outbox import Answer, Intent, Priority, add_intent

TOKEN_REFUSED = 95007
# A token lives 10 minutes; a pull that took longer is lost, and somebody else may pull.
_PULL_LIVES = timedelta(minutes=10)
# Empty pages in a row that say "more" without moving the cursor: they happen (doc 94670), but nobody asks forever.
_MOST_DRY_PAGES = 5


async def hear_callback(tx: Tx, open_kfid: str, token: str | None) -> None:
    """WeCom says that there is something to pull. While a pull is on its way the newest token waits for the next one."""
    if await kf.pull_again(tx, open_kfid, token, begun_after=tx.now - _PULL_LIVES):
        return
    account = await kf.account(tx, open_kfid)
    await kf.change_account(tx, open_kfid, token=token, token_at=tx.now)
    if account.pulling and not _lost(tx, account):
        await kf.change_account(tx, open_kfid, again=True)
        return
    await _pull(tx, open_kfid, account.cursor, token)


async def take_page(tx: Tx, asked: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """A page came: keeps its items as facts together with the cursor, then goes on while there is more.

    `asked` is the context of the pull (`open_kfid`, `cursor`, `token`, `dry`). An empty page with more behind it happens,
    also with the same cursor; after a few such pages in a row the pull ends.
    """
    open_kfid = str(asked["open_kfid"])
    items = [item for item in result.get("msg_list") or [] if isinstance(item, Mapping)]
    await add_facts(tx, [draft for item in items if (draft := _draft(open_kfid, item))])
    cursor = str(result.get("next_cursor") or "") or asked.get("cursor")
    if cursor:
        await kf.change_account(tx, open_kfid, cursor=cursor)
    dry = 0 if items or cursor != asked.get("cursor") else int(asked.get("dry") or 0) + 1
    if result.get("has_more") and dry <= _MOST_DRY_PAGES:
        await _pull(tx, open_kfid, cursor, asked.get("token"), dry)
        return
    await _rest(tx, open_kfid)


async def take_failure(tx: Tx, asked: Mapping[str, Any], errcode: int) -> None:
    """A pull failed for good: without its token once more if that was refused, else the next callback pulls."""
    open_kfid = str(asked["open_kfid"])
    account = await kf.account(tx, open_kfid)
    if errcode == TOKEN_REFUSED and asked.get("token"):
        await _pull(tx, open_kfid, account.cursor, None)
        return
    await _rest(tx, open_kfid)


async def catch_up(tx: Tx, policy: Policy) -> None:
    """Pulls, without a token, what came while nobody listened; frees pulls that were lost. For the start.

    Accounts that never were pulled are left alone: their first callback brings three days of history by itself.
    """
    for open_kfid in await kf.known_accounts(tx):
        account = await kf.account(tx, open_kfid)
        if not account.pulling or _lost(tx, account):
            await _pull(tx, open_kfid, account.cursor, None)


async def catch_up_overdue(tx: Tx, policy: Policy) -> None:
    """Pulls, without a token, every account that was not pulled for `policy.kf_catch_up`: its callback may have been lost.

    WeCom allows such calls only rarely (doc 94670), so the setting is at least a minute. A pull under way is left alone.
    """
    for account in await kf.not_pulled_since(tx, tx.now - policy.kf_catch_up):
        if not account.pulling or _lost(tx, account):
            await _pull(tx, account.open_kfid, account.cursor, None)


async def _rest(tx: Tx, open_kfid: str) -> None:
    account = await kf.account(tx, open_kfid)
    if account.again:
        await _pull(tx, open_kfid, account.cursor, account.token)
    else:
        await kf.change_account(tx, open_kfid, pulling=False)


async def _pull(tx: Tx, open_kfid: str, cursor: str | None, token: str | None, dry: int = 0) -> None:
    await kf.change_account(tx, open_kfid, pulling=True, again=False, pulling_at=tx.now)
    asked = {"open_kfid": open_kfid, "cursor": cursor or "", "token": token or ""}
    await add_intent(
        tx,
        Intent(
            "kf.sync",
            asked,
            priority=Priority.REPLY,
            expires_at=tx.now + _PULL_LIVES,
            answer=Answer.ALWAYS,
            context={**asked, "dry": dry},
        ),
    )


def _lost(tx: Tx, account: kf.Account) -> bool:
    return account.pulling_at is None or account.pulling_at + _PULL_LIVES < tx.now


def _draft(open_kfid: str, body: Mapping[str, Any]) -> FactDraft | None:
    item = read_item(body)
    if not item.msgid:
        return None
    kept = {"open_kfid": open_kfid, **body}
    conversation = f"learner:{item.external_userid}" if item.external_userid else f"kf:{open_kfid}"
    return FactDraft("wecom", "kf.message", f"kf:{item.msgid}", conversation, kept)
