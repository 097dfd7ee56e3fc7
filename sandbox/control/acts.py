"""Control: people act. Each route is one function of `sandbox.people` behind a small translation of its form."""

from typing import Any

from sandbox.control.form import Form, Route, acting
from sandbox.people import Impossible, contacts, directory, groups, staff
from sandbox.people.media import FILES, sent_by
from sandbox.stage import Stage

Answer = dict[str, Any]


def put_member(stage: Stage, form: Form) -> Answer:
    userid = form.text("userid")
    departments = list(form.values.get("department_ids") or [])
    answer = staff.put_member(
        stage, userid, form.text("name", userid), departments, form.text("position", ""), told=bool(form.values.get("told"))
    )
    if form.values.get("mobile"):
        directory.set_mobile(stage, userid, form.text("mobile"))
    return answer


def member_leaves(stage: Stage, form: Form) -> Answer:
    return staff.leave(stage, form.text("userid"))


def rename_member(stage: Stage, form: Form) -> Answer:
    return staff.rename(stage, form.text("userid"), form.text("new_userid"))


def member_status(stage: Stage, form: Form) -> Answer:
    return staff.set_status(stage, form.text("userid"), form.number("status"))


def put_department(stage: Stage, form: Form) -> Answer:
    told = bool(form.values.get("told"))
    return directory.put_department(stage, form.number("id"), form.text("name"), form.number("parentid", 1), told=told)


def remove_department(stage: Stage, form: Form) -> Answer:
    return directory.remove_department(stage, form.number("id"))


def change_member_tag(stage: Stage, form: Form) -> Answer:
    names = ("add_userids", "del_userids", "add_party_ids", "del_party_ids")
    changes = {name: [str(entry) for entry in form.values.get(name) or []] for name in names}
    return directory.change_tag(stage, form.number("tag_id"), form.text("name", ""), changes)


def new_learner(stage: Stage, form: Form) -> Answer:
    return contacts.new_learner(stage, form.text("external_userid", ""), form.text("name"), form.text("unionid", ""))


def follow(stage: Stage, form: Form) -> Answer:
    return contacts.follow(
        stage,
        form.text("external_userid"),
        form.text("userid"),
        state=form.text("state", ""),
        half=bool(form.values.get("half", False)),
        welcome=form.values.get("welcome", True),
    )


def unfollow(stage: Stage, form: Form) -> Answer:
    return contacts.unfollow(stage, form.text("external_userid"), form.text("userid"), form.text("by", "learner"))


def edit(stage: Stage, form: Form) -> Answer:
    return contacts.edit(stage, form.text("external_userid"), form.text("userid"), form.text("remark", ""))


def new_group(stage: Stage, form: Form) -> Answer:
    return groups.new_group(stage, form.text("chat_id", ""), form.text("name"), form.text("owner"))


def _who(form: Form) -> str:
    return form.text("external_userid", "") or form.text("userid")


def join(stage: Stage, form: Form) -> Answer:
    return groups.join(
        stage,
        form.text("chat_id"),
        _who(form),
        scene=form.number("join_scene", 3),
        state=form.text("state", ""),
        shape=form.text("shape", ""),
    )


def leave(stage: Stage, form: Form) -> Answer:
    scene = form.number("quit_scene", 0)
    return groups.leave(stage, form.text("chat_id"), _who(form), scene=scene, shape=form.text("shape", ""))


def app_say(stage: Stage, form: Form) -> Answer:
    """{userid, text} or one of image, voice, video {name, base64}, link, location."""
    sent = sent_by(stage, form.values)
    text = form.text("text") if sent is None else ""
    return staff.say(stage, form.text("userid"), text, sent=sent, origin=form.origin)


def app_enter(stage: Stage, form: Form) -> Answer:
    return staff.enter(stage, form.text("userid"))


def app_click(stage: Stage, form: Form) -> Answer:
    selected = form.values.get("selected") or {}
    if not isinstance(selected, dict):
        raise Impossible('selected 要是 {"问题": ["选项"]}')
    chosen = {key: [value] if isinstance(value, str) else list(value) for key, value in selected.items()}
    return staff.click(stage, form.text("userid"), form.text("task_id"), form.text("key"), chosen)


def add_robot(stage: Stage, form: Form) -> Answer:
    key = form.text("key")
    stage.add_robot(key, form.text("name", key), form.text("room", ""))
    return {"key": key}


def remove_robot(stage: Stage, form: Form) -> Answer:
    """Its owner takes the robot out of the group: the webhook answers 93000 from now on."""
    name = form.text("name")
    keys = [key for key, known in stage.phones.robot_names.items() if known == name]
    if not keys:
        raise Impossible(f"没有群机器人 {name}")
    for key in keys:
        del stage.phones.robot_names[key]
    stage.transcript.add(f"群机器人「{name}」", "内部群", "被移出群", "robot")
    stage.changes.tell("world")
    return {}


def narrate(stage: Stage, form: Form) -> Answer:
    return dict(stage.transcript.add("旁白", "", form.text("text"), "narrator"))


ROUTES: list[Route] = [
    ("POST", "/members", acting(put_member, "userid name department_ids position mobile told")),
    ("POST", "/members/{userid}/leave", acting(member_leaves)),
    ("POST", "/members/{userid}/rename", acting(rename_member, "new_userid")),
    ("POST", "/members/{userid}/status", acting(member_status, "status")),
    ("POST", "/departments", acting(put_department, "id name parentid told")),
    ("POST", "/departments/{id}/remove", acting(remove_department)),
    ("POST", "/member-tags", acting(change_member_tag, "tag_id name add_userids del_userids add_party_ids del_party_ids")),
    ("POST", "/learners", acting(new_learner, "external_userid name unionid")),
    ("POST", "/follow", acting(follow, "external_userid userid state half welcome")),
    ("POST", "/unfollow", acting(unfollow, "external_userid userid by")),
    ("POST", "/edit", acting(edit, "external_userid userid remark")),
    ("POST", "/groups", acting(new_group, "chat_id name owner")),
    ("POST", "/groups/{chat_id}/join", acting(join, "external_userid userid join_scene state shape")),
    ("POST", "/groups/{chat_id}/leave", acting(leave, "external_userid userid quit_scene shape")),
    ("POST", "/app/say", acting(app_say, f"userid text {FILES}")),
    ("POST", "/app/enter", acting(app_enter, "userid")),
    ("POST", "/app/click", acting(app_click, "userid task_id key selected")),
    ("POST", "/robots", acting(add_robot, "key name room")),
    ("POST", "/robots/{name}/remove", acting(remove_robot)),
    ("POST", "/say", acting(narrate, "text")),
]
