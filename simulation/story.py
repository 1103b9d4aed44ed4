"""A story (案例): the whole way of one project, with everything that can go wrong on it, told as it happens."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select

from models.clock import Clock
from models.review import ReviewTask
from services.document import Upload, attach
from services.finding import findings_of, raise_finding
from services.keeping import Keeping
from services.posting_objection import Objecting, answer_objection, object_to
from services.project import find_project
from simulation import residents
from simulation.driver import Driver, route
from simulation.provider import Walk
from states.clock import ClockStatus
from states.review import Opinion
from states.role import Seat


class Reactions(Protocol):
    """What carries reactions: real Prefect flow runs, given from outside because only flows import Prefect."""

    flow_runs: int

    def react(self, now: datetime | None = None) -> int:
        """Handle what is due until nothing is left."""
        ...

    def sweep(self, now: datetime | None = None) -> dict[str, int]:
        """Sweep the deadlines once."""
        ...

    def quietly(self) -> AbstractContextManager[None]:
        """For the length of the block messages only go into inboxes, through no channel."""
        ...


@dataclass(frozen=True)
class Chapter:
    """One thing that happens: go on to a step, be late, be refused, fail, change the design."""

    kind: str
    target: str = ""
    words: str = ""


def whole_way() -> Iterator[Chapter]:
    """The default pack's whole way: a missed deadline, a returned review, a design change, a failed acceptance."""
    yield Chapter("late", words="调查摸底逾期")
    yield Chapter("go", "posting")
    yield Chapter("object", words="充电棚紧邻2号楼底层住户窗户，影响采光和安全")
    yield Chapter("revise", words="充电棚移到小区东侧围墙边")
    yield Chapter("go", "joint_review")
    yield Chapter("reject", words="消防车道净宽不足4米，且未标注登高操作场地，请修改总平面后重报")
    yield Chapter("revise", words="消防车道拓宽到4米，标注登高操作场地；方案变了，重新公示、重新表决")
    yield Chapter("go", "construction")
    yield Chapter("move", "request_design_change", "居民要求增加非机动车充电棚")
    yield Chapter("approve")
    yield Chapter("wait", "75", "管网、道路、楼本体依次施工")
    yield Chapter("go", "first_acceptance")
    yield Chapter("defect", words="3号楼2单元雨水管接口渗漏")
    yield Chapter("defect", words="小区北门路面沉降")
    yield Chapter("move", "fail_first_acceptance", "两处缺陷，限期整改")
    yield Chapter("move", "request_reinspection")
    yield Chapter("go", "struck_off")


class Story:
    """Tells chapters about one walk."""

    def __init__(self, driver: Driver, reactions: Reactions, say: Callable[[str], None]) -> None:
        self.driver = driver
        self.reactions = reactions
        self.say = say

    def tell(self, walk: Walk, chapters: Iterator[Chapter]) -> None:
        """Let the chapters happen one after the other, with all reactions in between."""
        tellers: dict[str, Callable[[Walk, Chapter], None]] = {
            "go": self._go,
            "move": self._move,
            "late": self._late,
            "reject": self._reject,
            "approve": self._approve,
            "defect": self._defect,
            "object": self._object,
            "revise": self._revise,
            "wait": self._wait,
        }
        for chapter in chapters:
            tellers[chapter.kind](walk, chapter)

    def _react(self, walk: Walk) -> None:
        self.reactions.react(walk.now + timedelta(minutes=1))

    def _note(self, walk: Walk, words: str) -> None:
        project, pack = self.driver.project(walk)
        step = pack.procedure.step[project.step].label.zh
        self.say(f"{walk.now.astimezone(self.driver.office.city.zone):%Y-%m-%d} {project.name} · {step} · {words}")

    def _go(self, walk: Walk, chapter: Chapter) -> None:
        """Forward, move by move, approving every review on the way."""
        while True:
            project, pack = self.driver.project(walk)
            if project.step == chapter.target:
                return
            self.driver.wait(walk, 1)
            following = route(pack, project.step, chapter.target, avoided(walk))[0]
            if all(seat.level is None for seat in following.who):
                self._approve(walk, chapter)
            else:
                self.driver.move(walk, following.trigger)
                self._react(walk)
                self._note(walk, following.label.zh)

    def _move(self, walk: Walk, chapter: Chapter) -> None:
        self.driver.wait(walk, 2)
        self.driver.move(walk, chapter.target, reason=chapter.words)
        self._react(walk)
        self._note(walk, chapter.words or "已办理")

    def _approve(self, walk: Walk, chapter: Chapter) -> None:
        while self.driver.answer_open_tasks(walk, lambda task: (Opinion.approve, "")):
            self._react(walk)  # an ordered review calls its next member only now
        self._note(walk, "各方同意")

    def _reject(self, walk: Walk, chapter: Chapter) -> None:
        def opinion(task: ReviewTask) -> tuple[Opinion, str]:
            return (Opinion.reject, chapter.words) if task.member == "fire" else (Opinion.approve, "")

        self.driver.wait(walk, 3)
        self.driver.answer_open_tasks(walk, opinion)
        self._react(walk)
        self._note(walk, f"联审退回：{chapter.words}")

    def _defect(self, walk: Walk, chapter: Chapter) -> None:
        with self.driver.office.database.write() as session:
            project = find_project(session, walk.code)
            cast, seats = self.driver.cast, (Seat.parse("coordinator@street"),)
            inspector = cast.actor(session, cast.seated(session, project, seats)[0])
            raise_finding(session, project, "defect", chapter.words, Keeping(inspector, walk.now, "demo"))
        self._note(walk, f"发现缺陷：{chapter.words}")

    def _object(self, walk: Walk, chapter: Chapter) -> None:
        """The plan is posted, somebody objects and is right: the plan goes back."""
        with self.driver.office.database.write() as session:
            need = self.driver.need(session, walk)
            residents.post(session, need.city, walk.code, "plan_posting", need.keeping)
            project = find_project(session, walk.code)
            object_to(session, project, Objecting("plan_posting", chapter.words, "陈桂芳"), need.keeping)
        self._note(walk, f"公示异议：{chapter.words}")
        self.driver.wait(walk, 2)
        with self.driver.office.database.write() as session:
            need = self.driver.need(session, walk)
            finding = findings_of(session, need.project.id)[-1]
            answer_objection(session, need.city, finding.id, "现场核实，异议成立", need.keeping, upheld=True)
        self._react(walk)
        self._note(walk, "异议成立，退回修改方案")

    def _revise(self, walk: Walk, chapter: Chapter) -> None:
        self.driver.wait(walk, 2)
        with self.driver.office.database.write() as session:
            need = self.driver.need(session, walk)
            content = io.BytesIO(f"%PDF-1.4\n% {chapter.words}\n".encode())
            attach(session, need.city, need.project, Upload("renovation_plan", "改造方案.pdf", content), need.keeping)
        self._note(walk, f"修改方案：{chapter.words}")

    def _wait(self, walk: Walk, chapter: Chapter) -> None:
        self.driver.wait(walk, int(chapter.target))
        self._note(walk, chapter.words)

    def _late(self, walk: Walk, chapter: Chapter) -> None:
        """Wait past the due day, and let the sweep find it."""
        with self.driver.office.database.read() as session:
            project = find_project(session, walk.code)
            running = (Clock.project_id == project.id, Clock.status == ClockStatus.running)
            due = session.scalar(select(func.max(Clock.due_on)).where(*running))
        assert due is not None  # noqa: S101 - a step the story is late in has a limit
        walk.go_to(self.driver.office.city, due)
        self._sweep(walk, "临期")
        self.driver.wait(walk, 2)
        self._sweep(walk, chapter.words)

    def _sweep(self, walk: Walk, words: str) -> None:
        swept = self.reactions.sweep(walk.now)
        self._react(walk)
        self._note(walk, f"{words}：变灯 {swept['turned']}，预警 {swept['fired']}")


OFF_THE_WAY = frozenset({"open_tender", "open_joint_review_major", "withdraw_design_change"})
"""Moves the stories leave out: of two ways they take the usual one."""
LARGE_YUAN = 10_000_000
"""From here on the default pack wants a feasibility report."""


def avoided(walk: Walk) -> frozenset[str]:
    """The moves a walk does not make: of two ways the one that fits what it says of itself."""
    large = int(walk.facts["investment"]) >= LARGE_YUAN
    return OFF_THE_WAY | {"request_approval" if large else "request_approval_large"}
