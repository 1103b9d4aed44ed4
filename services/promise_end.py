"""A promise that was not kept (承诺未履行): deemed withdrawn, or a finding, as the pack says; signed by its rule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.project import Project
from models.promise import Promise
from policy.pack import Pack
from policy.schema_round import PromiseEntry
from services.city import City
from services.clock import refresh_light, stop_clock
from services.finding import raise_finding
from services.identity import Actor, Capacity, system_actor
from services.keeping import Keeping
from services.lock import hold_project
from services.pack import pack_of
from services.project import Command, advance
from services.round_act import Doing, write_act
from states.clock import ClockSubject
from states.supplement import PromiseStatus


def miss(session: Session, city: City, promise_id: int, *, now: datetime) -> Promise | None:
    """End a promise whose time is over; None when it was kept or ended before."""
    found = session.get(Promise, promise_id)
    if found is None:
        return None
    project = hold_project(session, found.project_id)
    session.refresh(found)
    if found.status != PromiseStatus.open:
        return None
    pack = pack_of(project.pack_version)
    entry = pack.promise(found.code)
    papers = "、".join(pack.document_entry(kind).label for kind in entry.documents)
    reason = f"承诺期限届满未履行：{papers}（承诺人：{found.promisor}）"
    fall_short(
        session, city, project, found, Doing(system_actor(entry.code, pack.id), now, reason=reason, source="flow")
    )
    return found


def fall_short(
    session: Session, city: City, project: Project, one: Promise, doing: Doing, *, capacity: Capacity | None = None
) -> None:
    """Close a promise as missed and let the consequence of the pack follow, signed by its rule."""
    pack = pack_of(project.pack_version)
    entry = pack.promise(one.code)
    one.status, one.ended_at, one.ended_by = PromiseStatus.missed, doing.now, doing.actor.login
    one.note = doing.reason.strip()
    stop_clock(session, project.id, ClockSubject.promise, one.id, on=city.day(doing.now))
    after = {"promise": one.code, "id": one.id, "missed": entry.missed}
    write_act(session, project, pack, doing, "promise_missed", after, capacity=capacity)
    actor = system_actor(entry.code, pack.id)
    if not _withdraw(session, city, project, pack, entry, one, actor, doing):
        _raise_finding(session, project, entry, actor, doing)
    refresh_light(session, project)


def _withdraw(
    session: Session,
    city: City,
    project: Project,
    pack: Pack,
    entry: PromiseEntry,
    one: Promise,
    actor: Actor,
    doing: Doing,
) -> bool:
    """Fire the move the pack takes a missed promise for, where it leaves from here (视为撤回)."""
    trigger = entry.on_missed
    if entry.missed != "withdrawn" or trigger is None or pack.procedure.move(trigger, project.step) is None:
        return False
    reason = f"{doing.reason.strip()}，视为撤回"
    advance(
        session,
        city,
        Command(project.code, trigger, actor, f"promise:{one.id}", doing.now, reason=reason, source="flow"),
    )
    return True


def _raise_finding(session: Session, project: Project, entry: PromiseEntry, actor: Actor, doing: Doing) -> None:
    if entry.finding:
        title = f"{entry.label}：{doing.reason.strip()}"
        raise_finding(session, project, entry.finding, title, Keeping(actor, doing.now, "flow"))
