"""Findings (事项): objections, defects and requests are raised, rectified, and closed after re-inspection."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.finding import Finding
from models.project import Project
from services.identity import OWN, Capacity, MoveForbidden, capacities
from services.keeping import Keeping, kept_before, note, require_keeper
from services.lock import hold_project
from services.pack import pack_of
from states.exceptions import JiugaiError, Kind
from states.finding import FindingStatus
from states.role import Seat


class FindingMissing(JiugaiError):
    """No finding of that number."""

    code = "finding_missing"
    kind = Kind.missing
    zh = "没有编号为 {finding} 的事项。请用 jiugai finding list 项目编号 查看。"
    en = "There is no finding {finding}. See `jiugai finding list CODE`."


class FindingMisplaced(JiugaiError):
    """The finding is not in the state this act starts from."""

    code = "finding_misplaced"
    kind = Kind.refused
    zh = "事项“{title}”现为“{status}”，不能{act}。"
    en = 'Finding "{title}" is {status_en}; it cannot be {act_en}.'


class AnswerMissing(JiugaiError):
    """Rectifying, closing or sending back takes words."""

    code = "answer_missing"
    kind = Kind.invalid
    zh = "请写明{what}，再提交。"
    en = "Say {what_en} before you submit."


def raise_finding(session: Session, project: Project, kind: str, title: str, keeping: Keeping) -> Finding:
    """Open a finding of a kind the pack names; harmless when repeated under its request id.

    Raises PackEntryUnknown (policy.pack), AnswerMissing, KeepingForbidden, RequestReused.
    """
    pack = pack_of(project.pack_version)
    entry = pack.finding(kind)
    require_keeper(project, keeping.actor)
    if not title.strip():
        raise AnswerMissing(what=f"{entry.label}的内容", what_en="what was found")
    done = kept_before(session, project, f"{kind}_raised", keeping)
    if done is not None:
        return session.get_one(Finding, done.after["finding"])
    finding = Finding(
        project_id=project.id,
        kind=kind,
        title=title.strip(),
        status=FindingStatus.open,
        step=project.step,
        raised_at=keeping.now,
        raised_by=keeping.actor.login,
    )
    session.add(finding)
    session.flush()
    note(session, project, f"{kind}_raised", keeping, before={}, after={"finding": finding.id, "title": finding.title})
    return finding


def rectify(session: Session, finding_id: int, answer: str, keeping: Keeping) -> Finding:
    """Say how a finding was put right; it then waits for re-inspection."""
    finding, project = _lock(session, finding_id)
    require_keeper(project, keeping.actor)
    if kept_before(session, project, f"{finding.kind}_rectified", keeping):
        return finding
    _require(finding, FindingStatus.open, "再次整改", "rectified")
    if not answer.strip():
        raise AnswerMissing(what="整改情况", what_en="how it was put right")
    finding.status, finding.answer = FindingStatus.rectified, answer.strip()
    finding.rectified_at, finding.rectified_by = keeping.now, keeping.actor.login
    _note(session, project, finding, "rectified", keeping, FindingStatus.open)
    return finding


def reinspect(session: Session, finding_id: int, keeping: Keeping, *, passed: bool) -> Finding:
    """Close a rectified finding, or send it back with a reason. Only the seat the pack names may (复验)."""
    finding, project = _lock(session, finding_id)
    closer = pack_of(project.pack_version).finding(finding.kind).closed_by
    capacity = _require_closer(session, project, closer, keeping)
    if kept_before(session, project, f"{finding.kind}_{'closed' if passed else 'sent_back'}", keeping):
        return finding
    _require(finding, FindingStatus.rectified, "复验", "re-inspected")
    if not passed and not keeping.reason.strip():
        raise AnswerMissing(what="复验不合格的原因", what_en="why it is not in order")
    finding.status = FindingStatus.closed if passed else FindingStatus.open
    if passed:
        finding.closed_at, finding.closed_by = keeping.now, keeping.actor.login
    act = "closed" if passed else "sent_back"
    _note(session, project, finding, act, keeping, FindingStatus.rectified, capacity)
    return finding


def findings_of(session: Session, project_id: int) -> list[Finding]:
    """Every finding of a project, oldest first."""
    return list(session.scalars(select(Finding).where(Finding.project_id == project_id).order_by(Finding.id)))


def _lock(session: Session, finding_id: int) -> tuple[Finding, Project]:
    finding = session.get(Finding, finding_id)
    if finding is None:
        raise FindingMissing(finding=finding_id)
    project = hold_project(session, finding.project_id)
    session.refresh(finding)  # as it stands now that nobody else can change it
    return finding, project


def _require(finding: Finding, status: FindingStatus, act: str, act_en: str) -> None:
    if finding.status != status:
        label = FindingStatus(finding.status).label
        raise FindingMisplaced(title=finding.title, status=label.zh, status_en=label.text("en"), act=act, act_en=act_en)


def _require_closer(session: Session, project: Project, closer: Seat, keeping: Keeping) -> Capacity:
    held = (OWN,) if keeping.actor.is_system else capacities(session, keeping.actor, (closer,), project.organisation)
    if not held:
        raise MoveForbidden(
            actor=keeping.actor.name or keeping.actor.login,
            project=project.name,
            move="复验",
            seats=closer.label.zh,
            seats_en=closer.label.text("en"),
        )
    return held[0]


def _note(
    session: Session,
    project: Project,
    finding: Finding,
    act: str,
    keeping: Keeping,
    before: FindingStatus,
    capacity: Capacity | None = None,
) -> None:
    after = {"finding": finding.id, "status": finding.status, "title": finding.title}
    if finding.answer:
        after["answer"] = finding.answer
    note(session, project, f"{finding.kind}_{act}", keeping, before={"status": before}, after=after, capacity=capacity)
