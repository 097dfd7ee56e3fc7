"""The anchor goes on air and off, people watch (docs 93636, 94145)."""

from typing import Any

from sandbox import notices
from sandbox.lives import ENDED, ON_AIR, REPLAY_READY, RESERVED, Live, Viewer
from sandbox.people import Impossible
from sandbox.people.contacts import learner_of, new_learner
from sandbox.people.staff import member_of
from sandbox.stage import Stage


def _live(stage: Stage, livingid: str) -> Live:
    live = stage.lives.all.get(livingid)
    if live is None:
        raise Impossible(f"没有直播 {livingid}")
    return live


def make_by_hand(stage: Stage, anchor: str, theme: str, start: int, duration: int) -> dict[str, Any]:
    """A member makes a live in the client: no app may read it (92008), and nobody is told."""
    member = member_of(stage, anchor)
    live = stage.lives.add(None, member.userid, theme, start, duration)
    stage.transcript.add(member.name, "直播", f"在客户端预约了「{theme}」", "live")
    stage.changes.tell("world")
    return {"livingid": live.livingid}


def start(stage: Stage, livingid: str) -> dict[str, Any]:
    live = _live(stage, livingid)
    if stage.lives.status(live) != RESERVED:
        raise Impossible("直播已经开始、结束、取消或过期了")
    live.started_at = stage.clock.now()
    stage.transcript.add(stage.world.name_of(live.anchor), "直播", f"「{live.theme}」开播", "live")
    notices.of_live(stage, live, ON_AIR)
    return {"status": ON_AIR}


def end(stage: Stage, livingid: str) -> dict[str, Any]:
    live = _live(stage, livingid)
    if stage.lives.status(live) != ON_AIR:
        raise Impossible("没有在直播")
    live.ended_at = stage.clock.now()
    stage.transcript.add(stage.world.name_of(live.anchor), "直播", f"「{live.theme}」结束", "live")
    notices.of_live(stage, live, ENDED)
    return {"status": ENDED}


def _viewer(stage: Stage, live: Live, *, external_userid: str, userid: str, name: str, anonymous: bool) -> Viewer:
    """The viewer of this act, the same one when somebody comes back. A name alone is a WeChat user who is nobody's contact:
    an external_userid of WeCom's own, or none at all when `anonymous` (whether that happens is unconfirmed)."""
    if userid:
        member = member_of(stage, userid)
        return live.viewers.setdefault(member.userid, Viewer(member.userid, member.name, True))
    if external_userid:
        learner = learner_of(stage, external_userid)
        return live.viewers.setdefault(external_userid, Viewer(external_userid, learner.name, False))
    known = f"name:{name}"
    if known not in live.viewers:
        stranger = "" if anonymous else str(new_learner(stage, "", name, "")["external_userid"])
        live.viewers[known] = Viewer(stranger, name, False)
    return live.viewers[known]


def watch(
    stage: Stage, livingid: str, viewer: dict[str, Any], seconds: int, *, comment: bool, mic: bool, invitor: str
) -> dict[str, Any]:
    """Somebody watched for so long until now; times add up. `viewer`: external_userid, userid or name, anonymous?;
    living_code? when the way in was the bot's own page (doc 93641)."""
    live, now = _live(stage, livingid), stage.clock.now()
    status = stage.lives.status(live)
    replay = status == ENDED and live.replay_at(now) == REPLAY_READY
    if status != ON_AIR and not replay:
        raise Impossible("没有在直播，也没有回放")
    if viewer.get("living_code") and not stage.lives.code_opens(str(viewer["living_code"]), live):
        raise Impossible("观看凭证过期了，或者不是这场直播的")
    if seconds < 1:
        raise Impossible("seconds 要大于 0")
    person = _viewer(
        stage,
        live,
        external_userid=str(viewer.get("external_userid") or ""),
        userid=str(viewer.get("userid") or ""),
        name=str(viewer.get("name") or ""),
        anonymous=bool(viewer.get("anonymous")),
    )
    if not replay or stage.config.live_replay_counts:
        person.watched.append((now, seconds))
    person.comments, person.mics = person.comments + int(comment), person.mics + int(mic)
    person.invitor = person.invitor or invitor
    words = f"看{'回放' if replay else '直播'} {seconds} 秒"
    stage.transcript.add(person.name, f"直播「{live.theme}」", words, "watch")
    return {"id": person.id, "seconds": person.seconds_by(now)}
