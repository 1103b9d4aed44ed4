"""Rounds of a review (轮次): opened with a task and a clock for each member, settled, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from policy.route import members_of
from policy.schema import MemberEntry, ReviewEntry
from services.audit import Act, record
from services.case import load_facts
from services.city import City
from services.clock import Matter, cancel_clock, refresh_light, start_clocks, stop_clock
from services.identity import seat_in_charge
from services.pack import pack_of
from states.clock import ClockSubject
from states.decision_rule import RuleInvalid
from states.exceptions import JiugaiError, Kind
from states.review import ReviewMode, ReviewStatus, TaskStatus
from states.role import Role, Seat


class ReviewerMissing(JiugaiError):
    """A member the pack names has no organisation, or nobody is a member at all: that is never a pass."""

    code = "reviewer_missing"
    kind = Kind.refused
    zh = "“{project}”的{review}无法发起：{missing}在机构树里没有对应单位。请系统管理员补齐该单位后重试。"
    en = (
        "{review} of {project} cannot open: no organisation for {missing}. Add it to the organisation tree, then retry."
    )


class RuleUnfit(JiugaiError):
    """The members the facts leave cannot decide by the pack's rule: a threshold out of reach, a lead not among them."""

    code = "review_rule_unfit"
    kind = Kind.refused
    zh = "“{project}”的{review}无法发起，适用成员只有 {members} 个：{problem}请核对项目情况，或请系统管理员改政策包。"
    en = "{review} of {project} cannot open with {members} member(s): {problem_en} Check its facts, or the pack."


def open_round(
    session: Session, city: City, project: Project, code: str, number: int, *, now: datetime
) -> Review | None:
    """Open round `number` of a review with a task and a clock for each member; None when the project has moved on.

    None too while it is suspended: the resume asks again. Raises ReviewerMissing when a member cannot be resolved or
    none applies, RuleUnfit when those who apply cannot decide by the pack's rule.
    """
    pack = pack_of(project.pack_version)
    entry = pack.review(code)
    if pack.procedure.move(entry.on_pass, project.step) is None:
        return None  # recalled or suspended before the reaction ran: there is nothing to review now
    existing = session.scalar(
        select(Review).where(Review.project_id == project.id, Review.code == code, Review.round == number)
    )
    if existing is not None:
        return existing
    members = resolve_members(session, project, pack, entry)
    _require_rule(project, entry, [member for member, _ in members])
    review = _add_round(session, project, entry, members, number, now)
    wanted = [(entry.limit, Matter(ClockSubject.review, review.id, project.organisation_id, entry.label))]
    wanted += [task_clock(task) for task in review.tasks if task.status == TaskStatus.open]
    start_clocks(session, city, project, pack, wanted, on=city.day(now))
    refresh_light(session, project)
    after = {"review": code, "round": number, "members": [task.member for task in review.tasks]}
    actor = f"system:{code}@{pack.id}"
    record(session, Act("project", project.code, "review_opened", actor, "flow", now, after=after, pack=pack.id))
    return review


def resolve_members(
    session: Session, project: Project, pack: Pack, entry: ReviewEntry
) -> list[tuple[MemberEntry, Organisation]]:
    """The members whose condition the facts make true, each with its organisation. Raises ReviewerMissing."""
    facts = load_facts(session, project, pack)
    applying = [one.entry for one in members_of(pack, entry.code, facts)]
    departments = _departments(session, project)
    found, missing = [], []
    for member in applying:
        unit = departments.get(member.department) if member.department else _seat_unit(session, project, member)
        if unit is None:
            missing.append(pack.department(member.department).label if member.department else str(member.seat))
        else:
            found.append((member, unit))
    if missing or not found:
        raise ReviewerMissing(project=project.name, review=entry.label, missing="、".join(missing) or "任何审查部门")
    return found


def _require_rule(project: Project, entry: ReviewEntry, members: Sequence[MemberEntry]) -> None:
    try:
        entry.rule(members)
    except RuleInvalid as error:
        words = {"problem": error.text("zh"), "problem_en": error.text("en")}
        raise RuleUnfit(project=project.name, review=entry.label, members=len(members), **words) from None


def _departments(session: Session, project: Project) -> dict[str, Organisation]:
    """Departments by function: the one beside the project's own district before the city's."""
    above = [int(part) for part in project.organisation.path.split("/") if part]
    query = select(Organisation).where(Organisation.parent_id.in_(above), Organisation.function.is_not(None))
    units = session.scalars(query.order_by(func.length(Organisation.path), Organisation.id)).all()
    return {
        unit.function: unit
        for unit in sorted(units, key=lambda unit: above.index(unit.parent_id or 0))
        if unit.function
    }


def _seat_unit(session: Session, project: Project, member: MemberEntry) -> Organisation | None:
    level = member.seat.level if member.seat else None
    return seat_in_charge(session, project.organisation, level) if level else None


def _add_round(
    session: Session,
    project: Project,
    entry: ReviewEntry,
    members: Sequence[tuple[MemberEntry, Organisation]],
    number: int,
    now: datetime,
) -> Review:
    review = Review(
        project_id=project.id,
        code=entry.code,
        kind=entry.kind,
        round=number,
        status=ReviewStatus.open,
        mode=entry.mode,
        rule=entry.kept_rule,
        settle=entry.settle,
        opened_at=now,
    )
    waiting = _waiting(entry, [member for member, _ in members])
    review.tasks = [
        ReviewTask(
            position=position,
            member=member.key,
            organisation=unit,
            matter=member.matter,
            limit=member.limit,
            weight=member.weight,
            group=member.group,
            status=TaskStatus.waiting if position in waiting else TaskStatus.open,
        )
        for position, (member, unit) in enumerate(members)
    ]
    session.add(review)
    session.flush()
    return review


def _waiting(entry: ReviewEntry, members: Sequence[MemberEntry]) -> set[int]:
    """Whose turn is not at the opening: all but the first in order; a lead who decides after hearing the others."""
    if entry.mode is ReviewMode.ordered:
        return set(range(1, len(members)))
    lead = entry.lead_index(members)
    return {lead} if entry.mode is ReviewMode.lead and lead is not None and len(members) > 1 else set()


def task_clock(task: ReviewTask) -> tuple[str, Matter]:
    """The limit of one member's task and the matter its clock is for."""
    return task.limit, Matter(ClockSubject.task, task.id, task.organisation_id, task.organisation.name)


def role_asked(task: ReviewTask) -> Role:
    """The role that answers a task: a department's reviewer, or the role of the seat the pack names."""
    return Seat.parse(task.member).role if "@" in task.member else Role.reviewer


def next_round(session: Session, project_id: int, code: str) -> int:
    """The number of the next round of a review of a project, from 1."""
    newest = session.scalar(select(func.max(Review.round)).where(Review.project_id == project_id, Review.code == code))
    return (newest or 0) + 1


def open_round_of(session: Session, project_id: int, code: str) -> Review | None:
    """The open round of a review of a project, with its tasks; there is at most one."""
    query = select(Review).where(
        Review.project_id == project_id, Review.code == code, Review.status == ReviewStatus.open
    )
    return session.scalar(query.options(selectinload(Review.tasks)))


def close_round(session: Session, review: Review, status: ReviewStatus, *, on: date, now: datetime) -> None:
    """End a round: what is still open is closed as not needed, and its clocks stop."""
    review.status, review.closed_at = status, now
    ended = status is not ReviewStatus.withdrawn
    for task in review.tasks:
        if task.status in (TaskStatus.open, TaskStatus.waiting):
            task.status = TaskStatus.not_needed
            cancel_clock(session, review.project_id, ClockSubject.task, task.id, on=on)
    (stop_clock if ended else cancel_clock)(session, review.project_id, ClockSubject.review, review.id, on=on)
    session.flush()


def withdraw_open_rounds(session: Session, project_id: int, *, on: date, now: datetime) -> None:
    """Withdraw the rounds still open when a project leaves the step they belong to."""
    query = select(Review).where(Review.project_id == project_id, Review.status == ReviewStatus.open)
    for review in session.scalars(query.options(selectinload(Review.tasks)).with_for_update()):
        close_round(session, review, ReviewStatus.withdrawn, on=on, now=now)
