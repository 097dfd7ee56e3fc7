"""The events other systems may send, by type (DESIGN section 9). Unknown fields are kept and ignored."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("must be RFC 3339 with an offset, like 2026-12-01T20:00:00+08:00")
    return value


def _plausible(value: datetime) -> datetime:
    if not _EARLIEST <= value < _LATEST:
        raise ValueError("must lie between 2000 and 2100")
    return value


# A number would be taken for seconds by pydantic; which unit the sender meant nobody knows.
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_plausible)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Fen = Annotated[int, Field(strict=True, gt=0, le=10_000_000_000)]
Lesson = Annotated[int, Field(strict=True, ge=1, le=999)]


class Subject(BaseModel):
    """Who it is about; at least one identity."""

    model_config = ConfigDict(extra="allow")
    external_userid: Name | None = None
    unionid: Name | None = None
    phone: Name | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.external_userid or self.unionid or self.phone):
            raise ValueError("needs external_userid, unionid or phone")
        return self


class BaseEvent(BaseModel):
    model_config = ConfigDict(extra="allow")
    event_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    type: str
    occurred_at: Moment
    subject: Subject


class OrderPaid(BaseEvent):
    type: Literal["order.paid"]
    order_no: Name
    amount_fen: Fen
    course: Name
    camp: Name | None = None
    cohort: Name | None = None
    staff_userid: Name | None = None


class OrderRefunded(BaseEvent):
    type: Literal["order.refunded"]
    order_no: Name
    amount_fen: Fen


class AttendanceSummary(BaseEvent):
    type: Literal["attendance.summary"]
    cohort: Name
    lesson: Lesson
    watched_seconds: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class CompletionFinished(BaseEvent):
    type: Literal["completion.finished"]
    cohort: Name
    lesson: Lesson


class HomeworkGraded(BaseEvent):
    type: Literal["homework.graded"]
    cohort: Name
    lesson: Lesson
    score: Annotated[float, Field(strict=True, ge=0, le=100)]
    comment: Annotated[str, StringConstraints(max_length=1000)] | None = None


class EnrolmentAdded(BaseEvent):
    type: Literal["enrolment.added"]
    camp: Name | None = None
    cohort: Name | None = None
    channel: Name | None = None
    name: Name | None = None
    phone: Name | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.camp or self.cohort):
            raise ValueError("needs camp or cohort")
        return self


_MODELS: tuple[type[BaseEvent], ...] = (
    OrderPaid,
    OrderRefunded,
    AttendanceSummary,
    CompletionFinished,
    HomeworkGraded,
    EnrolmentAdded,
)
EVENTS: dict[str, type[BaseEvent]] = {model.model_fields["type"].annotation.__args__[0]: model for model in _MODELS}  # type: ignore[union-attr]
