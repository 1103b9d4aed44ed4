"""The reviews of a project (联审情况): one round after another, one line for each unit with its own clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack, PackEntryUnknown
from services.clock_sheet import ClockSheet
from services.pack import name_in
from services.reading import Reading
from services.round_list import Annexes, RulingLine, SupplementSheet, load_annexes
from services.task_list import TaskWay, Ways, load_ways
from states.clock import ClockSubject
from states.label import Label
from states.review import Opinion, ReviewStatus, TaskStatus
from states.round import Again
from states.ruling import Awaits


@dataclass(frozen=True, slots=True)
class TaskLine:
    """What one unit was asked and answered; `by` is a login, `clock` its own, None before its turn.

    `carried_from` names the round an opinion that stands was given in, `again_because` why a unit is asked again;
    `tacit` marks a silence taken for approval, `overruled` a dissent that does not count; `late_reason` is why it was
    late.
    """

    task: int
    member: str
    organisation: str
    is_lead: bool
    matter: str
    status: TaskStatus
    status_label: str
    opinion: Opinion | None
    reasons: str | None
    answered_at: datetime | None
    by: str | None
    clock: ClockSheet | None
    carried_from: str | None = None
    again_because: str | None = None
    tacit: bool = False
    overruled: bool = False
    late_reason: str | None = None
    way: TaskWay = field(default_factory=TaskWay)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round: how it stands, its clock, its tasks. `answered` of `asked` units have spoken.

    `awaits` says for whom a round waits whose members have all spoken; `next_again` whom the next one asks, where
    somebody chose so.
    """

    id: int
    review: str
    label: str
    round: int
    status: ReviewStatus
    status_label: str
    opened_at: datetime
    closed_at: datetime | None
    clock: ClockSheet | None
    tasks: tuple[TaskLine, ...]
    awaits: Awaits | None = None
    supplement: SupplementSheet | None = None
    rulings: tuple[RulingLine, ...] = ()
    next_again: Again | None = None
    next_reason: str | None = None
    copies: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """How many have given an opinion."""
        return sum(line.opinion is not None for line in self.tasks)

    @property
    def asked(self) -> int:
        """How many were asked, without those taken off again."""
        return sum(line.status is not TaskStatus.removed for line in self.tasks)


_ROUNDS = {
    ReviewStatus.open: Label("进行中", "open"),
    ReviewStatus.passed: Label("通过", "passed"),
    ReviewStatus.rejected: Label("未通过", "rejected"),
    ReviewStatus.withdrawn: Label("已撤回", "withdrawn"),
}
_TASKS = {
    TaskStatus.waiting: Label("未轮到", "not yet its turn"),
    TaskStatus.open: Label("待出意见", "to answer"),
    TaskStatus.answered: Label("已答复", "answered"),
    TaskStatus.not_needed: Label("无需办理", "not needed"),
    TaskStatus.removed: Label("已减签", "taken off"),
}


def list_rounds(
    session: Session, reading: Reading, project: Project, pack: Pack, clocks: Sequence[ClockSheet]
) -> tuple[RoundLine, ...]:
    """Every round of every review, newest first; eleven statements. `clocks` are the project's, newest first."""
    query = select(Review).where(Review.project_id == project.id).order_by(Review.id.desc())
    query = query.options(selectinload(Review.tasks).joinedload(ReviewTask.organisation))
    of_row = {(clock.subject, clock.subject_id): clock for clock in reversed(clocks)}
    reviews = session.scalars(query).all()
    annexes = load_annexes(session, reading, pack, reviews, of_row)
    origins = {task.id: review for review in reviews for task in review.tasks}
    ways = load_ways(session, reading, project, reviews)
    rounds = (_round(reading, review, pack, of_row, annexes, origins) for review in reviews)
    return tuple(_with_ways(one, ways) for one in rounds)


def _with_ways(one: RoundLine, ways: Ways) -> RoundLine:
    tasks = tuple(replace(line, way=ways.tasks[line.task]) for line in one.tasks)
    return replace(one, tasks=tasks, copies=ways.copies.get(one.id, ()))


_Clocks = Mapping[tuple[ClockSubject, int | None], ClockSheet]


def _round(
    reading: Reading, review: Review, pack: Pack, clocks: _Clocks, annexes: Annexes, origins: Mapping[int, Review]
) -> RoundLine:
    status, lead = ReviewStatus(review.status), _lead(pack, review.code)
    return RoundLine(
        id=review.id,
        review=review.code,
        label=reading.text(name_in(pack.review, review.code)),
        round=review.round,
        status=status,
        status_label=reading.text(_ROUNDS[status]),
        opened_at=review.opened_at,
        closed_at=review.closed_at,
        clock=clocks.get((ClockSubject.review, review.id)),
        tasks=tuple(
            _task(reading, task, lead, clocks.get((ClockSubject.task, task.id)), _origin(reading, pack, task, origins))
            for task in review.tasks
        ),
        awaits=Awaits(review.awaits) if review.awaits else None,
        supplement=annexes.supplements.get(review.id),
        rulings=annexes.rulings.get(review.id, ()),
        next_again=Again(review.next_again) if review.next_again else None,
        next_reason=review.next_reason,
    )


def _origin(reading: Reading, pack: Pack, task: ReviewTask, origins: Mapping[int, Review]) -> str | None:
    """The round a carried opinion was given in, in words."""
    origin = origins.get(task.carried_from_id or 0)
    if origin is None:
        return None
    label = name_in(pack.review, origin.code)
    return reading.say(f"{label.zh} 第{origin.round}轮", f"{label.text('en')}, round {origin.round}")


def _lead(pack: Pack, code: str) -> str | None:
    try:
        return pack.review(code).lead
    except PackEntryUnknown:  # opened under an older pack
        return None


def _task(
    reading: Reading, task: ReviewTask, lead: str | None, clock: ClockSheet | None, origin: str | None
) -> TaskLine:
    status = TaskStatus(task.status)
    return TaskLine(
        task=task.id,
        member=task.member,
        organisation=task.organisation.name,
        is_lead=task.member == lead,
        matter=task.matter,
        status=status,
        status_label=reading.text(_TASKS[status]),
        opinion=Opinion(task.opinion) if task.opinion else None,
        reasons=task.reasons,
        answered_at=task.answered_at,
        by=task.answered_by,
        clock=clock,
        carried_from=origin,
        again_because=task.again_because,
        tacit=task.tacit,
        overruled=task.overruled,
        late_reason=task.late_reason,
    )
