"""Control: people talk to each other. Customer groups, internal groups, and friends 1:1; the bot hears nothing of it."""

from typing import Any

from sandbox.control.form import Form, Route, acting
from sandbox.people import Impossible, groups, rooms
from sandbox.people.media import FILES, Sent, sent_by
from sandbox.stage import Stage

Answer = dict[str, Any]


def _said(stage: Stage, form: Form) -> Sent:
    """`text`, or `text?` with `url` and `title?` as a link, or one file as on every phone (image, voice, video, file, …)."""
    url = form.text("url", "")
    if url:
        title = form.text("title", "") or form.text("text", url)
        return Sent("link", form.text("text", title), {"url": url, "title": title})
    return sent_by(stage, form.values) or Sent("text", form.text("text"))


def group_say(stage: Stage, form: Form) -> Answer:
    """{who, …what is said}."""
    return groups.say(stage, form.text("chat_id"), form.text("who"), _said(stage, form))


def new_room(stage: Stage, form: Form) -> Answer:
    """{id?, name, members: [userid], aibot?: true}."""
    members = form.values.get("members")
    if not isinstance(members, list):
        raise Impossible("members 要是成员的列表")
    aibot = form.values.get("aibot", True) is not False
    return rooms.new_room(stage, form.text("id", ""), form.text("name"), [str(userid) for userid in members], aibot=aibot)


def put_aibot(stage: Stage, form: Form) -> Answer:
    """{inside: true or false}."""
    inside = form.values.get("inside")
    if not isinstance(inside, bool):
        raise Impossible("inside 要是 true 或 false")
    return rooms.put_aibot(stage, form.text("id"), inside=inside)


def room_say(stage: Stage, form: Form) -> Answer:
    return rooms.say(stage, form.text("id"), form.text("userid"), _said(stage, form))


def contact_say(stage: Stage, form: Form) -> Answer:
    return rooms.write(stage, form.text("from"), form.text("to"), _said(stage, form))


ROUTES: list[Route] = [
    ("POST", "/groups/{chat_id}/say", acting(group_say, f"who url title text {FILES}")),
    ("POST", "/rooms", acting(new_room, "id name members aibot")),
    ("POST", "/rooms/{id}/aibot", acting(put_aibot, "inside")),
    ("POST", "/rooms/{id}/say", acting(room_say, f"userid url title text {FILES}")),
    ("POST", "/contact/say", acting(contact_say, f"from to url title text {FILES}")),
]
