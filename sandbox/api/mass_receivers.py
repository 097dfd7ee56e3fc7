"""Who gets the task of a mass send, and for whom (doc 92135)."""

from typing import Any

from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Ask, Refusal
from sandbox.stage import Stage
from sandbox.world import Follow

MOST_CUSTOMERS, MOST_GROUPS, MOST_TAGS = 10_000, 2000, 100

Shares = dict[str, list[str]]  # userid → the customers or groups of that member's task


def _last_talker(stage: Stage, follows: list[Follow]) -> Follow:
    """Only the member who talked with the customer last gets the task; without any talk the newest friend (our choice)."""
    by_chat = {f"contact:{follow.userid}": follow for follow in follows}
    for bubble in reversed(stage.phones.learners.get(follows[0].external_userid, []) if len(follows) > 1 else []):
        if bubble.chat in by_chat and bubble.sender != "system":
            return by_chat[bubble.chat]
    return max(follows, key=lambda follow: follow.createtime)


def _tag_lists(stage: Stage, ask: Ask) -> list[set[str]]:
    """tag_filter.group_list[].tag_list: tags of one list are alternatives, all lists must be met."""
    groups: list[dict[str, Any]] = (ask.body.get("tag_filter") or {}).get("group_list") or []
    given = [list(group.get("tag_list") or []) for group in groups]
    if any(len(tags) > MOST_TAGS for tags in given):
        raise Refusal(BAD_PARAMETER, f"more than {MOST_TAGS} tags in one tag_list")
    lists = [set(tags) for tags in given]
    if any(stage.world.tag(tag_id) is None for tags in lists for tag_id in tags):
        raise Refusal(40068, "invalid tag id")
    return [tags for tags in lists if tags]


def customers_for(stage: Stage, ask: Ask, sender: str) -> tuple[Shares, list[str]]:
    """external_userid wins over tag_filter; the sender alone means all of his customers."""
    named, lists = list(dict.fromkeys(ask.names("external_userid", MOST_CUSTOMERS))), _tag_lists(stage, ask)
    if not (named or lists or sender):
        raise Refusal(EMPTY_PARAMETER, "external_userid, tag_filter and sender are all empty")
    shares: Shares = {}
    failed: list[str] = []
    for external_userid in named or stage.world.learners:
        follows = [
            follow
            for follow in stage.world.follows_of_learner(external_userid)
            if sender in ("", follow.userid)
            and stage.world.active_member(follow.userid) is not None
            and (named or all(tags & set(follow.tag_ids) for tags in lists))
        ]
        if follows:
            shares.setdefault(_last_talker(stage, follows).userid, []).append(external_userid)
        elif named:
            failed.append(external_userid)
    return shares, failed


def groups_for(stage: Stage, ask: Ask, sender: str) -> tuple[Shares, list[str]]:
    """The sender must own the groups; without chat_id_list all of his, to choose from when he sends."""
    if not sender:
        raise Refusal(EMPTY_PARAMETER, "sender is required for groups")
    owned = [group.chat_id for group in stage.world.groups.values() if group.owner == sender]
    named = list(dict.fromkeys(ask.names("chat_id_list", MOST_GROUPS)))
    chosen = [chat_id for chat_id in named if chat_id in owned] if named else owned
    return {sender: chosen} if chosen else {}, [chat_id for chat_id in named if chat_id not in owned]
