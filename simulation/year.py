"""A simulated year (全年推演): a whole city on a virtual clock, with the real services, reactions and calendar.

People act when their habits let them; every night the deadlines are swept; what a commit sets in motion is handled
before anybody acts again. Nothing depends on the machine's time: the same seed gives the same hashes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from models.review import Review, ReviewTask
from policy.pack import Pack
from runtime.office import Office
from services.finding import raise_finding
from services.identity import system_actor
from services.keeping import Keeping
from services.organisation import find_organisation
from services.outbox import Lanes, acknowledge, claim
from services.pack import activate, current_version
from services.project import find_project
from services.reaction import REACTIONS
from services.register import Enrolment, enrol
from services.sweep import Swept, sweep
from simulation.agenda import Agenda
from simulation.driver import DriverStuck, route
from simulation.founding import CITY, found
from simulation.habit import Habits
from simulation.pace import NotYet, PacedDriver
from simulation.profile import profile
from simulation.provider import Walk
from simulation.story import OFF_THE_WAY, avoided
from simulation.supervision import Answers, Planned
from states.procedure import Move, Nature, StepKind
from states.review import Opinion, ReviewStatus, TaskStatus
from states.role import Seat

DISTRICT_SIZE = 40
"""Projects a district has, about as many as in a city of 267."""
SWEPT_AT = time(0, 5)
NIGHT = Lanes(only=("reaction",))
BATCH = 200
ENTRANCE_DAYS = 60
"""Calendar days over which the year's projects enter the register."""

OPEN_TASKS = (
    select(ReviewTask)
    .join(Review)
    .where(Review.project_id == bindparam("of_project"), Review.status == ReviewStatus.open)
    .where(ReviewTask.status == TaskStatus.open)
    .options(joinedload(ReviewTask.organisation), joinedload(ReviewTask.review))
    .order_by(ReviewTask.id)
)


@dataclass
class Year:
    """One city's year. `outage` are days (both included) on which nobody sweeps and no reaction is handled."""

    office: Office
    pack: Pack
    projects: int
    year: int
    seed: int
    say: Callable[[str], None]
    progress: Callable[[date, date], None]
    outage: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        self.city = self.office.city
        self.habits = Habits(self.seed, self.city)
        self.driver = PacedDriver(self.office)
        self.swept = Swept()
        self.stuck: list[str] = []
        self._agenda = Agenda()
        answers = Answers(self.office, self.driver.cast, "simulate", self.habits.sends_back)
        self._supervision = Planned(answers, self.habits, self._agenda)
        self._walks: dict[int, Walk] = {}
        self._asked: set[int] = set()
        self._waiting: set[str] = set()
        self._defective: set[str] = set()

    @property
    def begins(self) -> datetime:
        """Nine o'clock on the first day of the year."""
        return datetime(self.year, 1, 1, 9, tzinfo=self.city.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The last moment of the year."""
        return datetime(self.year + 1, 1, 1, tzinfo=self.city.zone).astimezone(UTC) - timedelta(seconds=1)

    def run(self) -> None:
        """Let the year happen."""
        self._found()
        for number in range(self.projects):
            day = self.begins + timedelta(days=self.habits.rng("enter", number).randrange(ENTRANCE_DAYS))
            self._agenda.plan(self._office_day(day), self._entering(number))
        first = datetime.combine(self.begins.astimezone(self.city.zone).date(), SWEPT_AT, self.city.zone)
        self._agenda.plan(first.astimezone(UTC) + timedelta(days=1), self._night)
        for at, act in self._agenda.until(self.ends):
            act(at)
            self._react(at + timedelta(seconds=1))

    def _office_day(self, moment: datetime) -> datetime:
        """The same hour of the first working day from then on."""
        day = self.city.day(moment)
        return moment + (self.city.calendar.roll_forward(day).day - day)

    def _found(self) -> None:
        districts = [f"{number}区" for number in range(1, -(-self.projects // DISTRICT_SIZE) + 1)]
        with self.office.database.write() as session:
            activate(session, self.pack, actor="system:simulate", source="simulate", now=self.begins)
            found(session, self.pack, districts, now=self.begins)

    def _entering(self, number: int) -> Callable[[datetime], None]:
        def enter(now: datetime) -> None:
            code, name = f"S-{self.year}-{number:06d}", f"推演{number}号小区"
            with self.office.database.write() as session:
                place = find_organisation(session, f"{CITY}-{number // DISTRICT_SIZE + 1:02d}")
                version = current_version(session, self.pack.document.pack.name)
                actor = system_actor("simulate", self.pack.id)
                enrolment = Enrolment(code, name, place, community=name)
                project = enrol(session, self.city, version, enrolment, actor=actor, source="simulate", now=now)
                known = profile(f"{self.seed}:{code}", households=None, floor_area=None)
                self._walks[project.id] = Walk(code, now, known)
            self._come_back(self._walks[project.id], now)

        return enter

    def _night(self, now: datetime) -> None:
        """Sweep until nothing is due, then plan the next night."""
        today = self.city.day(now)
        if not self._is_out(today):
            while True:
                with self.office.database.write() as session:
                    done = sweep(session, self.city, now=now, limit=BATCH)
                self.swept += done
                if done.checked < BATCH:
                    break
        self._supervision.look(now)
        self.progress(today, self.ends.date())
        self._agenda.plan(now + timedelta(days=1), self._night)

    def _is_out(self, day: date) -> bool:
        return self.outage is not None and self.outage[0] <= day <= self.outage[1]

    def _react(self, now: datetime) -> None:
        """Handle every event that is due, each in one transaction with its acknowledgement, as a flow's task does."""
        touched: set[int] = set()
        while not self._is_out(self.city.day(now)):
            with self.office.database.write() as session:
                events = claim(session, "simulate", now=now, limit=BATCH, lanes=NIGHT)
            if not events:
                break
            for event in events:
                with self.office.database.write() as session:
                    result = REACTIONS[event.kind].handle(session, self.city, event, now)
                    acknowledge(session, event.id, now=now, flow_run=None, result=result)
                if event.project_id is not None:
                    touched.add(event.project_id)
        for project_id in sorted(touched & self._walks.keys()):
            self._take_up(project_id, now)

    def _take_up(self, project_id: int, now: datetime) -> None:
        """After reactions: whoever is newly asked will answer, and the coordinator will go on."""
        walk = self._walks[project_id]
        for task in self._open_tasks(project_id):
            if task.id not in self._asked:
                self._asked.add(task.id)
                at = self.habits.next_time(task.organisation.code, f"task:{task.id}", now)
                self._agenda.plan(at, self._answering(project_id, task.id))
        self._come_back(walk, now)

    def _open_tasks(self, project_id: int) -> list[ReviewTask]:
        with self.office.database.read() as session:
            return list(session.scalars(OPEN_TASKS, {"of_project": project_id}))

    def _answering(self, project_id: int, task_id: int) -> Callable[[datetime], None]:
        def give(now: datetime) -> None:
            walk = self._walks[project_id]
            walk.now = now
            task = next((one for one in self._open_tasks(project_id) if one.id == task_id), None)
            project, pack = self.driver.project(walk)
            if task is None:
                return  # the round was decided, or withdrawn, before this one spoke
            if pack.procedure.step[project.step].kind is StepKind.halt:
                self._agenda.plan(self.habits.next_time(task.organisation.code, f"again:{now}", now), give)
                return
            objects = self.habits.objects(task_id, task.review.round)
            words = (Opinion.reject, f"{task.matter}：与现状不符，请修改后重报") if objects else (Opinion.approve, "")
            self.driver.answer_task(walk, task_id, *words)

        return give

    def _come_back(self, walk: Walk, now: datetime) -> None:
        """The coordinator will look at the project again, once."""
        if walk.code not in self._waiting:
            self._waiting.add(walk.code)
            at = self.habits.next_time(f"coordinator:{walk.code}", f"move:{walk.moves}:{now}", now)
            self._agenda.plan(at, lambda moment: self._go_on(walk, moment))

    def _go_on(self, walk: Walk, now: datetime) -> None:
        """Make the next move of the project's way, or wait for what has to come first."""
        self._waiting.discard(walk.code)
        walk.now = now
        project, pack = self.driver.project(walk)
        step = pack.procedure.step[project.step]
        if step.kind is StepKind.end:
            return
        move = self._next_move(walk, pack, project.step)
        if move is None or all(seat.level is None for seat in move.who):
            return  # a review has the matter: its settlement brings the project back
        try:
            self.driver.move(walk, move.trigger, reason=f"推演：{move.label.zh}" if move.needs_reason else "")
        except NotYet as wait:
            self._waiting.add(walk.code)
            day = self.city.calendar.roll_forward(wait.day).day
            at = datetime.combine(day, time(9, 30), self.city.zone)
            self._agenda.plan(at, lambda moment: self._go_on(walk, moment))
        except DriverStuck as stuck:
            told = f"{walk.code} {project.step}: {stuck}"
            self.stuck += [] if told in self.stuck else [told]

    def _next_move(self, walk: Walk, pack: Pack, step: str) -> Move | None:
        moves = pack.procedure.moves_from(step)
        if pack.procedure.step[step].kind is StepKind.halt:
            return next(move for move in moves if move.nature is Nature.resume)
        halt = next((move for move in moves if move.nature is Nature.halt), None)
        if halt is not None and self.habits.halt(walk.code, walk.moves):
            return halt
        failed = next((move for move in moves if move.trigger == "fail_first_acceptance"), None)
        if failed is not None and walk.code not in self._defective and self.habits.has_defect(walk.code):
            self._find_defect(walk)
            return failed
        end = next(one.code for one in pack.procedure.steps if one.kind is StepKind.end)
        return route(pack, step, end, avoided(walk) if pack.document.pack.name == "default" else OFF_THE_WAY)[0]

    def _find_defect(self, walk: Walk) -> None:
        self._defective.add(walk.code)
        with self.office.database.write() as session:
            project = find_project(session, walk.code)
            seats = (Seat.parse("coordinator@street"),)
            inspector = self.driver.cast.actor(session, self.driver.cast.seated(session, project, seats)[0])
            keeping = Keeping(inspector, walk.now, "simulate")
            raise_finding(session, project, "defect", "雨水管接口渗漏", keeping)
