"""Subcommands that act on a running look-alike through its control API, for a person with a second terminal."""

import argparse
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from sandbox.calendar_file import Unreadable, marks_in
from sandbox.crowd import terminal


class Refused(Exception):
    """The look-alike said no, or is not there."""


class Remote:
    """A client of `/_sandbox/…`."""

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/") + "/_sandbox"
        # Loopback only: a proxy of the environment has no business here.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data=data, method=method)
        try:
            with self._opener.open(request, timeout=40) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(json.loads(error.read() or b"{}").get("error", f"HTTP {error.code}")) from None
        except OSError as error:
            raise Refused(f"连不上沙箱 {self._base}：{error}") from None

    def act(self, path: str, /, **body: Any) -> Any:
        return self.call("POST", path, {name: value for name, value in body.items() if value not in (None, "")})


def write(line: str) -> None:
    sys.stdout.write(line + "\n")


def _clock_face(at: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def told(answer: Any) -> None:
    words = " ".join(f"{name}={value}" for name, value in answer.items() if value not in ("", None))
    write(f"好的 {words}".rstrip())


def member(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/members", userid=o.userid, name=o.name, department_ids=o.department))


def learner(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/learners", name=o.name, external_userid=o.id, unionid=o.unionid))


def group(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/groups", name=o.name, owner=o.owner, chat_id=o.chat_id))


def room(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/rooms", name=o.name, members=o.member, id=o.id, aibot=not o.no_robot))


def unhook(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act(f"/robots/{urllib.parse.quote(o.name, safe='')}/remove"))


def follow(remote: Remote, o: argparse.Namespace) -> None:
    body = {"external_userid": o.learner, "userid": o.member, "state": o.state}
    told(remote.act("/follow", **body))


def unfollow(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/unfollow", external_userid=o.learner, userid=o.member, by=o.by))


def join(remote: Remote, o: argparse.Namespace) -> None:
    path = f"/groups/{urllib.parse.quote(o.chat_id)}/join"
    told(remote.act(path, external_userid=o.who, join_scene=o.scene, state=o.state))


def leave(remote: Remote, o: argparse.Namespace) -> None:
    path = f"/groups/{urllib.parse.quote(o.chat_id)}/leave"
    told(remote.act(path, external_userid=o.who, quit_scene=1 if o.removed else 0))


def enter(remote: Remote, o: argparse.Namespace) -> None:
    body = {"external_userid": o.learner, "url": o.link, "scene": o.scene, "scene_param": o.param}
    told(remote.act("/kf/enter", **body))


def say(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/kf/say", external_userid=o.learner, text=" ".join(o.text), menu_id=o.menu_id))


def tell(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/app/say", userid=o.member, text=" ".join(o.text)))


def click(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act("/app/click", userid=o.member, task_id=o.task_id, key=o.key, selected=chosen(o.select)))


def chosen(pairs: list[str]) -> dict[str, list[str]]:
    """What was selected on a card, of words like 问题=选项."""
    selected: dict[str, list[str]] = {}
    for pair in pairs:
        question, _, option = pair.partition("=")
        selected.setdefault(question, []).append(option)
    return selected


def send(remote: Remote, o: argparse.Namespace) -> None:
    told(remote.act(f"/mass/{urllib.parse.quote(o.msgid)}/send", userid=o.member))


def bubble_lines(bubble: dict[str, Any]) -> list[str]:
    """One message of a phone as lines; what can be pressed is shown as the words of the next command."""
    named = {"me": "我", "kf": "客服", "app": "应用", "aibot": "智能机器人"}
    who = bubble.get("from_name") or named.get(bubble["from"], bubble["from"])
    lines = [f"[{_clock_face(bubble['at'])}] {who}：{bubble['text']}"]
    lines += [f"    · {item.get('content', '')} (menu {item['id']})" for item in bubble.get("items", []) if "id" in item]
    lines += [f"    · {item.get('content', '')} {item['url']}" for item in bubble.get("items", []) if "url" in item]
    data = bubble.get("data", {})
    lines += [f"    · {data['url']}"] if "url" in data else []
    lines += [f"    ［发送］ send {data['msgid']}"] if data.get("state") == "waiting" else []
    card = bubble.get("card", {})
    for question in [*card.get("select_list", []), *filter(None, [card.get("checkbox"), card.get("button_selection")])]:
        choices = " ".join(f"{option['id']}={option['text']}" for option in question["option_list"])
        lines.append(f"    ？--select {question['question_key']}=…（{choices}）")
    if bubble.get("label"):
        lines.append(f"    （已处理：{bubble['label']}）")
    kind, _, room_id = bubble.get("chat", "").partition(":")
    act, where = ("robot click" if kind in ("aibot", "room") else "click"), (f" --room {room_id}" if kind == "room" else "")
    lines += [f"    ［{b['text']}］ {act} {bubble['task_id']} {b['key']}{where}" for b in bubble.get("buttons", [])]
    return lines


def phone(remote: Remote, o: argparse.Namespace) -> None:
    """What a person has on the phone; what stands in groups with `--chat`, by name or id."""
    if o.chat:
        _chat(remote, o)
        return
    world = remote.call("GET", "/state")
    kind = "member" if any(person["userid"] == o.who for person in world["members"]) else "learner"
    for bubble in remote.call("GET", f"/phones/{kind}/{urllib.parse.quote(o.who)}")["messages"]:
        write("\n".join(bubble_lines(bubble)))


def _chat(remote: Remote, o: argparse.Namespace) -> None:
    chats = remote.call("GET", f"/phone/{urllib.parse.quote(o.who)}")["chats"]
    found = next((one for one in chats if o.chat in (one["name"], one["chat"], one["chat"].partition(":")[2])), None)
    if found is None:
        raise Refused(f"{o.who} 的手机上没有「{o.chat}」，有 {'、'.join(one['name'] for one in chats)}")
    for bubble in found["messages"]:
        write("\n".join(bubble_lines(bubble)))


def fault(remote: Remote, o: argparse.Namespace) -> None:
    """Order one fault as docs/sandbox.md words it, or clear all; shows what is queued."""
    unclear = [word for word in o.words if "=" not in word]
    if unclear:
        raise Refused(f"写成 键=值：{' '.join(unclear)}")
    if o.clear:
        remote.call("DELETE", "/faults")
    if o.words:
        remote.act("/faults", **dict(word.split("=", 1) for word in o.words))
    queued = remote.call("GET", "/faults")
    for one in [*queued["api"], *queued["callbacks"]]:
        write(" ".join(f"{name}={value}" for name, value in one.items()))
    if not queued["api"] and not queued["callbacks"]:
        write("没有故障")


def watch(remote: Remote, o: argparse.Namespace) -> None:
    """Follow the transcript until Ctrl-C."""
    seq = 0
    while True:
        for line in remote.call("GET", f"/transcript?after={seq}&wait=20"):
            seq = line["seq"]
            write(f"[{_clock_face(line['at'])}] {line['who']} → {line['to']}：{line['what']}")
        sys.stdout.flush()


def calendar(remote: Remote, o: argparse.Namespace) -> None:
    """Declare what is when, from a camp.toml; without a file show what was declared."""
    if o.file is not None:
        try:
            remote.act("/calendar", marks=marks_in(o.file.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError, Unreadable) as fault:
            raise Refused(f"{o.file}：{fault}") from None
    marks = remote.call("GET", "/calendar")["marks"]
    for mark in marks:
        write(f"{time.strftime('%Y-%m-%d %H:%M', time.localtime(mark['at']))} {mark['label']}")
    if not marks:
        write("日历是空的；用法：calendar camp.toml")


def crowd(remote: Remote, o: argparse.Namespace) -> None:
    """Scripted learners by the thousand; Ctrl-C sends them home."""
    try:
        terminal.run(remote.call, o)
    except terminal.Unreadable as fault:
        raise Refused(str(fault)) from None


def state(remote: Remote, o: argparse.Namespace) -> None:
    world = remote.call("GET", "/state")
    if o.json:
        write(json.dumps(world, ensure_ascii=False, indent=2))
        return
    for person in world["members"]:
        write(f"成员 {person['userid']} {person['name']}{'' if person['active'] else '（已离职）'}")
    for person in world["learners"]:
        friends = [f for f in world["follows"] if f["external_userid"] == person["external_userid"]]
        words = "；".join(f"{f['userid']} {' '.join(f['tags'])}".strip() for f in friends)
        write(f"学员 {person['external_userid']} {person['name']}{f'（好友 {words}）' if words else ''}")
    for one in world["groups"]:
        write(f"群 {one['chat_id']} {one['name']}：{len(one['members'])} 人")
    for one in world["rooms"]:
        robot = "，有智能机器人" if one["aibot"] else ""
        write(f"内部群 {one['id']} {one['name']}：{len(one['members'])} 人{robot}")
    counted = world["counters"]["callbacks"]
    write(f"回调 {counted['sent']} 条，送达 {counted['delivered']}，丢失 {counted['lost']}")
    for path, times in sorted(world["counters"]["calls"].items()):
        write(f"接口 {path} {times} 次")
