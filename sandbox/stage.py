"""The stage everything plays on: one object that ties world, clock, callbacks, screens and logs together."""

from aiohttp import web

from sandbox.agenda import Agenda
from sandbox.aibot.robot import Robot
from sandbox.appchat import AppChats
from sandbox.bills import Bills
from sandbox.calendar import Calendar
from sandbox.callbacks import Courier
from sandbox.calls import Calls
from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.crowd.gathering import Gathering
from sandbox.desk import Desk
from sandbox.directory import Directory
from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.lives import Lives
from sandbox.mass import Mass
from sandbox.media import MediaShelf
from sandbox.media_jobs import MediaJobs
from sandbox.phones import AppMessage, Phones, ResponseCode
from sandbox.rooms import Room
from sandbox.tokens import Tokens
from sandbox.traffic import Traffic
from sandbox.transcript import Transcript
from sandbox.transfer import Transfers
from sandbox.wire_log import WireLog
from sandbox.world import World


class Stage:
    """State of one running look-alike."""

    def __init__(self, config: SandboxConfig, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self.changes = Changes()
        self.clock.changed = lambda: self.changes.tell("clock")
        self.calendar = Calendar()
        self.world = World(self.clock)
        self.rooms: dict[str, Room] = {}
        self.desk = Desk(self.clock, self.world)
        self.directory = Directory(self.clock, self.world)
        self.media = MediaShelf(self.clock, self.world)
        self.media_jobs = MediaJobs()
        self.lives = Lives(self.clock, self.world)
        self.appchats = AppChats(self.world, self.rooms)
        self.bills = Bills(self.clock, self.world)
        self.phones = Phones(self.clock, self.changes, self.people_in)
        self.transcript = Transcript(self.clock, self.changes)
        self.faults = Faults(config.seed, lambda: self.changes.tell("faults"))
        self.calls = Calls()
        self.traffic = Traffic(self.clock)
        self.wire = WireLog(self.clock, self.changes)
        self.tokens = Tokens(self.clock, config.token_life_s, {config.agent_id: config.secret, **config.apps})
        self.limits = Limits(config, self.clock)
        self.courier = Courier(config, self.clock, self.faults, self.transcript, self.calls, self.wire)
        self.agenda = Agenda(self.clock)
        self.mass = Mass(config.mass_allowance)
        self.transfers = Transfers(self.clock)
        self.aibot = Robot(config.aibot, self.clock, self.world) if config.aibot.mode else None
        self.crowd = Gathering()
        self.dropped = 0  # app messages dropped silently over the per-member limits
        self.desk.add_account(config.open_kfid, config.kf_name)
        for name, key in config.robots.items():
            self.add_robot(key, name)

    def people_in(self, chat: str) -> list[str]:
        """The ids of everybody in a shared chat, "group:…" or "room:…"; [] for one that is not there."""
        kind, _, chat_id = chat.partition(":")
        if kind == "group" and chat_id in self.world.groups:
            return list(self.world.groups[chat_id].people)
        return self.rooms[chat_id].members if kind == "room" and chat_id in self.rooms else []

    def new_response_code(self, message: AppMessage) -> str:
        """One more right to update this card: the send gives one, every click another (doc 94888)."""
        code = self.world.mint("rc")
        self.phones.response_codes[code] = ResponseCode(message, self.clock.now())
        return code

    def add_robot(self, key: str, name: str, room_id: str = "") -> None:
        """A webhook robot; without a room of its choice it makes one of its own, named like itself, with everybody in it."""
        self.phones.robots.setdefault(key, [])
        self.phones.robot_names[key] = name
        for room in self.rooms.values():
            room.robots = [other for other in room.robots if other != key]
        room_id = room_id or name
        self.rooms.setdefault(room_id, Room(self.world, room_id, name)).robots.append(key)
        self.changes.tell("world")

    def room_of_robot(self, key: str) -> Room:
        """The internal group a webhook posts to."""
        return next(room for room in self.rooms.values() if key in room.robots)


STAGE = web.AppKey("stage", Stage)
