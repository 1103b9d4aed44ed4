"""Moving a project (推进): one function changes a project's step, and everything that follows is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from models.project import Project
from policy.pack import Pack
from services.audit import Act, RequestReused, done_before, record
from services.case import load_case
from services.city import City
from services.consequence import Made, follow
from services.identity import Actor, MoveForbidden, holds_any
from services.pack import pack_of
from states.case import Part
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.procedure import Move
from states.refusal import MoveRefused, Refusal

__all__ = [
    "Advanced", "Command", "Possible", "ProjectChanged", "ProjectMissing", "RequestReused", "advance", "find_project",
    "lock_project", "possible_moves", "why",
]  # fmt: skip


class ProjectMissing(JiugaiError):
    """No project of that code."""

    code = "project_missing"
    kind = Kind.missing
    zh = "没有编号为“{project}”的项目。请用 jiugai project list 核对编号；若刚导入，请看导入结果。"
    en = 'There is no project "{project}". Check the code with `jiugai project list`.'


class ProjectChanged(JiugaiError):
    """Somebody else changed the project between reading and writing."""

    code = "project_changed"
    kind = Kind.conflict
    zh = "“{project}”刚被他人更新，本次操作未生效。请重新打开项目，确认后再办。"
    en = '"{project}" was changed by somebody else; nothing was done. Open it again and check before you repeat.'


@dataclass(frozen=True, slots=True)
class Command:
    """A wish to move a project. `request_id` makes a repetition harmless; `now` is an aware instant.

    `occurred_at` is when it happened where that is not now (filled in afterwards).
    """

    project: str
    trigger: str
    actor: Actor
    request_id: str
    now: datetime
    reason: str = ""
    source: str = "web"
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Advanced:
    """What a command did: the step before and after; `repeated` when it had been done before under its request id."""

    project: str
    trigger: str
    before: str
    after: str
    repeated: bool = False


def advance(session: Session, city: City, command: Command) -> Advanced:
    """Move a project: step, audit entry, clocks and outbox events in the caller's transaction, all or none.

    Raises ProjectMissing, MoveUnknown, MoveNotFromHere, MoveForbidden, MoveRefused (with every unmet requirement),
    ProjectChanged, RequestReused.
    """
    project = lock_project(session, command.project)
    done = _done_before(session, command)  # only under the lock: of two equal requests the second one waits here
    if done is not None:
        return done
    pack = pack_of(project.pack_version)
    before = project.step
    after = pack.machine.fire(before, command.trigger, resume_step=project.resume_step)
    move = pack.procedure.move(command.trigger, before)
    assert move is not None  # noqa: S101 - fire has just refused a trigger that is not there
    _require_seat(session, project, move, command.actor)
    _require_all(session, city, project, pack, move, command)
    _change_step(session, project, pack, after, move, command.now)
    _record(session, project, pack, before, command)
    follow(session, city, Made(project, pack, move, before, command.reason, command.actor, command.now))
    _flush(session, project)
    return Advanced(project.code, command.trigger, before, after)


def _done_before(session: Session, command: Command) -> Advanced | None:
    entry = done_before(session, command.request_id, "project", command.project, command.trigger)
    if entry is None:
        return None
    return Advanced(entry.subject_id, entry.action, entry.before["step"], entry.after["step"], repeated=True)


_LOCK = (
    select(Project)
    .where(Project.code == bindparam("code"))
    .options(joinedload(Project.pack_version), joinedload(Project.organisation))
    .with_for_update(of=Project)
    .execution_options(populate_existing=True)
)


def lock_project(session: Session, code: str) -> Project:
    """The project row, locked until the transaction ends, with its organisation and pack. Raises ProjectMissing."""
    project = session.scalar(_LOCK, {"code": code})
    if project is None:
        raise ProjectMissing(project=code)
    return project


def find_project(session: Session, code: str) -> Project:
    """The project row for reading, with its organisation and pack. Raises ProjectMissing."""
    query = select(Project).where(Project.code == code)
    project = session.scalar(query.options(joinedload(Project.pack_version), joinedload(Project.organisation)))
    if project is None:
        raise ProjectMissing(project=code)
    return project


def _require_seat(session: Session, project: Project, move: Move, actor: Actor) -> None:
    if not holds_any(session, actor, move.who, project.organisation):
        seats, seats_en = "、".join(s.label.zh for s in move.who), ", ".join(s.label.text("en") for s in move.who)
        raise MoveForbidden(
            actor=actor.name or actor.login, project=project.name, move=move.label.zh, seats=seats, seats_en=seats_en
        )


def _require_all(session: Session, city: City, project: Project, pack: Pack, move: Move, command: Command) -> None:
    case = load_case(session, city, project, pack, move.reads(), actor=command.actor.login, now=command.now)
    refusals = move.unmet(case)
    if move.needs_reason and not command.reason.strip():
        refusals.append(_reason_missing(move))
    if refusals:
        raise MoveRefused(project=project.name, move=move.label, refusals=refusals)


def _reason_missing(move: Move) -> Refusal:
    says = Label(f"“{move.label.zh}”须写明理由", f'"{move.label.text("en")}" needs a reason')
    return Refusal("reason_missing", says, Label("经办人", "whoever acts"))


def _change_step(session: Session, project: Project, pack: Pack, after: str, move: Move, now: datetime) -> None:
    entering = pack.procedure.step[after]
    project.resume_step = project.step if entering.kind == "halt" else None
    project.step, project.stage, project.step_entered_at = after, entering.stage, now
    if entering.kind == "halt":  # a halted project keeps showing in the stage it was halted in
        project.stage = pack.procedure.step[project.resume_step or after].stage


def _record(session: Session, project: Project, pack: Pack, before: str, command: Command) -> None:
    act = Act(
        "project",
        project.code,
        command.trigger,
        command.actor.login,
        command.source,
        command.now,
        reason=command.reason,
        before={"step": before},
        after={"step": project.step},
        occurred_at=command.occurred_at,
        pack=pack.id,
        request_id=command.request_id,
    )
    record(session, act)


def _flush(session: Session, project: Project) -> None:
    try:
        session.flush()
    except StaleDataError as stale:
        raise ProjectChanged(project=project.name) from stale


@dataclass(frozen=True, slots=True)
class Possible:
    """One move that leaves the project's step, for one person: whether they hold a seat for it, and what is unmet."""

    move: Move
    permitted: bool
    refusals: tuple[Refusal, ...]

    @property
    def is_open(self) -> bool:
        """Whether the person could make the move now."""
        return self.permitted and not self.refusals

    def as_dict(self) -> dict[str, Any]:
        """The answer as data for `--json`, the API and the page."""
        return {
            "trigger": self.move.trigger,
            "label": self.move.label.zh,
            "target": self.move.target,
            "who": [str(seat) for seat in self.move.who],
            "permitted": self.permitted,
            "open": self.is_open,
            "needs_reason": self.move.needs_reason,
            "refusals": [refusal.as_dict() for refusal in self.refusals],
        }


def possible_moves(
    session: Session, city: City, project: Project, actor: Actor | None, *, now: datetime
) -> list[Possible]:
    """Every move that leaves the project's step, with everything unmet; nothing is changed.

    Without an actor `permitted` is true throughout: what could be done, whoever asks.
    """
    pack = pack_of(project.pack_version)
    moves = pack.procedure.moves_from(project.step)
    parts: set[Part] = set().union(*(move.reads() for move in moves))
    login = actor.login if actor else ""
    case = load_case(session, city, project, pack, parts, actor=login, now=now)
    return [
        Possible(
            move,
            actor is None or holds_any(session, actor, move.who, project.organisation),
            tuple(move.unmet(case)),
        )
        for move in moves
    ]


def why(session: Session, city: City, code: str, trigger: str, actor: Actor | None, *, now: datetime) -> Possible:
    """What `advance` would say to `trigger`, without moving. Raises as advance does for an impossible trigger."""
    project = find_project(session, code)
    pack = pack_of(project.pack_version)
    pack.machine.fire(project.step, trigger, resume_step=project.resume_step)
    moves = possible_moves(session, city, project, actor, now=now)
    return next(possible for possible in moves if possible.move.trigger == trigger)
