"""Who came by which code: the `state` beside a group's member names the channel of an enrolment that has none yet."""

from __future__ import annotations

from collections.abc import Mapping

from camp import tagging
from camp.policy import Policy
from storage import channels, cohorts, enrolments, group_members, join_ways, journal
from storage.cohorts import Channel
from storage.database import Tx
from storage.enrolments import Enrolment


async def channel_of_state(tx: Tx, state: str | None) -> Channel | None:
    """The channel of one of our codes, or of a code somebody else made with a declared channel's own code; None for others."""
    found = await join_ways.channels_of_states(tx, [state]) if state else {}
    return await cohorts.load_channel(tx, found[state]) if state in found else None


async def attribute(tx: Tx, policy: Policy, cohort_id: int, came: Mapping[str, str]) -> None:
    """Keeps for these people (external_userid → state) the channel they came by; one that is known already stays."""
    known = await join_ways.channels_of_states(tx, sorted(set(came.values())))
    people = {who: known[state] for who, state in came.items() if state in known}
    enrolled = await group_members.enrolled_in_cohort(tx, cohort_id, list(people)) if people else {}
    wishes = []
    for who, enrolment in enrolled.items():
        channel = await cohorts.load_channel(tx, people[who])
        if await is_open(tx, enrolment):
            await enrolments.change(tx, enrolment.id, channel_id=channel.id)
            await journal.record(
                tx, enrolment.learner_id, "channel", by="wecom", enrolment_id=enrolment.id, channel=channel.code, why="join_code"
            )
            wishes.append((enrolment.learner_id, policy.tag_group_channel, channel.name))
    if wishes:
        await tagging.want_many(tx, policy, wishes, by="join_code")


async def is_open(tx: Tx, enrolment: Enrolment) -> bool:
    """Whether nobody knows where the learner came from: "other" is the channel of whoever brought no known state."""
    if enrolment.channel_id is None:
        return True
    return (await cohorts.load_channel(tx, enrolment.channel_id)).code == channels.OTHER
