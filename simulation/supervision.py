"""Answers to supervision (督办应答): units sign for orders and reply, supervisors judge, people acknowledge alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from models.supervision import Alert, SupervisionOrder
from runtime.office import Office
from services.identity import Actor
from services.keeping import Keeping
from services.order import accept, receive, reply, send_back
from services.order_issue import ByHand, issue_by_hand, standing_order
from services.pack import pack_of
from services.rung_answer import AlertClosed, acknowledge
from services.supervision import issuer_of, supervisors_at, unit_people
from simulation.agenda import Act, Agenda
from simulation.cast import Cast
from simulation.habit import Habits
from states.clock import ClockStatus, ClockSubject
from states.order import OrderColour, OrderStatus

SUPERVISED = (ClockSubject.step, ClockSubject.review, ClockSubject.task)
DEMO_ORDERS = 6
REPLY = "已安排专人跟进，堵点已协调，预计本周内办结"
DEMO_TURNS = 5
"""Of every five orders of the demonstration one stands in each state: issued, received, replied, judged, judged."""


@dataclass
class Answers:
    """People who answer orders and alerts, each act one transaction of the real services; `source` signs the edge."""

    office: Office
    cast: Cast
    source: str
    sends_back: Callable[[int], bool]
    """Whether the first reply to an order (by its number) is sent back."""

    def take_turn(self, order_id: int, now: datetime) -> bool:
        """Whose turn it is does the next thing about an order; False when there is nothing left to do."""
        with self.office.database.write() as session:
            order = session.get_one(SupervisionOrder, order_id)
            match OrderStatus(order.status):
                case OrderStatus.issued:
                    receive(session, self.office.city, order_id, self._by(self._of_unit(session, order), now))
                case OrderStatus.received | OrderStatus.rectifying | OrderStatus.sent_back:
                    by = self._by(self._of_unit(session, order), now)
                    reply(session, self.office.city, order_id, REPLY, by)
                case OrderStatus.replied:
                    self._judge(session, order, now)
                case _:
                    return False
        return True

    def acknowledge(self, alert_id: int, login: str, now: datetime) -> bool:
        """Its receiver acknowledges an alert; False when its matter is done already."""
        try:
            with self.office.database.write() as session:
                acknowledge(session, alert_id, self._by(self.cast.actor(session, login), now))
        except AlertClosed:
            return False
        return True

    def _judge(self, session: Session, order: SupervisionOrder, now: datetime) -> None:
        supervisors = supervisors_at(session, order.issuer)
        judge = next(person for person in supervisors if person.login != order.replied_by)
        actor = self.cast.actor(session, judge.login)
        if order.rounds == 0 and self.sends_back(order.id):
            by = self._by(actor, now, "未说明逾期原因，请补充")
            send_back(session, self.office.city, order.id, by)
        else:
            accept(session, self.office.city, order.id, self._by(actor, now, "反馈属实"))

    def _of_unit(self, session: Session, order: SupervisionOrder) -> Actor:
        return self.cast.actor(session, unit_people(session, order.unit)[0].login)

    def _by(self, actor: Actor, now: datetime, reason: str = "") -> Keeping:
        return Keeping(actor, now, self.source, reason=reason)


def issue_demo(answers: Answers, now: datetime) -> None:
    """Let supervisors issue orders about what is due first, red before all: a demonstration has few late matters.

    The walks of a demonstration wait nowhere for weeks: its ladder rarely comes to an order by itself.
    """
    office, today = answers.office, answers.office.city.day(now)
    with office.database.read() as session:
        live = (Clock.status == ClockStatus.running, Clock.subject.in_(SUPERVISED))
        first = select(Clock.id, Clock.project_id, Clock.due_on).where(*live).order_by(Clock.due_on, Clock.id)
        chosen = session.execute(first.limit(DEMO_ORDERS)).tuples().all()
    for clock, project_id, due_on in chosen:
        with office.database.write() as session:
            project = session.get_one(Project, project_id)
            if standing_order(session, project, session.get_one(Clock, clock)) is None:
                issuer = issuer_of(session, pack_of(project.pack_version), project.organisation)
                supervisor = answers.cast.actor(session, supervisors_at(session, issuer)[0].login)
                why = "已经逾期，影响年度任务" if due_on < today else "列入年度重点督查，请按期办结"
                by = Keeping(supervisor, now, answers.source, reason=why)
                issue_by_hand(session, office.city, ByHand(project_id, OrderColour.blue, clock), by)


def answer_demo(answers: Answers, now: datetime) -> int:
    """Let the orders of a demonstration stand in every state, and every other alert be acknowledged; orders moved."""
    with answers.office.database.read() as session:
        orders = list(session.scalars(select(SupervisionOrder.id).order_by(SupervisionOrder.id)))
        told = session.execute(select(Alert.id, Person.login).join(Person).order_by(Alert.id)).tuples().all()
    for place, order_id in enumerate(orders):
        for _ in range(place % DEMO_TURNS):
            answers.take_turn(order_id, now)
    for alert_id, login in told[::2]:
        answers.acknowledge(alert_id, login, now)
    return sum(place % DEMO_TURNS > 0 for place in range(len(orders)))


@dataclass
class Planned:
    """The same over a simulated year: everybody gets round to it when their habits let them."""

    answers: Answers
    habits: Habits
    agenda: Agenda
    _orders: int = 0
    _alerts: int = 0

    def look(self, now: datetime) -> None:
        """Plan answers to what has come since the last look; three of four alerts are acknowledged."""
        with self.answers.office.database.read() as session:
            orders = select(SupervisionOrder.id, Organisation.code).join(
                Organisation, Organisation.id == SupervisionOrder.unit_id
            )
            new = session.execute(orders.where(SupervisionOrder.id > self._orders).order_by(SupervisionOrder.id)).all()
            alerts = select(Alert.id, Person.login).join(Person).where(Alert.id > self._alerts)
            told = session.execute(alerts.order_by(Alert.id)).all()
        for order_id, unit in new:
            self._orders = order_id
            self.agenda.plan(self.habits.next_time(unit, f"order:{order_id}", now), self._turn(order_id, unit))
        for alert_id, login in told:
            self._alerts = alert_id
            if self.habits.rng("alert", alert_id).randrange(4):
                at = self.habits.next_time(login, f"alert:{alert_id}", now)
                self.agenda.plan(at, self._acknowledging(alert_id, login))

    def _turn(self, order_id: int, unit: str) -> Act:
        def take(now: datetime) -> None:
            if self.answers.take_turn(order_id, now):
                self.agenda.plan(self.habits.next_time(unit, f"order:{order_id}:{now}", now), take)

        return take

    def _acknowledging(self, alert_id: int, login: str) -> Act:
        def acknowledging(now: datetime) -> None:
            self.answers.acknowledge(alert_id, login, now)

        return acknowledging
