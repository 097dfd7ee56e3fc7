"""The parts of the robot people talk to, wired for the one mode that [wecom.aibot] names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import aiohttp

from bot.inbox_writer import InboxWriter
from bot.lease_keeper import LeaseKeeper
from bot.readiness import Readiness
from bot.robot_answers import RobotAnswers
from bot.robot_edge import RobotEdge
from bot.robot_intake import RobotIntake
from bot.robot_link import LANE, LEASE, RobotLink
from bot.settings import Settings
from bot.wecom.envelope import Keys
from bot.wecom.road import RoadContext
from bot.wecom.wire import Wire
from camp.identity import seal
from camp.phrases import say_in
from storage.database import Database


@dataclass
class Robot:
    """URL mode has an edge, socket mode a link; without [wecom.aibot] neither."""

    edge: RobotEdge | None = None
    link: RobotLink | None = None

    def wake(self, names: set[str], wake_lanes: Callable[[set[str]], None]) -> None:
        """After a commit: lanes that got rows, and turns (`turn:…`) that got their answer."""
        turns = {name for name in names if name.startswith("turn:")}
        wake_lanes(names - turns)
        if self.edge is not None:
            self.edge.answers.ring(turns)

    async def holds(self, lease: str, leases: LeaseKeeper) -> bool:
        """As `leases.holds`; the robot's lane goes with its connection."""
        return await (self.link.may_send() if self.link is not None and lease == LEASE else leases.holds(lease))


def build_robot(
    settings: Settings,
    session: aiohttp.ClientSession,
    database: Database,
    writer: InboxWriter,
    readiness: Readiness,
    leases: LeaseKeeper,
    context: RoadContext,
    wake_lanes: Callable[[set[str]], None],
) -> Robot:
    """Nothing runs yet."""
    aibot = settings.wecom.aibot
    if aibot is None:
        return Robot()
    policy = settings.policy()
    intake = RobotIntake(database, writer, partial(seal, policy), aibot.mode, timedelta(minutes=aibot.stream_minutes))
    if aibot.mode == "url":
        assert aibot.token is not None
        assert aibot.encoding_aes_key is not None
        keys = Keys(aibot.token.get_secret_value(), aibot.encoding_aes_key.get_secret_value(), "")
        intake.file_key = keys.aes_key
        answers = RobotAnswers(database, lambda: readiness.leaving)
        callback = settings.callback
        readiness.robot = "url"
        return Robot(
            edge=RobotEdge(
                keys,
                intake,
                answers,
                readiness,
                context,
                say_in(policy.language),
                callback.max_age_seconds,
                callback.max_body_bytes,
            )
        )
    assert aibot.bot_id is not None
    assert aibot.secret is not None
    link = RobotLink(
        session=session,
        fetch=Wire(session, settings.wecom.api_base_url).fetch,
        address=aibot.socket_url,
        bot_id=aibot.bot_id,
        secret=aibot.secret.get_secret_value(),
        intake=intake,
        database=database,
        writer=writer,
        context=context,
        holds=leases.holds,
        let_go=leases.let_go,
        woken=lambda: wake_lanes({LANE}),
    )
    readiness.robot, readiness.robot_link = "socket", lambda: "elsewhere" if link.state is None else link.state.value
    return Robot(link=link)
