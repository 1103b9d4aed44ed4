"""Moving a project (推进): one function changes a project's step, and everything that follows is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from models.project import Project
from policy.pack import Pack
from services.audit import Act, RequestReused, done_before, record
from services.case import load_case
from services.chain import Chain
from services.city import City
from services.consequence import Made, follow
from services.identity import Actor, Capacity, MoveForbidden, capacities
from services.pack import pack_of
from services.possible_move import Possible, possible_moves, unmet_in
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
    chain = Chain(session, project.organisation)
    held = _require_seat(session, project, move, command.actor, chain)
    capacity = _require_all(session, city, project, pack, move, command, held)
    _change_step(session, project, pack, after, move, command.now)
    _record(session, project, pack, before, command, capacity)
    follow(session, city, Made(project, pack, move, before, command.reason, command.actor, command.now, chain))
    _flush(session, project)
    return Advanced(project.code, command.trigger, before, after)


def _done_before(session: Session, command: Command) -> Advanced | None:
    entry = done_before(session, command.request_id, "project", command.project, command.trigger)
    if entry is None:
        return None
    return Advanced(entry.subject_id, entry.action, entry.before["step"], entry.after["step"], repeated=True)


_FIND = (
    select(Project)
    .where(Project.code == bindparam("code"))
    .options(joinedload(Project.pack_version), joinedload(Project.organisation))
)
_LOCK = _FIND.with_for_update(of=Project).execution_options(populate_existing=True)


def lock_project(session: Session, code: str) -> Project:
    """The project row, locked until the transaction ends, with its organisation and pack. Raises ProjectMissing."""
    project = session.scalar(_LOCK, {"code": code})
    if project is None:
        raise ProjectMissing(project=code)
    return project


def find_project(session: Session, code: str) -> Project:
    """The project row for reading, with its organisation and pack. Raises ProjectMissing."""
    project = session.scalar(_FIND, {"code": code})
    if project is None:
        raise ProjectMissing(project=code)
    return project


def _require_seat(session: Session, project: Project, move: Move, actor: Actor, chain: Chain) -> tuple[Capacity, ...]:
    held = capacities(session, actor, move.who, project.organisation, chain)
    if not held:
        seats, seats_en = "、".join(s.label.zh for s in move.who), ", ".join(s.label.text("en") for s in move.who)
        raise MoveForbidden(
            actor=actor.name or actor.login, project=project.name, move=move.label.zh, seats=seats, seats_en=seats_en
        )
    return held


def _require_all(
    session: Session,
    city: City,
    project: Project,
    pack: Pack,
    move: Move,
    command: Command,
    held: Sequence[Capacity],
) -> Capacity:
    """Refuse while anything is unmet; returns the capacity the move is made in."""
    case = load_case(session, city, project, pack, move.reads(), actor=command.actor.login, now=command.now)
    refusals, capacity = unmet_in(move, case, held)
    if move.needs_reason and not command.reason.strip():
        refusals.append(_reason_missing(move))
    if refusals:
        raise MoveRefused(project=project.name, move=move.label, refusals=refusals)
    return capacity


def _reason_missing(move: Move) -> Refusal:
    says = Label(f"“{move.label.zh}”须写明理由", f'"{move.label.text("en")}" needs a reason')
    return Refusal("reason_missing", says, Label("经办人", "whoever acts"))


_PROJECT = cast(Table, Project.__table__)
_MOVED = ("step", "stage", "resume_step", "step_entered_at", "version")
_MOVE = (
    update(_PROJECT)
    .where(_PROJECT.c.id == bindparam("of_project"), _PROJECT.c.version == bindparam("seen"))
    .values({name: bindparam(name) for name in _MOVED})
)


def _change_step(session: Session, project: Project, pack: Pack, after: str, move: Move, now: datetime) -> None:
    """Write the new step at once, without the ORM's flush, which costs thrice as much, with the same version check."""
    entering, steps = pack.procedure.step[after], pack.procedure.step
    resume_step = project.step if entering.kind == "halt" else None
    changed = {
        "step": after,
        "stage": steps[resume_step or after].stage,  # a halted project keeps showing in the stage it was halted in
        "resume_step": resume_step,
        "step_entered_at": now,
        "version": project.version + 1,
    }
    _flush(session, project)  # what the caller has changed of the project comes first, and counts in the version
    done = session.execute(_MOVE, {"of_project": project.id, "seen": project.version, **changed})
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise ProjectChanged(project=project.name)
    for name, value in changed.items():
        set_committed_value(project, name, value)


def _record(session: Session, project: Project, pack: Pack, before: str, command: Command, capacity: Capacity) -> None:
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
        on_behalf_of=capacity.on_behalf_of,
        pack=pack.id,
        request_id=command.request_id,
    )
    record(session, act)


def _flush(session: Session, project: Project) -> None:
    try:
        session.flush()
    except StaleDataError as stale:
        raise ProjectChanged(project=project.name) from stale


def why(session: Session, city: City, code: str, trigger: str, actor: Actor | None, *, now: datetime) -> Possible:
    """What `advance` would say to `trigger`, without moving. Raises as advance does for an impossible trigger."""
    project = find_project(session, code)
    pack = pack_of(project.pack_version)
    pack.machine.fire(project.step, trigger, resume_step=project.resume_step)
    moves = possible_moves(session, city, project, actor, now=now)
    return next(possible for possible in moves if possible.move.trigger == trigger)
