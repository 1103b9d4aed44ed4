"""A history replayed (历史回放): every entry of a project fired through the machine of the pack it started under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.project import Project
from policy.pack import Pack, PackEntryUnknown
from services.history_entry import Told, entries_of
from services.history_phrase import action_label
from services.pack import pack_of
from services.reading import Reading
from states.exceptions import JiugaiError
from states.label import Label
from states.procedure import StepKind
from states.role import SYSTEM

BATCH = 200
"""Projects read together."""
ENROLLED = "enrolled"


@dataclass(frozen=True, slots=True)
class Stride:
    """One entry in the replay: the step before and after it as the machine has them; `problem` is empty for none."""

    seq: int
    action: str
    action_label: str
    actor: str
    recorded_at: datetime
    before: str
    after: str
    problem: str


@dataclass(frozen=True, slots=True)
class Replay:
    """One project's history through its pack; `problem` is what is wrong with where it stands today.

    `fitness` is the share of its moves, the enrolment among them, that the pack allows where they were made.
    """

    project: str
    name: str
    pack: str
    moves: int
    conforming: int
    strides: tuple[Stride, ...]
    problem: str = ""

    @property
    def bad(self) -> tuple[Stride, ...]:
        """The entries the pack would not allow."""
        return tuple(stride for stride in self.strides if stride.problem)

    @property
    def is_sound(self) -> bool:
        """Whether the pack allows every entry and the project stands where they lead."""
        return not self.bad and not self.problem

    @property
    def fitness(self) -> Fraction:
        """Conforming moves of all moves; 1 where there is none."""
        return Fraction(self.conforming, self.moves) if self.moves else Fraction(1)


def replay_project(session: Session, reading: Reading, project: Project) -> Replay:
    """Replay one project. A move is refused as the machine refuses it; whether the actor held the seat is not asked.

    After an entry the pack does not allow the replay goes on from the step the entry says, so that only it is named.
    """
    return replay(reading, project, pack_of(project.pack_version), entries_of(session, project.code))


def replay_all(session: Session, reading: Reading) -> Iterator[Replay]:
    """Replay every project, in the order they were entered."""
    last = 0
    query = select(Project).options(joinedload(Project.pack_version)).order_by(Project.id).limit(BATCH)
    while projects := session.scalars(query.where(Project.id > last)).all():
        for project in projects:
            yield replay_project(session, reading, project)
        last = projects[-1].id
        session.expunge_all()


def replay(reading: Reading, project: Project, pack: Pack, entries: Sequence[Told]) -> Replay:
    """The entries of one project through a pack's machine."""
    course = Course(reading, pack)
    strides = tuple(course.take(entry) for entry in entries)
    here = project.resume_step if project.step != course.step and project.resume_step else project.step
    ended = ""
    if not entries or here != course.step:
        ended = reading.say(
            f"台账里现在是“{_step(reading, pack, project.step)}”，记录却到“{_step(reading, pack, course.step)}”为止",
            f'the register has "{_step(reading, pack, project.step)}", its entries end at "{course.step}"',
        )
    return Replay(project.code, project.name, pack.id, course.moves, course.conforming, strides, ended)


class Course:
    """Where a project stands while its entries are fired one after another."""

    def __init__(self, reading: Reading, pack: Pack) -> None:
        self.reading, self.pack = reading, pack
        self.step = self.resume_step = ""
        self.moves = self.conforming = 0

    def take(self, entry: Told) -> Stride:
        """Fire one entry; what is no move is looked at only for names the pack knows."""
        before = self.step
        problem = self._moved(entry) if entry.after.get("step") or self._is_move(entry) else self._noted(entry)
        label = action_label(self.reading, self.pack, entry.action)
        stride = (entry.seq, entry.action, label, entry.actor, entry.recorded_at, before, self.step)
        return Stride(*stride, self.reading.text(problem) if problem else "")

    def _is_move(self, entry: Told) -> bool:
        return entry.action in self.pack.procedure.triggers and "step" in entry.before

    def _moved(self, entry: Told) -> Label | None:
        self.moves += 1
        problem = self._begun(entry) if entry.action == ENROLLED else self._fired(entry)
        before, self.step = self.step, str(entry.after.get("step") or self.step)
        step = self.pack.procedure.step.get(self.step)
        self.resume_step = before if step is not None and step.kind is StepKind.halt else ""
        self.conforming += problem is None
        return problem

    def _begun(self, entry: Told) -> Label | None:
        start = self.pack.procedure.start
        if self.step:
            return Label("再次录入台账：项目已在办", "entered into the register again")
        if entry.after["step"] != start:
            return Label(
                f"应从“{self._name(start)}”开始，记录从“{self._name(entry.after['step'])}”开始",
                f"it begins at {entry.after['step']} instead of {start}",
            )
        return self._other_pack(entry)

    def _fired(self, entry: Told) -> Label | None:
        said, becomes = entry.before.get("step"), entry.after.get("step")
        if said != self.step:
            return Label(
                f"记录说从“{self._name(said)}”办理，此前的记录却停在“{self._name(self.step)}”",
                f"it says it left {said}, the entries before end at {self.step}",
            )
        try:
            reached = self.pack.machine.fire(self.step, entry.action, resume_step=self.resume_step or None)
        except JiugaiError as refused:
            return Label(refused.text("zh"), refused.text("en"))
        if reached != becomes:
            return Label(
                f"“{action_label(self.reading, self.pack, entry.action)}”应到“{self._name(reached)}”，"
                f"记录到了“{self._name(becomes)}”",
                f"{entry.action} leads to {reached}, the entry says {becomes}",
            )
        return self._as_the_pack_says(entry) or self._other_pack(entry)

    def _as_the_pack_says(self, entry: Told) -> Label | None:
        move = self.pack.procedure.move(entry.action, self.step)
        if move is not None and move.needs_reason and not entry.reason:
            return Label("政策包要求写明理由，记录里没有", "the pack asks for a reason and there is none")
        if move is not None and all(seat == SYSTEM for seat in move.who) and not entry.actor.startswith("system:"):
            return Label(f"只能由系统按规则触发，却由 {entry.actor} 办理", f"only a rule may, {entry.actor} did")
        return None

    def _other_pack(self, entry: Told) -> Label | None:
        if entry.pack is None or entry.pack == self.pack.id:
            return None
        return Label(f"按政策包 {entry.pack} 办理，项目适用 {self.pack.id}", f"made under {entry.pack}")

    def _noted(self, entry: Told) -> Label | None:
        if not self.step:
            return Label("录入台账之前就有记录", "it comes before the enrolment")
        if self.pack.procedure.step[self.step].kind is StepKind.end and entry.action in _WORK:
            return Label(f"项目已在“{self._name(self.step)}”结束", f"the project had ended at {self.step}")
        names = _NAMES.get(entry.action)
        try:
            if names is not None:
                names(self.pack, entry)
        except PackEntryUnknown as unknown:
            return Label(unknown.text("zh"), unknown.text("en"))
        return None

    def _name(self, code: object) -> str:
        return _step(self.reading, self.pack, str(code))


def _step(reading: Reading, pack: Pack, code: str) -> str:
    step = pack.procedure.step.get(code)
    return reading.text(step.label) if step else code or reading.say("（无）", "(nothing)")


def _knows_member(pack: Pack, entry: Told) -> None:
    member = str(entry.after["member"])
    if member.startswith("added_"):
        pack.review(str(entry.after["review"]))
    else:
        pack.member(str(entry.after["review"]), member)


_WORK = ("review_opened", "opinion_given", "silence_taken")
"""What cannot happen any more once a project has ended; papers and facts may still be put right."""
_NAMES: dict[str, Callable[[Pack, Told], object]] = {
    "facts_recorded": lambda pack, entry: [pack.fact(code) for code in entry.after],
    "milestone_reached": lambda pack, entry: [pack.milestone(code) for code in entry.after],
    "document_attached": lambda pack, entry: pack.document_entry(str(entry.after["kind"])),
    "review_opened": lambda pack, entry: pack.review(str(entry.after["review"])),
    "opinion_given": _knows_member,
    "silence_taken": _knows_member,
    "clock_extended": lambda pack, entry: pack.limit(str(entry.after["limit"])),
    "clock_excluded": lambda pack, entry: pack.limit(str(entry.after["limit"])),
}
"""What each entry names has to stand in the pack."""
