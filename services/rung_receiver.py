"""Receivers of a rung (预警收件人): the handler, the head of the unit, the lead department, seats along the tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from policy.schema import RungEntry
from policy.schema_entry import HOLDER, LEAD, UNIT_HEAD
from services.chain import path_ids
from services.identity import people_at, people_in_seat
from services.review_round import role_asked
from services.supervision import coordinators_above, supervisors_at, unit_people
from states.clock import ClockSubject
from states.role import Level, Role, Seat

_DISTRICT = Seat(Role.coordinator, Level.district)


def receivers_of(
    session: Session, project: Project, pack: Pack, clock: Clock, rung: RungEntry, *, on: date | None = None
) -> list[Person]:
    """Everybody a rung names for a clock, each once; on a day of the city also who stands in for one of them.

    A receiver nobody fills just now is stood in for by the coordinators of the nearest organisation above: a warning
    is never for nobody. Empty only where the whole chain is.
    """
    found: dict[int, Person] = {}
    for receiver in rung.to:
        people = _seated(session, project, receiver, on) if isinstance(receiver, Seat) else ()
        if not isinstance(receiver, Seat):
            people = _WORDS[receiver](session, project, pack, clock, on)
        for person in people or coordinators_above(session, held_by(session, project, clock), on=on):
            found.setdefault(person.id, person)
    return list(found.values())


def held_by(session: Session, project: Project, clock: Clock) -> Organisation:
    """The unit that holds the matter of a clock."""
    return session.get_one(Organisation, clock.holder_id) if clock.holder_id else project.organisation


def holders(session: Session, project: Project, pack: Pack, clock: Clock, on: date | None = None) -> Sequence[Person]:
    """Who handles the matter of a clock."""
    unit = held_by(session, project, clock)
    match ClockSubject(clock.subject):
        case ClockSubject.order:
            return unit_people(session, unit, on=on)
        case ClockSubject.contest:
            return supervisors_at(session, unit, on=on)
        case ClockSubject.ruling:
            return people_at(session, unit.id, Role.reviewer, on=on)
        case ClockSubject.task:
            task = session.get(ReviewTask, clock.subject_id)
            role = role_asked(task) if task else Role.reviewer
            named = {login for login in (task.claimed_by, task.delegate) if login} if task else set()
            # who has claimed it handles it; after they have left, their colleagues do
            mine = people_at(session, unit.id, role, on=on, only=named) if named else ()
            return mine or people_at(session, unit.id, role, on=on)
    return people_at(session, unit.id, Role.coordinator, on=on)


def heads(session: Session, project: Project, pack: Pack, clock: Clock, on: date | None = None) -> Sequence[Person]:
    """Who answers for the unit: its coordinators where others handle the matter, else those of the nearest above."""
    unit = held_by(session, project, clock)
    handling = {person.id for person in holders(session, project, pack, clock, on)}
    coordinators = people_at(session, unit.id, Role.coordinator, on=on)
    own = [person for person in coordinators if person.id not in handling]
    return own or coordinators_above(session, unit, on=on)


def leads(session: Session, project: Project, pack: Pack, clock: Clock, on: date | None = None) -> Sequence[Person]:
    """The reviewers of the lead department of the clock's review; without one the district's coordinators lead."""
    review = _review(session, clock)
    lead = pack.review(review.code).lead if review else None
    unit = _department(session, project, lead) if lead else None
    people = people_at(session, unit.id, Role.reviewer, on=on) if unit else ()
    return people or people_in_seat(session, _DISTRICT, project.organisation, on=on)


_WORDS: dict[str, Callable[[Session, Project, Pack, Clock, date | None], Sequence[Person]]] = {
    HOLDER: holders,
    UNIT_HEAD: heads,
    LEAD: leads,
}


def _seated(session: Session, project: Project, seat: Seat, on: date | None) -> Sequence[Person]:
    found = people_in_seat(session, seat, project.organisation, on=on)
    if seat.role is not Role.supervisor:
        return found
    return found or supervisors_at(session, project.organisation, on=on)


def _review(session: Session, clock: Clock) -> Review | None:
    if clock.subject == ClockSubject.review:
        return session.get(Review, clock.subject_id)
    if clock.subject != ClockSubject.task:
        return None
    task = session.get(ReviewTask, clock.subject_id)
    return session.get(Review, task.review_id) if task else None


def _department(session: Session, project: Project, function: str) -> Organisation | None:
    """The department of that function nearest to the project."""
    above = path_ids(project.organisation.path)
    query = select(Organisation).where(Organisation.parent_id.in_(above), Organisation.function == function)
    units = session.scalars(query.order_by(Organisation.id)).all()
    return max(units, key=lambda unit: len(unit.path), default=None)
