"""Invariants that take the rules to see (需按规则推算): packs, calendar, decisions, hash chains, stored files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.clock import Clock, ClockEntry
from models.document import Document
from models.fact import Fact
from models.project import Project
from models.review import Review
from models.supervision import SupervisionOrder
from services.audit import verify
from services.city import City
from services.clock import LIVE
from services.clock_ledger import ledgers_of
from services.clock_projection import budget_of, project_clock
from services.document import stored_at
from services.pack import pack_of
from services.review import standing
from states.clock import ClockStatus, ClockSubject
from states.label import Label
from states.order import OWED
from states.procedure import StepKind
from states.review import ReviewStatus

CHUNK = 500

Rule = Callable[[Session, City], Iterator[str]]


def _projects(session: Session) -> Iterator[Project]:
    query = select(Project).options(joinedload(Project.pack_version)).order_by(Project.id)
    yield from session.scalars(query.execution_options(yield_per=CHUNK))


def _step_in_pack(session: Session, _: City) -> Iterator[str]:
    for project in _projects(session):
        procedure = pack_of(project.pack_version).procedure
        if project.step not in procedure.step or project.resume_step not in (None, *procedure.step):
            yield project.code


def _stage_of_step(session: Session, _: City) -> Iterator[str]:
    for project in _projects(session):
        step = pack_of(project.pack_version).procedure.step.get(project.resume_step or project.step)
        if step is not None and step.stage != project.stage:
            yield project.code


def _halted(session: Session, _: City) -> Iterator[str]:
    for project in _projects(session):
        step = pack_of(project.pack_version).procedure.step.get(project.step)
        if step is not None and (step.kind is StepKind.halt) != (project.resume_step is not None):
            yield project.code


def _ended_is_quiet(session: Session, _: City) -> Iterator[str]:
    own = (Clock.status.in_(LIVE), Clock.subject.not_in((ClockSubject.order, ClockSubject.contest)))
    live = set(session.scalars(select(Clock.project_id).where(*own).distinct()))
    asked = set(session.scalars(select(Review.project_id).where(Review.status == ReviewStatus.open)))
    for project in _projects(session):
        step = pack_of(project.pack_version).procedure.step.get(project.step)
        if step is not None and step.kind is StepKind.end and project.id in live | asked:
            yield project.code


def _owed_order_is_counted(session: Session, _: City) -> Iterator[str]:
    """Where the project has ended its clocks ended with it: the reply is still owed, but not counted any more."""
    mine = (Clock.subject == ClockSubject.order, Clock.subject_id == SupervisionOrder.id, Clock.status.in_(LIVE))
    owed = select(SupervisionOrder).where(SupervisionOrder.status.in_(OWED), ~exists().where(*mine))
    for order in session.scalars(owed.order_by(SupervisionOrder.id)):
        project = session.get_one(Project, order.project_id)
        step = pack_of(project.pack_version).procedure.step.get(project.step)
        if step is not None and step.kind is not StepKind.end:
            yield order.code


def _halted_stands_still(session: Session, _: City) -> Iterator[str]:
    running = set(session.scalars(select(Clock.project_id).where(Clock.status == ClockStatus.running).distinct()))
    for project in _projects(session):
        if project.resume_step is not None and project.id in running:
            yield project.code


def _round_where_it_belongs(session: Session, _: City) -> Iterator[str]:
    open_rounds = select(Review.project_id, Review.code).where(Review.status == ReviewStatus.open)
    wanted: dict[int, list[str]] = {}
    for row in session.execute(open_rounds):
        wanted.setdefault(row.project_id, []).append(row.code)
    for project in _projects(session):
        pack = pack_of(project.pack_version)
        for code in wanted.get(project.id, ()):
            if pack.procedure.move(pack.review(code).on_pass, project.resume_step or project.step) is None:
                yield f"{project.code} {code}"


def _decided_as_ruled(session: Session, _: City) -> Iterator[str]:
    ended = (ReviewStatus.passed, ReviewStatus.rejected)
    query = select(Review).where(Review.status.in_(ended)).options(selectinload(Review.tasks)).order_by(Review.id)
    for review in session.scalars(query.execution_options(yield_per=CHUNK)):
        if standing(review) != review.status:
            yield str(review.id)


def _due_as_counted(session: Session, city: City) -> Iterator[str]:
    query = (
        select(Clock, Project).join(Project, Project.id == Clock.project_id).where(Clock.status == ClockStatus.running)
    )
    query = query.options(joinedload(Project.pack_version)).order_by(Clock.id)
    for rows in session.execute(query.execution_options(yield_per=CHUNK)).partitions():
        ledgers = ledgers_of(session, [clock.id for clock, _ in rows])
        for clock, project in rows:
            ledger: list[ClockEntry] = ledgers.get(clock.id, [])
            limit = pack_of(project.pack_version).limit(clock.limit)
            if project_clock(city.calendar, budget_of(clock, limit), ledger).due != clock.due_on:
                yield str(clock.id)


def _facts_fit(session: Session, _: City) -> Iterator[str]:
    packs = {project.id: (project.code, pack_of(project.pack_version)) for project in _projects(session)}
    for fact in session.scalars(select(Fact).execution_options(yield_per=CHUNK)):
        code, pack = packs[fact.project_id]
        try:
            pack.load_fact(fact.code, fact.value)
        except Exception:  # whatever makes it unreadable, the place is what is asked for
            yield f"{code} {fact.code}"


def _documents_stored(session: Session, city: City) -> Iterator[str]:
    for document in session.scalars(select(Document).execution_options(yield_per=CHUNK)):
        path = stored_at(city, document.sha256)
        if not path.is_file() or path.stat().st_size != document.size:
            yield f"{document.id} {document.filename}"


def _chains_hold(session: Session, _: City) -> Iterator[str]:
    for one in verify(session):
        yield f"{one.subject} {one.subject_id} #{one.seq}：{one.problem}"


def _one(code: str, zh: str, en: str, rule: Rule) -> tuple[str, Label, Rule]:
    return code, Label(zh, en), rule


RULES = (
    _one("step_in_pack", "项目所在步骤在其政策包中", "a project stands at a step of its pack", _step_in_pack),
    _one("stage_of_step", "项目阶段是所在步骤的阶段", "a project's stage is that of its step", _stage_of_step),
    _one("halted_has_halt", "只有暂停步骤记有恢复步骤", "only a halted project has a step to go back to", _halted),
    _one(
        "ended_is_quiet",
        "办结的项目没有在办期限和审查（督办、复核除外）",
        "an ended project has no clock and no review, but for supervision",
        _ended_is_quiet,
    ),
    _one(
        "owed_order_is_counted",
        "待反馈的督办单都有在办反馈期限（项目已办结的除外）",
        "an order whose reply is owed has a live clock, unless its project has ended",
        _owed_order_is_counted,
    ),
    _one(
        "halted_stands_still", "暂停的项目没有走动的期限", "a halted project has no running clock", _halted_stands_still
    ),
    _one(
        "round_where_it_belongs",
        "进行中的审查属于项目所在步骤",
        "an open round belongs to the step its project stands at",
        _round_where_it_belongs,
    ),
    _one("decided_as_ruled", "审查结论与意见、规则一致", "a round ended as its rule says", _decided_as_ruled),
    _one("due_as_counted", "到期日与按日历推算一致", "a running clock is due on the day counted", _due_as_counted),
    _one("facts_fit", "填报情况符合政策包的类型", "facts have the types their pack says", _facts_fit),
    _one("documents_stored", "材料文件都在且大小相符", "every document's file is there in full", _documents_stored),
    _one("chains_hold", "留痕哈希链完整", "every hash chain holds", _chains_hold),
)
"""Code, statement, and what finds where it is broken."""
