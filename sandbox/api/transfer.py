"""Hand-over of customers and groups (docs 92125, 94096, 95703): asked here, it takes effect by itself after 24 h.

Our choice where no document speaks: a group changes hands at once; a move of a customer who meanwhile is nobody's friend
ends as 5; one chat over the limits of groups gets 45009 (300 a day) or 40128 (2 in 90 days).
"""

from collections.abc import Callable
from typing import Any

from sandbox import handover
from sandbox.api.wire import BAD_CURSOR, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, page, post
from sandbox.stage import Stage
from sandbox.transfer import DONE, Move
from sandbox.world import Group, Member

MOST_CUSTOMERS, MOST_GROUPS, MESSAGE_LENGTH = 100, 100, 200
UNKNOWN_MEMBER = 40003


def _member(stage: Stage, ask: Ask, name: str) -> Member:
    member = stage.world.active_member(ask.text(name))
    if member is None:
        raise Refusal(UNKNOWN_MEMBER, f"invalid {name}")
    return member


def _gone(stage: Stage, ask: Ask) -> Member:
    """The member who handed over by leaving the corp; 40097 for one who is still here."""
    known = stage.world.members.get(ask.text("handover_userid"))
    if known is None:
        raise Refusal(UNKNOWN_MEMBER, "invalid handover_userid")
    if known.active:
        raise Refusal(40097, "the member has not left")
    return known


def _fault(stage: Stage, giver: str, taker: str, external_userid: str, *, resigned: bool) -> int:
    """Why one customer cannot move, as an errcode; 0 when nothing speaks against it."""
    world, transfers = stage.world, stage.transfers
    if external_userid not in world.learners:
        return 40096
    if (giver, external_userid) not in world.follows:
        return 40131
    if transfers.waiting(external_userid, giver) is not None:
        return 40100
    if not resigned and transfers.moved_too_often(external_userid):
        return 40128
    known = (taker, external_userid) in world.follows
    return 40099 if not known and handover.full(stage, taker, transfers.coming_to(taker)) else 0


def _move(stage: Stage, ask: Ask, giver: Member, *, resigned: bool, message: str) -> Answer:
    taker = _member(stage, ask, "takeover_userid")
    if giver.userid == taker.userid:
        raise Refusal(40130, "handover and takeover are one person")
    customers = ask.names("external_userid", MOST_CUSTOMERS)
    if not customers:
        raise Refusal(EMPTY_PARAMETER, "external_userid is empty")
    answers = []
    for external_userid in customers:
        errcode = _fault(stage, giver.userid, taker.userid, external_userid, resigned=resigned)
        if not errcode:
            now = stage.clock.now()
            handover.begin(stage, Move(external_userid, giver.userid, taker.userid, now, resigned, message))
        answers.append({"external_userid": external_userid, "errcode": errcode})
    return {"customer": answers}


def transfer(stage: Stage, ask: Ask) -> Answer:
    """Of a member on the job; an errcode per customer."""
    message = ask.optional_text("transfer_success_msg", MESSAGE_LENGTH)
    return _move(stage, ask, _member(stage, ask, "handover_userid"), resigned=False, message=message)


def transfer_of_gone(stage: Stage, ask: Ask) -> Answer:
    """Of a member who left: no message of the caller's, no 90-day rule."""
    return _move(stage, ask, _gone(stage, ask), resigned=True, message="")


def _results(*, resigned: bool) -> Callable[[Stage, Ask], Answer]:
    def result(stage: Stage, ask: Ask) -> Answer:
        """status 1 done, 2 waiting, 3 refused, 4 the taker is full, 5 nothing to move any more."""
        giver = _gone(stage, ask).userid if resigned else ask.text("handover_userid")
        moves = stage.transfers.between(giver, ask.text("takeover_userid"), resigned=resigned)
        shown, cursor = page(moves, Ask({"limit": 1000, "cursor": ask.optional_text("cursor")}), 1000, 1000)
        customers = [
            {
                "external_userid": move.external_userid,
                "status": move.status,
                **({"takeover_time": move.takeover_time} if move.status == DONE else {}),
            }
            for move in shown
        ]
        return {"customer": customers, "next_cursor": cursor}

    return result


def list_unassigned(stage: Stage, ask: Ask) -> Answer:
    """Customers of members who left and nobody has taken over; by cursor, or page_id from 0."""
    found = [
        {"handover_userid": member.userid, "external_userid": follow.external_userid, "dimission_time": member.left_at}
        for member in stage.world.members.values()
        if not member.active
        for follow in stage.world.follows_of_member(member.userid)
        if stage.transfers.waiting(follow.external_userid, member.userid) is None
    ]
    size, cursor = ask.number("page_size", 1000, 1, 1000), ask.optional_text("cursor")
    if cursor and not cursor.removeprefix("pg").isdecimal():
        raise Refusal(BAD_CURSOR, "invalid cursor")
    start = int(cursor.removeprefix("pg")) if cursor else ask.number("page_id", 0, 0, 2**31) * size
    rest = start + size
    last = rest >= len(found)
    return {"info": found[start:rest], "is_last": last, "next_cursor": "" if last else f"pg{rest}"}


def _gone_owner_fault(stage: Stage, group: Group, new_owner: str) -> int:
    if stage.world.active_member(group.owner) is None:
        return 0
    return 90508 if group.inherited and group.owner == new_owner else 90500


def _present_owner_fault(stage: Stage, group: Group, new_owner: str) -> int:
    if stage.world.active_member(group.owner) is None:
        return 90502
    return 90504 if group.owner == new_owner else 0


def _group_fault(stage: Stage, chat_id: str, new_owner: str, *, resigned: bool) -> int:
    """Why one group cannot change hands; 0 when it can, and then it is counted."""
    group = stage.world.groups.get(chat_id)
    if group is None:
        return 90501
    errcode = (_gone_owner_fault if resigned else _present_owner_fault)(stage, group, new_owner)
    if errcode:
        return errcode
    if new_owner not in group.people and len(group.people) >= stage.config.group_size:
        return 90503
    taken = stage.limits.group_transfers
    if taken.full(new_owner, stage.clock.traffic()):
        return 45009
    if not resigned and not stage.transfers.group_may_move(chat_id):
        return 40128
    taken.admit(new_owner, stage.clock.traffic())
    return 0


def _groups(*, resigned: bool) -> Callable[[Stage, Ask], Answer]:
    def move(stage: Stage, ask: Ask) -> Answer:
        """failed_chat_list names what stays as it is, with the errcode of each group."""
        new_owner = _member(stage, ask, "new_owner").userid
        chat_ids = ask.names("chat_id_list", MOST_GROUPS)
        if not chat_ids:
            raise Refusal(EMPTY_PARAMETER, "chat_id_list is empty")
        failed: list[dict[str, Any]] = []
        for chat_id in chat_ids:
            errcode = _group_fault(stage, chat_id, new_owner, resigned=resigned)
            if errcode:
                failed.append({"chat_id": chat_id, "errcode": errcode, "errmsg": "the group was not handed over"})
            else:
                handover.hand_group(stage, stage.world.groups[chat_id], new_owner)
        return {"failed_chat_list": failed}

    return move


TABLE: Table = {
    "externalcontact/transfer_customer": post(transfer),
    "externalcontact/transfer_result": post(_results(resigned=False)),
    "externalcontact/resigned/transfer_customer": post(transfer_of_gone),
    "externalcontact/resigned/transfer_result": post(_results(resigned=True)),
    "externalcontact/get_unassigned_list": post(list_unassigned),
    "externalcontact/groupchat/transfer": post(_groups(resigned=True)),
    "externalcontact/groupchat/onjob_transfer": post(_groups(resigned=False)),
}
