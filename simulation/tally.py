"""The tally (统计): what a demonstration or simulation has brought about, counted in the database."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models.audit import AuditEntry
from models.clock import ClockRung
from models.project import Project
from models.review import Review
from policy.pack import Pack
from states.review import ReviewStatus

_HEAD = aliased(AuditEntry)


def fingerprint(session: Session) -> str:
    """One hash over the heads of all chains: the same history, and only the same, gives the same."""
    newest = select(func.max(AuditEntry.seq)).where(
        AuditEntry.subject == _HEAD.subject, AuditEntry.subject_id == _HEAD.subject_id
    )
    heads = select(_HEAD.subject, _HEAD.subject_id, _HEAD.hash).where(_HEAD.seq == newest.scalar_subquery())
    found = hashlib.sha256()
    for subject, subject_id, head in session.execute(heads.order_by(_HEAD.subject, _HEAD.subject_id)):
        found.update(f"{subject}:{subject_id}:{head}\n".encode())
    return found.hexdigest()


def tally(session: Session, pack: Pack) -> dict[str, int]:
    """Projects, transitions, and how often what goes wrong went wrong. Names are those of the default pack."""

    def acts(*actions: str) -> int:
        mine = (AuditEntry.subject == "project", AuditEntry.action.in_(actions))
        return session.scalar(select(func.count()).select_from(AuditEntry).where(*mine)) or 0

    returned = select(func.count()).select_from(Review).where(Review.status == ReviewStatus.rejected)
    told = select(func.count()).select_from(ClockRung).where(ClockRung.skipped.is_(False))
    return {
        "projects": session.scalar(select(func.count()).select_from(Project)) or 0,
        "transitions": acts(*pack.procedure.triggers),
        "struck_off": acts("strike_off"),
        "reviews_returned": session.scalar(returned) or 0,
        "rectifications": acts("request_reinspection"),
        "design_changes": acts("request_design_change"),
        "escalations": session.scalar(told) or 0,
    }
