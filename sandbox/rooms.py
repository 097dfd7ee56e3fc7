"""Internal groups: members only, among them webhook robots and the aibot. Members make them in the client, no API lists them."""

from dataclasses import dataclass, field

from sandbox.world import World


@dataclass
class Room:
    """One internal group; its timeline is the chat "room:<id>".

    `chosen` is who was picked when it was made; None means everybody who works here at the moment (a room that only its
    robot has told us of). `robots` are keys of webhooks.
    """

    world: World = field(repr=False)
    id: str
    name: str
    chosen: list[str] | None = None
    robots: list[str] = field(default_factory=list)
    aibot: bool = True

    @property
    def chat(self) -> str:
        return f"room:{self.id}"

    @property
    def members(self) -> list[str]:
        """Userids of those who are in and still work here."""
        if self.chosen is None:
            return [member.userid for member in self.world.active_members()]
        return [userid for userid in self.chosen if self.world.active_member(userid) is not None]
