"""The welcome message of a new friendship (doc 92599): one per WelcomeCode, within 20 s."""

from sandbox.api.wire import EMPTY_PARAMETER, Answer, Ask, Refusal, Table, post, too_large
from sandbox.stage import Stage
from sandbox.world import WELCOME_LIFE_S

TEXT_BYTES = 4000
MOST_ATTACHMENTS = 9


def _items(ask: Ask) -> list[dict[str, object]]:
    attachments = ask.body.get("attachments") or []
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refusal(41064, f"more than {MOST_ATTACHMENTS} attachments")
    return [{"type": part.get("msgtype", ""), **part.get(part.get("msgtype", ""), {})} for part in attachments]


def send(stage: Stage, ask: Ask) -> Answer:
    """41050 unknown or older than 20 s, 41051 used before, 41096 once while another app is sending."""
    code = ask.text("welcome_code")
    text = str((ask.body.get("text") or {}).get("content", ""))
    items = _items(ask)
    if not text and not items:
        raise Refusal(EMPTY_PARAMETER, "text and attachments are empty")
    too_large(text, TEXT_BYTES)
    welcome = stage.world.welcomes.get(code)
    if welcome is None or stage.clock.now() - welcome.born_at > WELCOME_LIFE_S:
        raise Refusal(41050, "invalid welcome_code")
    if welcome.used:
        raise Refusal(41051, "chat already started")
    if welcome.busy:
        welcome.busy = False
        raise Refusal(41096, "a welcome message is being sent")
    welcome.used = True
    bubble = stage.phones.bubble(f"contact:{welcome.userid}", welcome.userid, "welcome", text, items=items)
    stage.phones.show_learner(welcome.external_userid, bubble)
    names = stage.world.name_of(welcome.userid), stage.world.name_of(welcome.external_userid)
    stage.transcript.add(f"{names[0]}（欢迎语）", names[1], text or "［附件］", "welcome")
    return {}


TABLE: Table = {"externalcontact/send_welcome_msg": post(send)}
