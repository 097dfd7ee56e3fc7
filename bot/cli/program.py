"""The program: one file per group of commands, each exporting `register(app)`. Options stand after the command.

People's faults end with a plain sentence on standard error and a non-zero exit, never with a traceback.
"""

from __future__ import annotations

import typer

from bot.cli import backup, beside, commands, declare, doctor, exchange, process, purge, queues, rehearse

app = typer.Typer(
    name="wecamp",
    help="营伴 WeCamp：在企业微信里办训练营。A chat-first WeCom bot that runs training camps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (process, declare, doctor, commands, queues, exchange, rehearse, backup, purge, beside):
    group.register(app)
