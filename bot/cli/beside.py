"""`sandbox` and `demo`: programs that stand beside the house; everything after the name is handed on to them."""

from __future__ import annotations

import typer

from bot.cli.neighbours import start

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    app.command("sandbox", context_settings=_PASS_ON, help="企业微信的仿真环境。The WeCom look-alike.")(sandbox)
    app.command("demo", context_settings=_PASS_ON, help="演示一整期训练营。Play a whole camp.")(demo)


def sandbox(context: typer.Context) -> None:
    start("sandbox", context.args)


def demo(context: typer.Context) -> None:
    start("demo", context.args)
