"""Providers (补齐): what a refusal says is missing, provided as the people of a real case would."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.document import Upload, attach
from services.fact import reach_milestone, record_facts
from services.finding import findings_of, rectify, reinspect
from services.identity import Actor, find_actor, people_in_seat
from services.keeping import Keeping
from simulation.profile import guess
from states.refusal import Refusal
from states.role import SYSTEM, Level, Role, Seat

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

    def go_to(self, city: City, day: date) -> None:
        """Go to a day, at the hour the walk has."""
        local = self.now.astimezone(city.zone)
        self.now = datetime.combine(day, local.timetz().replace(tzinfo=None), city.zone)


def seated(session: Session, project: Project, seats: tuple[Seat, ...]) -> list[str]:
    """The logins of everybody who holds one of the seats for the project."""
    wanted = [seat for seat in seats if seat != SYSTEM]
    return [person.login for seat in wanted for person in people_in_seat(session, seat, project.organisation)]


@dataclass(frozen=True)
class Need:
    """What a provider works with."""

    session: Session
    city: City
    walk: Walk
    project: Project
    pack: Pack
    others: set[str]

    def keeping(self, reason: str = "") -> Keeping:
        """Who writes into the record now."""
        return Keeping(self.person(DISTRICT), self.walk.now, "demo", reason=reason)

    def person(self, seat: Seat) -> Actor:
        """Somebody who holds a seat for the project."""
        return find_actor(self.session, seated(self.session, self.project, (seat,))[0])


def _document(need: Need, refusal: Refusal) -> None:
    kind = refusal.data["document"]
    label = need.pack.document_entry(kind).label
    content = f"%PDF-1.4\n% {label} · {need.project.name}\n".encode()
    upload = Upload(kind, f"{label}.pdf", io.BytesIO(content))
    attach(need.session, need.city, need.project, upload, need.keeping())


def _fact(need: Need, refusal: Refusal) -> None:
    code = refusal.data["fact"]
    value = need.walk.facts.get(code) or guess(need.pack.fact(code), need.walk.today(need.city))
    record_facts(need.session, need.project, {code: value}, need.keeping())


def _milestone(need: Need, refusal: Refusal) -> None:
    city, day = need.city, need.walk.today(need.city)
    reach_milestone(need.session, city, need.project, refusal.data["milestone"], day, need.keeping())


def _finding(need: Need, refusal: Refusal) -> None:
    for finding in findings_of(need.session, need.project.id):
        if finding.kind != refusal.data["finding"] or finding.status == "closed":
            continue
        if finding.status == "open":
            rectify(need.session, finding.id, "已按要求整改，附照片", need.keeping())
        closer = need.pack.finding(finding.kind).closed_by
        actor = need.person(closer)
        reinspect(need.session, finding.id, Keeping(actor, need.walk.now, "demo"), passed=True)


def _until(need: Need, refusal: Refusal) -> None:
    until = date.fromisoformat(refusal.data.get("until") or refusal.data["day"])
    after = until + timedelta(days=1) if "until" in refusal.data else until
    need.walk.go_to(need.city, need.city.calendar.roll_forward(after).day)


def _somebody_else(need: Need, refusal: Refusal) -> None:
    need.others.update(_who_made(need, refusal.data["trigger"]))


def _who_made(need: Need, trigger: str) -> list[str]:
    made = select(AuditEntry.actor).where(
        AuditEntry.subject == "project", AuditEntry.subject_id == need.project.code, AuditEntry.action == trigger
    )
    return list(need.session.scalars(made))


PROVIDERS: dict[str, Callable[[Need, Refusal], None]] = {
    "document_missing": _document,
    "fact_missing": _fact,
    "milestone_open": _milestone,
    "finding_open": _finding,
    "period_not_over": _until,
    "date_not_reached": _until,
    "same_person": _somebody_else,
}
