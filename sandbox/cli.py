"""The command line: `serve` (the default) and the subcommands of `sandbox.remote`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox import remote, remote_robot
from sandbox.remote import Refused, Remote
from sandbox.serve import add_serve_options, serve

Command = Callable[[Remote, argparse.Namespace], None]
Adder = Callable[[str, Command, str], argparse.ArgumentParser]


def _add_people(commands: Adder) -> None:
    member = commands("member", remote.member, "加一个成员")
    member.add_argument("userid")
    member.add_argument("name")
    member.add_argument("--department", type=int, action="append")
    learner = commands("learner", remote.learner, "加一个学员")
    learner.add_argument("name")
    learner.add_argument("--id", default="")
    learner.add_argument("--unionid", default="")
    follow = commands("follow", remote.follow, "学员加成员为好友")
    follow.add_argument("learner")
    follow.add_argument("member")
    follow.add_argument("--state", default="", help="渠道")
    unfollow = commands("unfollow", remote.unfollow, "删好友")
    unfollow.add_argument("learner")
    unfollow.add_argument("member")
    unfollow.add_argument("--by", choices=("learner", "member"), default="learner")


def _add_groups(commands: Adder) -> None:
    group = commands("group", remote.group, "建客户群")
    group.add_argument("name")
    group.add_argument("owner")
    group.add_argument("--chat-id", default="")
    join = commands("join", remote.join, "进群")
    join.add_argument("chat_id")
    join.add_argument("who")
    join.add_argument("--scene", type=int, default=3, help="0 被邀请，3 扫码")
    join.add_argument("--state", default="")
    leave = commands("leave", remote.leave, "退群")
    leave.add_argument("chat_id")
    leave.add_argument("who")
    leave.add_argument("--removed", action="store_true", help="被移出")
    room = commands("room", remote.room, "建内部群，智能机器人在里面；已有的就改名字和成员")
    room.add_argument("name")
    room.add_argument("member", nargs="+")
    room.add_argument("--id", default="")
    room.add_argument("--no-robot", action="store_true", help="不拉智能机器人")


def _add_card(click: argparse.ArgumentParser) -> None:
    click.add_argument("member")
    click.add_argument("task_id")
    click.add_argument("key")
    click.add_argument("--select", action="append", default=[], metavar="问题=选项")


def _add_talk(commands: Adder) -> None:
    enter = commands("enter", remote.enter, "学员进入客服")
    enter.add_argument("learner")
    enter.add_argument("--link", default="", help="客服链接，可带 scene_param")
    enter.add_argument("--scene", default="")
    enter.add_argument("--param", default="")
    say = commands("say", remote.say, "学员对客服说")
    say.add_argument("learner")
    say.add_argument("text", nargs="*")
    say.add_argument("--menu-id", default="")
    tell = commands("tell", remote.tell, "成员对应用说")
    tell.add_argument("member")
    tell.add_argument("text", nargs="+")
    click = commands("click", remote.click, "成员点卡片按钮")
    _add_card(click)
    send = commands("send", remote.send, "成员在群发任务上点发送")
    send.add_argument("member")
    send.add_argument("msgid")


def _add_robot(robot: Adder) -> None:
    """What stands behind `robot`."""

    def in_room(child: argparse.ArgumentParser) -> None:
        child.add_argument("--room", default="", help="在这个内部群里；不写就是单聊")

    say = robot("say", remote_robot.say, "成员对机器人说；在群里就是 @ 它")
    say.add_argument("member")
    say.add_argument("text", nargs="+")
    say.add_argument("--quote", default="", help="引用的话")
    in_room(say)
    send = robot("send", remote_robot.send, "成员单聊发给机器人一个文件或图片")
    send.add_argument("member")
    send.add_argument("file", type=Path)
    enter = robot("enter", remote_robot.enter, "成员打开和机器人的单聊")
    enter.add_argument("member")
    click = robot("click", remote_robot.click, "成员点机器人的卡片按钮")
    _add_card(click)
    in_room(click)
    for name, command, words in (
        ("join", remote_robot.join, "拉机器人进内部群"),
        ("leave", remote_robot.leave, "把它移出内部群"),
    ):
        robot(name, command, words).add_argument("room", help="内部群的 id")
    mode = robot("mode", remote_robot.mode, "在后台换接收方式")
    mode.add_argument("mode", choices=("socket", "url"))
    mode.add_argument("--callback", default="", help="回调地址")
    robot("verify", remote_robot.verify, "在后台保存回调地址时的验证")
    robot("cut", remote_robot.cut, "网络断开长连接")
    robot("take-over", remote_robot.take_over, "另一个程序用同样的 secret 抢走长连接")
    robot("state", remote_robot.state, "看接收方式、连接和会话")


def _add_trouble(commands: Adder) -> None:
    unhook = commands("unhook", remote.unhook, "群主移出一个消息推送机器人（93000）")
    unhook.add_argument("name")
    fault = commands("fault", remote.fault, "下一个故障，比如 path=aibot_send_msg errcode=93006 times=2；不写就看排着的")
    fault.add_argument("words", nargs="*", metavar="键=值")
    fault.add_argument("--clear", action="store_true", help="先撤掉全部")


def _add_views(commands: Adder) -> None:
    phone = commands("phone", remote.phone, "看一个人的手机")
    phone.add_argument("who")
    phone.add_argument("--chat", default="", metavar="群名或 id", help="看其中一个群")
    commands("watch", remote.watch, "跟着看发生的事")
    calendar = commands("calendar", remote.calendar, "把 camp.toml 的课和结营标到时间条上；不写文件就只看")
    calendar.add_argument("file", nargs="?", type=Path, metavar="camp.toml")
    crowd = commands("crowd", remote.crowd, "请一群照剧本的学员来，看他们演")
    crowd.add_argument("file", nargs="?", type=Path, help="TOML 文件；不写就只看进度")
    crowd.add_argument("--example", action="store_true", help="打印一份示例文件")
    crowd.add_argument("--stop", action="store_true", help="请他们走")
    state = commands("state", remote.state, "看全貌")
    state.add_argument("--json", action="store_true")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="企业微信沙箱（a WeCom look-alike）")
    children = parser.add_subparsers(required=True, metavar="命令")
    serving = children.add_parser("serve", help="启动沙箱")
    add_serve_options(serving)
    serving.set_defaults(serving=True)

    for add in (_add_people, _add_groups, _add_talk, _add_trouble, _add_views):
        add(_adder(children))
    robot = children.add_parser("robot", help="智能机器人：对它说、发文件、点它的卡片、断开它……")
    _add_robot(_adder(robot.add_subparsers(required=True, metavar="做什么")))
    return parser


def _adder(children: "argparse._SubParsersAction[argparse.ArgumentParser]") -> Adder:
    def add(name: str, command: Command, words: str) -> argparse.ArgumentParser:
        child = children.add_parser(name, help=words)
        child.add_argument("--url", dest="sandbox_url", default="http://127.0.0.1:8790", help="沙箱地址")
        child.set_defaults(serving=False, command=command)
        return child

    return add


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """What was typed; `command` is what to do, unless `serving`. Words nobody knows end the program with a message."""
    return _parser().parse_args(words)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; without one, or with options only, serve."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words.insert(0, "serve")
    options = read_words(words)
    if options.serving:
        return serve(options)
    try:
        options.command(Remote(options.sandbox_url), options)
    except Refused as reason:
        sys.stderr.write(f"不行：{reason}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0
