"""A member gets another userid (doc 90970: NewUserID), and everything that names the old one names the new one from then on.

Our choice: conversations with the intelligent robot begin anew, as if a stranger wrote.
"""

from collections.abc import Iterable

from sandbox.phones import Bubble
from sandbox.stage import Stage


class Renaming:
    """One change of a userid, carried through the state room by room."""

    def __init__(self, stage: Stage, old: str, new: str) -> None:
        self._stage = stage
        self._old = old
        self._new = new

    def carry_out(self) -> None:
        self._stage.world.rename_member(self._old, self._new)
        self._phones()
        self._chats()
        self._desk()
        self._mass_and_transfers()
        self._money_and_lives()

    def _named(self, userid: str) -> str:
        return self._new if userid == self._old else userid

    def _list(self, userids: Iterable[str]) -> list[str]:
        return [self._named(userid) for userid in userids]

    def _bubbles(self, bubbles: Iterable[Bubble]) -> None:
        for bubble in bubbles:
            bubble.sender = self._named(bubble.sender)
            if bubble.chat == f"contact:{self._old}":
                bubble.chat = f"contact:{self._new}"
            if bubble.data.get("servicer") == self._old:
                bubble.data["servicer"] = self._new

    def _phones(self) -> None:
        phones = self._stage.phones
        phones.members = {self._named(userid): bubbles for userid, bubbles in phones.members.items()}
        for screen in [*phones.learners.values(), *phones.shared.values()]:
            self._bubbles(screen)
        for message in phones.messages.values():
            message.recipients = self._list(message.recipients)
            message.faces = {self._named(userid): face for userid, face in message.faces.items()}

    def _chats(self) -> None:
        for room in self._stage.rooms.values():
            room.chosen = None if room.chosen is None else self._list(room.chosen)
        for chat in self._stage.appchats.all.values():
            chat.owner, chat.userlist = self._named(chat.owner), self._list(chat.userlist)
        for tag in self._stage.directory.tags.values():
            tag.userids = self._list(tag.userids)

    def _desk(self) -> None:
        for chat in self._stage.desk.chats.values():
            chat.servicer = self._named(chat.servicer)
        for account in self._stage.desk.accounts.values():
            account.servicers = None if account.servicers is None else self._list(account.servicers)
            account.stopped = {self._named(userid): kind for userid, kind in account.stopped.items()}
            allowed = account.upgrade.userids
            account.upgrade.userids = None if allowed is None else self._list(allowed)

    def _mass_and_transfers(self) -> None:
        for send in self._stage.mass.sends.values():
            send.creator = self._named(send.creator)
            for task in send.tasks.values():
                task.userid = self._named(task.userid)
            send.tasks = {task.userid: task for task in send.tasks.values()}
        for move in self._stage.transfers.moves:
            move.handover, move.takeover = self._named(move.handover), self._named(move.takeover)

    def _money_and_lives(self) -> None:
        for bill in self._stage.bills.all.values():
            bill.payee = self._named(bill.payee)
            for refund in bill.refunds:
                refund.userid = self._named(refund.userid)
        for live in self._stage.lives.all.values():
            live.anchor = self._named(live.anchor)
            for viewer in live.viewers.values():
                viewer.id = self._named(viewer.id) if viewer.member else viewer.id
            live.viewers = {self._named(key): viewer for key, viewer in live.viewers.items()}
