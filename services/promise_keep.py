"""Promises kept (承诺履行): a gap is closed by the papers themselves, as soon as the last of them is on file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from models.promise import Promise
from services.city import City
from services.clock import refresh_light, stop_clock
from services.keeping import Keeping, note
from services.pack import pack_of
from states.clock import ClockSubject
from states.supplement import PromiseKind, PromiseStatus


def keep_promises(session: Session, city: City, project: Project, kind: str, keeping: Keeping) -> list[Promise]:
    """Close the open promises a document of this kind completes; the project's row is held.

    A commitment stands for its papers and is closed by a check, not by them.
    """
    pack = pack_of(project.pack_version)
    entries = {one.code: one for one in pack.document.promises if kind in one.documents and one.kind is PromiseKind.gap}
    if not entries:
        return []
    query = select(Promise).where(Promise.project_id == project.id, Promise.status == PromiseStatus.open)
    found = session.scalars(query.where(Promise.code.in_(entries)).with_for_update()).all()
    kept = [one for one in found if not missing_papers(session, project, entries[one.code].documents)]
    for one in kept:
        one.status, one.ended_at, one.ended_by = PromiseStatus.kept, keeping.now, keeping.actor.login
        stop_clock(session, project.id, ClockSubject.promise, one.id, on=city.day(keeping.now))
        # the request id belongs to the paper that came in
        quiet = Keeping(keeping.actor, keeping.now, keeping.source, reason="所缺材料已补齐")
        note(session, project, "promise_kept", quiet, before={}, after={"promise": one.code, "id": one.id})
    if kept:
        refresh_light(session, project)
    return kept


def missing_papers(session: Session, project: Project, kinds: Sequence[str]) -> list[str]:
    """Those of these kinds of documents that are not on file."""
    query = select(Document.kind).where(Document.project_id == project.id, Document.withdrawn_at.is_(None))
    there = set(session.scalars(query.where(Document.kind.in_(kinds))))
    return [kind for kind in kinds if kind not in there]
