"""Rounds of a review (轮次): opened with a task and a clock for each member, settled, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from models.supplement import Supplement
from policy.pack import Pack
from policy.route import MemberAnswer, members_of
from policy.schema import MemberEntry, ReviewEntry
from services.audit import Act, record
from services.bulk import insert_all
from services.carry import carry_over
from services.case import load_facts
from services.city import City
from services.clock import Matter, cancel_clock, refresh_light, start_clocks, stop_clock
from services.identity import seat_in_charge
from services.pack import pack_of
from services.task_hold import Held
from services.task_opening import begin, clock_wishes
from services.task_turn import turns
from states.clock import ClockSubject
from states.decision_rule import RuleInvalid
from states.exceptions import JiugaiError, Kind
from states.review import ReviewStatus, TaskStatus
from states.role import Role, Seat
from states.supplement import SupplementStatus


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
    none applies, RuleUnfit when those who apply cannot decide by the pack's rule, TurnsCircular when nobody can begin.
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
    _require_rule(project, entry, [member.entry for member, _ in members])
    review = _add_round(session, project, entry, members, number, now)
    carry_over(session, project, pack, entry, review)
    first = begin(city, Held(project, pack, review), on=city.day(now))
    _store(session, review)
    wanted = [(entry.limit, Matter(ClockSubject.review, review.id, project.organisation_id, entry.label))]
    wanted += clock_wishes(first)
    start_clocks(session, city, project, pack, wanted, on=city.day(now))
    refresh_light(session, project)
    after: dict[str, Any] = {"review": code, "round": number, "members": [task.member for task in review.tasks]}
    carried = [task.member for task in review.tasks if task.carried_from_id]
    after |= {"carried": carried} if carried else {}
    actor = f"system:{code}@{pack.id}"
    record(session, Act("project", project.code, "review_opened", actor, "flow", now, after=after, pack=pack.id))
    return review


def resolve_members(
    session: Session, project: Project, pack: Pack, entry: ReviewEntry
) -> list[tuple[MemberAnswer, Organisation]]:
    """The members whose condition the facts make true, each with its organisation. Raises ReviewerMissing."""
    facts = load_facts(session, project, pack)
    departments = _departments(session, project)
    found, missing = [], []
    for answer in members_of(pack, entry.code, facts):
        member = answer.entry
        unit = departments.get(member.department) if member.department else _seat_unit(session, project, member)
        if unit is None:
            missing.append(pack.department(member.department).label if member.department else str(member.seat))
        else:
            found.append((answer, unit))
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


def department_unit(session: Session, project: Project, function: str) -> Organisation | None:
    """The organisation that is a department of the pack for a project; None where the tree has none."""
    return _departments(session, project).get(function)


def _seat_unit(session: Session, project: Project, member: MemberEntry) -> Organisation | None:
    seat = member.seat
    return seat_in_charge(session, project.organisation, seat.level, seat.role) if seat and seat.level else None


def _add_round(
    session: Session,
    project: Project,
    entry: ReviewEntry,
    members: Sequence[tuple[MemberAnswer, Organisation]],
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
    order = turns(entry, [member for member, _ in members])
    review.tasks = [
        ReviewTask(
            position=position,
            member=member.member,
            organisation=unit,
            organisation_id=unit.id,
            matter=member.entry.matter,
            limit=member.entry.limit,
            weight=member.entry.weight,
            group=member.entry.group,
            status=TaskStatus.waiting,  # `begin` opens those whose turn it is
            after=list(turn.after),
            window=turn.window.model_dump(mode="json", by_alias=True) if turn.window else None,
        )
        for position, ((member, unit), turn) in enumerate(zip(members, order, strict=True))
    ]
    return review


def _store(session: Session, review: Review) -> None:
    """Write a new round and its tasks: two statements."""
    tasks, review.version = list(review.tasks), 1
    set_committed_value(review, "tasks", [])  # else they would be written one by one with it
    insert_all(session, [review], known_by=("project_id", "code", "round"))
    for task in tasks:
        task.review_id = review.id
    insert_all(session, tasks, known_by=("position",))
    set_committed_value(review, "tasks", tasks)


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
    if review.awaits is not None:
        _end_waits(session, review, on=on, now=now)
    session.flush()


def _end_waits(session: Session, review: Review, *, on: date, now: datetime) -> None:
    """What the round waited for falls away with it: the lead's ruling, the applicant's papers."""
    review.awaits = None
    cancel_clock(session, review.project_id, ClockSubject.ruling, review.id, on=on)
    waiting = (Supplement.review_id == review.id, Supplement.status == SupplementStatus.open)
    for made in session.scalars(select(Supplement).where(*waiting)):
        made.status, made.ended_at = SupplementStatus.dropped, now
        cancel_clock(session, review.project_id, ClockSubject.supplement, made.id, on=on)


def withdraw_open_rounds(session: Session, project_id: int, *, on: date, now: datetime) -> None:
    """Withdraw the rounds still open when a project leaves the step they belong to."""
    query = select(Review).where(Review.project_id == project_id, Review.status == ReviewStatus.open)
    for review in session.scalars(query.options(selectinload(Review.tasks)).with_for_update()):
        close_round(session, review, ReviewStatus.withdrawn, on=on, now=now)
