"""Customers and their followers (docs 92571, 92113, 92114, 92994, 92115, 99434)."""

from typing import Any

from sandbox import notices
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal, Table, get, page, post
from sandbox.stage import Stage
from sandbox.world import Follow, Learner

NO_RELATION = 84061
UNKNOWN_LEARNER = 40096
UNKNOWN_MEMBER = 40003
FOLLOWERS_PER_PAGE = 500
WECHAT, OUTSIDE_WECOM = 1, 2  # external_contact.type, doc 92114


def list_followers(stage: Stage, ask: Ask) -> Answer:
    return {"follow_user": [member.userid for member in stage.world.active_members()]}


def list_customers(stage: Stage, ask: Ask) -> Answer:
    member = stage.world.active_member(ask.text("userid"))
    if member is None:
        raise Refusal(UNKNOWN_MEMBER, "invalid userid")
    follows = stage.world.follows_of_member(member.userid)
    if not follows:
        raise Refusal(NO_RELATION, "not external contact")
    return {"external_userid": [follow.external_userid for follow in follows]}


def relation(stage: Stage, ask: Ask) -> Follow:
    """The friendship a call names by userid and external_userid; 40003, 40096 or 84061 when there is none."""
    member = stage.world.active_member(ask.text("userid"))
    if member is None:
        raise Refusal(UNKNOWN_MEMBER, "invalid userid")
    external_userid = ask.text("external_userid")
    if external_userid not in stage.world.learners:
        raise Refusal(UNKNOWN_LEARNER, "invalid external userid")
    follow = stage.world.follows.get((member.userid, external_userid))
    if follow is None:
        raise Refusal(NO_RELATION, "not external contact")
    return follow


def of_another_corp(learner: Learner) -> bool:
    """wm… are WeChat users, wo… WeCom users of another corp (sheet 0)."""
    return learner.external_userid.startswith("wo")


def contact_of(learner: Learner) -> dict[str, Any]:
    contact: dict[str, Any] = {
        "external_userid": learner.external_userid,
        "name": learner.name,
        "avatar": "",
        "type": OUTSIDE_WECOM if of_another_corp(learner) else WECHAT,
        "gender": 0,
    }
    if of_another_corp(learner):
        contact |= {"position": "", "corp_name": learner.corp_name, "corp_full_name": learner.corp_name}
    if learner.unionid:
        contact["unionid"] = learner.unionid
    return contact


def _common(follow: Follow) -> dict[str, Any]:
    return {
        "userid": follow.userid,
        "remark": follow.remark,
        "description": follow.description,
        "createtime": follow.createtime,
        "remark_corp_name": follow.remark_corp_name,
        "remark_mobiles": follow.remark_mobiles,
        "add_way": follow.add_way,
        "oper_userid": follow.userid,
        "state": follow.state,
    }


def _tags(stage: Stage, follow: Follow) -> list[dict[str, Any]]:
    found = [stage.world.tag(tag_id) for tag_id in follow.tag_ids]
    return [
        {"group_name": pair[0].name, "tag_name": pair[1].name, "tag_id": pair[1].id, "type": 1}
        for pair in found
        if pair is not None
    ]


def get_customer(stage: Stage, ask: Ask) -> Answer:
    """One learner with all followers; 84061 for a known learner who is nobody's friend (sheet 6.2)."""
    learner = stage.world.learners.get(ask.text("external_userid"))
    if learner is None:
        raise Refusal(UNKNOWN_LEARNER, "invalid external userid")
    follows = stage.world.follows_of_learner(learner.external_userid)
    if not follows:
        raise Refusal(NO_RELATION, "not external contact")
    shown, cursor = page(follows, ask, FOLLOWERS_PER_PAGE, FOLLOWERS_PER_PAGE)
    answer: Answer = {
        "external_contact": contact_of(learner),
        "follow_user": [{**_common(follow), "tags": _tags(stage, follow)} for follow in shown],
    }
    if cursor:
        answer["next_cursor"] = cursor
    return answer


def batch_get(stage: Stage, ask: Ask) -> Answer:
    userids = ask.names("userid_list", 100)
    if not userids:
        raise Refusal(BAD_PARAMETER, "userid_list is empty")
    members = [stage.world.active_member(userid) for userid in userids]
    if not any(members):
        raise Refusal(UNKNOWN_MEMBER, "invalid userid")
    follows = [follow for member in members if member is not None for follow in stage.world.follows_of_member(member.userid)]
    shown, cursor = page(follows, ask, 100, 50)
    entries = [
        {
            "external_contact": contact_of(stage.world.learners[follow.external_userid]),
            "follow_info": {**_common(follow), "tag_id": follow.tag_ids},
        }
        for follow in shown
    ]
    return {"external_contact_list": entries, "next_cursor": cursor, "fail_info": {"unlicensed_userid_list": []}}


def remark(stage: Stage, ask: Ask) -> Answer:
    """Change the member's notes."""
    follow = relation(stage, ask)
    if ask.body.get("remark") is not None:
        follow.remark = ask.optional_text("remark", 20)
    if ask.body.get("description") is not None:
        follow.description = ask.optional_text("description", 150)
    company = ask.optional_text("remark_company", 20)
    if ask.body.get("remark_company") is not None and not of_another_corp(stage.world.learners[follow.external_userid]):
        follow.remark_corp_name = company
    if "remark_mobiles" in ask.body:
        follow.remark_mobiles = [mobile for mobile in ask.names("remark_mobiles", 100) if mobile]
    notices.of_api_edit(stage, follow)
    return {}


TABLE: Table = {
    "externalcontact/get_follow_user_list": get(list_followers),
    "externalcontact/list": get(list_customers),
    "externalcontact/get": get(get_customer),
    "externalcontact/batch/get_by_user": post(batch_get),
    "externalcontact/remark": post(remark),
}
