"""Staffing (在岗情况): offices where nobody holds a seat, who has their matters meanwhile, and clocks that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.pack_version import PackVersion
from models.project import Project
from services.chain import CHAIN, path_ids
from services.chunk import chunks
from services.clock import LIVE
from services.organisation_tree import OrganisationTree, Place, load_tree
from services.pack import pack_of
from states.clock import ClockSubject
from states.label import Label
from states.role import Level, Role

SHOWN = 5
"""So many offices are named in one line; the list has all."""


@dataclass(frozen=True, slots=True)
class Unstaffed:
    """An office without anybody in `role`; `covered_by` is the office above that has its matters, None for nobody."""

    code: str
    name: str
    level: Level
    role: Role
    covered_by: str | None


def unstaffed_offices(session: Session) -> list[Unstaffed]:
    """Offices with projects, and departments beside them, where nobody active holds the seat matters come to.

    Three statements. Coordinators hold the seats of the chain of command, reviewers those of departments.
    """
    tree = load_tree(session)
    used = {
        number for (at,) in session.execute(select(Project.organisation_id).distinct()) for number in _path(tree, at)
    }
    parents = dict(session.execute(select(Organisation.id, Organisation.parent_id)).tuples().all())
    return [
        _unstaffed(tree, place)
        for place in tree.by_id.values()
        if _seat_of(place) not in place.roles
        and (place.id in used if place.level in CHAIN else parents[place.id] in used)
    ]


def _path(tree: OrganisationTree, organisation_id: int) -> list[int]:
    return path_ids(tree.by_id[organisation_id].path)


def _seat_of(place: Place) -> Role:
    return Role.coordinator if place.level in CHAIN else Role.reviewer


def _unstaffed(tree: OrganisationTree, place: Place) -> Unstaffed:
    role = _seat_of(place)
    above = tree.in_charge(place.id, place.level) if place.level in CHAIN else place
    covered = above.name if role in above.roles else None  # a department's matter is nobody else's
    return Unstaffed(place.code, place.name, place.level, role, covered)


def unstaffed_words(offices: Sequence[Unstaffed]) -> Label:
    """What is to be done about offices without anybody, the first few by name with who has their matters."""
    shown = offices[:SHOWN]
    named = "、".join(f"{one.name}（{f'由{one.covered_by}代办' if one.covered_by else '无人可办'}）" for one in shown)
    named_en = ", ".join(f"{one.name} ({one.covered_by or 'nobody acts for it'})" for one in shown)
    more, more_en = (" 等", " and others") if len(offices) > SHOWN else ("", "")
    return Label(
        f"{len(offices)} 个机构没有在岗人员：{named}{more}。请用 jiugai user add 或 user grant 配备",
        f"{len(offices)} office(s) without anybody: {named_en}{more_en}. Use `jiugai user add` or `user grant`",
    )


def follow_staffing(session: Session, organisation: Organisation) -> int:
    """After somebody came to or left an office: running clocks of the projects below go to whoever has them now.

    Returns how many changed hands. Clocks of reviews stay with the units that were asked.
    """
    query = (
        select(Clock.id, Clock.holder_id, Project.organisation_id, Project.pack_version_id)
        .add_columns(Project.step, Project.resume_step)
        .join(Project, Project.id == Clock.project_id)
        .join(Organisation, Organisation.id == Project.organisation_id)
        .where(Organisation.path.startswith(organisation.path, autoescape=True), Clock.status.in_(LIVE))
        .where(Clock.subject.in_((ClockSubject.step, ClockSubject.period)))
    )
    rows = session.execute(query).all()
    tree = load_tree(session) if rows else None
    moving: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        step = pack_of(session.get_one(PackVersion, row.pack_version_id)).procedure.step[row.resume_step or row.step]
        if tree is None or step.held_by is None or step.held_by.level is None:
            continue
        holder = tree.in_charge(row.organisation_id, step.held_by.level, step.held_by.role).id
        if holder != row.holder_id:
            moving[holder].append(row.id)
    for holder, clocks in moving.items():
        for some in chunks(clocks):
            session.execute(update(Clock).where(Clock.id.in_(some)).values(holder_id=holder))
    return sum(map(len, moving.values()))
