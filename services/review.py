"""Opinions (审查意见): one member's answer to its task, and what it sets in motion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from services.audit import Act, RequestReused, done_before, record
from services.city import City
from services.clock import refresh_light, start_clocks, stop_clock
from services.identity import Actor, OpinionForbidden
from services.lock import hold_project
from services.outbox import enqueue
from services.pack import pack_of
from services.review_round import role_asked, task_clock
from states.clock import ClockSubject
from states.decision import Ballot
from states.decision import standing as standing_of
from states.decision_rule import Rule, Terms, make_rule
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import Opinion, ReviewMode, ReviewStatus, Settle, TaskStatus


class TaskMissing(JiugaiError):
    """No review task of that number."""

    code = "task_missing"
    kind = Kind.missing
    zh = "没有编号为 {task} 的审查任务。请用 jiugai review show 项目编号 查看。"
    en = "There is no review task {task}. See `jiugai review show CODE`."


class TaskClosed(JiugaiError):
    """The task takes no opinion any more, or not yet."""

    code = "task_closed"
    kind = Kind.refused
    zh = "“{unit}”的审查任务现为“{status}”，不能再填写意见。您填写的内容未保存，请复制留存；如需更正，请联系牵头部门。"
    en = 'The task of "{unit}" is {status_en}; no opinion can be given. Nothing was saved; ask the lead department.'


class ReasonsMissing(JiugaiError):
    """A rejection or a demand for supplements without reasons is not valid."""

    code = "reasons_missing"
    kind = Kind.invalid
    zh = "“{opinion}”必须写明理由，一次性列出全部问题。"
    en = '"{opinion_en}" needs reasons: list everything that is wrong, once.'


class ReviewSuspended(JiugaiError):
    """The project stands still, and so do its reviews."""

    code = "review_suspended"
    kind = Kind.refused
    zh = "“{project}”已暂停，审查计时同时停止，恢复后再填写意见。请联系项目专员。"
    en = '"{project}" is suspended and its reviews with it; answer after it has been resumed.'


@dataclass(frozen=True, slots=True)
class Answer:
    """One member's opinion on one task. Reasons are compulsory unless it approves or is not concerned."""

    task_id: int
    actor: Actor
    opinion: Opinion
    reasons: str
    request_id: str
    now: datetime
    source: str = "web"


def answer(session: Session, city: City, given: Answer) -> ReviewTask:
    """Write down one member's opinion, stop its clock, and ask for settlement or the next member's turn.

    Harmless when repeated under its request id. Raises TaskMissing, TaskClosed, OpinionForbidden, ReasonsMissing,
    ReviewSuspended, RequestReused.
    """
    task, project = _lock_task(session, given.task_id)
    if _done_before(session, project, given):
        return task
    pack = pack_of(project.pack_version)
    _require_answerable(task, project, pack, given)
    task.status, task.opinion, task.reasons = TaskStatus.answered, given.opinion, given.reasons.strip() or None
    task.answered_at, task.answered_by = given.now, given.actor.login
    stop_clock(session, project.id, ClockSubject.task, task.id, on=city.day(given.now))
    _record_answer(session, project, pack, task, given)
    if standing(task.review) is not ReviewStatus.open:
        ask_settlement(session, project, pack, task.review, now=given.now)
    elif not any(other.status == TaskStatus.open for other in task.review.tasks):
        _open_next(session, city, project, pack, task, given.now)
    refresh_light(session, project)
    return task


def _lock_task(session: Session, task_id: int) -> tuple[ReviewTask, Project]:
    task = session.get(ReviewTask, task_id)
    if task is None:
        raise TaskMissing(task=task_id)
    project = hold_project(session, _project_id(session, task))
    # the review row is the lock of all its tasks: two last opinions are written one after the other
    review = session.scalar(
        select(Review)
        .where(Review.id == task.review_id)
        .options(selectinload(Review.tasks).joinedload(ReviewTask.organisation))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert review is not None  # noqa: S101 - the foreign key holds it
    return task, project


def _project_id(session: Session, task: ReviewTask) -> int:
    return session.scalars(select(Review.project_id).where(Review.id == task.review_id)).one()


def _done_before(session: Session, project: Project, given: Answer) -> bool:
    entry = done_before(session, given.request_id, "project", project.code, "opinion_given")
    if entry is not None and entry.after["task"] != given.task_id:
        raise RequestReused(request=given.request_id, done=f"{entry.subject_id} {entry.action}")
    return entry is not None


def _require_answerable(task: ReviewTask, project: Project, pack: Pack, given: Answer) -> None:
    role = role_asked(task)
    mine = any(g.role is role and g.organisation_id == task.organisation_id for g in given.actor.grants)
    if not mine:
        raise OpinionForbidden(actor=given.actor.name or given.actor.login, unit=task.organisation.name)
    # decided but not settled yet: the reaction that closes the round is on its way, what comes now cannot change it
    decided = task.review.status != ReviewStatus.open or standing(task.review) is not ReviewStatus.open
    if task.status != TaskStatus.open or decided:
        closed = _CLOSED[TaskStatus(task.status)]
        raise TaskClosed(unit=task.organisation.name, status=closed.zh, status_en=closed.text("en"))
    if pack.procedure.step[project.step].kind == "halt":
        raise ReviewSuspended(project=project.name)
    if given.opinion in (Opinion.reject, Opinion.supplement) and not given.reasons.strip():
        raise ReasonsMissing(opinion=given.opinion.label.zh, opinion_en=given.opinion.label.text("en"))


_CLOSED = {
    TaskStatus.waiting: Label("未轮到", "not called yet"),
    TaskStatus.answered: Label("已填写", "answered"),
    TaskStatus.not_needed: Label("无需办理", "not needed any more"),
    TaskStatus.open: Label("本轮已有结论", "part of a round that is decided"),
}


def _record_answer(session: Session, project: Project, pack: Pack, task: ReviewTask, given: Answer) -> None:
    after = {
        "review": task.review.code,
        "round": task.review.round,
        "member": task.member,
        "opinion": given.opinion,
        "task": task.id,
    }
    act = Act(
        "project",
        project.code,
        "opinion_given",
        given.actor.login,
        given.source,
        given.now,
        reason=given.reasons.strip(),
        after=after,
        pack=pack.id,
        request_id=given.request_id,
    )
    record(session, act)


def standing(review: Review) -> ReviewStatus:
    """How a round stands by the opinions given so far."""
    given = sorted(
        (t.answered_at, i, Opinion(t.opinion)) for i, t in enumerate(review.tasks) if t.opinion and t.answered_at
    )
    return standing_of(
        rule_of(review), Settle(review.settle), [Ballot(member, opinion) for _, member, opinion in given]
    )


def rule_of(review: Review) -> Rule:
    """The rule the round was opened under, over the members it has now. Raises RuleInvalid when they do not fit it."""
    mode, kept, tasks = ReviewMode(review.mode), review.rule, review.tasks
    lead = next((i for i, task in enumerate(tasks) if task.member == kept.get("lead")), None)
    terms = Terms(
        passing=Fraction(kept["pass"]) if "pass" in kept else None,
        veto=kept.get("veto", True),
        weights=[Fraction(task.weight or 0) for task in tasks] if mode is ReviewMode.weight else None,
        groups=[task.group for task in tasks],
        lead=lead if mode is ReviewMode.lead else None,
    )
    return make_rule(mode, len(tasks), terms)


def ask_settlement(session: Session, project: Project, pack: Pack, review: Review, *, now: datetime) -> None:
    """Have a decided round settled by a reaction; asking twice is harmless."""
    label = pack.review(review.code).label
    title = f"{label} · {project.name} · 第{review.round}轮"
    enqueue(session, f"{review.kind}_decided", title, {"review_id": review.id}, now=now, project_id=project.id)


def _open_next(session: Session, city: City, project: Project, pack: Pack, task: ReviewTask, now: datetime) -> None:
    following = next((t for t in task.review.tasks if t.status == TaskStatus.waiting), None)
    if following is None:
        return
    following.status = TaskStatus.open
    start_clocks(session, city, project, pack, [task_clock(following)], on=city.day(now))
    label = pack.review(task.review.code).label
    title = f"{label} · {project.name} · {following.organisation.name}"
    enqueue(session, "approval_turned", title, {"task_id": following.id}, now=now, project_id=project.id)
