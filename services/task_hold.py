"""Holding a task (锁定任务): its project, its round and all the round's tasks, locked in everybody's order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from policy.schema_review import ReviewEntry
from services.pack import pack_of
from states.exceptions import JiugaiError, Kind


class TaskMissing(JiugaiError):
    """No review task of that number."""

    code = "task_missing"
    kind = Kind.missing
    zh = "没有编号为 {task} 的审查任务。请用 jiugai review show 项目编号 查看。"
    en = "There is no review task {task}. See `jiugai review show CODE`."


class ReviewMissing(JiugaiError):
    """No round of review of that number."""

    code = "review_missing"
    kind = Kind.missing
    zh = "没有编号为 {review} 的审查轮次。请用 jiugai review show 项目编号 查看。"
    en = "There is no round of review {review}. See `jiugai review show CODE`."


@dataclass(frozen=True, slots=True)
class Held:
    """A round under the lock of its project: nobody else changes it until the transaction ends."""

    project: Project
    pack: Pack
    review: Review

    @property
    def entry(self) -> ReviewEntry:
        """What the pack says of the review."""
        return self.pack.review(self.review.code)

    @property
    def title(self) -> str:
        """What its flow runs are named after: 联审联批 · 惠德花园 · 第2轮."""
        return f"{self.entry.label} · {self.project.name} · 第{self.review.round}轮"

    def task(self, task_id: int) -> ReviewTask:
        """The task of that number. Raises TaskMissing."""
        found = next((task for task in self.review.tasks if task.id == task_id), None)
        if found is None:
            raise TaskMissing(task=task_id)
        return found


def hold_task(session: Session, task_id: int) -> tuple[Held, ReviewTask]:
    """One task with its round; two statements. Raises TaskMissing."""
    (held,) = hold_tasks(session, [task_id])
    return held, held.task(task_id)


def hold_tasks(session: Session, task_ids: Collection[int]) -> list[Held]:
    """The rounds these tasks belong to, in the order of their projects; two statements. Raises TaskMissing."""
    found = _hold(session, _OF_TASKS, task_ids)
    known = {task.id for held in found for task in held.review.tasks}
    for task_id in task_ids:
        if task_id not in known:
            raise TaskMissing(task=task_id)
    return found


def hold_round(session: Session, review_id: int) -> Held:
    """One round with its tasks; two statements. Raises ReviewMissing."""
    found = hold_rounds(session, [review_id])
    if not found:
        raise ReviewMissing(review=review_id)
    return found[0]


def hold_rounds(session: Session, review_ids: Collection[int]) -> list[Held]:
    """The rounds of these numbers that there are, in the order of their projects; two statements."""
    return _hold(session, _OF_ROUNDS, review_ids)


class _Queries(NamedTuple):
    """The projects and the rounds to hold, locked; built once, since building them costs more than running them."""

    projects: Select[tuple[Project]]
    rounds: Select[tuple[Review]]


def _queries(wanted: Any) -> _Queries:  # noqa: ANN401 - numbers of rounds, or a query for them
    projects = select(Project).where(Project.id.in_(select(Review.project_id).where(Review.id.in_(wanted))))
    projects = projects.options(joinedload(Project.pack_version), joinedload(Project.organisation))
    projects = projects.order_by(Project.id).with_for_update(of=Project).execution_options(populate_existing=True)
    # the review row is the lock of all its tasks: two last opinions are written one after the other
    rounds = select(Review).where(Review.id.in_(wanted)).order_by(Review.project_id, Review.id)
    # outer joins throughout: SQLite would make a table of every task there is for an inner one inside an outer one
    rounds = rounds.options(joinedload(Review.tasks).joinedload(ReviewTask.organisation))
    return _Queries(projects, rounds.with_for_update(of=Review).execution_options(populate_existing=True))


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_ROUNDS = _queries(_IDS)
_OF_TASKS = _queries(select(ReviewTask.review_id).where(ReviewTask.id.in_(_IDS)))


def _hold(session: Session, queries: _Queries, ids: Collection[int]) -> list[Held]:
    wanted = {"ids": list(ids)}
    held = {project.id: project for project in session.scalars(queries.projects, wanted)}
    found = session.scalars(queries.rounds, wanted).unique().all()
    return [Held(held[one.project_id], pack_of(held[one.project_id].pack_version), one) for one in found]
