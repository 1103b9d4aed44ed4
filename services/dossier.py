"""The dossier (项目卷宗): everything about one project at one moment, typed for its page, in some twenty statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry
from models.community import Community
from models.fact import Fact
from models.finding import Finding
from models.project import Project
from policy.pack import Pack
from services.checklist import Checklist, checklist
from services.city import City
from services.countdown import Countdown, countdown, leading_clock, left_text, shown_light
from services.finding import findings_of
from services.history import History, history, person_names
from services.outlook import MoveLine, outlook
from services.pack import pack_of
from services.place import Places, load_places
from services.project import find_project
from services.record_sheet import FactLine, FindingLine, MilestoneLine, fact_lines, finding_line, milestone_lines
from services.review_sheet import RoundSheet, rounds
from services.stepper import StageMark, stepper
from states.clock import Light
from states.procedure import Step, StepKind
from states.role import Level


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the project page shows. `names` gives people by login; days are in the city's zone.

    `holder` has the matter now; `watched` is the clock that falls due first, `left` what it leaves in words.
    """

    project: Project
    community: Community
    pack: str
    district: str
    stage: str
    step: Step
    light: Light
    holder: str
    holder_seat: str
    watched: Clock | None
    left: str
    stages: tuple[StageMark, ...]
    clocks: tuple[Countdown, ...]
    moves: tuple[MoveLine, ...]
    documents: Checklist
    facts: tuple[FactLine, ...]
    milestones: tuple[MilestoneLine, ...]
    findings: tuple[FindingLine, ...]
    rounds: tuple[RoundSheet, ...]
    history: History
    names: dict[str, str]

    @property
    def is_halted(self) -> bool:
        """Whether the project is suspended."""
        return self.step.kind is StepKind.halt

    @property
    def is_ended(self) -> bool:
        """Whether it has been struck off or terminated."""
        return self.step.kind is StepKind.end


def dossier(session: Session, city: City, code: str, *, now: datetime, page: int = 1) -> Dossier:
    """The dossier of one project with the given page of its history. Raises ProjectMissing."""
    project = find_project(session, code)
    pack, today = pack_of(project.pack_version), city.day(now)
    step, places = pack.procedure.step[project.step], load_places(session)
    clocks = session.scalars(select(Clock).where(Clock.project_id == project.id).order_by(Clock.id.desc())).all()
    counted = _countdowns(session, city, pack, clocks, places, today)
    watched = leading_clock(clocks)
    seat = pack.procedure.step[project.resume_step or project.step].held_by
    level = seat.level if seat and seat.level else Level.district
    subjects = {(c.subject, c.subject_id): counted[c.id] for c in reversed(clocks) if c.subject_id is not None}
    reviews = rounds(session, project, pack, subjects)
    documents, findings = checklist(session, project, pack), findings_of(session, project.id)
    facts = session.scalars(select(Fact).where(Fact.project_id == project.id)).all()
    return Dossier(
        project=project,
        community=session.get_one(Community, project.community_id),
        pack=pack.document.pack.label,
        district=places.district(project.organisation_id).name,
        stage=pack.procedure.stage[project.stage].label.zh,
        step=step,
        light=shown_light(step.kind, project.light),
        holder="" if step.kind is StepKind.end else places.in_charge(project.organisation_id, level).name,
        holder_seat=seat.label.zh if seat else "",
        watched=watched,
        left=left_text(city, watched, today) if watched else "",
        stages=stepper(session, city, project, pack),
        clocks=tuple(counted.values()),
        moves=outlook(session, city, project, pack, now=now),
        documents=documents,
        facts=fact_lines(pack, facts),
        milestones=milestone_lines(session, project, pack),
        findings=tuple(finding_line(pack, finding) for finding in findings),
        rounds=reviews,
        history=history(session, project, pack, page=page),
        names=person_names(session, _logins(documents, facts, findings, reviews)),
    )


def _countdowns(
    session: Session, city: City, pack: Pack, clocks: Sequence[Clock], places: Places, today: date
) -> dict[int, Countdown]:
    ledger: dict[int, list[ClockEntry]] = defaultdict(list)
    wanted = ClockEntry.clock_id.in_([clock.id for clock in clocks])
    for entry in session.scalars(select(ClockEntry).where(wanted).order_by(ClockEntry.id)):
        ledger[entry.clock_id].append(entry)
    held = {place.id: place.name for place in places.by_id.values()}
    return {
        clock.id: countdown(
            city, pack, clock, today=today, holder=held.get(clock.holder_id or 0, ""), ledger=ledger[clock.id]
        )
        for clock in clocks
    }


def _logins(
    documents: Checklist, facts: Sequence[Fact], findings: Sequence[Finding], reviews: tuple[RoundSheet, ...]
) -> set[str]:
    found = {line.filed.uploaded_by for line in documents.lines if line.filed}
    found |= {fact.recorded_by for fact in facts} | {finding.raised_by for finding in findings}
    return found | {unit.answered_by for review in reviews for unit in review.units if unit.answered_by}
