"""Who has a task (任务归谁): who may answer it, who may dispose of it, who leads its round, and who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.person import Person
from models.review import ReviewTask
from models.stand_in import StandIn
from services.duty import ReviewDuties
from services.identity import (
    OWN,
    Actor,
    Capacity,
    OpinionForbidden,
    capacities,
    people_at,
    people_in_seat,
    unit_capacities,
)
from services.lending import covers, holds_on
from services.review_round import role_asked
from services.round_act import lead_unit
from services.task_hold import Held
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.role import Level, Role, Seat

COORDINATOR = Seat(Role.coordinator, Level.district)
"""Who leads a round whose review names no lead: it is the district's own matter."""


class TaskClaimed(JiugaiError):
    """A colleague has taken the task: what it says is theirs to decide."""

    code = "task_claimed"
    kind = Kind.forbidden
    zh = (
        "“{unit}”的这件任务已由 {holder} 签收，{actor} 不能代办。"
        "请与 {holder} 联系，由其转办或退回；本人不在的，请牵头部门转办。"
    )
    en = '{holder} has claimed the task of "{unit}"; {actor} cannot act on it. Ask them, or have the lead transfer it.'


class LeadRequired(JiugaiError):
    """What only the lead of the round may do."""

    code = "lead_required"
    kind = Kind.forbidden
    zh = "“{act}”由{lead}办理，{actor} 不能办理。请与其联系。"
    en = '"{act_en}" belongs to {lead_en}; {actor} cannot do it.'


@dataclass(frozen=True, slots=True)
class Answering:
    """In which capacity somebody answers a task, and whether only for the one who delegated it to them."""

    capacity: Capacity
    is_delegate: bool = False


def answering(session: Session, task: ReviewTask, actor: Actor, duties: ReviewDuties | None = None) -> Answering:
    """In which capacity `actor` may answer a task now; the one place that decides it.

    A reviewer of the unit (or who stands in for one) may, once it is claimed only the claimant; while it is delegated
    the delegate may too, and what they say goes back to the delegator. Of several absent people they act for the one
    no duty bars, where `duties` are given. Raises OpinionForbidden, TaskClaimed.
    """
    as_delegate = acting_for(actor, task.delegate)
    if as_delegate:
        return Answering(as_delegate, is_delegate=True)
    return Answering(holding(session, task, actor, duties))


def holding(session: Session, task: ReviewTask, actor: Actor, duties: ReviewDuties | None = None) -> Capacity:
    """In which capacity `actor` has the task: as its claimant, or of its unit while nobody has claimed it.

    Of several absent people it is the one no duty bars, where `duties` are given. Raises OpinionForbidden, TaskClaimed.
    """
    of_unit = unit_capacities(actor, role_asked(task), task.organisation_id)
    if not of_unit:
        raise OpinionForbidden(actor=actor.name or actor.login, unit=task.organisation.name)
    if task.claimed_by is None:
        return duties.fitting(actor, of_unit) if duties else of_unit[0]
    as_claimant = acting_for(actor, task.claimed_by)
    if as_claimant is None:
        holder = name_of(session, task.claimed_by)
        raise TaskClaimed(unit=task.organisation.name, holder=holder, actor=actor.name or actor.login)
    return as_claimant


def acting_for(actor: Actor, login: str | None) -> Capacity | None:
    """In which capacity `actor` is the person with that login: themselves, or as a stand-in; None for neither."""
    if login is None:
        return None
    if actor.login == login:
        return OWN
    return Capacity(login) if any(grant.on_behalf_of == login for grant in actor.borrowed) else None


def leading(session: Session, held: Held, actor: Actor) -> Capacity | None:
    """In which capacity `actor` leads the round; None for who does not.

    A reviewer of its lead unit does, where the pack names no lead the district's coordinator.
    """
    if held.entry.lead is None:
        return next(iter(capacities(session, actor, (COORDINATOR,), held.project.organisation)), None)
    unit = lead_unit(session, held)
    return next(iter(unit_capacities(actor, Role.reviewer, unit.id)), None) if unit else None


def require_lead(session: Session, held: Held, actor: Actor, *, act: str, act_en: str) -> Capacity:
    """The capacity of the round's lead. Raises LeadRequired for anybody else, with whom to ask."""
    found = leading(session, held, actor)
    if found is None:
        unit = lead_unit(session, held)
        label = Label(unit.name) if unit else COORDINATOR.label
        words = {"act": act, "act_en": act_en, "lead": label.zh, "lead_en": label.text("en")}
        raise LeadRequired(**words, actor=actor.name or actor.login)
    return found


def lead_people(session: Session, held: Held, on: date) -> Sequence[Person]:
    """Who is told as the lead of a round: its lead unit's reviewers, without one the district's coordinators."""
    unit = lead_unit(session, held)
    if unit is None:
        return people_in_seat(session, COORDINATOR, held.project.organisation, on=on)
    return people_at(session, unit.id, Role.reviewer, on=on)


def people_of(session: Session, task: ReviewTask, on: date) -> Sequence[Person]:
    """Whom messages about a task reach: claimant and delegate, else its unit's reviewers; also stand-ins."""
    if task.claimed_by is None:
        return people_at(session, task.organisation_id, role_asked(task), on=on)
    named = [login for login in (task.claimed_by, task.delegate) if login]
    absent, query = aliased(Person), select(StandIn, Person).join(Person, Person.id == StandIn.substitute_id)
    query = query.join(absent, absent.id == StandIn.absent_id).where(absent.login.in_(named), holds_on(on))
    lent = session.execute(query.where(Person.active)).tuples()
    substitutes = [person for row, person in lent if covers(row, role_asked(task), task.organisation_id)]
    return [*people_named(session, named), *substitutes]


def people_named(session: Session, logins: Sequence[str]) -> Sequence[Person]:
    """The active people with these logins."""
    return session.scalars(select(Person).where(Person.login.in_(logins), Person.active).order_by(Person.id)).all()


def name_of(session: Session, login: str) -> str:
    """A person's name, also of one who has left; the login itself for anybody unknown."""
    return session.scalar(select(Person.name).where(Person.login == login)) or login
