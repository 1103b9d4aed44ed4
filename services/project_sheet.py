"""The project sheet (项目一览): everything on record about one project, as data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.audit import AuditEntry
from models.clock import Clock
from models.document import Document
from models.fact import Fact, Milestone
from models.finding import Finding
from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from services.city import City
from services.clock import LIVE
from services.finding import findings_of
from services.pack import pack_of
from services.project import find_project, possible_moves
from services.project_list import project_line
from states.clock import Light
from states.exceptions import Lang
from states.finding import FindingStatus

Row = dict[str, Any]


def project_sheet(session: Session, city: City, code: str, *, now: datetime, lang: Lang = "zh") -> Row:
    """The project with its facts, milestones, documents, findings, live clocks, reviews, and the moves that lead on.

    Raises ProjectMissing.
    """
    project = find_project(session, code)
    pack = pack_of(project.pack_version)
    moves = possible_moves(session, city, project, None, now=now)
    return {
        **project_line(project, lang),
        "community": {**project.community.extra, "source": project.community.source, "note": project.community.note},
        "facts": _facts(session, project, pack, lang),
        "milestones": _milestones(session, project, pack, lang),
        "documents": _documents(session, project, pack, lang),
        "findings": _findings(session, project, pack, lang),
        "clocks": [clock_line(clock, lang) for clock in _live(session, project)],
        "reviews": review_lines(session, project, pack, lang),
        "moves": [{**move.as_dict(), "label": move.move.label.text(lang)} for move in moves],
    }


def _facts(session: Session, project: Project, pack: Pack, lang: Lang) -> list[Row]:
    rows = session.scalars(select(Fact).where(Fact.project_id == project.id).order_by(Fact.code))
    labels = {code: entry.name.text(lang) for code, entry in pack.facts.items()}
    return [{"code": r.code, "label": labels.get(r.code, r.code), "value": r.value, "by": r.recorded_by} for r in rows]


def _milestones(session: Session, project: Project, pack: Pack, lang: Lang) -> list[Row]:
    rows = session.scalars(select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.reached_on))
    return [{"code": r.code, "label": pack.milestone(r.code).name.text(lang), "day": r.reached_on} for r in rows]


def _documents(session: Session, project: Project, pack: Pack, lang: Lang) -> list[Row]:
    on_file = (Document.project_id == project.id, Document.withdrawn_at.is_(None))
    rows = session.scalars(select(Document).where(*on_file).order_by(Document.kind, Document.version))
    return [
        {
            "kind": row.kind,
            "label": pack.document_entry(row.kind).name.text(lang),
            "version": row.version,
            "file": row.filename,
            "size": row.size,
            "sha256": row.sha256,
            "by": row.uploaded_by,
        }
        for row in rows
    ]


def _findings(session: Session, project: Project, pack: Pack, lang: Lang) -> list[Row]:
    return [finding_line(row, pack, lang) for row in findings_of(session, project.id)]


def finding_line(row: Finding, pack: Pack, lang: Lang = "zh") -> Row:
    """One finding as data."""
    status = FindingStatus(row.status)
    return {
        "id": row.id,
        "kind": row.kind,
        "label": pack.finding(row.kind).name.text(lang),
        "title": row.title,
        "status": status.value,
        "status_label": status.label.text(lang),
        "answer": row.answer,
    }


def _live(session: Session, project: Project) -> list[Clock]:
    live = (Clock.project_id == project.id, Clock.status.in_(LIVE))
    return list(session.scalars(select(Clock).where(*live).order_by(Clock.due_on, Clock.id)))


def clock_line(clock: Clock, lang: Lang = "zh") -> Row:
    """One clock as data, with its derivation."""
    light = Light(clock.light)
    return {
        "id": clock.id,
        "label": clock.label,
        "subject": clock.subject,
        "status": clock.status,
        "started_on": clock.started_on,
        "due_on": clock.due_on,
        "provisional": clock.provisional,
        "light": light.name,
        "light_label": light.label.text(lang),
        "remaining": clock.remaining,
        "derivation": clock.derivation,
    }


def review_lines(session: Session, project: Project, pack: Pack, lang: Lang = "zh") -> list[Row]:
    """Every round of every review of the project, with each member's task."""
    options = selectinload(Review.tasks).joinedload(ReviewTask.organisation)
    rounds = session.scalars(select(Review).where(Review.project_id == project.id).options(options).order_by(Review.id))
    return [
        {
            "id": one.id,
            "review": one.code,
            "label": pack.review(one.code).name.text(lang),
            "round": one.round,
            "status": one.status,
            "tasks": [_task(task) for task in one.tasks],
        }
        for one in rounds
    ]


def _task(task: ReviewTask) -> Row:
    return {
        "task": task.id,
        "member": task.member,
        "organisation": task.organisation.name,
        "matter": task.matter,
        "status": task.status,
        "opinion": task.opinion,
        "reasons": task.reasons,
        "by": task.answered_by,
    }


def history(session: Session, code: str) -> list[Row]:
    """Every entry of a project's history, oldest first. Raises ProjectMissing."""
    find_project(session, code)
    mine = (AuditEntry.subject == "project", AuditEntry.subject_id == code)
    columns = (
        "seq",
        "action",
        "actor",
        "source",
        "reason",
        "before",
        "after",
        "pack",
        "occurred_at",
        "recorded_at",
        "hash",
    )
    rows = session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.seq))
    return [{name: getattr(row, name) for name in columns} for row in rows]
