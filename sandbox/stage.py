"""The stage everything plays on: one object that ties world, clock, callbacks, screens and logs together."""

from aiohttp import web

from sandbox.callbacks import Courier
from sandbox.calls import Calls
from sandbox.clock import HOUR, MINUTE, Clock
from sandbox.config import SandboxConfig
from sandbox.desk import Desk
from sandbox.faults import Faults
from sandbox.phones import Phones
from sandbox.tokens import Tokens
from sandbox.transcript import Transcript
from sandbox.windows import Window
from sandbox.world import World


class Limits:
    """WeCom's frequency limits (sheet section 11)."""

    def __init__(self, config: SandboxConfig) -> None:
        self.api = Window(config.api_per_minute, MINUTE)  # doc 90454
        self.member_minute = Window(30, MINUTE)  # app messages one member sees, doc 90664
        self.member_hour = Window(1000, HOUR)
        self.robot = Window(20, MINUTE)  # doc 91770
        self.sync_without_token = Window(config.sync_without_token_per_minute, MINUTE)  # doc 94670


class Stage:
    """State of one running look-alike."""

    def __init__(self, config: SandboxConfig, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self.world = World(self.clock)
        self.desk = Desk(self.clock, self.world)
        self.phones = Phones(self.clock)
        self.transcript = Transcript(self.clock)
        self.faults = Faults()
        self.calls = Calls()
        self.tokens = Tokens(self.clock, config.token_life_s)
        self.limits = Limits(config)
        self.courier = Courier(config, self.clock, self.faults, self.transcript, self.calls)
        self.dropped = 0  # app messages dropped silently over the per-member limits
        self.desk.add_account(config.open_kfid, config.kf_name)
        for name, key in config.robots.items():
            self.add_robot(key, name)

    def add_robot(self, key: str, name: str) -> None:
        self.phones.robots.setdefault(key, [])
        self.phones.robot_names[key] = name


STAGE = web.AppKey("stage", Stage)
