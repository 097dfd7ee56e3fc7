"""Customers and groups change hands: what is true afterwards, and what the bot and the learner hear of it.

Where no document speaks, our choice: corp tags travel with the customer, remark and state stay behind (sheet 6.3 says "only
in part"); the new friendship has add_way 202 (assigned by an admin); a new owner who was not in the group joins it.
"""

from functools import partial

from sandbox import notices
from sandbox.stage import Stage
from sandbox.transfer import DONE, FULL, NONE, REFUSED, TAKES_EFFECT_S, WAITING, Move
from sandbox.world import Group, GroupPerson

ASSIGNED = 202  # add_way, doc 92114
INVITED = 1  # join_scene, doc 92122


def full(stage: Stage, userid: str, coming: int = 0) -> bool:
    """A member has as many customers as one may have."""
    return len(stage.world.follows_of_member(userid)) + coming >= stage.config.customers_per_member


def begin(stage: Stage, move: Move) -> None:
    """Ask for the move; the learner reads that somebody else will take over, and may refuse for 24 h."""
    stage.transfers.moves.append(move)
    taker = stage.world.name_of(move.takeover)
    words = f"您好，您的服务已升级，后续将由 {taker} 为您服务。24 小时内可以拒绝。"
    data = {"transfer": {"handover": move.handover, "takeover": move.takeover, "state": "waiting"}}
    move.notice = stage.phones.bubble(f"contact:{move.handover}", "system", "system", words, data=data)
    stage.phones.show_learner(move.external_userid, move.notice)
    learner = stage.world.name_of(move.external_userid)
    stage.transcript.add("机器人", stage.world.name_of(move.handover), f"客户 {learner} 将转给 {taker}", "transfer")
    stage.agenda.put(move.asked_at + TAKES_EFFECT_S, partial(complete, stage, move))


def _end(stage: Stage, move: Move, status: int, state: str) -> None:
    move.status = status
    if move.notice is not None:
        move.notice.data["transfer"]["state"] = state
        stage.changes.tell(f"phone:{move.external_userid}", "world")


def fail(stage: Stage, move: Move, status: int, reason: str) -> None:
    """The learner refused, or the taker has no place left; the event names only the taker (doc 92130)."""
    _end(stage, move, status, "refused" if status == REFUSED else "failed")
    notices.of_customer(stage, "transfer_fail", move.takeover, move.external_userid, [("FailReason", reason)])
    words = "拒绝了转接" if status == REFUSED else f"转接失败：{stage.world.name_of(move.takeover)} 的客户已满"
    stage.transcript.add(stage.world.name_of(move.external_userid), "企业微信", words, "transfer")


def complete(stage: Stage, move: Move) -> None:
    """24 h are over: the friendship moves, unless it was refused, has ended meanwhile, or the taker is full or has left."""
    if move.status != WAITING:
        return
    world, pair = stage.world, (move.handover, move.external_userid)
    if pair not in world.follows or world.active_member(move.takeover) is None:
        _end(stage, move, NONE, "failed")
        return
    known = world.follows.get((move.takeover, move.external_userid))
    if known is None and full(stage, move.takeover):
        fail(stage, move, FULL, "customer_limit_exceed")
        return
    tag_ids = world.follows[pair].tag_ids
    world.remove_follow(*pair)
    notices.of_customer(stage, "del_external_contact", *pair, [("Source", "DELETE_BY_TRANSFER")])
    _end(stage, move, DONE, "done")
    move.takeover_time = stage.clock.seconds()
    if known is None:
        known = world.add_follow(move.takeover, move.external_userid, "", half=False)
        known.add_way = ASSIGNED
        notices.of_customer(stage, "add_external_contact", move.takeover, move.external_userid)
    known.tag_ids = list(dict.fromkeys([*known.tag_ids, *tag_ids]))
    words = move.message or f"您好，我是 {world.name_of(move.takeover)}，接下来由我为您服务。"
    bubble = stage.phones.bubble(f"contact:{move.takeover}", move.takeover, "text", words)
    stage.phones.show_learner(move.external_userid, bubble)
    stage.transcript.add(world.name_of(move.takeover), world.name_of(move.external_userid), f"接手客户：{words}", "transfer")


def hand_group(stage: Stage, group: Group, new_owner: str) -> None:
    """A group gets another owner; one who left the corp is out of it from then on."""
    former, group.owner = group.owner, new_owner
    if new_owner not in group.people:
        group.people[new_owner] = GroupPerson(new_owner, 1, stage.clock.seconds(), INVITED, invitor=former)
        notices.of_group_people(stage, group, "add_member", ("JoinScene", 0), [new_owner])
    notices.of_group(stage, group.chat_id, "update", [("UpdateDetail", "change_owner")])
    group.inherited = stage.world.active_member(former) is None
    if group.inherited and group.people.pop(former, None) is not None:
        notices.of_group_people(stage, group, "del_member", ("QuitScene", 0), [former])
    words = f"{stage.world.name_of(new_owner)} 成为新的群主"
    stage.phones.show_chat(stage.phones.bubble(f"group:{group.chat_id}", "system", "system", words))
    stage.transcript.add("企业微信", f"群「{group.name}」", words, "group")
