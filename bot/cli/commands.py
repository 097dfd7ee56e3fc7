"""`commands`: the table of chat commands, as Markdown; README's table is made with it."""

from __future__ import annotations

import typer

from camp.phrases import say_in
from handlers.core.router import Command, discover


def register(app: typer.Typer) -> None:
    app.command("commands", help="打印聊天指令表（Markdown）。Print the table of chat commands.")(show)


def show() -> None:
    typer.echo(table())


def table() -> str:
    """All commands, learners' first: name, other names, who may, how it is used, what it does."""
    found = discover()
    head = "| 指令 | 别名 | 谁 | 用法 | 说明 | In English |\n|---|---|---|---|---|---|"
    rows = [_row(command, "学员") for command in found.learner_commands]
    rows += [_row(command, _who(command)) for command in found.staff_commands]
    return "\n".join([head, *rows])


def _row(command: Command, who: str) -> str:
    others = "、".join(f"`{name}`" for name in command.names[1:])
    english = f"`{command.usage[1]}`: {command.summary[1]}"
    cells = (f"`{command.name}`", others, who, f"`{command.usage[0]}`", command.summary[0], english)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _who(command: Command) -> str:
    say = say_in("zh")
    order = ("class_teacher", "sales", "manager", "operator")
    return "、".join(say(f"common.position_{name}") for name in order if name in command.positions)
