"""The matters of a digest (提要事项): each person's clocks and the tasks nobody has taken yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.project import Project
from models.review import ReviewTask
from notifications.digest import DigestMatter
from services.chunk import chunks
from services.city import City
from services.clock_forecast import ForecastLine, forecast
from services.digest_alert import alert_matter, alerts_of
from services.reading import Reading
from services.review_round import role_asked
from states.clock import ClockStatus, ClockSubject
from states.exceptions import Lang
from states.review import TaskStatus
from states.role import Role

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Scope:
    """What a digest looks at. `since` is the last one: what is news since then; `days` working days are forecast.

    `lang` is the language of who has chosen none.
    """

    city: City
    now: datetime
    since: datetime
    days: int
    lang: Lang = "zh"

    @property
    def today(self) -> date:
        """The day of the digest, in the city's zone."""
        return self.city.day(self.now)

    def reading(self, lang: Lang) -> Reading:
        """The record as somebody reads it this morning."""
        return Reading(self.city, self.now, lang)


@dataclass(slots=True)
class Page:
    """The matters of one person while they are gathered."""

    overdue: list[DigestMatter] = field(default_factory=list)
    today: list[DigestMatter] = field(default_factory=list)
    this_week: list[DigestMatter] = field(default_factory=list)
    turning: list[DigestMatter] = field(default_factory=list)
    to_claim: list[DigestMatter] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on it."""
        return not (self.overdue or self.today or self.this_week or self.turning or self.to_claim)


def pages(
    session: Session, scope: Scope, langs: Mapping[str, Lang], people: Mapping[str, int]
) -> defaultdict[str, Page]:
    """The page of each login of `langs`, written in its language; an empty one for who has nothing to do.

    `people` are their ids by login.

    A clock stands in the first part it belongs to: over, due today, due by Sunday, turning yellow or red within
    `scope.days` working days. A task somebody has taken is theirs (and of whom they handed it on to), not of every
    reviewer. What somebody has acknowledged or put off is left out, but on its last day, until the next rung fires;
    open alerts about what others have to do stand beside their own matters.
    """
    found: defaultdict[str, Page] = defaultdict(Page)
    for lang in sorted(set(langs.values())):
        readers = {login for login, its in langs.items() if its == lang}
        reading = scope.reading(lang)
        alerts = alerts_of(session, reading, {login: people[login] for login in readers})
        listed = _enter_clocks(session, scope, reading, found, {login: alerts.answered(login) for login in readers})
        for login in sorted(readers):
            for alert in alerts.besides(login, listed[login]):
                _part(found[login], scope.today, alert.due_on).append(alert_matter(reading, alert))
        for _, logins, matter in _unclaimed(session, reading):
            for login in readers & logins:
                found[login].to_claim.append(matter)
    return found


def _enter_clocks(
    session: Session,
    scope: Scope,
    reading: Reading,
    found: defaultdict[str, Page],
    answered: Mapping[str, Collection[int]],
) -> defaultdict[str, set[int]]:
    """Put the clocks of the readers onto their pages but those they have `answered`; all of theirs, by login."""
    until = scope.city.calendar.add_working_days(scope.today, scope.days).day
    lines = forecast(session, reading, days=max(scope.days, _WEEK))
    holders, theirs = _claimed(session, lines), defaultdict[str, set[int]](set)
    for line in lines:
        mine = holders.get(line.subject_id or 0) if line.subject is ClockSubject.task else None
        for login in answered.keys() & (mine or {one.login for one in line.handlers}):
            theirs[login].add(line.id)
            if line.due_on == scope.today or line.id not in answered[login]:
                _enter(found[login], reading, line, until)
    return theirs


def unit_page(session: Session, scope: Scope, unit: Organisation) -> Page:
    """What one unit has before it: the clocks it holds, and its tasks nobody has taken yet."""
    page, reading = Page(), scope.reading(scope.lang)
    until = scope.city.calendar.add_working_days(scope.today, scope.days).day
    held = select(Clock.id).join(Project).where(func.coalesce(Clock.holder_id, Project.organisation_id) == unit.id)
    mine = set(session.scalars(held.where(Clock.status == ClockStatus.running)))
    for line in forecast(session, reading, days=max(scope.days, _WEEK)):
        if line.id in mine:
            _enter(page, reading, line, until)
    page.to_claim = [matter for place, _, matter in _unclaimed(session, reading) if place == unit.id]
    return page


def _enter(page: Page, reading: Reading, line: ForecastLine, until: date) -> None:
    """Put a clock into the first part it belongs to."""
    part = _part(page, reading.today, line.due_on)
    if part is not page.turning:
        part.append(_matter(line, line.left))
    else:
        turns = min(day for day in (line.turns_yellow_on, line.turns_red_on, date.max) if day)
        if turns <= until or line.due_on <= until:
            page.turning.append(_matter(line, turning_text(reading, line)))


def _part(page: Page, today: date, due_on: date) -> list[DigestMatter]:
    """The part a matter due that day belongs to: over, today, this week, later."""
    if due_on < today:
        return page.overdue
    if due_on == today:
        return page.today
    return page.this_week if due_on <= today + timedelta(days=_WEEK - today.isoweekday()) else page.turning


def _matter(line: ForecastLine, note: str) -> DigestMatter:
    return DigestMatter(
        project_code=line.project, project_name=line.project_name, what=line.label, due_on=line.due_on, note=note
    )


def turning_text(reading: Reading, line: ForecastLine) -> str:
    """When a clock's light turns, in words: 剩 3 个工作日，2026-10-14 转黄灯."""
    words = [line.left]
    if line.turns_yellow_on:
        words.append(reading.say(f"{line.turns_yellow_on} 转黄灯", f"yellow on {line.turns_yellow_on}"))
    elif line.turns_red_on:
        words.append(reading.say(f"{line.turns_red_on} 转红灯", f"red on {line.turns_red_on}"))
    return reading.say("，", ", ").join(words)


def _claimed(session: Session, lines: Iterable[ForecastLine]) -> dict[int, set[str]]:
    """Who took a task from the unit's pool, and whom it was handed on to: it is theirs, not every reviewer's."""
    ids = sorted({line.subject_id or 0 for line in lines if line.subject is ClockSubject.task})
    found: dict[int, set[str]] = {}
    for some in chunks(ids):
        query = select(ReviewTask.id, ReviewTask.claimed_by, ReviewTask.delegate)
        for task_id, claimed_by, delegate in session.execute(query.where(ReviewTask.id.in_(some))):
            found[task_id] = {login for login in (claimed_by, delegate) if login}
    return found


def _unclaimed(session: Session, reading: Reading) -> list[tuple[int, set[str], DigestMatter]]:
    """Every open task nobody has taken yet, with its unit and the logins of those who may, soonest due first."""
    query = (
        select(ReviewTask, Project.code, Project.name, Clock.due_on)
        .join(ReviewTask.review)
        .join(Project)
        .outerjoin(
            Clock,
            (Clock.subject == ClockSubject.task)
            & (Clock.subject_id == ReviewTask.id)
            & (Clock.status == ClockStatus.running),
        )
        .where(ReviewTask.status == TaskStatus.open, ReviewTask.claimed_by.is_(None))
        .order_by(Clock.due_on, ReviewTask.id)
    )
    rows = session.execute(query).all()
    seats = _seated(session, {task.organisation_id for task, *_ in rows})
    return [
        (
            task.organisation_id,
            seats[task.organisation_id, role_asked(task)],
            DigestMatter(project_code=code, project_name=name, what=task.matter, due_on=due_on),
        )
        for task, code, name, due_on in rows
    ]


def _seated(session: Session, places: Collection[int]) -> defaultdict[tuple[int, Role], set[str]]:
    found: defaultdict[tuple[int, Role], set[str]] = defaultdict(set)
    query = select(RoleGrant.organisation_id, RoleGrant.role, Person.login).join(Person).where(Person.active)
    for some in chunks(sorted(places)):
        for place, role, login in session.execute(query.where(RoleGrant.organisation_id.in_(some))):
            found[place, Role(role)].add(login)
    return found
