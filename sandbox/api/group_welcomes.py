"""Templates for the welcome of customer groups 入群欢迎语素材 (doc 92366): text with %NICKNAME%, and one attachment.

The owner chooses one for a group in the client; no API does it. Our choices: a text may have 3000 bytes (unconfirmed), a
template nobody knows is 40058.
"""

from typing import Any

from sandbox.api.attachments import REQUIRED, message_of
from sandbox.api.wire import BAD_PARAMETER, Answer, Ask, Refusal, Table, post, too_large
from sandbox.stage import Stage

TEXT_BYTES = 3000
MOST_TEMPLATES = 100
NO_ROOM, FOREIGN, TOO_MANY_ATTACHMENTS = 41055, 41058, 41064


def _content(stage: Stage, ask: Ask) -> dict[str, Any]:
    """Each kind of attachment is a field of its own here; one of them at most."""
    attachments = [{"msgtype": kind, kind: ask.part(kind)} for kind in REQUIRED if ask.has(kind)]
    if len(attachments) > 1:
        raise Refusal(TOO_MANY_ATTACHMENTS, "one attachment at most")
    text, checked = message_of(stage, Ask({"text": ask.body.get("text"), "attachments": attachments}))
    too_large(text, TEXT_BYTES)
    return {"text": text, "attachments": checked}


def _caller(stage: Stage, ask: Ask) -> int | None:
    return stage.tokens.agent_of(ask.query.get("access_token", ""))


def _template(stage: Stage, ask: Ask) -> dict[str, Any]:
    template = stage.world.welcome_templates.get(ask.text("template_id"))
    if template is None:
        raise Refusal(BAD_PARAMETER, "invalid template_id")
    return template


def _own(stage: Stage, ask: Ask) -> dict[str, Any]:
    """41058 for a template of another app."""
    template = _template(stage, ask)
    if template["agent_id"] != _caller(stage, ask):
        raise Refusal(FOREIGN, "the template was made by another app")
    return template


def add(stage: Stage, ask: Ask) -> Answer:
    content = _content(stage, ask)
    ask.number("notify", 1, 0, 1)  # whether owners hear of it in the client, which no screen here shows
    if len(stage.world.welcome_templates) >= MOST_TEMPLATES:
        raise Refusal(NO_ROOM, f"more than {MOST_TEMPLATES} templates")
    template_id = stage.world.mint("msgTpl")
    stage.world.welcome_templates[template_id] = {**content, "agent_id": _caller(stage, ask)}
    return {"template_id": template_id}


def edit(stage: Stage, ask: Ask) -> Answer:
    """The whole message is replaced."""
    _own(stage, ask).update(_content(stage, ask))
    return {}


def read(stage: Stage, ask: Ask) -> Answer:
    template = _template(stage, ask)
    text = {"text": {"content": template["text"]}} if template["text"] else {}
    return {**text, **{part["msgtype"]: part[part["msgtype"]] for part in template["attachments"]}}


def remove(stage: Stage, ask: Ask) -> Answer:
    _own(stage, ask)
    del stage.world.welcome_templates[ask.text("template_id")]
    return {}


TABLE: Table = {
    "externalcontact/group_welcome_template/add": post(add),
    "externalcontact/group_welcome_template/edit": post(edit),
    "externalcontact/group_welcome_template/get": post(read),
    "externalcontact/group_welcome_template/del": post(remove),
}
