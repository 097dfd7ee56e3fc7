"""`demo`: a whole camp against the look-alike. The stage is set here; the people of `python -m sandbox.story` play on it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli import browser, run_directory
from bot.cli.child import Child, Died

_START_SECONDS = 60.0
_POLL_SECONDS = 0.02
_CACHE = "bytecode"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PORT = 8790  # the look-alike's own; a tab that was left open finds the next demo there
CAST = "learner=wmXiaoyu&teacher=lin&sales=zhao&manager=chen"
_PACE_SECONDS = 0.6
_STOPPED = 3  # the story's exit code when somebody moved its clock: no failure where somebody may


@dataclass(frozen=True)
class Stage:
    """Two programs that run until the block around them ends."""

    directory: Path
    config: Path
    sandbox_url: str
    sandbox: Child
    server: Child

    @property
    def page(self) -> str:
        """The four phones, with somebody on each."""
        return f"{self.sandbox_url}/#{CAST}"


def run(arguments: Sequence[str]) -> int:
    """Plays the camp; 0 when every expectation of the story held, 1 when one did not, 2 when it could not be played."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_until_told(_play(options)))
    except run_directory.NotOurs as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except (Died, OSError) as fault:
        sys.stderr.write(f"演示没有完成：{fault}\n")
        return 2
    except asyncio.CancelledError:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wecamp demo", description="演示一整期训练营。Play a whole camp against the look-alike."
    )
    parser.add_argument("--exit", action="store_true", help="能多快就多快地演完，然后退出。Play at full speed and leave.")
    parser.add_argument("--dir", type=Path, default=Path("demo-run"), help="运行目录，每次重建。Made anew each time.")
    parser.add_argument("--pace", type=_seconds, metavar="SECONDS", help="人与人之间停几秒。Seconds between two acts.")
    parser.add_argument("--no-open", action="store_true", help="不打开浏览器。Open no browser.")
    return parser


def _seconds(words: str) -> float:
    seconds = float(words)
    if not 0 <= seconds <= 60:
        raise argparse.ArgumentTypeError("0–60")
    return seconds


async def _until_told(play: Coroutine[Any, Any, int]) -> int:
    """Runs the play as a task that SIGINT, SIGTERM and SIGHUP cancel, once, so that the children are always ended."""
    task = asyncio.ensure_future(play)
    loop = asyncio.get_running_loop()

    def leave() -> None:
        for number in _SIGNALS:
            loop.add_signal_handler(number, lambda: None)
        task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, leave)
    return await task


async def _play(options: argparse.Namespace) -> int:
    began = time.monotonic()
    leave = bool(options.exit)
    pace = options.pace if options.pace is not None else 0.0 if leave else _PACE_SECONDS
    async with _stage(options.dir) as stage:
        _say(f"四台手机：{stage.page}\n企业微信沙箱已经开了，真的机器人正在启动，故事同时开演……")
        if not leave and not options.no_open:
            browser.show(stage.page)
        verdict = await _tell(stage, pace, began)
        if verdict == _STOPPED:
            verdict = 2 if leave else 0
        if not leave:
            _explain(stage)
            try:
                await asyncio.wait([_watch(stage.sandbox), _watch(stage.server)], return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                sys.stdout.write("\n再见。\n")
                return verdict
            stage.sandbox.check()
            stage.server.check()
        return verdict


@asynccontextmanager
async def _stage(directory: Path) -> AsyncIterator[Stage]:
    """The look-alike is up, the real server starting (it makes its database itself); both ended in reverse order."""
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(run_directory.fresh(directory))
        port = run_directory.free_port(_PORT)
        url = f"http://127.0.0.1:{port}"
        config = run_directory.write_config(directory, url)
        ready, cache = directory / "sandbox.port", directory / _CACHE
        words = ["sandbox", "serve", "--config", str(config), "--port", str(port), "--port-file", str(ready)]
        sandbox = await Child.start("沙箱", words, cache, directory / "sandbox.log")
        stack.push_async_callback(sandbox.end)
        server = await Child.start("机器人", ["bot", "serve", "--config", str(config)], cache, directory / "server.log")
        stack.push_async_callback(server.end)
        await _up(sandbox, ready)
        yield Stage(directory, config, url, sandbox, server)


async def _up(sandbox: Child, port_file: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        sandbox.check()
        if _there(port_file):
            return
        await asyncio.sleep(_POLL_SECONDS)
    raise Died(f"沙箱 {_START_SECONDS:.0f} 秒没有起来：\n{sandbox.last_words()}")


def _there(file: Path) -> bool:
    return file.exists()


def _server_url(config: Path) -> str:
    server = tomllib.loads(config.read_text(encoding="utf-8"))["server"]
    return f"http://{server['host']}:{server['port']}"


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def _tell(stage: Stage, pace: float, began: float) -> int:
    """Lets the story play; should the server or the look-alike die meanwhile, so does the demo."""
    words = ["sandbox.story", "--dir", str(stage.directory), "--sandbox", stage.sandbox_url]
    words += ["--bot", _server_url(stage.config), "--pace", str(pace), "--spent", f"{time.monotonic() - began:.1f}"]
    story = await Child.start("故事", words, stage.directory / _CACHE)
    try:
        over = asyncio.ensure_future(story.over())
        await asyncio.wait([over, _watch(stage.sandbox), _watch(stage.server)], return_when=asyncio.FIRST_COMPLETED)
        if not over.done():
            stage.sandbox.check()
            stage.server.check()
        verdict = await over
        if verdict < 0:
            raise Died(f"故事被信号 {-verdict} 打断")
        return verdict
    finally:
        await story.end()


def _watch(child: Child) -> asyncio.Task[int]:
    return asyncio.ensure_future(child.over())


def _explain(stage: Stage) -> None:
    program = Path(sys.executable).with_name("wecamp")
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    sys.stdout.write(
        f"\n沙箱和机器人还在运行，接着玩：打开 {stage.page}\n"
        "时间条上点“下一课”，在手机上打字、点菜单、点卡片。或者另开一个终端：\n"
    )
    for words, meaning in (
        (("watch",), "跟着看发生的事"),
        (("say", "wmXiaoyu", "进度"), "学员周小雨对客服说"),
        (("tell", "lin", "名单"), "班主任林老师对应用说"),
        (("phone", "zhao"), "看赵销售的手机"),
        (("state",), "看全貌"),
    ):
        command = " ".join([str(program), "sandbox", words[0], "--url", stage.sandbox_url, *words[1:]])
        sys.stdout.write(f"  # {meaning}\n  {command}\n")
    sys.stdout.write(
        f"机器人在 {_server_url(stage.config)}（/readyz、/metrics），配置 {stage.config}，"
        f"日志 {stage.directory / 'server.log'}，全部往来 {stage.directory / 'transcript.txt'}\n按 Ctrl-C 结束。\n"
    )
    sys.stdout.flush()
