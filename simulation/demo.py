"""The demonstration (演示): real lists become a city whose projects stand in every stage, one of them struck off."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.organisation import Organisation
from models.review import ReviewTask
from policy.pack import Pack
from runtime.office import Office
from services.identity import system_actor
from services.organisation import find_organisation
from services.pack import activate, current_version
from services.project_import import enrolment_of
from services.project_row import ProjectRow, RowDefaults, check_rows
from services.register import enrol
from services.spreadsheet import read_table
from simulation.driver import Driver, route
from simulation.founding import CITY, DATA, found
from simulation.profile import profile
from simulation.provider import Walk
from simulation.story import OFF_THE_WAY, Reactions, Story, avoided, whole_way
from simulation.supervision import Answers, answer_demo, issue_demo
from simulation.tally import tally
from states.procedure import Move, StepKind
from states.review import Opinion

LISTS = (
    ("quanjiao_projects.csv", RowDefaults(city="滁州", district="全椒县")),
    ("communities.csv", RowDefaults()),
)
PROTAGONIST = "惠德花园"
LONGEST_WAIT = 9
"""Working days nobody in the demonstration exceeds, so that most matters are in time."""
CALENDAR_DAYS_A_MOVE = 8
"""How long before today a walk begins, for each move it has to make: working days, postings and holidays included."""


@dataclass
class Demo:
    """Builds the city. `say` gets what happened in words, `progress` how many of how many projects are placed."""

    office: Office
    reactions: Reactions
    pack: Pack
    now: datetime
    say: Callable[[str], None]
    progress: Callable[[int, int], None]

    def run(self) -> dict[str, int]:
        """Found the city, tell the whole story of one project, bring the others to every step; returns the counts."""
        driver = Driver(self.office)
        rows = real_rows()
        self._found(rows)
        hero = next(row for row in rows if row.name == PROTAGONIST)
        begun = self.now - timedelta(days=540)
        Story(driver, self.reactions, self.say).tell(self._enrol(hero, begun), whole_way())
        walks = self._place([row for row in rows if row is not hero])
        with self.reactions.quietly():
            self._walk(driver, walks)
            self._sprinkle(driver, walks)
            self.reactions.react(self.now)
        swept = self.reactions.sweep(self.now)
        self.reactions.react(self.now)
        answers = Answers(self.office, driver.cast, "demo", lambda order: order % 2 == 0)
        issue_demo(answers, self.now)
        self.reactions.react(self.now)
        answered = answer_demo(answers, self.now)
        self.reactions.react(self.now)
        self.say(f"督办：{answered} 张督办单已签收、反馈或审核")
        self.say(f"今日巡检：{swept['checked']} 个期限，{swept['turned']} 个变灯，{swept['fired']} 次预警")
        with self.office.database.read() as session:
            return {**tally(session, self.pack), "flow_runs": self.reactions.flow_runs}

    def _found(self, rows: list[ProjectRow]) -> None:
        begun = self.now - timedelta(days=560)
        districts = list(dict.fromkeys(row.district for row in rows))
        with self.office.database.write() as session:
            activate(session, self.pack, actor="system:demo", source="demo", now=begun)
            found(session, self.pack, districts, now=begun)
        self.codes = {name: f"{CITY}-{number:02d}" for number, name in enumerate(districts, start=1)}
        self.say(f"建立演示市：{len(districts)} 个区县，政策包 {self.pack.id}")

    def _enrol(self, row: ProjectRow, now: datetime) -> Walk:
        with self.office.database.write() as session:
            place: Organisation = find_organisation(session, self.codes[row.district])
            version = current_version(session, self.pack.document.pack.name)
            actor = system_actor("demo", self.pack.id)
            project = enrol(
                session, self.office.city, version, enrolment_of(row, place), actor=actor, source="demo", now=now
            )
        area = int(row.floor_area_m2) if row.floor_area_m2 else None
        return Walk(project.code, now, profile(project.code, households=row.households, floor_area=area))

    def _place(self, rows: list[ProjectRow]) -> list[Walk]:
        """Give every other project a step to end in, evenly over the procedure, and a beginning early enough."""
        goals = [step.code for step in self.pack.procedure.steps if step.kind is StepKind.ordinary]
        walks = []
        for number, row in enumerate(rows):
            goal = goals[number % len(goals)]
            moves = len(route(self.pack, self.pack.procedure.start, _before(goal), OFF_THE_WAY))
            rng = random.Random(row.code)  # noqa: S311 - a demonstration
            days = moves * CALENDAR_DAYS_A_MOVE + rng.randrange(3, 25)
            hour = self.now.replace(hour=1, minute=rng.randrange(60), second=0, microsecond=0)
            walk = self._enrol(row, hour - timedelta(days=days))
            walk.target = goal
            walk.facts |= OTHERWISE.get(goal, {})
            walks.append(walk)
        return walks

    def _walk(self, driver: Driver, walks: list[Walk]) -> None:
        """In waves: each project makes its next move, then all reactions run; until everybody has arrived."""
        under_way = list(walks)
        while under_way:
            under_way = [walk for walk in under_way if self._step(driver, walk)]
            self.reactions.react(self.now)
            self.progress(len(walks) - len(under_way), len(walks))

    def _step(self, driver: Driver, walk: Walk) -> bool:
        """One move, or the opinions of a review; False when the walk has arrived or reached today."""
        project, pack = driver.project(walk)
        if project.step == walk.target or walk.now >= self.now - timedelta(hours=2):
            return False
        rng = random.Random(f"{walk.code}{walk.moves}")  # noqa: S311 - a demonstration
        following, remaining = _next_move(pack, project.step, walk.target, avoided(walk))
        driver.wait(walk, self._pace(walk, remaining))
        if walk.now >= self.now - timedelta(hours=2):
            return False
        if all(seat.level is None for seat in following.who):
            driver.answer_open_tasks(walk, lambda task: _opinion(task, rng))
        else:
            driver.move(walk, following.trigger, reason="按本市年度安排" if following.needs_reason else "")
        return True

    def _pace(self, walk: Walk, remaining: int) -> int:
        """Working days until the next move, so that the walk arrives a few days before today."""
        rng = random.Random(f"{walk.code}:{remaining}")  # noqa: S311 - a demonstration
        days_left = (self.now - walk.now).days - rng.randrange(1, 14)
        return max(1, min(days_left * 5 // 7 // max(remaining, 1), LONGEST_WAIT))

    def _sprinkle(self, driver: Driver, walks: list[Walk]) -> None:
        """A few stand still, go back to the reserve, or end: what every city has."""
        for number, trigger, reason in ASIDES:
            walk = walks[number]
            project, pack = driver.project(walk)
            if pack.procedure.move(trigger, project.step):
                walk.now = min(walk.now + timedelta(days=1), self.now - timedelta(hours=1))
                driver.move(walk, trigger, reason=reason)


ASIDE = {
    "reserve": ("screening", "put_in_reserve"),
    "tendering": ("procurement_preparation", "open_tender"),
    "design_change_review": ("construction", "request_design_change"),
    "rectification": ("first_acceptance", "fail_first_acceptance"),
    "reinspection": ("rectification", "request_reinspection"),
}
"""Steps off the usual way: from where, by which move."""
OTHERWISE = {"reserve": {"pool_tier": "planning"}, "tendering": {"procurement_mode": "tender"}}
"""What must be said of a project that goes off the usual way."""
ASIDES = (
    (17, "suspend", "燃气管线改迁未完成，暂停施工"),
    (41, "suspend", "汛期停工"),
    (12, "return_to_reserve", "资金未落实，退回储备"),
    (29, "terminate", "已纳入城市更新片区拆除范围"),
)


def _before(goal: str) -> str:
    """The last step of the usual way on the way to `goal`."""
    return _before(ASIDE[goal][0]) if goal in ASIDE else goal


def _next_move(pack: Pack, step: str, goal: str, avoid: frozenset[str]) -> tuple[Move, int]:
    """The next move towards `goal`, and how many there are to make."""
    if goal in ASIDE and step == ASIDE[goal][0]:
        move = pack.procedure.move(ASIDE[goal][1], step)
        assert move is not None  # noqa: S101 - the table above names moves of the default pack
        return move, 1
    if goal in ASIDE:
        move, remaining = _next_move(pack, step, ASIDE[goal][0], avoid)
        return move, remaining + 1
    moves = route(pack, step, goal, avoid)
    return moves[0], len(moves)


def _opinion(task: ReviewTask, rng: random.Random) -> tuple[Opinion, str]:
    if task.position == rng.randrange(150):
        return Opinion.reject, f"{task.matter}：方案与现状不符，请核实后重报"
    return Opinion.approve, ""


def real_rows() -> list[ProjectRow]:
    """The projects of the real lists, with their codes."""
    found = []
    for name, defaults in LISTS:
        checked = check_rows(read_table(DATA / name), defaults=defaults)
        found += [row for _, row in checked.rows]
    return found
