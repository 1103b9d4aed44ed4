"""Acts around a round (轮次办理): who may act as the lead or as the applicant, and how an act is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.organisation import Organisation
from models.project import Project
from policy.pack import Pack
from services.audit import Act, RequestReused, done_before, record
from services.identity import Actor, Capacity, keeper_capacities, unit_capacities
from services.review_round import department_unit
from services.task_hold import Held
from states.exceptions import JiugaiError, Kind
from states.review import ReviewStatus
from states.role import Role


class LeadForbidden(JiugaiError):
    """Only a reviewer of the lead department may do this."""

    code = "lead_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不是“{unit}”的审查人。本事项由牵头部门办理，请与其联系。您填写的内容未保存，请复制留存。"
    en = '{actor} is no reviewer of "{unit}": this belongs to the lead department. Nothing was saved; keep a copy.'


class ApplicantForbidden(JiugaiError):
    """Only a coordinator above the project acts for the applicant."""

    code = "applicant_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不能代“{project}”的申报方办理。请由该项目所在街道、区县或市的项目专员办理。"
    en = '{actor} may not act for the applicant of "{project}"; a coordinator above it can.'


class RoundClosed(JiugaiError):
    """The round has ended; its outcome is not changed any more."""

    code = "round_closed"
    kind = Kind.refused
    zh = "“{review}”第{round}轮已办结，不能再{act}。如有新的情况，请在下一轮提出，或联系项目专员。"
    en = "Round {round} of {review} has ended; it cannot be {act_en}. Raise it in the next round."


class ReasonMissing(JiugaiError):
    """The act takes written reasons."""

    code = "round_reason_missing"
    kind = Kind.invalid
    zh = "{act}必须写明理由。请补充后再提交。"
    en = "To be {act_en} takes written reasons. Add them and submit again."


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something, why, when, through which edge, under which request."""

    actor: Actor
    now: datetime
    request_id: str | None = None
    reason: str = ""
    source: str = "web"

    @property
    def name(self) -> str:
        """The person's name, else the login."""
        return self.actor.name or self.actor.login


def lead_unit(session: Session, held: Held) -> Organisation | None:
    """The organisation that leads a round; None where the pack names no lead or nobody stands for it."""
    lead = held.entry.lead
    if lead is None:
        return None
    mine = next((task.organisation for task in held.review.tasks if task.member == lead), None)
    return mine or department_unit(session, held.project, lead)


def require_lead(session: Session, held: Held, doing: Doing) -> Capacity:
    """In which capacity somebody leads the round. Raises LeadForbidden."""
    return lead_capacities(session, held, doing)[0]


def lead_capacities(session: Session, held: Held, doing: Doing) -> tuple[Capacity, ...]:
    """In which capacities somebody leads the round, one at least. Raises LeadForbidden."""
    unit = lead_unit(session, held)
    found = unit_capacities(doing.actor, Role.reviewer, unit.id) if unit else ()
    if not found:
        raise LeadForbidden(actor=doing.name, unit=unit.name if unit else "牵头部门")
    return found


def require_applicant(project: Project, doing: Doing) -> Capacity:
    """In which capacity somebody acts for the applicant. Raises ApplicantForbidden."""
    found = keeper_capacities(doing.actor, project.organisation)
    if not found:
        raise ApplicantForbidden(actor=doing.name, project=project.name)
    return found[0]


def require_lead_or_coordinator(session: Session, held: Held, doing: Doing) -> Capacity:
    """In which capacity somebody leads the round or coordinates the project. Raises LeadForbidden."""
    found = keeper_capacities(doing.actor, held.project.organisation)
    return found[0] if found else require_lead(session, held, doing)


def require_open(held: Held, act: str, act_en: str) -> None:
    """Refuse what comes after the end of the round. Raises RoundClosed."""
    if held.review.status != ReviewStatus.open:
        raise RoundClosed(review=held.entry.label, round=held.review.round, act=act, act_en=act_en)


def require_reason(doing: Doing, act: str, act_en: str) -> None:
    """Refuse an act without words. Raises ReasonMissing."""
    if not doing.reason.strip():
        raise ReasonMissing(act=act, act_en=act_en)


def acted_before(session: Session, project: Project, doing: Doing, action: str, about: dict[str, Any]) -> bool:
    """Whether this request was carried out before. Raises RequestReused when it stands for another act."""
    entry: AuditEntry | None = done_before(session, doing.request_id, "project", project.code, action)
    if entry is not None and any(entry.after.get(key) != value for key, value in about.items()):
        raise RequestReused(request=doing.request_id, done=f"{entry.subject_id} {entry.action}")
    return entry is not None


def write_act(
    session: Session,
    project: Project,
    pack: Pack,
    doing: Doing,
    action: str,
    after: dict[str, Any],
    *,
    before: dict[str, Any] | None = None,
    capacity: Capacity | None = None,
) -> None:
    """Append the entry of one act to the project's history."""
    act = Act(
        "project", project.code, action, doing.actor.login, doing.source, doing.now,
        reason=doing.reason.strip(), before=before or {}, after=after, pack=pack.id, request_id=doing.request_id,
        on_behalf_of=capacity.on_behalf_of if capacity else None,
    )  # fmt: skip
    record(session, act)


def of_round(held: Held) -> dict[str, Any]:
    """What every entry about a round says of it."""
    return {"review": held.review.code, "round": held.review.round, "review_id": held.review.id}
