"""The sheets that can be imported and what their columns may be called; which sheet a header row belongs to. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a sheet are; each has its wording `sheet.kind_<value>` and `sheet.format_<value>`."""

    ROSTER = "roster"
    ATTENDANCE = "attendance"
    ORDERS = "orders"


# What a column may be called, as `plain` leaves it; the first name of each is what people are told to write.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "phone": ("手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "phone", "mobile", "tel", "phonenumber"),
    "external_userid": ("外部联系人id", "外部联系人", "客户id", "externaluserid"),
    "unionid": ("unionid", "微信unionid"),
    "learner": ("学员编号", "编号", "学员号", "学员id", "learner", "learnerid", "number"),
    "name": ("姓名", "学员", "学员姓名", "名字", "昵称", "微信昵称", "客户", "客户姓名", "name", "nickname"),
    "camp": ("训练营", "营", "camp"),
    "cohort": ("期", "营期", "期次", "期数", "cohort"),
    "class_group": ("班", "班级", "班群", "class", "classgroup", "group"),
    "channel": ("渠道", "渠道代码", "来源", "来源渠道", "channel", "source"),
    "lesson": ("第几课", "课", "课次", "课节", "第几节", "lesson", "lessonno"),
    "watched_minutes": ("观看时长", "观看分钟", "观看分钟数", "观看时长分钟", "时长", "时长分钟", "minutes", "watchedminutes"),
    "watched_seconds": ("观看秒数", "观看时长秒", "时长秒", "seconds", "watchedseconds"),
    "checked_in": ("签到", "是否签到", "到课", "是否到课", "checkin", "checkedin", "attended"),
    "order_no": ("订单号", "订单编号", "商户订单号", "单号", "orderno", "order", "orderid", "ordernumber"),
    "course": ("商品", "商品名称", "课程", "课程名称", "产品", "course", "product", "item"),
    "amount": (
        "金额",
        "金额元",
        "实付",
        "实付金额",
        "实付金额元",
        "支付金额",
        "付款金额",
        "订单金额",
        "amount",
        "amountyuan",
        "paid",
    ),
    "amount_fen": ("金额分", "amountfen"),
    "refund": ("退款", "退款金额", "退款金额元", "退费", "已退款", "是否退款", "refund", "refunded", "refundamount"),
    "staff_userid": ("销售", "销售userid", "销售员", "归属销售", "seller", "sales", "staffuserid"),
    "at": ("时间", "支付时间", "付款时间", "下单时间", "成交时间", "报名时间", "日期", "time", "paidat", "date", "occurredat"),
}
_FIELD = {name: field for field, names in COLUMNS.items() for name in names}

IDENTITIES = ("phone", "external_userid", "unionid")
# The columns a sheet cannot do without; of a group any one.
NEEDS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.ORDERS: (("order_no",), ("amount", "amount_fen", "refund")),
    Kind.ATTENDANCE: (
        (*IDENTITIES, "learner", "name"),
        ("cohort",),
        ("lesson",),
        ("watched_minutes", "watched_seconds", "checked_in"),
    ),
    Kind.ROSTER: (IDENTITIES, ("cohort", "camp")),
}
MAY: Mapping[Kind, tuple[str, ...]] = {
    Kind.ROSTER: ("name", "class_group", "channel", "at"),
    Kind.ATTENDANCE: ("at",),
    Kind.ORDERS: (*IDENTITIES, "learner", "course", "at", "refund", "cohort", "camp", "staff_userid"),
}
_BRACKETS = re.compile(r"[(\[{（【].*?(必填|选填|可选|required|optional).*?[)\]}）】]", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Header:
    """A header row understood: which field each column is ("" for one nobody knows), and what it says there."""

    kind: Kind
    fields: tuple[str, ...]
    columns: tuple[str, ...]

    def called(self, field: str) -> str:
        """The column as the sheet calls it, else as people are told to write it."""
        heads = (" ".join(words.split())[:20] for name, words in zip(self.fields, self.columns, strict=True) if name == field)
        return next(heads, called(field))


@dataclass(frozen=True)
class NoHeader:
    """The row that looks most like a header: the sheet it comes nearest to, and of each group of columns it lacks the names."""

    nearest: Kind | None
    missing: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]


def plain(words: str) -> str:
    """A column's name as names are compared: no case, width, blanks, marks and brackets; `手机号（必填）*` → `手机号`."""
    return _NO_LETTER.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", words))).casefold()


def recognise(rows: Sequence[Sequence[str]]) -> tuple[int, Header] | NoHeader:
    """The first row that is the header of a sheet, with its place; else what comes nearest to one."""
    nearest, most = NoHeader(None, (), ()), 0
    for place, row in enumerate(rows):
        fields = tuple(_FIELD.get(plain(words), "") for words in row)
        known = {field for field in fields if field}
        lacks = {kind: tuple(group for group in groups if not known & set(group)) for kind, groups in NEEDS.items()}
        kind = next((kind for kind, missing in lacks.items() if not missing), None)
        if kind is not None:
            return place, Header(kind, fields, tuple(row))
        if len(known) > most:
            closest = min(lacks, key=lambda kind: len(lacks[kind]) - len(NEEDS[kind]) * 0.1)
            most, nearest = len(known), NoHeader(closest, lacks[closest], tuple(words for words in row if words))
        elif most == 0 and not nearest.columns:
            nearest = NoHeader(None, (), tuple(words for words in row if words))
    return nearest


def called(field: str) -> str:
    """The column as people are told to write it."""
    return COLUMNS[field][0]
