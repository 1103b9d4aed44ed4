"""Postings as the procedure sees them (公示状态): the newest of each code, its last day, changed papers, objections."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.finding import Finding
from models.posting import Posting
from models.project import Project
from policy.pack import Pack
from policy.schema_vote import PostingEntry
from services.posting import postings_of
from services.vote_plan import Plan, plan_of
from states.case import PostingState
from states.clock import ClockStatus
from states.finding import FindingStatus
from states.posting import PostingStatus


def load_postings(session: Session, project: Project, pack: Pack) -> dict[str, PostingState]:
    """The newest posting of every code the pack has, also of one that was never up, for its objections."""
    newest = {posting.code: posting for posting in postings_of(session, project.id)}
    plan = plan_of(session, project)
    open_ = _open_titles(session, project)
    return {
        entry.code: _state(pack, entry, newest.get(entry.code), plan, open_.get(entry.objection, ()))
        for entry in pack.document.postings
    }


def _open_titles(session: Session, project: Project) -> dict[str, tuple[str, ...]]:
    query = select(Finding.kind, Finding.title).where(
        Finding.project_id == project.id, Finding.status != FindingStatus.closed
    )
    found: dict[str, tuple[str, ...]] = {}
    for kind, title in session.execute(query.order_by(Finding.id)):
        found[kind] = (*found.get(kind, ()), title)
    return found


def _state(
    pack: Pack, entry: PostingEntry, posting: Posting | None, plan: Plan, objections: tuple[str, ...]
) -> PostingState:
    if posting is None:
        return PostingState(finding=entry.objection, objections=objections)
    changes = plan.changes(pack, posting.papers, since=posting.opened_at)
    return PostingState(
        round=posting.round,
        is_up=posting.status == PostingStatus.up,
        upheld=posting.status == PostingStatus.upheld,
        # a suspended period has no end yet: it will be longer than it looks
        until=None if posting.clock.status == ClockStatus.suspended else posting.clock.due_on,
        changed=changes.labels,
        changed_on=changes.on,
        has_evidence=has_evidence(entry, posting, plan, ZoneInfo(pack.document.pack.timezone)),
        finding=entry.objection,
        objections=objections,
    )


def has_evidence(entry: PostingEntry, posting: Posting, plan: Plan, zone: ZoneInfo) -> bool:
    """Whether the record of this posting, not of an earlier one, is on file."""
    if entry.evidence is None:
        return True
    _, filed = plan.papers.get(entry.evidence, ({}, None))
    if filed is None:
        return False
    first = posting.round == 1 and filed.astimezone(zone).date() >= posting.from_on  # a photo may be on file first
    return first or filed >= posting.opened_at
