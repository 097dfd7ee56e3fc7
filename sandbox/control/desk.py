"""Control: customer service. Learners enter, write, refuse and recall; servicers act in their client; the console's ranges."""

from typing import Any

from sandbox.control.form import Form, Route, acting
from sandbox.desk import Upgrade
from sandbox.people import Impossible, desk, servicers
from sandbox.people.media import FILES, Sent, sent_by
from sandbox.stage import Stage

Answer = dict[str, Any]


def _desk_id(form: Form) -> str:
    return form.text("open_kfid", "")


def enter(stage: Stage, form: Form) -> Answer:
    """{external_userid, url? (the kf link as it stands in the chat) or scene? and scene_param?, open_kfid?}."""
    return desk.enter(
        stage,
        form.text("external_userid"),
        url=form.text("url", ""),
        scene=form.text("scene", ""),
        scene_param=form.text("scene_param", ""),
        open_kfid=_desk_id(form),
    )


def say(stage: Stage, form: Form) -> Answer:
    """{external_userid, text | menu_id | one of image, voice, video, file {name, base64}, link, location}."""
    return desk.say(
        stage,
        form.text("external_userid"),
        form.text("text", ""),
        menu_id=form.text("menu_id", ""),
        open_kfid=_desk_id(form),
        sent=sent_by(stage, form.values),
    )


def recall(stage: Stage, form: Form) -> Answer:
    return desk.recall(stage, form.text("external_userid"), form.text("msgid"))


def refuse(stage: Stage, form: Form) -> Answer:
    on = form.values.get("on", True) is not False
    return desk.refuse(stage, form.text("external_userid"), on=on, open_kfid=_desk_id(form))


def fail_sends(stage: Stage, form: Form) -> Answer:
    """{external_userid, fail_type, times?}."""
    who, times = form.text("external_userid"), form.number("times", 1)
    return desk.fail_sends(stage, who, fail_type=form.number("fail_type"), times=times, open_kfid=_desk_id(form))


def servicer_say(stage: Stage, form: Form) -> Answer:
    sent = sent_by(stage, form.values)
    if sent is None:
        sent = Sent("text", form.text("text"), {}, {"content": form.text("text")})
    return servicers.say(stage, form.text("userid"), form.text("external_userid"), sent, _desk_id(form))


def servicer_recall(stage: Stage, form: Form) -> Answer:
    return servicers.recall(stage, form.text("userid"), form.text("external_userid"), form.text("msgid"), _desk_id(form))


def servicer_take(stage: Stage, form: Form) -> Answer:
    return servicers.take(stage, form.text("userid"), form.text("external_userid"), _desk_id(form))


def servicer_hand_on(stage: Stage, form: Form) -> Answer:
    return servicers.hand_on(stage, form.text("userid"), form.text("external_userid"), form.text("to"), _desk_id(form))


def servicer_end(stage: Stage, form: Form) -> Answer:
    return servicers.end(stage, form.text("userid"), form.text("external_userid"), _desk_id(form))


def servicer_status(stage: Stage, form: Form) -> Answer:
    status, stop_type = form.number("status"), form.number("stop_type", 0)
    return servicers.pause(stage, form.text("userid"), status=status, stop_type=stop_type, open_kfid=_desk_id(form))


def _ids(form: Form, name: str) -> list[str] | None:
    value = form.values.get(name)
    if value is not None and not isinstance(value, list):
        raise Impossible(f"{name} 要是列表")
    return value if value is None else [str(entry) for entry in value]


def set_upgrade_range(stage: Stage, form: Form) -> Answer:
    """{userids?, chat_ids?}: whom upgrade_service may recommend; a list that is missing allows everybody."""
    account = desk.account_named(stage, _desk_id(form))
    account.upgrade = Upgrade(_ids(form, "userids"), _ids(form, "chat_ids"))
    return {"open_kfid": account.open_kfid}


ROUTES: list[Route] = [
    ("POST", "/kf/enter", acting(enter, "external_userid url scene scene_param open_kfid")),
    ("POST", "/kf/say", acting(say, f"external_userid text menu_id open_kfid {FILES}")),
    ("POST", "/kf/recall", acting(recall, "external_userid msgid")),
    ("POST", "/kf/refuse", acting(refuse, "external_userid on open_kfid")),
    ("POST", "/kf/fail", acting(fail_sends, "external_userid fail_type times open_kfid")),
    ("POST", "/kf/servicer-say", acting(servicer_say, f"userid external_userid open_kfid text {FILES}")),
    ("POST", "/kf/servicer-recall", acting(servicer_recall, "userid external_userid msgid open_kfid")),
    ("POST", "/kf/servicer-take", acting(servicer_take, "userid external_userid open_kfid")),
    ("POST", "/kf/servicer-hand-on", acting(servicer_hand_on, "userid external_userid to open_kfid")),
    ("POST", "/kf/servicer-end", acting(servicer_end, "userid external_userid open_kfid")),
    ("POST", "/kf/servicer-status", acting(servicer_status, "userid status stop_type open_kfid")),
    ("POST", "/kf/upgrade-range", acting(set_upgrade_range, "open_kfid userids chat_ids")),
]
