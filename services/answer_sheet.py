"""Who has answered and who has not (答复情况): one sheet per round, for the artifacts of flow runs and for pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.clock import Clock
from models.outbox import OutboxEvent
from models.project import Project
from models.review import Review, ReviewTask
from models.supplement import Supplement
from services.clock import LIVE
from services.pack import name_in, pack_of
from states.clock import ClockSubject
from states.review import Opinion, ReviewStatus, TaskStatus
from states.ruling import Awaits


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One unit: what it said, or that it has not; `mark` says more (沿用、超时默认 …), `due_on` is its last day."""

    organisation: str
    matter: str
    said: str
    mark: str
    by: str
    due_on: date | None
    has_answered: bool


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """One round with its units; `link` is the project's page below the site's address."""

    review_id: int
    title: str
    status: str
    link: str
    lines: tuple[AnswerLine, ...]

    @property
    def missing(self) -> int:
        """How many units are still to answer."""
        return sum(not line.has_answered for line in self.lines)


_STATUSES = {
    ReviewStatus.open: "进行中",
    ReviewStatus.passed: "通过",
    ReviewStatus.rejected: "未通过",
    ReviewStatus.withdrawn: "已撤回",
}
_UNSAID = {
    TaskStatus.waiting: "未轮到",
    TaskStatus.open: "待答复",
    TaskStatus.not_needed: "无需答复",
    TaskStatus.removed: "已减签",
}
_OWING = (TaskStatus.waiting, TaskStatus.open)


def answer_sheets(session: Session, event_ids: Sequence[int], *, most: int = 50) -> list[AnswerSheet]:
    """The sheets of the rounds these events are about, at most `most`; four statements."""
    events = session.scalars(select(OutboxEvent).where(OutboxEvent.id.in_(event_ids))).all()
    wanted = list(_conditions(events))
    if not wanted:
        return []
    query = select(Review, Project).join(Project, Project.id == Review.project_id).where(or_(*wanted))
    query = query.options(selectinload(Review.tasks).joinedload(ReviewTask.organisation))
    query = query.options(joinedload(Project.pack_version)).order_by(Review.id).limit(most)
    rows = session.execute(query).tuples().all()
    due = _due(session, [task.id for review, _ in rows for task in review.tasks])
    return [_sheet(review, project, due) for review, project in rows]


def _conditions(events: Iterable[OutboxEvent]) -> Iterator[ColumnElement[bool]]:
    """How each event names its round; what is about no round is left out."""
    for event in events:
        said = event.payload
        if "review_id" in said:
            yield Review.id == said["review_id"]
        elif "review" in said and "round" in said:
            yield (
                (Review.project_id == event.project_id)
                & (Review.code == said["review"])
                & (Review.round == said["round"])
            )
        elif "supplement_id" in said:
            yield (
                Review.id
                == select(Supplement.review_id).where(Supplement.id == said["supplement_id"]).scalar_subquery()
            )
        elif "task_id" in said:
            yield Review.id == select(ReviewTask.review_id).where(ReviewTask.id == said["task_id"]).scalar_subquery()


def _due(session: Session, tasks: Sequence[int]) -> dict[int | None, date]:
    query = select(Clock.subject_id, Clock.due_on).where(
        Clock.subject == ClockSubject.task, Clock.subject_id.in_(tasks), Clock.status.in_(LIVE)
    )
    return {row.subject_id: row.due_on for row in session.execute(query)}


def _sheet(review: Review, project: Project, due: dict[int | None, date]) -> AnswerSheet:
    label = name_in(pack_of(project.pack_version).review, review.code).zh
    waits = f"，{Awaits(review.awaits).label.zh}" if review.awaits else ""
    return AnswerSheet(
        review_id=review.id,
        title=f"{label} · {project.name} · 第{review.round}轮",
        status=_STATUSES[ReviewStatus(review.status)] + waits,
        link=f"/projects/{project.code}#review-{review.id}",
        lines=tuple(_line(task, due.get(task.id)) for task in review.tasks),
    )


def _line(task: ReviewTask, due_on: date | None) -> AnswerLine:
    marks = (
        (task.carried_from_id is not None, "沿用前轮意见"),
        (task.tacit, "超时默认"),
        (task.overruled, "裁定不采纳"),
        (bool(task.again_because), task.again_because or ""),
    )
    return AnswerLine(
        organisation=task.organisation.name,
        matter=task.matter,
        said=Opinion(task.opinion).label.zh if task.opinion else _UNSAID.get(TaskStatus(task.status), ""),
        mark="，".join(words for holds, words in marks if holds),
        by=task.answered_by or "",
        due_on=due_on,
        has_answered=task.status not in _OWING,
    )
