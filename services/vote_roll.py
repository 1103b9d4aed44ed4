"""The roll of owners (业主名册): units with their areas and owners; a version a poll has used never changes again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from models.project import Project
from models.vote import Household, OwnerRoll, Poll
from services.keeping import Keeping, kept_before, note, require_keeper
from services.project_column import fold
from services.vote_error import RollMissing, UnitInvalid, UnitRepeated, VoteReasonMissing
from states.vote_requirement import square_metres

MAX_AREA = 10_000_000
"""100,000 m² in 0.01 m²: nobody holds more in one unit."""
MAX_OWNERS = 1000
_SUFFIX = re.compile(r"(?:号楼|栋|幢|座|楼|单元|门|室|号|户|房)$")
_HOUSEHOLD = cast(Table, Household.__table__)
PlaceKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class RollUnit:
    """One unit as a roll takes it: `area` in 0.01 m², so many `owners`; units of one `holder` have one head."""

    building: str
    entrance: str
    room: str
    area: int
    owners: int = 1
    holder: str | None = None
    name: str | None = None
    phone: str | None = None

    @property
    def place(self) -> str:
        """The unit in words."""
        return place_words(self.building, self.entrance, self.room)

    @property
    def key(self) -> PlaceKey:
        """The unit as it is compared."""
        return place_key(self.building, self.entrance, self.room)


def place_words(building: str, entrance: str, room: str = "") -> str:
    """3号楼 2单元 501; parts that are empty are left out."""
    return " ".join(part for part in (building, entrance, room) if part)


def place_key(building: str, entrance: str, room: str = "") -> PlaceKey:
    """A place as it is compared: 3, ３ and 3号楼 are the same building."""
    return _plain(building), _plain(entrance), _plain(room)


def _plain(text: str) -> str:
    folded = fold(text)
    return _SUFFIX.sub("", folded) or folded


def replace_roll(session: Session, project: Project, units: Sequence[RollUnit], keeping: Keeping) -> OwnerRoll:
    """Make these units the project's roll, all of them; harmless when they are what stands there, or when repeated.

    Raises UnitInvalid and UnitRepeated before anything is written, KeepingForbidden, RequestReused.
    """
    require_keeper(project, keeping.actor)
    check_units(units)
    done = kept_before(session, project, "roll_replaced", keeping)
    newest = newest_roll(session, project.id)
    if done is not None or (newest is not None and _is_same(session, newest, units)):
        assert newest is not None  # noqa: S101 - what was done left a roll
        return newest
    roll = _next_version(session, project, newest, units, keeping)
    before = {"roll": newest.version} if newest else {}
    note(session, project, "roll_replaced", keeping, before=before, after=_summary(roll, units))
    return roll


def change_unit(session: Session, project: Project, unit: RollUnit, keeping: Keeping) -> OwnerRoll:
    """Enter one unit, or correct the one that is there; a roll that a poll has used is copied first.

    Raises UnitInvalid, KeepingForbidden, RequestReused.
    """
    return _changed(session, project, unit.key, unit, keeping)


def remove_unit(session: Session, project: Project, key: PlaceKey, keeping: Keeping) -> OwnerRoll:
    """Take one unit off the roll, with a reason. Raises RollMissing, VoteReasonMissing and as `change_unit`."""
    if not keeping.reason.strip():
        raise VoteReasonMissing(act="删除住户", act_en="Taking a unit off the roll")
    require_roll(session, project)
    return _changed(session, project, key, None, keeping)


def _changed(session: Session, project: Project, key: PlaceKey, unit: RollUnit | None, keeping: Keeping) -> OwnerRoll:
    require_keeper(project, keeping.actor)
    check_units([unit] if unit else [])
    done = kept_before(session, project, "unit_changed", keeping)
    newest = newest_roll(session, project.id)
    if done is not None and newest is not None:
        return newest
    standing = [as_unit(row) for row in units_of(session, newest.id)] if newest else []
    before = [one for one in standing if one.key == key]
    units = [unit if unit and one.key == key else one for one in standing if unit or one.key != key]
    units += [unit] if unit and not before else []
    roll = _rewritten(session, project, newest, units, keeping)
    old = {"unit": before[0].place, "area": square_metres(before[0].area)} if before else {}
    new = {"roll": roll.version, **({"unit": unit.place, "area": square_metres(unit.area)} if unit else {})}
    note(session, project, "unit_changed", keeping, before=old, after=new)
    return roll


def _rewritten(
    session: Session, project: Project, newest: OwnerRoll | None, units: Sequence[RollUnit], keeping: Keeping
) -> OwnerRoll:
    if newest is None or session.scalar(select(exists().where(Poll.roll_id == newest.id))):
        return _next_version(session, project, newest, units, keeping)
    session.execute(delete(Household).where(Household.roll_id == newest.id))
    _write(session, newest, units)
    return newest


def _next_version(
    session: Session, project: Project, newest: OwnerRoll | None, units: Sequence[RollUnit], keeping: Keeping
) -> OwnerRoll:
    roll = OwnerRoll(
        project_id=project.id,
        version=newest.version + 1 if newest else 1,
        made_at=keeping.now,
        made_by=keeping.actor.login,
    )
    session.add(roll)
    session.flush()
    _write(session, roll, units)
    return roll


def _write(session: Session, roll: OwnerRoll, units: Sequence[RollUnit]) -> None:
    rows = [
        {
            "roll_id": roll.id, "building": one.building, "entrance": one.entrance, "room": one.room,
            "owners": one.owners, "area": one.area, "holder": one.holder, "name": one.name, "phone": one.phone,
        }
        for one in units
    ]  # fmt: skip
    if rows:
        session.execute(insert(_HOUSEHOLD), rows)


def _is_same(session: Session, roll: OwnerRoll, units: Sequence[RollUnit]) -> bool:
    standing = {unit.key: unit for row in units_of(session, roll.id) for unit in [as_unit(row)]}
    return standing == {unit.key: unit for unit in units}


def _summary(roll: OwnerRoll, units: Sequence[RollUnit]) -> dict[str, object]:
    return {"roll": roll.version, "units": len(units), "area": square_metres(sum(unit.area for unit in units))}


def check_units(units: Iterable[RollUnit]) -> None:
    """Refuse a unit without a room, without area, or standing there twice. Raises UnitInvalid, UnitRepeated."""
    seen: set[PlaceKey] = set()
    for unit in units:
        problem = unit_problem(unit)
        if problem:
            raise UnitInvalid(unit=unit.place or "（空）", problem=problem[0], problem_en=problem[1])
        if unit.key in seen:
            raise UnitRepeated(unit=unit.place)
        seen.add(unit.key)


def unit_problem(unit: RollUnit) -> tuple[str, str] | None:
    """What is wrong with a unit, in both languages; None for a good one."""
    if not unit.room:
        return "没有填室号", "the room is missing"
    if not 0 < unit.area <= MAX_AREA:
        return f"专有面积 {square_metres(unit.area)} m² 应大于 0、不超过十万", "its area is out of range"
    if not 1 <= unit.owners <= MAX_OWNERS:
        return f"业主人数 {unit.owners} 应为 1 至 {MAX_OWNERS}", f"owners must be 1 to {MAX_OWNERS}"
    return None


def newest_roll(session: Session, project_id: int) -> OwnerRoll | None:
    """The roll as it stands; None where there is none."""
    mine = select(OwnerRoll).where(OwnerRoll.project_id == project_id).order_by(OwnerRoll.version.desc()).limit(1)
    return session.scalar(mine)


def require_roll(session: Session, project: Project) -> OwnerRoll:
    """The roll as it stands. Raises RollMissing."""
    roll = newest_roll(session, project.id)
    if roll is None:
        raise RollMissing(project=project.name)
    return roll


def units_of(session: Session, roll_id: int) -> list[Household]:
    """The units of one version, in the order they were entered."""
    return list(session.scalars(select(Household).where(Household.roll_id == roll_id).order_by(Household.id)))


def count_units(session: Session, roll_id: int) -> int:
    """How many units a version has."""
    return session.scalar(select(func.count()).where(Household.roll_id == roll_id)) or 0


def as_unit(row: Household) -> RollUnit:
    """A row of a roll as it was entered."""
    return RollUnit(row.building, row.entrance, row.room, row.area, row.owners, row.holder, row.name, row.phone)
