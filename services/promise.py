"""Promises (容缺受理、告知承诺): made in writing for papers the pack lists, kept by bringing them or found true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.organisation import Organisation
from models.project import Project
from models.promise import Promise
from policy.pack import Pack
from policy.schema_round import PromiseEntry
from services.city import City
from services.clock import Matter, refresh_light, start_clocks, stop_clock
from services.identity import Capacity, holding_level, keeper_capacities, seat_in_charge, unit_capacities
from services.lock import hold_project
from services.pack import pack_of
from services.promise_end import fall_short
from services.promise_error import (
    CheckForbidden,
    PromiseBroken,
    PromiseEnded,
    PromiseIdle,
    PromiseMissing,
    PromiseNotChecked,
    PromiseOpen,
    PromisePaperMissing,
    PromisorMissing,
)
from services.promise_keep import missing_papers
from services.review_round import department_unit
from services.round_act import Doing, acted_before, require_applicant, require_reason, write_act
from states.clock import ClockSubject
from states.role import Role
from states.supplement import PromiseKind, PromiseStatus


@dataclass(frozen=True, slots=True)
class Promising:
    """A promise as somebody gives it: under which entry of the pack, and who promises (unit or person)."""

    code: str
    promisor: str


def make_promise(session: Session, city: City, project: Project, given: Promising, doing: Doing) -> Promise:
    """Take a written promise for papers that are not there yet; its clock begins, requirements are met meanwhile.

    The written promise is on file already, and served no other. A repeated request makes no second one. Raises
    PackEntryUnknown (policy.pack), ApplicantForbidden, PromisorMissing, PromisePaperMissing, PromiseIdle, PromiseOpen,
    PromiseBroken, RequestReused.
    """
    project = hold_project(session, project.id)
    pack = pack_of(project.pack_version)
    entry = pack.promise(given.code)
    capacity = require_applicant(project, doing)
    mine = _promises(session, project, entry)
    if acted_before(session, project, doing, "promise_made", {"promise": given.code}):
        return mine[-1]
    if not given.promisor.strip():
        raise PromisorMissing
    _require_possible(session, city, project, pack, entry, mine)
    paper = _paper(session, project, pack, entry)
    made = Promise(
        project_id=project.id, code=entry.code, kind=entry.kind, status=PromiseStatus.open,
        promisor=given.promisor.strip(), document_id=paper.id, made_at=doing.now, made_by=doing.actor.login,
    )  # fmt: skip
    session.add(made)
    session.flush()
    step = pack.procedure.step[project.step]
    unit = seat_in_charge(session, project.organisation, holding_level(step))
    matter = Matter(ClockSubject.promise, made.id, unit.id, entry.label)
    start_clocks(session, city, project, pack, [(entry.limit, matter)], on=city.day(doing.now))
    after = {"promise": entry.code, "id": made.id, "promisor": made.promisor, "documents": list(entry.documents)}
    write_act(session, project, pack, doing, "promise_made", after, capacity=capacity)
    refresh_light(session, project)
    return made


def _require_possible(
    session: Session, city: City, project: Project, pack: Pack, entry: PromiseEntry, mine: Iterable[Promise]
) -> None:
    for one in mine:
        if one.status == PromiseStatus.open:
            raise PromiseOpen(promise=entry.label, promisor=one.promisor)
        if one.status == PromiseStatus.missed and one.ended_at:
            raise PromiseBroken(promise=entry.label, day=city.day(one.ended_at))
    if not missing_papers(session, project, entry.documents):
        raise PromiseIdle(promise=entry.label, documents=_names(pack, entry.documents))


def _names(pack: Pack, kinds: Iterable[str]) -> str:
    return "、".join(pack.document_entry(kind).label for kind in kinds)


def _promises(session: Session, project: Project, entry: PromiseEntry) -> list[Promise]:
    query = select(Promise).where(Promise.project_id == project.id, Promise.code == entry.code)
    return list(session.scalars(query.order_by(Promise.id)))


def _paper(session: Session, project: Project, pack: Pack, entry: PromiseEntry) -> Document:
    used = select(Promise.document_id).where(Promise.project_id == project.id)
    query = select(Document).where(Document.project_id == project.id, Document.kind == entry.paper)
    query = query.where(Document.withdrawn_at.is_(None), Document.id.not_in(used))
    found = session.scalar(query.order_by(Document.version.desc()).limit(1))
    if found is None:
        raise PromisePaperMissing(paper=pack.document_entry(entry.paper).label)
    return found


def _close(
    session: Session, city: City, project: Project, pack: Pack, one: Promise, doing: Doing, capacity: Capacity
) -> None:
    one.status, one.ended_at, one.ended_by = PromiseStatus.kept, doing.now, doing.actor.login
    one.note = doing.reason.strip() or None
    stop_clock(session, project.id, ClockSubject.promise, one.id, on=city.day(doing.now))
    after = {"promise": one.code, "id": one.id}
    write_act(session, project, pack, doing, "promise_kept", after, capacity=capacity)
    refresh_light(session, project)


def check_commitment(session: Session, city: City, promise_id: int, doing: Doing, *, kept: bool) -> Promise:
    """Write down the check of a commitment (核查): found true, or not, which has the consequences of a missed one.

    By a reviewer of the department whose matter it is; where the tree has none, a coordinator above the project. Raises
    PromiseMissing, CheckForbidden, PromiseNotChecked, PromiseEnded, ReasonMissing, RequestReused.
    """
    found = session.get(Promise, promise_id)
    if found is None:
        raise PromiseMissing(promise=promise_id)
    project = hold_project(session, found.project_id)
    pack = pack_of(project.pack_version)
    entry = pack.promise(found.code)
    capacity = _require_checker(session, project, pack, entry, doing)
    if acted_before(session, project, doing, "promise_kept" if kept else "promise_missed", {"id": promise_id}):
        return found
    if entry.kind is not PromiseKind.commitment:
        raise PromiseNotChecked(promise=entry.label, documents=_names(pack, entry.documents))
    session.refresh(found)
    if found.status != PromiseStatus.open:
        label = PromiseStatus(found.status).label
        raise PromiseEnded(status=label.zh, status_en=label.text("en"))
    if kept:
        _close(session, city, project, pack, found, doing, capacity)
    else:
        require_reason(doing, "核查不属实", "found untrue")
        fall_short(session, city, project, found, doing, capacity=capacity)
    return found


def _require_checker(session: Session, project: Project, pack: Pack, entry: PromiseEntry, doing: Doing) -> Capacity:
    unit = _unit(session, project, pack, entry)
    if unit is None:
        found = keeper_capacities(doing.actor, project.organisation)
    else:
        found = unit_capacities(doing.actor, Role.reviewer, unit.id)
    if not found:
        raise CheckForbidden(actor=doing.name, promise=entry.label, unit=unit.name if unit else "项目专员")
    return found[0]


def _unit(session: Session, project: Project, pack: Pack, entry: PromiseEntry) -> Organisation | None:
    function = entry.department or (pack.permit(entry.permit).department if entry.permit else None)
    return department_unit(session, project, function) if function else None
