"""The plan of a hand-over (交接预览): each seat, task, step and stand-in of a leaver, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.project import Project
from models.review import Review, ReviewTask
from models.stand_in import StandIn
from services.city import City
from services.deed import load_deeds
from services.duty import ReviewDuties
from services.lending import live_on
from services.organisation_tree import OrganisationTree, load_tree
from services.pack import pack_of
from services.person import grants_of
from services.review_round import role_asked
from services.succession_item import Item, Outcome, Part
from states.duty import FourEyes
from states.label import Label
from states.procedure import Move, StepKind
from states.refusal import Refusal
from states.review import ReviewStatus, TaskStatus
from states.role import ADMINS, Role

PENDING = (TaskStatus.open, TaskStatus.waiting)


def plan_items(session: Session, city: City, leaver: Person, successor: Person, *, now: datetime) -> tuple[Item, ...]:
    """Everything the leaver holds, with its outcome; a refused one stands in the way of the whole hand-over."""
    plan = _Plan(session, leaver, successor, [(Role(g.role), place) for g, place in grants_of(session, leaver)])
    ended = [_ended(row, leaver) for row in _stand_ins(session, city, leaver, now)]
    return (*plan.seat_items(), *plan.task_items(), *plan.step_items(), *ended)


@dataclass(slots=True)
class _Plan:
    session: Session
    leaver: Person
    successor: Person
    seats: list[tuple[Role, Organisation]]
    _others: dict[tuple[int, Role], tuple[str, ...]] = field(default_factory=dict)

    def seat_items(self) -> Iterator[Item]:
        held = [(Role(grant.role), place.id) for grant, place in grants_of(self.session, self.successor)]
        admins = {role for role, _ in held} & ADMINS
        for role, place in self.seats:
            what = Label(f"{place.name}{role.label.zh}", f"{role.label.text('en')} of {place.name}")
            data = {"role": role.value, "organisation": place.code}
            if role in ADMINS and admins - {role}:
                other = next(iter(admins - {role})).label
                why = Label(
                    f"{self.successor.name}已是{other.zh}，三类管理员须由不同的人担任",
                    f"{self.successor.name} is {other.text('en')}: the three admin roles exclude each other",
                )
                yield Item(Part.seat, what, Outcome.refused, why, data)
            elif (role, place.id) in held:
                why = Label("接任人已有此席位", "the successor holds it already")
                yield Item(Part.seat, what, Outcome.ends, why, data)
            else:
                yield Item(Part.seat, what, Outcome.moves, self._goes(place.id, role), data)

    def task_items(self) -> Iterator[Item]:
        mine = or_(ReviewTask.claimed_by == self.leaver.login, ReviewTask.delegate == self.leaver.login)
        places = [place.id for _, place in self.seats]
        query = (
            select(ReviewTask, Review)
            .join(Review, Review.id == ReviewTask.review_id)
            .where(Review.status == ReviewStatus.open, ReviewTask.status.in_(PENDING))
            .where(or_(mine, ReviewTask.organisation_id.in_(places)))
            .options(joinedload(ReviewTask.organisation))
            .order_by(ReviewTask.id)
        )
        for task, review in self.session.execute(query).tuples():
            item = self._task(task, review)
            if item is not None:
                yield item

    def _task(self, task: ReviewTask, review: Review) -> Item | None:
        seat = (task.organisation_id, role_asked(task))
        seated = any((place.id, role) == seat for role, place in self.seats)
        if not seated and self.leaver.login not in (task.claimed_by, task.delegate):
            return None
        if task.claimed_by not in (None, self.leaver.login):
            return self._delegated(task, review) if task.delegate == self.leaver.login else None
        project = self.session.get_one(Project, review.project_id)
        pack = pack_of(project.pack_version)
        others = self._other_names(*seat)
        if not seated or (task.claimed_by is None and others):
            why = Label(f"由本单位{'、'.join(others)}办理" if others else "退回本单位待签收", "stays with the unit")
            return self._item(task, review, project, Outcome.stays, why)
        barred = ReviewDuties(self.session, project, pack, review.code).refusals(frozenset({self.successor.login}))
        if not barred:
            return self._item(task, review, project, Outcome.moves, self._goes(*seat))
        why = _said(barred)
        if others:
            why = Label(f"{why.zh}；退回本单位，由{'、'.join(others)}办理", f"{why.text('en')}; stays with the unit")
        return self._item(task, review, project, Outcome.stays if others else Outcome.refused, why)

    def _delegated(self, task: ReviewTask, review: Review) -> Item:
        project = self.session.get_one(Project, review.project_id)
        why = Label("委派收回，由委派人办理", "the delegation ends, the delegator has it")
        return self._item(task, review, project, Outcome.stays, why)

    def _item(self, task: ReviewTask, review: Review, project: Project, outcome: Outcome, why: Label) -> Item:
        label = pack_of(project.pack_version).review(review.code).name
        what = Label(
            f"{project.name} · {label.zh}第{review.round}轮 · {task.matter}",
            f"{project.name} · {label.text('en')}, round {review.round} · {task.matter}",
        )
        data = {"task": task.id, "project": project.code, "claimed": task.claimed_by is not None}
        return Item(Part.task, what, outcome, why, data)

    def step_items(self) -> Iterator[Item]:
        tree = load_tree(self.session)
        for role, place in self.seats:
            if role in ADMINS or role is Role.supervisor:
                continue
            waiting = [one for one in self._projects(place) if _is_held_at(tree, one, place, role)]
            if waiting:
                yield self._steps(waiting, place, role)
            if not self._other_names(place.id, role):
                for project in waiting:
                    yield from self._barred_moves(tree, project, place, role)

    def _steps(self, waiting: Sequence[Project], place: Organisation, role: Role) -> Item:
        others = self._other_names(place.id, role)
        what = Label(f"{place.name}在办项目 {len(waiting)} 个", f"{len(waiting)} project(s) in hand at {place.name}")
        data = {"organisation": place.code, "projects": [one.code for one in waiting]}
        if others:
            why = Label(f"本单位还有{'、'.join(others)}，与接任人共同办理", f"shared with {', '.join(others)}")
            return Item(Part.step, what, Outcome.stays, why, data)
        return Item(Part.step, what, Outcome.moves, Label("随席位转交", "goes with the seat"), data)

    def _projects(self, place: Organisation) -> Sequence[Project]:
        query = select(Project).join(Organisation, Organisation.id == Project.organisation_id)
        query = query.where(Organisation.path.startswith(place.path, autoescape=True))
        return self.session.scalars(query.options(joinedload(Project.pack_version)).order_by(Project.id)).all()

    def _barred_moves(
        self, tree: OrganisationTree, project: Project, place: Organisation, role: Role
    ) -> Iterator[Item]:
        pack = pack_of(project.pack_version)
        moves = [move for move in pack.procedure.moves_from(project.step) if _eyes(move)]
        mine = [move for move in moves if _comes_to(tree, project, move, place, role)]
        deeds = load_deeds(self.session, project, pack) if mine else {}
        for move in mine:
            alone = frozenset({self.successor.login})
            barred = [refusal for one in _eyes(move) for refusal in one.barring(deeds, alone)]
            if barred:
                what = Label(f"{project.name} · {move.label.zh}", f"{project.name} · {move.label.text('en')}")
                data = {"project": project.code, "trigger": move.trigger}
                yield Item(Part.step, what, Outcome.refused, _said(barred), data)

    def _goes(self, organisation_id: int, role: Role) -> Label:
        others = self._other_names(organisation_id, role)
        if others:
            return Label(
                f"转给{self.successor.name}（本单位还有{'、'.join(others)}）", f"goes to {self.successor.name}"
            )
        return Label(f"转给{self.successor.name}，本单位别无他人", f"goes to {self.successor.name}: nobody else there")

    def _other_names(self, organisation_id: int, role: Role) -> tuple[str, ...]:
        """Who else is in the seat beside the leaver and the successor."""
        key = (organisation_id, role)
        if key not in self._others:
            query = select(Person.name).join(RoleGrant, RoleGrant.person_id == Person.id).where(Person.active)
            query = query.where(RoleGrant.organisation_id == organisation_id, RoleGrant.role == role)
            query = query.where(Person.id.not_in([self.leaver.id, self.successor.id])).order_by(Person.id)
            self._others[key] = tuple(self.session.scalars(query))
        return self._others[key]


def _eyes(move: Move) -> list[FourEyes]:
    return [one for one in move.requirements if isinstance(one, FourEyes)]


def _is_held_at(tree: OrganisationTree, project: Project, place: Organisation, role: Role) -> bool:
    step = pack_of(project.pack_version).procedure.step[project.resume_step or project.step]
    held = step.held_by
    if step.kind is StepKind.end or held is None or held.level is None or held.role is not role:
        return False
    return tree.in_charge(project.organisation_id, held.level, role).id == place.id


def _comes_to(tree: OrganisationTree, project: Project, move: Move, place: Organisation, role: Role) -> bool:
    seats = [seat for seat in move.who if seat.level is not None and seat.role is role]
    return any(tree.in_charge(project.organisation_id, seat.level, role).id == place.id for seat in seats if seat.level)


def _said(refusals: Sequence[Refusal]) -> Label:
    return Label("；".join(one.says.zh for one in refusals), "; ".join(one.says.text("en") for one in refusals))


def _stand_ins(session: Session, city: City, leaver: Person, now: datetime) -> Sequence[StandIn]:
    query = select(StandIn).where(live_on(city.day(now)))
    query = query.where(or_(StandIn.absent_id == leaver.id, StandIn.substitute_id == leaver.id))
    return session.scalars(query.order_by(StandIn.id)).all()


def _ended(row: StandIn, leaver: Person) -> Item:
    days = f"{row.first_day} – {row.last_day}"
    what = Label(
        f"{row.substitute.name}代理{row.absent.name}（{days}）", f"{row.substitute.name} for {row.absent.name} ({days})"
    )
    mine = row.absent_id == leaver.id
    why = (
        Label("席位已转交", "the seats have moved")
        if mine
        else Label(
            f"代理人离岗，请为{row.absent.name}另行指定", f"the stand-in leaves: name another one for {row.absent.name}"
        )
    )
    return Item(Part.stand_in, what, Outcome.ends, why, {"stand_in": row.id})
