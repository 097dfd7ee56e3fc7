"""The welcome message of a new friendship (doc 92599): one per WelcomeCode, within 20 s."""

from sandbox.api.attachments import message_of
from sandbox.api.wire import Answer, Ask, Refusal, Table, post
from sandbox.attachments import parts, summary
from sandbox.stage import Stage
from sandbox.world import WELCOME_LIFE_S


def send(stage: Stage, ask: Ask) -> Answer:
    """41050 unknown or older than 20 s, 41051 used before or the two have talked, 41096 once while another app is sending."""
    if not ask.has("welcome_code"):
        raise Refusal(41049, "welcome_code is missing")
    code = ask.text("welcome_code")
    text, attachments = message_of(stage, ask)
    welcome = stage.world.welcomes.get(code)
    if welcome is None or stage.clock.now() - welcome.born_at > WELCOME_LIFE_S:
        raise Refusal(41050, "invalid welcome_code")
    follow = stage.world.follows.get((welcome.userid, welcome.external_userid))
    if welcome.used or (follow is not None and follow.talked):
        raise Refusal(41051, "chat already started")
    if welcome.busy:
        welcome.busy = False
        raise Refusal(41096, "a welcome message is being sent")
    welcome.used = True
    for kind, words, data in parts(stage, text, attachments):
        shown_kind = "welcome" if kind == "text" else kind
        bubble = stage.phones.bubble(f"contact:{welcome.userid}", welcome.userid, shown_kind, words, data=data)
        stage.phones.show_learner(welcome.external_userid, bubble)
    names = stage.world.name_of(welcome.userid), stage.world.name_of(welcome.external_userid)
    stage.transcript.add(f"{names[0]}（欢迎语）", names[1], summary(text, attachments), "welcome")
    return {}


TABLE: Table = {"externalcontact/send_welcome_msg": post(send)}
