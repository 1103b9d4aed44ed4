"""Who stands where under a pack (在办项目分布): what a new version finds, which steps it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.pack_version import PackVersion
from models.project import Project
from policy.pack import Pack
from services.pack import current_version, pack_of
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.procedure import StepKind

LISTED = 20
"""So many projects are named for each step; `projects` counts all of them."""


class PackVersionMissing(JiugaiError):
    """That version of the pack was never activated here."""

    code = "pack_version_missing"
    kind = Kind.missing
    zh = "“{pack}”没有启用过 {version} 版。启用过的有：{versions}。可用 jiugai policy list 查看现行版本。"
    en = 'Version {version} of "{pack}" was never activated here. There are: {versions}. See jiugai policy list.'


@dataclass(frozen=True, slots=True)
class Standing:
    """The running projects of one version at one step, and whether the pack compared with has that step.

    `resuming`: they are suspended and would come back to the step. `codes` names the first of them where the step is
    missing; there is nothing to do about the others.
    """

    pack: str
    step: str
    label: Label
    projects: int
    exists: bool
    resuming: bool = False
    codes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON-safe data."""
        return {
            "pack": self.pack,
            "step": self.step,
            "label": self.label.zh,
            "label_en": self.label.text("en"),
            "projects": self.projects,
            "exists": self.exists,
            "resuming": self.resuming,
            "codes": list(self.codes),
        }


def stored_pack(session: Session, name: str, version: str | None = None) -> Pack:
    """A version of a pack as it was activated; without a version the one in force.

    Raises PackNotActive, PackVersionMissing.
    """
    if version is None:
        return pack_of(current_version(session, name))
    found = session.scalar(select(PackVersion).where(PackVersion.name == name, PackVersion.version == version))
    if found is None:
        versions = session.scalars(select(PackVersion.version).where(PackVersion.name == name).order_by(PackVersion.id))
        raise PackVersionMissing(pack=name, version=version, versions="、".join(versions) or "-")
    return pack_of(found)


def standings(session: Session, name: str, pack: Pack) -> list[Standing]:
    """Every step at which running projects of `name` stand or would resume, in the order of their own versions.

    They keep their version whatever is activated; a step that `pack` has not is where they could not be moved to it.
    """
    found: list[Standing] = []
    for version in session.scalars(select(PackVersion).where(PackVersion.name == name).order_by(PackVersion.id)):
        for column, resuming in ((Project.step, False), (Project.resume_step, True)):
            found.extend(_of_version(session, version, pack, column, resuming=resuming))
    return found


def _of_version(
    session: Session,
    version: PackVersion,
    pack: Pack,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    *,
    resuming: bool,
) -> list[Standing]:
    own = pack_of(version)
    ends = [step.code for step in own.procedure.steps if step.kind is StepKind.end]
    here: tuple[ColumnElement[bool], ...] = (
        Project.pack_version_id == version.id,
        Project.step.not_in(ends),
        column.is_not(None),
    )
    counts = dict(session.execute(select(column, func.count()).where(*here).group_by(column)).tuples().all())
    return [
        Standing(
            own.id,
            step.code,
            step.label,
            counts[step.code],
            step.code in pack.procedure.step,
            resuming,
            () if step.code in pack.procedure.step else _codes(session, *here, column == step.code),
        )
        for step in own.procedure.steps
        if step.code in counts
    ]


def _codes(session: Session, *here: ColumnElement[bool]) -> tuple[str, ...]:
    return tuple(session.scalars(select(Project.code).where(*here).order_by(Project.code).limit(LISTED)))
