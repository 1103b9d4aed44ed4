"""Demonstration accounts (演示账号): people the demonstration has entered, who may sign in without a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from models.account import Account
from models.audit import AuditEntry
from models.clock import Clock
from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.review import ReviewTask
from services.session import Browser, Way, open_session
from states.clock import ClockStatus
from states.exceptions import JiugaiError, Kind
from states.review import TaskStatus
from states.role import Level, Role

SOURCE = "demo"
EACH = 2
"""So many people of each role are offered, of different units, those with the most before them."""
_LOOKED_AT, _SOON = 20, timedelta(days=7)


class DemoLoginRefused(JiugaiError):
    """Nobody signs in without a password but whom the demonstration has entered."""

    code = "demo_login_refused"
    kind = Kind.forbidden
    zh = "“{login}”不是演示账号，不能免密登录。请用账号和密码登录。"
    en = '"{login}" is no demonstration account: sign in with a password.'


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One account that is offered, for which unit; `matters` fall due within a week, or are to be answered."""

    login: str
    name: str
    role: Role
    organisation: str
    matters: int


def demo_people(session: Session, *, today: date) -> tuple[DemoPerson, ...]:
    """Who may sign in without a password: nobody, unless the demonstration made the register.

    Coordinators first, then reviewers and supervisors; somebody who has set a password is not offered any more.
    """
    if not is_demo(session):
        return ()
    running = (Clock.holder_id == Organisation.id, Clock.status == ClockStatus.running)
    clocks = select(func.count()).where(*running, Clock.due_on <= today + _SOON)
    tasks = select(func.count()).where(
        ReviewTask.organisation_id == Organisation.id, ReviewTask.status == TaskStatus.open
    )
    found: list[DemoPerson] = []
    for role, counted in ((Role.coordinator, clocks), (Role.reviewer, tasks), (Role.supervisor, clocks)):
        number = counted.scalar_subquery()
        query = select(Person.login, Person.name, Organisation.name.label("place"), number.label("matters"))
        query = query.join(RoleGrant, RoleGrant.person_id == Person.id)
        query = query.join(Organisation, Organisation.id == RoleGrant.organisation_id)
        query = query.where(RoleGrant.role == role, _offered()).order_by(number.desc(), Person.id).limit(_LOOKED_AT)
        by_place = {row.place: row for row in reversed(session.execute(query).all())}
        best = sorted(by_place.values(), key=lambda row: -row.matters)[:EACH]
        found += [DemoPerson(row.login, row.name, role, row.place, row.matters) for row in best]
    return tuple(found)


def is_demo(session: Session) -> bool:
    """Whether the demonstration made the register: the city itself was entered by it."""
    made = (AuditEntry.subject == "organisation", AuditEntry.subject_id == Organisation.code, AuditEntry.seq == 1)
    query = select(exists().where(Organisation.level == Level.city, *made, AuditEntry.source == SOURCE))
    return bool(session.scalar(query))


def sign_in_demo(session: Session, login: str, browser: Browser, *, now: datetime) -> str:
    """Sign one of them in and return the session's token. Raises DemoLoginRefused."""
    person = session.scalar(select(Person).where(Person.login == login, _offered()))
    if person is None or not is_demo(session):
        raise DemoLoginRefused(login=login[:80])
    return open_session(session, person, Way.demo, browser, now=now)


def _offered() -> ColumnElement[bool]:
    """Entered by the demonstration itself, active, and without a password of their own."""
    entered = exists().where(
        AuditEntry.subject == "person", AuditEntry.subject_id == Person.login, AuditEntry.seq == 1,
        AuditEntry.source == SOURCE,
    )  # fmt: skip
    return and_(Person.active, entered, ~exists().where(Account.person_id == Person.id))
