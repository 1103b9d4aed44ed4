"""Messages of supervision (督办单、通报、复核): colours and outcomes are said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notifications.base import ProjectMessage
from states.order import OrderColour


@dataclass(frozen=True, kw_only=True)
class OrderIssued(ProjectMessage):
    """A supervision order: `order` is its number, `colour_name` in words, `due_on` the day the reply is due.

    `skipped` are the rungs an outage left untold.
    """

    kind = "order_issued"
    label = "督办单"
    when = "督办单发出时（逾期到达相应层级，或督查员签发）"
    to = "被督办单位的经办人；按预警阶梯抄送"
    mandatory = True

    order: str
    colour_name: str
    issuer: str
    unit: str
    matter: str
    demand: str
    reason: str
    issued_on: date
    due_on: date | None = None
    derivation: str = ""
    skipped: tuple[str, ...] = ()

    @property
    def is_urgent(self) -> bool:
        """A red order does not wait for the end of quiet hours."""
        return self.colour_name == OrderColour.red.label.zh


@dataclass(frozen=True, kw_only=True)
class OrderReplied(ProjectMessage):
    """The unit has replied; `papers` are the documents it shows."""

    kind = "order_replied"
    label = "督办反馈"
    when = "被督办单位反馈督办单时"
    to = "签发单位的督查员"

    order: str
    unit: str
    matter: str
    reply: str
    replied_by: str
    replied_on: date
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderSentBack(ProjectMessage):
    """The reply was not good enough; `due_on` is the day the next one is due."""

    kind = "order_sent_back"
    label = "督办退回"
    when = "督查员退回督办反馈时"
    to = "被督办单位的经办人"
    mandatory = True

    order: str
    issuer: str
    unit: str
    matter: str
    reason: str
    sent_back_on: date
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class OrderClosed(ProjectMessage):
    """The order has come to an end, or its reply was accepted; `outcome` says which."""

    kind = "order_closed"
    label = "督办办结"
    when = "督办反馈获认可，或督办单销号、撤回、撤销时"
    to = "被督办单位的经办人"

    order: str
    unit: str
    matter: str
    outcome: str
    closed_on: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CircularIssued(ProjectMessage):
    """A circular about a unit; `lines` are its orders and overdue matters as they stood on the day."""

    kind = "circular_issued"
    label = "通报"
    when = "通报发出时"
    to = "被通报单位的经办人；按预警阶梯抄送"
    mandatory = True

    circular: str
    issuer: str
    unit: str
    reason: str
    issued_on: date
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContestFiled(ProjectMessage):
    """A red light or an order is contested; `due_on` is the day the decision is due."""

    kind = "contest_filed"
    label = "复核申请"
    when = "被督查单位对红灯或督办单申请复核时"
    to = "有权复核的督查员（原经办人除外）；申请单位"

    contest: int
    about: str
    matter: str
    unit: str
    grounds: str
    filed_by: str
    filed_on: date
    due_on: date | None = None
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContestDecided(ProjectMessage):
    """A contest is decided; `effect` says what was corrected."""

    kind = "contest_decided"
    label = "复核决定"
    when = "复核作出决定时"
    to = "申请单位和签发单位的督查员"
    mandatory = True

    contest: int
    about: str
    matter: str
    unit: str
    outcome: str
    reasons: str
    decided_by: str
    decided_on: date
    effect: str = ""
