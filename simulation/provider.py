"""Providers (补齐): what a refusal says is missing, provided as the people of a real case would."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from models.project import Project
from policy.pack import Pack
from services.city import City
from services.document import Upload, attach
from services.fact import reach_milestone, record_facts
from services.finding import findings_of, rectify, reinspect
from services.identity import Actor
from services.keeping import Keeping
from simulation import residents
from simulation.cast import Cast
from simulation.profile import guess
from states.finding import FindingStatus
from states.refusal import Refusal
from states.role import Level, Role, Seat

DISTRICT = Seat(Role.coordinator, Level.district)


@dataclass
class Walk:
    """One project on its way: its own moment `now`, what it says of itself, and where it is to end."""

    code: str
    now: datetime
    facts: dict[str, str]
    target: str = ""
    moves: int = 0

    def today(self, city: City) -> date:
        """The day in the city at the walk's moment."""
        return city.day(self.now)

    def go_to(self, city: City, day: date, *, at: time = time(9, 30)) -> None:
        """Go to a day, at that time in the city; never back."""
        self.now = max(datetime.combine(day, at, city.zone), self.now)


@dataclass(frozen=True)
class Need:
    """What a provider works with."""

    session: Session
    city: City
    cast: Cast
    walk: Walk
    project: Project
    pack: Pack
    others: set[str]

    @cached_property
    def keeping(self) -> Keeping:
        """Who writes into the record now."""
        return Keeping(self.person(DISTRICT), self.walk.now, "demo")

    def person(self, seat: Seat) -> Actor:
        """Somebody who holds a seat for the project."""
        return self.cast.actor(self.session, self.cast.seated(self.session, self.project, (seat,))[0])


def _documents(need: Need, refusals: list[Refusal]) -> None:
    for refusal in refusals:
        kind = refusal.data["document"]
        label = need.pack.document_entry(kind).label
        content = f"%PDF-1.4\n% {label} · {need.project.name}\n".encode()
        upload = Upload(kind, f"{label}.pdf", io.BytesIO(content))
        attach(need.session, need.city, need.project, upload, need.keeping)


def _facts(need: Need, refusals: list[Refusal]) -> None:
    today, known = need.walk.today(need.city), need.walk.facts
    codes = dict.fromkeys(refusal.data["fact"] for refusal in refusals)
    values = {code: known.get(code) or guess(need.pack.fact(code), today) for code in codes}
    record_facts(need.session, need.project, values, need.keeping)


def _milestones(need: Need, refusals: list[Refusal]) -> None:
    day = need.walk.today(need.city)
    for refusal in refusals:
        reach_milestone(need.session, need.city, need.project, refusal.data["milestone"], day, need.keeping)


def _findings(need: Need, refusals: list[Refusal]) -> None:
    kinds = {refusal.data["finding"] for refusal in refusals}
    for finding in findings_of(need.session, need.project.id):
        if finding.kind not in kinds or finding.status == FindingStatus.closed:
            continue
        if finding.status == FindingStatus.open:
            rectify(need.session, finding.id, "已按要求整改，附照片", need.keeping)
        closer = need.person(need.pack.finding(finding.kind).closed_by)
        reinspect(need.session, finding.id, Keeping(closer, need.walk.now, "demo"), passed=True)


def _wait(need: Need, refusals: list[Refusal]) -> None:
    days = [date.fromisoformat(r.data["day"]) for r in refusals if "day" in r.data]
    days += [date.fromisoformat(r.data["until"]) + timedelta(days=1) for r in refusals if "until" in r.data]
    need.walk.go_to(need.city, need.city.calendar.roll_forward(max(days)).day)


def _somebody_else(need: Need, refusals: list[Refusal]) -> None:
    need.others.update(login for refusal in refusals for login in refusal.data["by"])


def _vote(need: Need, refusals: list[Refusal]) -> None:
    known = need.walk.facts
    units = residents.roll(int(known["owners"]), int(known["area"]))
    record_facts(need.session, need.project, {"owners": known["owners"], "area": known["area"]}, need.keeping)
    for consent in dict.fromkeys(refusal.data["consent"] for refusal in refusals):
        residents.vote(need.session, need.city, need.walk.code, consent, units, need.keeping)


def _post(need: Need, refusals: list[Refusal]) -> None:
    for posting in dict.fromkeys(refusal.data["posting"] for refusal in refusals):
        residents.post(need.session, need.city, need.walk.code, posting, need.keeping)


PROVIDERS: dict[str, Callable[[Need, list[Refusal]], None]] = {
    "document_missing": _documents,
    "document_stale": _documents,
    "fact_missing": _facts,
    "milestone_open": _milestones,
    "finding_open": _findings,
    "period_not_over": _wait,
    "posting_not_over": _wait,
    "posting_not_begun": _post,
    "posting_changed": _post,
    "poll_not_opened": _vote,
    "poll_stale": _vote,
    "date_not_reached": _wait,
    "same_person": _somebody_else,
}
"""By the code of the refusal: all refusals of one code are provided for at once."""
