"""What the address book knows beside members and departments: member tags, mobile numbers, and ids of another spelling."""

from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.windows import CalendarQuota
from sandbox.world import Member, World

MOBILE_MISSES_A_DAY = 100
OPEN_ID = "oid-"  # an encrypted id, as robots made by members report it, is this and the userid (doc 100719)


@dataclass
class MemberTag:
    """A tag of the address book; whoever is in one of its parties has it too (sheet 5)."""

    id: int
    name: str
    userids: list[str] = field(default_factory=list)
    party_ids: list[int] = field(default_factory=list)


class Directory:
    """Look-ups beside those of the world, and the state of the tags."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._world = world
        self.mobile_misses = CalendarQuota(clock, MOBILE_MISSES_A_DAY, 1)
        self.tags: dict[int, MemberTag] = {}

    def in_party(self, party_id: int) -> list[Member]:
        """Everybody directly in the department."""
        return [member for member in self._world.active_members() if party_id in member.departments]

    def tagged(self, tag_id: int) -> list[Member]:
        """Everybody who has the tag, once."""
        tag = self.tags[tag_id]
        found = {userid.lower() for userid in tag.userids}
        found |= {member.userid.lower() for party_id in tag.party_ids for member in self.in_party(party_id)}
        return [member for member in self._world.active_members() if member.userid.lower() in found]

    def by_mobile(self, mobile: str) -> Member | None:
        return next((member for member in self._world.active_members() if member.mobile == mobile), None)
