"""The events other systems may send, by type (DESIGN section 9). Unknown fields are kept and ignored."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Fen = Annotated[int, Field(strict=True, gt=0, le=10_000_000_000)]


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
    occurred_at: AwareDatetime
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
    lesson: Annotated[int, Field(ge=1, le=999)]
    watched_seconds: Annotated[int, Field(ge=0, le=1_000_000)]


class CompletionFinished(BaseEvent):
    type: Literal["completion.finished"]
    cohort: Name
    lesson: Annotated[int, Field(ge=1, le=999)]


class HomeworkGraded(BaseEvent):
    type: Literal["homework.graded"]
    cohort: Name
    lesson: Annotated[int, Field(ge=1, le=999)]
    score: Annotated[float, Field(ge=0, le=100)]
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
