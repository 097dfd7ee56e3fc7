"""At each beat: messages to class groups whose moment has come are prepared, and WeCom is asked how those that wait stand."""

from __future__ import annotations

from camp.group_message import prepare_due
from camp.group_message_result import look_due
from camp.policy import Policy
from jobs.core.job import BEAT, Job
from storage.database import Tx


async def run(tx: Tx, policy: Policy) -> None:
    await prepare_due(tx, policy)
    await look_due(tx, policy)


JOB = Job("group_messages", run, every=BEAT)
