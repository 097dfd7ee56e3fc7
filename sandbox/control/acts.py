"""Control: people act. Each route is one function of `sandbox.people` behind a small translation of its form."""

from typing import Any

from sandbox.control.form import Form, Route, acting
from sandbox.people import Impossible, contacts, desk, groups, staff
from sandbox.stage import Stage

Answer = dict[str, Any]


def put_member(stage: Stage, form: Form) -> Answer:
    userid = form.text("userid")
    return staff.put_member(stage, userid, form.text("name", userid), list(form.values.get("department_ids") or []))


def member_leaves(stage: Stage, form: Form) -> Answer:
    return staff.leave(stage, form.text("userid"))


def new_department(stage: Stage, form: Form) -> Answer:
    return staff.new_department(stage, form.number("id"), form.text("name"), form.number("parentid", 1))


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
        shape=form.text("shape", "item"),
    )


def leave(stage: Stage, form: Form) -> Answer:
    scene = form.number("quit_scene", 0)
    return groups.leave(stage, form.text("chat_id"), _who(form), scene=scene, shape=form.text("shape", "item"))


def kf_enter(stage: Stage, form: Form) -> Answer:
    return desk.enter(
        stage,
        form.text("external_userid"),
        url=form.text("url", ""),
        scene=form.text("scene", ""),
        scene_param=form.text("scene_param", ""),
        open_kfid=form.text("open_kfid", ""),
    )


def kf_say(stage: Stage, form: Form) -> Answer:
    return desk.say(
        stage,
        form.text("external_userid"),
        form.text("text", ""),
        menu_id=form.text("menu_id", ""),
        open_kfid=form.text("open_kfid", ""),
    )


def app_say(stage: Stage, form: Form) -> Answer:
    return staff.say(stage, form.text("userid"), form.text("text"))


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
    stage.add_robot(key, form.text("name", key))
    return {"key": key}


def narrate(stage: Stage, form: Form) -> Answer:
    return dict(stage.transcript.add("旁白", "", form.text("text"), "narrator"))


ROUTES: list[Route] = [
    ("POST", "/members", acting(put_member)),
    ("POST", "/members/{userid}/leave", acting(member_leaves)),
    ("POST", "/departments", acting(new_department)),
    ("POST", "/learners", acting(new_learner)),
    ("POST", "/follow", acting(follow)),
    ("POST", "/unfollow", acting(unfollow)),
    ("POST", "/edit", acting(edit)),
    ("POST", "/groups", acting(new_group)),
    ("POST", "/groups/{chat_id}/join", acting(join)),
    ("POST", "/groups/{chat_id}/leave", acting(leave)),
    ("POST", "/kf/enter", acting(kf_enter)),
    ("POST", "/kf/say", acting(kf_say)),
    ("POST", "/app/say", acting(app_say)),
    ("POST", "/app/enter", acting(app_enter)),
    ("POST", "/app/click", acting(app_click)),
    ("POST", "/robots", acting(add_robot)),
    ("POST", "/say", acting(narrate)),
]
