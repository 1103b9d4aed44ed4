"""Ballots (表决票): who said what, collected how and by whom; a correction keeps the ballot it replaces."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from models.vote import Ballot, Household, Poll
from services.chunk import chunks
from services.city import City
from services.keeping import Keeping, kept_before, note, require_keeper
from services.pack import pack_of
from services.vote import changes_of, lock_poll, require_open
from services.vote_count import asked, ballots_of
from services.vote_error import (
    BallotDayWrong,
    BallotEvidenceUnknown,
    BallotGiven,
    BallotMissing,
    PollOutdated,
    UnitNotOnRoll,
    VoteReasonMissing,
)
from services.vote_roll import PlaceKey, place_key, place_words
from states.exceptions import JiugaiError
from states.vote import Choice, Collecting

NAMED = 20
"""So many ballots of one act are named in its entry; the hash stands for all of them."""
_BALLOT = cast(Table, Ballot.__table__)


@dataclass(frozen=True, slots=True)
class Cast:
    """One ballot as it comes in: whose, what it says, how, by whom and on which day it was collected.

    `document` is the number of a document of the project that shows it.
    """

    building: str
    entrance: str
    room: str
    choice: Choice
    way: Collecting
    collected_by: str
    on: date
    document: int | None = None

    @property
    def place(self) -> str:
        """Whose it is, in words."""
        return place_words(self.building, self.entrance, self.room)


@dataclass(slots=True)
class Casting:
    """What became of ballots: how many count now, and by their place in the list why the others do not."""

    recorded: int = 0
    problems: dict[int, JiugaiError] = field(default_factory=dict)


def cast_ballots(session: Session, city: City, poll_id: int, casts: Sequence[Cast], keeping: Keeping) -> Casting:
    """Record ballots in an open round; each wrong one is told, the others count. Harmless when repeated.

    A ballot for one unit of a holder is a ballot for all of that holder's units. Raises PollMissing, PollNotOpen,
    PollOutdated, KeepingForbidden, RequestReused; the problems of single ballots are in the result.
    """
    poll, project = _held(session, poll_id, keeping)
    if kept_before(session, project, "ballots_cast", keeping):
        return Casting(len(casts))
    _require_current(session, project, poll, "登记表决票", "voted in")
    box = _Box(session, city, project, poll, keeping)
    found = Casting()
    for number, one in enumerate(casts):
        try:
            box.put(one)
        except JiugaiError as problem:
            found.problems[number] = problem
        else:
            found.recorded += 1
    box.write()
    if found.recorded:
        counted = [one for number, one in enumerate(casts) if number not in found.problems]
        note(session, project, "ballots_cast", keeping, before={}, after=_summary(poll, counted))
    return found


def correct_ballot(session: Session, city: City, poll_id: int, cast: Cast, keeping: Keeping) -> None:
    """Replace a unit's ballot in an open round, with a reason; the old one is kept.

    Raises BallotMissing, VoteReasonMissing, UnitNotOnRoll, BallotDayWrong, BallotEvidenceUnknown and as `cast_ballots`.
    """
    poll, project = _held(session, poll_id, keeping)
    if not keeping.reason.strip():
        raise VoteReasonMissing(act="更正表决票", act_en="Correcting a ballot")
    if kept_before(session, project, "ballot_corrected", keeping):
        return
    _require_current(session, project, poll, "更正表决票", "corrected")
    box = _Box(session, city, project, poll, keeping)
    before = box.replace(cast)
    box.write()
    after = {"poll": poll.id, "unit": cast.place, "choice": cast.choice.value}
    note(session, project, "ballot_corrected", keeping, before={"choice": before.choice}, after=after)


def _held(session: Session, poll_id: int, keeping: Keeping) -> tuple[Poll, Project]:
    poll, project = lock_poll(session, poll_id)
    require_keeper(project, keeping.actor)
    return poll, project


def _require_current(session: Session, project: Project, poll: Poll, act: str, act_en: str) -> None:
    require_open(poll, act, act_en)
    changes = changes_of(session, project, pack_of(project.pack_version), poll)
    if changes.labels:
        raise PollOutdated(day=changes.on, changed="、".join(label.zh for label in changes.labels))


def _summary(poll: Poll, casts: Sequence[Cast]) -> dict[str, Any]:
    lines = [[one.place, one.choice.value, one.way.value, one.collected_by, one.on.isoformat()] for one in casts]
    text = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
    named = {"ballots": [line[:2] for line in lines]} if len(lines) <= NAMED else {}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"poll": poll.id, "round": poll.round, "count": len(lines), **named, "digest": digest}


class _Box:
    """The ballots of one round while an act adds to them; `write` puts them down in one statement."""

    def __init__(self, session: Session, city: City, project: Project, poll: Poll, keeping: Keeping) -> None:
        self.session, self.project, self.poll, self.keeping = session, project, poll, keeping
        units = asked(session, poll)
        self.units: dict[PlaceKey, Household] = {place_key(u.building, u.entrance, u.room): u for u in units}
        self.of_holder: dict[str, list[Household]] = {}
        for unit in units:
            if unit.holder:
                self.of_holder.setdefault(unit.holder, []).append(unit)
        self.ballots = ballots_of(session, poll.id)
        self.days = (city.day(poll.opened_at), city.day(keeping.now))
        self.known: dict[int, bool] = {}
        self.new: list[dict[str, Any]] = []
        self.fresh: dict[int, Cast] = {}

    def put(self, cast: Cast) -> None:
        """Add a ballot; another unit of a holder who has just said the same in this act adds nothing."""
        unit = self._unit(cast)
        given = self.fresh.get(unit.id)
        if given is not None and given.choice is cast.choice and given.place != cast.place:
            return
        if given is not None or unit.id in self.ballots:
            self._refuse(unit, cast)
        self._add(unit, cast)

    def replace(self, cast: Cast) -> Ballot:
        """Put a ballot in the place of the one that counts; returns that one."""
        unit = self._unit(cast)
        before = self.ballots.get(unit.id)
        if before is None:
            raise BallotMissing(unit=cast.place)
        ids = [one.id for one in self._together(unit)]
        old = (Ballot.poll_id == self.poll.id, Ballot.household_id.in_(ids), Ballot.superseded_at.is_(None))
        self.session.execute(update(Ballot).where(*old).values(superseded_at=self.keeping.now))
        self._add(unit, cast)
        return before

    def write(self) -> None:
        """Put down what was added."""
        for some in chunks(self.new):
            self.session.execute(insert(_BALLOT), list(some))

    def _unit(self, cast: Cast) -> Household:
        unit = self.units.get(place_key(cast.building, cast.entrance, cast.room))
        if unit is None:
            raise UnitNotOnRoll(unit=cast.place)
        first, last = self.days
        if not first <= cast.on <= last:
            raise BallotDayWrong(unit=cast.place, day=cast.on, first=first, last=last)
        if cast.document is not None and not self._is_document(cast.document):
            raise BallotEvidenceUnknown(project=self.project.name, document=cast.document)
        return unit

    def _is_document(self, number: int) -> bool:
        if number not in self.known:
            mine = (Document.id == number, Document.project_id == self.project.id, Document.withdrawn_at.is_(None))
            self.known[number] = self.session.scalar(select(Document.id).where(*mine)) is not None
        return self.known[number]

    def _refuse(self, unit: Household, cast: Cast) -> None:
        given = self.fresh.get(unit.id)
        choice, day = (
            (given.choice, given.on) if given else (self.ballots[unit.id].choice, self.ballots[unit.id].cast_on)
        )
        raise BallotGiven(unit=cast.place, choice=Choice(choice).label.zh, day=day)

    def _together(self, unit: Household) -> list[Household]:
        return self.of_holder[unit.holder] if unit.holder else [unit]

    def _add(self, unit: Household, cast: Cast) -> None:
        for one in self._together(unit):
            self.fresh[one.id] = cast
            self.new.append(
                {
                    "poll_id": self.poll.id, "household_id": one.id, "choice": cast.choice.value,
                    "way": cast.way.value, "collected_by": cast.collected_by, "cast_on": cast.on,
                    "document_id": cast.document, "reason": self.keeping.reason or None,
                    "recorded_at": self.keeping.now, "recorded_by": self.keeping.actor.login, "superseded_at": None,
                }
            )  # fmt: skip
