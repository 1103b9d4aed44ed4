"""Facts and milestones (情况填报、节点): recorded with their type, the earlier value kept in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fact import Fact, Milestone
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.clock_redate import redate_clocks
from services.keeping import Keeping, kept_before, note, require_keeper
from services.pack import pack_of
from states.case import FactValue
from states.exceptions import JiugaiError, Kind


class MilestoneAhead(JiugaiError):
    """A milestone cannot have been reached on a day still to come."""

    code = "milestone_ahead"
    kind = Kind.invalid
    zh = "节点“{milestone}”的完成日期 {day} 在今天之后，请核对日期。"
    en = 'Milestone "{milestone}" cannot have been reached on {day}, which is still to come.'


def record_facts(
    session: Session,
    project: Project,
    values: Mapping[str, FactValue | str],
    keeping: Keeping,
    *,
    city: City | None = None,
) -> None:
    """Record facts given as text or typed; unchanged ones and repeated requests leave no trace.

    With `city` the clocks that hang on a recorded day follow; without it (many rows at once) the caller sees to that.
    Raises PackEntryUnknown and FactInvalid (see policy) before anything is written, KeepingForbidden, RequestReused.
    """
    pack = pack_of(project.pack_version)
    require_keeper(project, keeping.actor)
    typed = {code: _typed(pack, code, value) for code, value in values.items()}
    wanted = {code: pack.dump_fact(value) for code, value in typed.items()}
    if kept_before(session, project, "facts_recorded", keeping):
        return
    rows = {
        row.code: row
        for row in session.scalars(select(Fact).where(Fact.project_id == project.id, Fact.code.in_(wanted)))
    }
    changed = {code: value for code, value in wanted.items() if code not in rows or rows[code].value != value}
    if not changed:
        return
    before = {code: rows[code].value for code in changed if code in rows}
    for code, value in changed.items():
        row = rows.get(code) or Fact(project_id=project.id, code=code)
        row.value, row.recorded_at, row.recorded_by = value, keeping.now, keeping.actor.login
        session.add(row)
    note(session, project, "facts_recorded", keeping, before=before, after=changed)
    if city is not None:
        session.flush()
        redate_clocks(session, city, project, pack, changed, keeping)


def _typed(pack: Pack, code: str, value: FactValue | str) -> FactValue:
    if isinstance(value, str):
        return pack.parse_fact(code, value)
    return pack.load_fact(code, pack.dump_fact(value))  # refuses a value of another type


def reach_milestone(session: Session, city: City, project: Project, code: str, day: date, keeping: Keeping) -> None:
    """Record that a milestone was reached on `day` (city's zone); the same day again leaves no trace.

    Raises PackEntryUnknown, MilestoneAhead, KeepingForbidden, RequestReused.
    """
    pack = pack_of(project.pack_version)
    require_keeper(project, keeping.actor)
    entry = pack.milestone(code)
    if day > city.day(keeping.now):
        raise MilestoneAhead(milestone=entry.label, day=day)
    if kept_before(session, project, "milestone_reached", keeping):
        return
    row = session.get(Milestone, (project.id, code))
    if row is not None and row.reached_on == day:
        return
    before = {code: row.reached_on.isoformat()} if row else {}
    row = row or Milestone(project_id=project.id, code=code)
    row.reached_on, row.recorded_at, row.recorded_by = day, keeping.now, keeping.actor.login
    session.add(row)
    note(session, project, "milestone_reached", keeping, before=before, after={code: day.isoformat()})
