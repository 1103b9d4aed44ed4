"""幸福里小区 under the general rules, ready to vote on its plan: six units, one owner with two of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import policy
from models.vote import OwnerRoll, Poll
from policy.loader import load_pack
from policy.pack import Pack
from runtime.database import Database
from services.document import Upload, attach
from services.keeping import Keeping
from services.project import find_project, lock_project
from services.vote import Opening, close_poll, open_poll
from services.vote_ballot import Cast, Casting, cast_ballots
from services.vote_roll import RollUnit, replace_roll
from states.vote import Choice, Collecting
from tests.database import fresh_url
from tests.world import World, found_city

CODE = "SN-2026-001"
PACKS = Path(policy.__file__).parent / "packs"
UNITS = (
    RollUnit("1号楼", "1单元", "101", 90_00, 2, name="张建国", phone="13800138000"),
    RollUnit("1号楼", "1单元", "102", 85_50),
    RollUnit("1号楼", "1单元", "201", 90_00, holder="A-7", name="李秀英"),
    RollUnit("1号楼", "2单元", "101", 90_00, holder="A-7", name="李秀英"),
    RollUnit("1号楼", "2单元", "102", 120_25),
    RollUnit("2号楼", "", "101", 60_00),
)
AREA = "535.75"


def general_city(folder: Path, url: str | None = None) -> World:
    """阳光市 under the general rules with the project at its design, plan and roll in order."""
    url = url or fresh_url(folder, "general.db")
    world = World(Database(url), folder, general_pack())
    found_city(world)
    world.enrol(CODE)
    world.document(CODE, "renovation_plan")
    world.facts(CODE, owners="5", area=AREA, common_parts_altered="否", lifts="0")
    stand(world, "design")
    enter(world, UNITS)
    return world


def general_pack() -> Pack:
    return load_pack(PACKS / "default")


def stand(world: World, step: str) -> None:
    """Put the project at a step; how it came there does not matter here."""
    with world.write() as session:
        find_project(session, CODE).step = step


def enter(world: World, units: Sequence[RollUnit], request: str | None = None) -> OwnerRoll:
    keeping = world.keeping()
    with world.write() as session:
        return replace_roll(session, lock_project(session, CODE), units, _with(keeping, request))


def opened(world: World, consent: str = "ordinary_decision", request: str | None = None, **opening: object) -> Poll:
    keeping = world.keeping()
    with world.write() as session:
        wish = Opening(consent, **opening)  # type: ignore[arg-type]
        return open_poll(session, world.city, lock_project(session, CODE), wish, _with(keeping, request))


def ballot(world: World, place: str, choice: Choice = Choice.agree, **changes: object) -> Cast:
    building, entrance, room = place.split("-")
    values = {"way": Collecting.paper, "collected_by": "小李", "on": world.city.day(world.now), **changes}
    return Cast(building, entrance, room, choice, **values)  # type: ignore[arg-type]


def cast(world: World, poll: Poll, *casts: Cast, request: str | None = None) -> Casting:
    keeping = world.keeping()
    with world.write() as session:
        return cast_ballots(session, world.city, poll.id, casts, _with(keeping, request))


def closed(world: World, poll: Poll, request: str | None = None) -> Poll:
    keeping = world.keeping()
    with world.write() as session:
        return close_poll(session, poll.id, _with(keeping, request))


def file(world: World, kind: str, words: str) -> None:
    keeping = world.keeping()
    with world.write() as session:
        content = io.BytesIO(f"%PDF-1.7\n% {words}\n".encode())
        attach(session, world.city, find_project(session, CODE), Upload(kind, f"{kind}.pdf", content), keeping)


def _with(keeping: Keeping, request: str | None) -> Keeping:
    return replace(keeping, request_id=request) if request else keeping
