"""The fake corp: its members, departments, learners, friendships, customer groups and tags. Plain state and look-ups.

Nothing here speaks HTTP or sends callbacks: `sandbox.people` changes the world the way people do, `sandbox.api` the way
the bot does.
"""

import itertools
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock

WELCOME_LIFE_S = 20  # doc 92599


@dataclass
class Department:
    id: int
    name: str
    parentid: int


@dataclass
class Member:
    userid: str
    name: str
    departments: list[int]
    active: bool = True
    left_at: int = 0  # dimission_time (sheet 6.8)
    position: str = ""  # their job in words, only so that the page puts the right people on its phones
    mobile: str = ""  # never in an answer (doc 96079), only to find the userid by it
    status: int = 1  # 1 active, 2 disabled, 4 not activated, 5 left (doc 90196)


@dataclass
class Learner:
    external_userid: str
    name: str
    unionid: str = ""
    corp_name: str = ""  # only of a WeCom user of another corp, whose id begins with wo (doc 92114)


@dataclass
class Follow:
    """The friendship of one member and one learner; tags and remarks belong to this pair (doc 92114)."""

    userid: str
    external_userid: str
    createtime: int
    state: str = ""
    add_way: int = 1  # QR
    remark: str = ""
    description: str = ""
    remark_mobiles: list[str] = field(default_factory=list)
    tag_ids: list[str] = field(default_factory=list)
    half: bool = False
    refused: bool = False  # the learner deleted the member; the relation stays callable (doc 92130)
    refused_at: int = 0
    remark_corp_name: str = ""
    talked: bool = False  # since the two are friends: then a welcome comes too late (41051)


@dataclass
class Tag:
    id: str
    name: str
    create_time: int
    order: int
    foreign: bool = False  # made in the console or by another app: ours may not touch it (301002)


@dataclass
class TagGroup:
    id: str
    name: str
    create_time: int
    order: int
    tags: list[Tag] = field(default_factory=list)
    foreign: bool = False


@dataclass
class GroupPerson:
    """One entry of member_list (doc 92122): type 1 member, 2 outside."""

    id: str
    type: int
    join_time: int
    join_scene: int
    invitor: str = ""
    state: str = ""


@dataclass
class Group:
    chat_id: str
    name: str
    owner: str
    create_time: int
    version: str
    people: dict[str, GroupPerson] = field(default_factory=dict)
    notice: str = ""
    inherited: bool = False  # handed on after its owner left: status 3 (doc 92120)
    opengid: str = ""  # what a mini program opened in the group learns of it (doc 94828)
    welcome_template: str = ""  # template_id of what the group says to everybody who joins (doc 92366)


@dataclass
class Welcome:
    """A WelcomeCode: 20 s, one use; `busy` means another app is just sending (41096)."""

    userid: str
    external_userid: str
    born_at: float
    used: bool = False
    busy: bool = False


class World:
    """All people and things of the corp, keyed by their WeCom ids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # A salt per run: a bot that kept its database must not take our new ids for ones it has seen.
        self.run = secrets.token_hex(4)
        self._serial = itertools.count(1)
        self._msg_ids = itertools.count(time.time_ns())
        self.departments: dict[int, Department] = {1: Department(1, "营伴学堂", 0)}
        self.members: dict[str, Member] = {}
        self.learners: dict[str, Learner] = {}
        self.follows: dict[tuple[str, str], Follow] = {}
        self._followers: dict[str, dict[str, Follow]] = {}  # external_userid → userid
        self._customers: dict[str, dict[str, Follow]] = {}  # userid → external_userid
        self.groups: dict[str, Group] = {}
        self.tag_groups: dict[str, TagGroup] = {}
        self.contact_ways: dict[str, dict[str, Any]] = {}
        self.welcome_templates: dict[str, dict[str, Any]] = {}
        self.join_ways: dict[str, dict[str, Any]] = {}
        self.way_born: dict[str, int] = {}  # config_id → when it was made
        self.scans: Counter[str] = Counter()  # config_id → how often it was scanned
        self.welcomes: dict[str, Welcome] = {}

    def mint(self, prefix: str) -> str:
        """A new id or code, never repeated, also not by a later run."""
        return f"{prefix}{self.run}{next(self._serial):06d}"

    def msg_id(self) -> int:
        """A 64-bit MsgId, unique per corp (doc 90239)."""
        return next(self._msg_ids)

    def active_member(self, userid: str) -> Member | None:
        """Case-insensitive, as WeCom compares userids (doc 90236)."""
        member = self.members.get(userid)
        if member is None:
            wanted = userid.lower()
            member = next((m for m in self.members.values() if m.userid.lower() == wanted), None)
        return member if member is not None and member.active else None

    def active_members(self) -> list[Member]:
        return [member for member in self.members.values() if member.active]

    def members_behind(self, userids: list[str], departments: list[int]) -> list[str]:
        """Userids of these people and of everybody directly in these departments; those at work only."""
        named = [member for userid in userids if (member := self.active_member(userid)) is not None]
        inside = [member for member in self.active_members() if set(member.departments) & set(departments)]
        return list(dict.fromkeys(member.userid for member in [*named, *inside]))

    def name_of(self, any_id: str) -> str:
        """How people call the owner of a userid, external_userid or chat_id."""
        if any_id in self.members:
            return self.members[any_id].name
        if any_id in self.learners:
            return self.learners[any_id].name
        if any_id in self.groups:
            return f"群「{self.groups[any_id].name}」"
        return any_id

    def follows_of_learner(self, external_userid: str) -> list[Follow]:
        return list(self._followers.get(external_userid, {}).values())

    def follows_of_member(self, userid: str) -> list[Follow]:
        return list(self._customers.get(userid, {}).values())

    def tag(self, tag_id: str) -> tuple[TagGroup, Tag] | None:
        for group in self.tag_groups.values():
            for tag in group.tags:
                if tag.id == tag_id:
                    return group, tag
        return None

    def add_follow(self, userid: str, external_userid: str, state: str, *, half: bool) -> Follow:
        """A new friendship, or an old one renewed: tags and remarks of the pair stay."""
        pair = (userid, external_userid)
        follow = self.follows.setdefault(pair, Follow(userid, external_userid, 0))
        follow.createtime, follow.half, follow.refused = self._clock.seconds(), half, False
        follow.talked = False
        follow.state = state or follow.state
        self._followers.setdefault(external_userid, {})[userid] = follow
        self._customers.setdefault(userid, {})[external_userid] = follow
        return follow

    def remove_follow(self, userid: str, external_userid: str) -> None:
        del self.follows[(userid, external_userid)]
        del self._followers[external_userid][userid]
        del self._customers[userid][external_userid]

    def rename_member(self, old: str, new: str) -> None:
        """Everything here that names the member by the old userid names the new one."""

        def named(userid: str) -> str:
            return new if userid == old else userid

        self.members[old].userid = new
        self.members = {named(userid): member for userid, member in self.members.items()}
        for follow in self.follows_of_member(old):
            follow.userid = new
            followers = self._followers[follow.external_userid]
            followers[new] = followers.pop(old)
        self._customers[new] = self._customers.pop(old, {})
        self.follows = {(follow.userid, follow.external_userid): follow for follow in self.follows.values()}
        for group in self.groups.values():
            group.owner = named(group.owner)
            for person in group.people.values():
                person.id, person.invitor = named(person.id), named(person.invitor)
            group.people = {person.id: person for person in group.people.values()}
        for way in self.contact_ways.values():
            way["user"] = [named(userid) for userid in way.get("user") or []]
        for welcome in self.welcomes.values():
            welcome.userid = named(welcome.userid)

    def add_group(self, chat_id: str, name: str, owner: str) -> Group:
        group = Group(chat_id, name, owner, self._clock.seconds(), secrets.token_hex(16), opengid=self.mint("oG"))
        group.people[owner] = GroupPerson(owner, 1, self._clock.seconds(), 1)
        self.groups[chat_id] = group
        return group

    def renew_version(self, group: Group) -> tuple[str, str]:
        """(LastMemVer, CurMemVer) of one change (doc 92130)."""
        last, group.version = group.version, secrets.token_hex(16)
        return last, group.version
