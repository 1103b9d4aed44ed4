"""Units of a roll or a round for lists (住户清单): names and phones masked; the whole of one only with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.project import Project
from models.vote import Ballot, Household, OwnerRoll, Poll
from services.keeping import Keeping, kept_before, note, require_keeper
from services.masking import masked_name, masked_phone
from services.vote_count import asked, ballots_of
from services.vote_error import PollMissing, UnitNotOnRoll, VoteReasonMissing
from services.vote_roll import newest_roll, place_words, units_of
from states.vote import Choice, Collecting

CENT = 100


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit (area in m²) with what it said, if anything, and how often that was corrected."""

    household: int
    place: str
    owners: int
    area: Decimal
    holder: str | None
    name: str
    phone: str
    choice: Choice | None = None
    way: Collecting | None = None
    cast_on: date | None = None
    collected_by: str | None = None
    document: int | None = None
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class RollLine:
    """The roll as it stands: its version, how many units, their area in m², and the units."""

    version: int
    units: int
    area: Decimal
    lines: tuple[UnitLine, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who owns a unit, in full."""

    place: str
    name: str | None
    phone: str | None


def list_roll(session: Session, project: Project) -> RollLine | None:
    """The newest roll of a project; None where there is none."""
    roll = newest_roll(session, project.id)
    if roll is None:
        return None
    units = units_of(session, roll.id)
    lines = tuple(_line(unit, None, 0) for unit in units)
    return RollLine(roll.version, len(units), sum((line.area for line in lines), Decimal(0)), lines)


def list_ballots(session: Session, poll_id: int) -> tuple[UnitLine, ...]:
    """Every unit a round asks with the ballot that counts, in the roll's order. Raises PollMissing."""
    poll = session.get(Poll, poll_id)
    if poll is None:
        raise PollMissing(poll=poll_id)
    ballots, corrected = ballots_of(session, poll.id), _corrections(session, poll.id)
    return tuple(_line(unit, ballots.get(unit.id), corrected.get(unit.id, 0)) for unit in asked(session, poll))


def _corrections(session: Session, poll_id: int) -> Mapping[int, int]:
    replaced = select(Ballot.household_id, func.count()).where(
        Ballot.poll_id == poll_id, Ballot.superseded_at.is_not(None)
    )
    return {row.household_id: row[1] for row in session.execute(replaced.group_by(Ballot.household_id))}


def _line(unit: Household, ballot: Ballot | None, corrections: int) -> UnitLine:
    return UnitLine(
        household=unit.id,
        place=place_words(unit.building, unit.entrance, unit.room),
        owners=unit.owners,
        area=Decimal(unit.area) / CENT,
        holder=unit.holder,
        name=masked_name(unit.name),
        phone=masked_phone(unit.phone),
        choice=Choice(ballot.choice) if ballot else None,
        way=Collecting(ballot.way) if ballot else None,
        cast_on=ballot.cast_on if ballot else None,
        collected_by=ballot.collected_by if ballot else None,
        document=ballot.document_id if ballot else None,
        corrections=corrections,
    )


def reveal_contact(session: Session, project: Project, household: int, keeping: Keeping) -> Contact:
    """Name and phone of one unit in full, for a reason that goes into the history with who asked.

    Raises VoteReasonMissing, UnitNotOnRoll, KeepingForbidden, RequestReused.
    """
    require_keeper(project, keeping.actor)
    if not keeping.reason.strip():
        raise VoteReasonMissing(act="查看业主联系方式", act_en="Seeing an owner's contact")
    mine = select(Household).join(OwnerRoll).where(Household.id == household, OwnerRoll.project_id == project.id)
    unit = session.scalar(mine)
    if unit is None:
        raise UnitNotOnRoll(unit=household)
    place = place_words(unit.building, unit.entrance, unit.room)
    if not kept_before(session, project, "contact_revealed", keeping):
        note(session, project, "contact_revealed", keeping, before={}, after={"household": household, "unit": place})
    return Contact(place, unit.name, unit.phone)
