"""The forecast (期限预告): what turns yellow or red in the next working days, for each unit and each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.project import Project
from models.review import ReviewTask
from services.clock_count import ONE
from services.clock_list import ClockLine, line_fields
from services.reading import Reading
from services.review_round import role_asked
from states.clock import ClockStatus, ClockSubject
from states.role import Role


@dataclass(frozen=True, slots=True)
class Handler:
    """A person who has a matter to do."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class ForecastLine(ClockLine):
    """A running clock with the days it turns yellow and red on, where that is ahead and in the forecast."""

    turns_yellow_on: date | None
    turns_red_on: date | None
    handlers: tuple[Handler, ...]

    @property
    def is_overdue(self) -> bool:
        """Whether its limit has passed: then nothing turns any more."""
        return self.turns_red_on is None and self.turns_yellow_on is None


@dataclass(frozen=True, slots=True)
class ForecastGroup:
    """What one unit or person has before it: clocks already over, turning red, turning yellow, soonest first."""

    key: str
    name: str
    overdue: int
    turning_red: int
    turning_yellow: int
    clocks: tuple[ForecastLine, ...]


def forecast(session: Session, reading: Reading, *, days: int) -> list[ForecastLine]:
    """Running clocks that are over, or turn yellow or red within `days` working days after today, soonest due first.

    A clock due on the last of these days is among them: it turns red unless it is met by then. Periods never turn.
    """
    until = reading.city.calendar.add_working_days(reading.today, days).day
    turning = or_(Clock.due_on <= until, Clock.warn_on.between(reading.today + ONE, until))
    query = (
        select(Clock, Project, Organisation.name, ReviewTask)
        .join(Project, Project.id == Clock.project_id)
        .outerjoin(Organisation, Organisation.id == Clock.holder_id)
        .outerjoin(ReviewTask, (ReviewTask.id == Clock.subject_id) & (Clock.subject == ClockSubject.task))
        .where(Clock.status == ClockStatus.running, Clock.subject != ClockSubject.period, turning)
    )
    rows = session.execute(query.order_by(Clock.due_on, Clock.id)).all()
    asked = [_asked(clock, project, task) for clock, project, _, task in rows]
    people = _people(session, {place for place, _ in asked})
    return [
        _line(reading, clock, project, holder, _handlers(_seated(people, place, roles), task), until)
        for (clock, project, holder, task), (place, roles) in zip(rows, asked, strict=True)
    ]


def by_unit(lines: Iterable[ForecastLine]) -> list[ForecastGroup]:
    """The forecast unit by unit, the one with most to do first."""
    return _grouped(lines, lambda line: [(line.holder or "", line.holder or "")])


def by_person(lines: Iterable[ForecastLine]) -> list[ForecastGroup]:
    """The forecast person by person: who shares a seat has the same clocks; an empty seat stands under its unit."""
    return _grouped(
        lines, lambda line: [(one.login, one.name) for one in line.handlers] or [(line.holder or "", line.holder or "")]
    )


_ROLES = {
    ClockSubject.order: (Role.coordinator, Role.reviewer),  # a department has reviewers, an office coordinators
    ClockSubject.ruling: (Role.coordinator, Role.reviewer),
    ClockSubject.contest: (Role.supervisor,),
}
"""Whose a clock is at the unit that holds it, where that is not its coordinators'."""


def _asked(clock: Clock, project: Project, task: ReviewTask | None) -> tuple[int, tuple[Role, ...]]:
    roles = (role_asked(task),) if task else _ROLES.get(ClockSubject(clock.subject), (Role.coordinator,))
    return clock.holder_id or project.organisation_id, roles


def _seated(people: Mapping[tuple[int, Role], list[Handler]], place: int, roles: Sequence[Role]) -> list[Handler]:
    return list(dict.fromkeys(one for role in roles for one in people.get((place, role), ())))


def _handlers(seated: Sequence[Handler], task: ReviewTask | None) -> tuple[Handler, ...]:
    """Whoever has claimed the task; while nobody has, everybody in the seat."""
    claimed = tuple(one for one in seated if task and one.login == task.claimed_by)
    return claimed or tuple(seated)


def _people(session: Session, places: set[int]) -> defaultdict[tuple[int, Role], list[Handler]]:
    found: defaultdict[tuple[int, Role], list[Handler]] = defaultdict(list)
    query = select(RoleGrant.organisation_id, RoleGrant.role, Person.login, Person.name)
    query = query.join(Person, Person.id == RoleGrant.person_id)
    for row in session.execute(query.where(RoleGrant.organisation_id.in_(places), Person.active).order_by(Person.id)):
        found[row.organisation_id, Role(row.role)].append(Handler(row.login, row.name))
    return found


def _line(
    reading: Reading,
    clock: Clock,
    project: Project,
    holder: str | None,
    handlers: tuple[Handler, ...],
    until: date,
) -> ForecastLine:
    today, yellow, red = reading.today, clock.warn_on, clock.due_on + ONE
    return ForecastLine(
        **line_fields(reading, clock, project.code, project.name, holder),
        turns_yellow_on=yellow if yellow and today < yellow <= until else None,
        turns_red_on=red if today < red and clock.due_on <= until else None,
        handlers=handlers,
    )


def _grouped(
    lines: Iterable[ForecastLine], keys: Callable[[ForecastLine], Sequence[tuple[str, str]]]
) -> list[ForecastGroup]:
    found: defaultdict[tuple[str, str], list[ForecastLine]] = defaultdict(list)
    for line in lines:
        for key in keys(line):
            found[key].append(line)
    groups = [
        ForecastGroup(
            key=key,
            name=name,
            overdue=sum(line.is_overdue for line in mine),
            turning_red=sum(line.turns_red_on is not None for line in mine),
            turning_yellow=sum(line.turns_yellow_on is not None for line in mine),
            clocks=tuple(mine),
        )
        for (key, name), mine in found.items()
    ]
    return sorted(groups, key=lambda one: (-one.overdue, -one.turning_red, -one.turning_yellow, one.key))
