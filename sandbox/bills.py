"""Money that learners pay to members (对外收款), and what is given back (docs 93667, 98100). Amounts in fen, times in seconds."""

from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.world import World

MCH_ID, MERCHANT = "1900000001", "营伴学堂"
PAID, PARTLY_REFUNDED = 1, 3  # trade_state, doc 93667
REFUND_SUCCESS = 2
REFUND_STATES = range(8)  # 0 applied, 1 processing, 2 success, 3 closed, 4 abnormal, 5 in approval, 6 rejected, 7 withdrawn
PAYMENT_TYPES = (0, 1, 2, 3, 14, 15)  # chat, QR, live room, album, transfer, mini program


@dataclass
class Refund:
    """`done_at` is when the money went back; 0 while it has not."""

    out_refund_no: str
    userid: str
    comment: str
    asked_at: int
    fee: int
    status: int
    done_at: int = 0


@dataclass
class Bill:
    """One payment. `payee` of a colleague the app cannot see is no userid of the world (`visible` False)."""

    out_trade_no: str
    transaction_id: str
    external_userid: str
    payee: str
    visible: bool
    total_fee: int
    paid_at: int
    payment_type: int = 0
    description: str = ""
    remark: str = ""
    payment_id: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        """Fen that went back."""
        return sum(refund.fee for refund in self.refunds if refund.status == REFUND_SUCCESS)

    @property
    def promised(self) -> int:
        """Fen that went back or still may."""
        return sum(refund.fee for refund in self.refunds if refund.status in (0, 1, REFUND_SUCCESS, 5))


class Bills:
    """Every bill of the corp; `open` False means that 对外收款 is switched off (660013)."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock = clock
        self._world = world
        self.all: dict[str, Bill] = {}
        self.open = True
        self.reads_with_news = 0

    def add(self, external_userid: str, payee: str, total_fee: int, *, visible: bool = True) -> Bill:
        number = self._world.mint("WP")
        transaction = f"42000{len(self.all) + 1:05d}{int(self._world.run, 16):010d}"
        bill = Bill(number, transaction, external_userid, payee, visible, total_fee, self._clock.seconds())
        self.all[number] = bill
        return bill

    def add_refund(self, bill: Bill, fee: int, userid: str, comment: str, status: int) -> Refund:
        refund = Refund(self._world.mint("RF"), userid, comment, self._clock.seconds(), fee, 0)
        bill.refunds.append(refund)
        self.settle(refund, status)
        return refund

    def settle(self, refund: Refund, status: int) -> None:
        """Refund states change late; the money moves with the first success."""
        refund.status = status
        if status == REFUND_SUCCESS and not refund.done_at:
            refund.done_at = self._clock.seconds()

    def refund(self, out_refund_no: str) -> Refund | None:
        every = (refund for bill in self.all.values() for refund in bill.refunds)
        return next((refund for refund in every if refund.out_refund_no == out_refund_no), None)
