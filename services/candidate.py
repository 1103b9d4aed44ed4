"""Candidates (候选人): who could make a move or answer a task, why each is one, and what keeps the others from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from services.case import load_case
from services.duty import ReviewDuties
from services.pack import pack_of
from services.reading import Reading
from services.review_round import role_asked
from services.seat_holder import Holder, resolve_seat, seat_holders
from services.task_hold import TaskMissing
from states.case import Part
from states.duty import FourEyes
from states.label import Label
from states.machine import MoveUnknown
from states.procedure import Move
from states.role import SYSTEM, Role

Barring = Callable[[frozenset[str]], Sequence[Label]]
"""What bars people who act together (the one who acts, and on whose behalf), in words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who holds the seat asked for: `because` says by what, `excluded` what keeps them from acting now.

    `on_behalf_of` is the login of the absent person they would act for.
    """

    login: str
    name: str
    on_behalf_of: str | None
    because: str
    excluded: tuple[str, ...]

    @property
    def is_free(self) -> bool:
        """Whether they could act now."""
        return not self.excluded


def move_candidates(session: Session, reading: Reading, project: Project, trigger: str) -> list[Candidate]:
    """Who could make a move from where the project stands; nobody for what only the system does.

    Raises MoveUnknown, MoveNotFromHere.
    """
    pack = pack_of(project.pack_version)
    pack.machine.fire(project.step, trigger, resume_step=project.resume_step)
    move = pack.procedure.move(trigger, project.step)
    if move is None:
        raise MoveUnknown(trigger=trigger)
    barring, found = _of_move(session, reading, project, pack, move), []
    for seat in move.who:
        if seat != SYSTEM:
            at = resolve_seat(session, project.organisation, seat).organisation
            found += _of_unit(session, reading, at, seat.role, barring)
    return found


def task_candidates(session: Session, reading: Reading, task_id: int) -> list[Candidate]:
    """Who could answer a review task: everybody of its unit, whoever has claimed it. Raises TaskMissing."""
    task = session.get(ReviewTask, task_id)
    if task is None:
        raise TaskMissing(task=task_id)
    project = session.get_one(Project, session.get_one(Review, task.review_id).project_id)
    duties = ReviewDuties(session, project, pack_of(project.pack_version), task.review.code)
    barring: Barring = lambda logins: [refusal.says for refusal in duties.refusals(logins)]  # noqa: E731
    return _of_unit(session, reading, task.organisation, role_asked(task), barring)


def _of_move(session: Session, reading: Reading, project: Project, pack: Pack, move: Move) -> Barring:
    eyes = [one for one in move.requirements if isinstance(one, FourEyes)]
    parts = [Part.deeds] if eyes else []
    case = load_case(session, reading.city, project, pack, parts, actor="", now=reading.now)
    return lambda logins: [refusal.says for one in eyes for refusal in one.barring(case.deeds, logins)]


def _of_unit(
    session: Session, reading: Reading, organisation: Organisation, role: Role, barring: Barring
) -> list[Candidate]:
    holders = seat_holders(session, organisation.id, role, reading.today)
    return [_candidate(reading, organisation, role, holder, barring) for holder in holders]


def _candidate(reading: Reading, organisation: Organisation, role: Role, holder: Holder, barring: Barring) -> Candidate:
    behalf = holder.absent.login if holder.absent else None
    barred = barring(frozenset(login for login in (holder.login, behalf) if login))
    excluded = [*_not_here(holder), *barred]
    because = grant_words(organisation, role, holder)
    return Candidate(holder.login, holder.name, behalf, reading.text(because), tuple(map(reading.text, excluded)))


def _not_here(holder: Holder) -> list[Label]:
    if not holder.active:
        return [Label("已停用", "deactivated")]
    if holder.substitute is None or holder.stand_in is None:
        return []
    name, last = holder.substitute.name, holder.stand_in.last_day
    return [Label(f"外出至 {last}，由{name}代理", f"away until {last}, {name} stands in")]


def grant_words(organisation: Organisation, role: Role, holder: Holder) -> Label:
    """Why somebody is asked: the role they hold, or stand in for, at which organisation."""
    seat = Label(f"{organisation.name}{role.label.zh}", f"{role.label.text('en')} of {organisation.name}")
    if holder.absent is None or holder.stand_in is None:
        return seat
    stand_in, name = holder.stand_in, holder.absent.name
    days = f"{stand_in.first_day} – {stand_in.last_day}"
    return replace(
        seat,
        zh=f"{days} 代理{name}（{seat.zh}，{stand_in.reason}）",
        en=f"stands in for {name}, {seat.en}, {days} ({stand_in.reason})",
    )
