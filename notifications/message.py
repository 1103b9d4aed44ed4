"""Messages (通知): all kinds in one table, and their way into an outbox row and back."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from notifications.anchor import AnchorTaken
from notifications.base import Message, MessageInvalid, MessageKindUnknown, ProjectMessage
from notifications.deadline import DeadlineBreached, DeadlineWarning
from notifications.digest import DailyDigest
from notifications.incident import IncidentRaised
from notifications.project import (
    HandoverCompleted,
    ProjectMoved,
    ProjectReturned,
    ProjectSuspended,
    RectificationOpened,
)
from notifications.review import ApprovalStepOpened, Dissent, ReviewSettled, ReviewTaskOpened, SupplementRequested
from notifications.review_task import ReviewTaskChanged
from notifications.succession import WorkHandedOver
from notifications.supervision import (
    CircularIssued,
    ContestDecided,
    ContestFiled,
    OrderClosed,
    OrderIssued,
    OrderReplied,
    OrderSentBack,
)
from notifications.trial import ChannelTest

__all__ = [
    "MESSAGES",
    "AnchorTaken",
    "ApprovalStepOpened",
    "ChannelTest",
    "CircularIssued",
    "ContestDecided",
    "ContestFiled",
    "DailyDigest",
    "DeadlineBreached",
    "DeadlineWarning",
    "Dissent",
    "HandoverCompleted",
    "IncidentRaised",
    "Message",
    "MessageInvalid",
    "MessageKindUnknown",
    "OrderClosed",
    "OrderIssued",
    "OrderReplied",
    "OrderSentBack",
    "ProjectMessage",
    "ProjectMoved",
    "ProjectReturned",
    "ProjectSuspended",
    "RectificationOpened",
    "ReviewSettled",
    "ReviewTaskChanged",
    "ReviewTaskOpened",
    "SupplementRequested",
    "WorkHandedOver",
    "from_payload",
    "to_payload",
]

MESSAGES: dict[str, type[Message]] = {
    cls.kind: cls
    for cls in (
        ReviewTaskOpened,
        ReviewSettled,
        ApprovalStepOpened,
        ReviewTaskChanged,
        ProjectMoved,
        ProjectReturned,
        DeadlineWarning,
        DeadlineBreached,
        RectificationOpened,
        SupplementRequested,
        IncidentRaised,
        ProjectSuspended,
        HandoverCompleted,
        WorkHandedOver,
        OrderIssued,
        OrderReplied,
        OrderSentBack,
        OrderClosed,
        CircularIssued,
        ContestFiled,
        ContestDecided,
        DailyDigest,
        AnchorTaken,
        ChannelTest,
    )
}


@cache
def _adapter(kind: str) -> TypeAdapter[Message]:
    if kind not in MESSAGES:
        raise MessageKindUnknown(message_kind=kind)
    return TypeAdapter(MESSAGES[kind])


def to_payload(message: Message) -> dict[str, Any]:
    """The message as data for a JSON column: days and instants as ISO text, tuples as lists."""
    payload: dict[str, Any] = _adapter(message.kind).dump_python(message, mode="json")
    return payload


def from_payload(kind: str, payload: dict[str, Any]) -> Message:
    """The message `to_payload` was given. Raises MessageKindUnknown and MessageInvalid (naming every bad field)."""
    adapter = _adapter(kind)
    try:
        return adapter.validate_json(json.dumps(payload), strict=True)
    except ValidationError as error:
        raise MessageInvalid(message_kind=kind, problem=_problem(error)) from error


def _problem(error: ValidationError) -> str:
    # Field and fault only: the values may hold personal data, and an error ends up in logs.
    return "；".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
