"""The outline (流程纲要): stages and steps of every pack that projects run under, merged in the packs' order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from models.pack_version import PackVersion
from models.project import Project
from services.pack import pack_of
from states.procedure import Procedure, Stage, Step, StepKind


@dataclass(frozen=True)
class Outline:
    """The procedures in use by the id of their pack version, the one new projects start under first."""

    procedures: dict[int, Procedure]

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage once, in the order of the first pack that has it."""
        return tuple(_once(stage for procedure in self.procedures.values() for stage in procedure.stages))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step once, in the order of the first pack that has it."""
        return tuple(_once(step for procedure in self.procedures.values() for step in procedure.steps))

    @cached_property
    def ends(self) -> tuple[Step, ...]:
        """The steps at which a project has left the works: struck off, terminated."""
        return tuple(step for step in self.steps if step.kind is StepKind.end)

    def steps_of(self, stage: str) -> tuple[Step, ...]:
        """The ordinary steps of a stage."""
        return tuple(step for step in self.steps if step.stage == stage and step.kind is StepKind.ordinary)

    def stage_codes(self, name: str) -> list[str]:
        """The codes of the stages of that code or label; none for an unknown one."""
        every = (stage for procedure in self.procedures.values() for stage in procedure.stages)
        return [stage.code for stage in every if name in (stage.code, stage.label.zh, stage.label.en)]

    def step(self, version_id: int, code: str) -> Step:
        """A step as the pack of that version has it."""
        return self.procedures[version_id].step[code]

    def has_ended(self) -> ColumnElement[bool]:
        """The condition that a project stands at an end of its own pack."""
        return or_(
            false(),
            *(
                and_(Project.pack_version_id == version_id, Project.step.in_(_ends(procedure)))
                for version_id, procedure in self.procedures.items()
            ),
        )


_Coded = TypeVar("_Coded", Stage, Step)


def _once(entries: Iterable[_Coded]) -> list[_Coded]:
    found: dict[str, _Coded] = {}
    for entry in entries:
        found.setdefault(entry.code, entry)
    return list(found.values())


def _ends(procedure: Procedure) -> list[str]:
    return [step.code for step in procedure.steps if step.kind is StepKind.end]


def load_outline(session: Session) -> Outline:
    """The packs some project runs under; while there is no project, the current ones. One statement."""
    used = select(Project.id).where(Project.pack_version_id == PackVersion.id).exists()
    order = (PackVersion.current.desc(), PackVersion.id.desc())
    rows = session.execute(select(PackVersion, used.label("used")).order_by(*order)).all()
    wanted = [row.PackVersion for row in rows if row.used] or [
        row.PackVersion for row in rows if row.PackVersion.current
    ]
    return Outline({version.id: pack_of(version).procedure for version in wanted})
