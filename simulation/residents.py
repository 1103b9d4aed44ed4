"""The residents of a made-up community (样例居民): a roll that adds up, ballots from most of them, papers up."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.city import City
from services.keeping import Keeping
from services.posting import Putting, open_posting
from services.project import lock_project
from services.vote import Opening, close_poll, open_poll
from services.vote_ballot import Cast, cast_ballots
from services.vote_roll import RollUnit, newest_roll, replace_roll
from simulation.founding import GIVEN, SURNAMES
from states.vote import Choice, Collecting

PER_ENTRANCE, ENTRANCES = 12, 3
PLACE = "小区大门公告栏、各单元门口"
CENT = 100


def roll(households: int, area: int) -> list[RollUnit]:
    """Units whose areas add up to `area` (m²) exactly; what does not divide is in the last one."""
    each, rest = divmod(area * CENT, households)
    return [_unit(number, each + (rest if number == households - 1 else 0)) for number in range(households)]


def _unit(number: int, area: int) -> RollUnit:
    building, within = divmod(number, PER_ENTRANCE * ENTRANCES)
    entrance, place = divmod(within, PER_ENTRANCE)
    floor, door = divmod(place, 2)
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES) % len(GIVEN)]
    return RollUnit(f"{building + 1}号楼", f"{entrance + 1}单元", f"{floor + 1}0{door + 1}", area, name=name)


def vote(session: Session, city: City, code: str, consent: str, units: list[RollUnit], keeping: Keeping) -> None:
    """One round from door to door: nine tenths take part, eight of ten agree."""
    project = lock_project(session, code)
    if newest_roll(session, project.id) is None:
        replace_roll(session, project, units, keeping)
    poll = open_poll(session, city, project, Opening(consent), keeping)
    voted, agreed = len(units) * 9 // 10, len(units) * 8 // 10
    choices = [Choice.agree] * agreed + [Choice.against] * (voted - agreed)
    day = city.day(keeping.now)
    casts = [
        Cast(unit.building, unit.entrance, unit.room, choice, Collecting.door_to_door, "社区网格员", day)
        for unit, choice in zip(units, choices, strict=False)
    ]
    cast_ballots(session, city, poll.id, casts, keeping)
    close_poll(session, poll.id, keeping)


def post(session: Session, city: City, code: str, posting: str, keeping: Keeping) -> None:
    """Put the papers of a posting up today."""
    putting = Putting(posting, PLACE, city.day(keeping.now))
    open_posting(session, city, lock_project(session, code), putting, keeping)
