"""The driver (推演): brings one project through moves, providing whatever a refusal says is missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from runtime.office import Office
from services.identity import Actor
from services.pack import pack_of
from services.project import Advanced, Command, advance, find_project
from services.review import Answer, answer
from simulation.cast import Cast
from simulation.provider import PROVIDERS, Need, Walk
from states.procedure import Move, Nature
from states.refusal import MoveRefused, Refusal
from states.review import Opinion, ReviewStatus, TaskStatus
from states.role import Seat

TRIES = 6


class DriverStuck(RuntimeError):
    """The driver could not provide what a move requires: the demonstration and the pack do not fit."""


class Driver:
    """Drives walks through one office's services, in the name of people who hold the seats."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.cast = Cast()

    def wait(self, walk: Walk, working_days: int) -> None:
        """Let working days pass, until shortly after nine in the morning."""
        city = self.office.city
        walk.go_to(
            city, city.calendar.add_working_days(walk.today(city), working_days).day, at=time(9, walk.moves % 60)
        )

    def project(self, walk: Walk) -> tuple[Project, Pack]:
        """The project as it stands, with its pack."""
        with self.office.database.read() as session:
            project = find_project(session, walk.code)
            return project, pack_of(project.pack_version)

    def move(self, walk: Walk, trigger: str, *, reason: str = "") -> Advanced:
        """Make a move, providing what it requires and waiting where only time helps. Raises DriverStuck."""
        others: set[str] = set()
        for _ in range(TRIES):
            try:
                with self.office.database.write() as session:
                    return self._try(session, walk, trigger, reason, others)
            except MoveRefused as refused:
                self._provide(walk, refused.refusals, others)
        raise DriverStuck(f"{walk.code} {trigger}")

    def _try(self, session: Session, walk: Walk, trigger: str, reason: str, others: set[str]) -> Advanced:
        project = find_project(session, walk.code)
        move = pack_of(project.pack_version).procedure.move(trigger, project.step)
        if move is None:
            raise DriverStuck(f"{walk.code}: {trigger} does not leave {project.step}")
        actor = self._actor(session, project, move.who, others)
        walk.moves += 1
        request = f"demo:{walk.code}:{walk.moves}"
        moved = advance(
            session, self.office.city, Command(walk.code, trigger, actor, request, walk.now, reason, "demo")
        )
        walk.now += timedelta(minutes=7)
        return moved

    def _actor(self, session: Session, project: Project, seats: tuple[Seat, ...], others: set[str]) -> Actor:
        """Somebody in one of the seats, where possible nobody of `others` (four eyes)."""
        people = self.cast.seated(session, project, seats)
        if not people:
            raise DriverStuck(f"{project.code}: nobody holds {', '.join(map(str, seats))}")
        return self.cast.actor(session, next((login for login in people if login not in others), people[0]))

    def _provide(self, walk: Walk, refusals: list[Refusal], others: set[str]) -> None:
        with self.office.database.write() as session:
            need = self.need(session, walk, others)
            for code in dict.fromkeys(refusal.code for refusal in refusals):
                same = [refusal for refusal in refusals if refusal.code == code]
                if code not in PROVIDERS:
                    raise DriverStuck(f"{walk.code}: {same[0].says.zh}")
                PROVIDERS[code](need, same)

    def need(self, session: Session, walk: Walk, others: set[str] | None = None) -> Need:
        """What it takes to write into the record of a walk's project, in one transaction."""
        project = find_project(session, walk.code)
        pack = pack_of(project.pack_version)
        return Need(session, self.office.city, self.cast, walk, project, pack, others if others is not None else set())

    def answer_open_tasks(self, walk: Walk, opinion: Callable[[ReviewTask], tuple[Opinion, str]]) -> int:
        """Let every open task of the project be answered by one of its reviewers; returns how many were."""
        with self.office.database.write() as session:
            project = find_project(session, walk.code)
            query = (
                select(ReviewTask).join(Review)
                .where(Review.project_id == project.id, Review.status == ReviewStatus.open)
                .where(ReviewTask.status == TaskStatus.open).order_by(ReviewTask.position)
            )  # fmt: skip
            tasks = session.scalars(query).all()
            for task in tasks:
                self._answer(session, walk, task, *opinion(task))
            return len(tasks)

    def _answer(self, session: Session, walk: Walk, task: ReviewTask, opinion: Opinion, reasons: str) -> None:
        reviewers = self.cast.reviewers(session, task.organisation_id)
        if not reviewers:
            raise DriverStuck(f"{walk.code}: nobody reviews for {task.organisation.name}")
        walk.now += timedelta(minutes=11)
        actor = self.cast.actor(session, reviewers[0])
        request = f"demo:task:{task.id}"
        answer(session, self.office.city, Answer(task.id, actor, opinion, reasons, request, walk.now, "demo"))


def route(pack: Pack, start: str, target: str, avoid: frozenset[str] = frozenset()) -> list[Move]:
    """The shortest chain of forward moves from `start` to `target`, without those in `avoid`. Raises DriverStuck."""
    reached: dict[str, list[Move]] = {start: []}
    queue = deque([start])
    while queue:
        step = queue.popleft()
        if step == target:
            return reached[step]
        for move in pack.procedure.moves_from(step):
            if move.nature is Nature.forward and move.target not in reached and move.trigger not in avoid:
                reached[move.target] = [*reached[step], move]
                queue.append(move.target)
    raise DriverStuck(f"no way from {start} to {target}")
