"""`serve`, `migrate`, `check-config`."""

from __future__ import annotations

import typer

from bot.cli.terminal import ConfigOption, fail, fail_with_config, faults_in_words, run, settings_from, voice_of
from bot.settings import ConfigError
from camp.phrases import say_in
from storage.migrate import migrate as migrate_database


def register(app: typer.Typer) -> None:
    app.command(help="运行机器人。Run the bot until it is told to stop.")(serve)
    app.command(help="把数据库升级到当前版本。Bring the database to this program's schema.")(migrate)
    app.command("check-config", help="检查配置，一次列出全部问题。Check the config file; all faults at once.")(check_config)


def serve(config: ConfigOption = None) -> None:
    from bot.app import AlreadyRunning, CannotListen
    from bot.app import run as run_bot

    settings = settings_from(config)
    say = voice_of(settings)
    try:
        with faults_in_words(say):
            settings.policy()
            run_bot(settings)
    except AlreadyRunning as error:
        # Whoever starts a second one may be anybody, at a console that is not theirs.
        fail("\n".join(say_in(language)("cli.already_running", file=str(error)) for language in ("zh", "en")))
    except CannotListen as error:
        fail(say("cli.cannot_listen", host=settings.server.host, port=settings.server.port, reason=str(error)))


def migrate(config: ConfigOption = None) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    before, after = run(migrate_database(settings.storage.url), say)
    if before == after:
        typer.echo(say("cli.migrated_already", revision=after))
    else:
        typer.echo(say("cli.migrated", before=before or "-", after=after))


def check_config(config: ConfigOption = None) -> None:
    settings = settings_from(config)
    if settings.privacy.key_file is not None:
        try:
            settings.privacy_key()
        except ConfigError as error:
            fail_with_config(error, config)
    typer.echo(voice_of(settings)("cli.config_good", file=str(settings.path)))
