"""App group chats (appchat): internal rooms the app makes for members and writes into; nothing comes back (docs 90244–90248)."""

from dataclasses import dataclass

from sandbox.clock import HOUR
from sandbox.rooms import Room
from sandbox.windows import Window
from sandbox.world import World

PERSONS_PER_HOUR = 300_000  # the flat number of older copies; the page of 2026-02 grades it by the size of the corp


@dataclass
class AppChat:
    chatid: str
    name: str
    owner: str
    userlist: list[str]
    agent_id: int | None


class AppChats:
    """Every app group chat by its id. Members see the room from its first message on (our reading of doc 90245)."""

    def __init__(self, world: World, rooms: dict[str, Room]) -> None:
        self._world = world
        self._rooms = rooms
        self.all: dict[str, AppChat] = {}
        self.persons_per_hour = Window(PERSONS_PER_HOUR, HOUR, block_s=HOUR)

    def room(self, chat: AppChat) -> Room:
        """The room on the members' phones, made when it is first needed."""
        if chat.chatid not in self._rooms:
            self._rooms[chat.chatid] = Room(self._world, chat.chatid, chat.name, aibot=False)
        self.renew(chat)
        return self._rooms[chat.chatid]

    def renew(self, chat: AppChat) -> None:
        """Name and members of the room follow the chat."""
        room = self._rooms.get(chat.chatid)
        if room is not None:
            room.name, room.chosen = chat.name, list(chat.userlist)
