"""The project sheet (项目一览): everything about one project at one moment, typed, in some twenty statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models.project import Project
from services.clock_sheet import ClockSheet, list_sheets
from services.document_list import DocumentList, list_documents
from services.fact_list import FactLine, MilestoneLine, list_facts, list_milestones
from services.finding_list import FindingLine, list_findings
from services.identity import Actor
from services.move_list import MoveLine, list_moves
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.person_list import person_names
from services.project import find_project
from services.project_history import History, list_history
from services.project_list import ProjectLine, project_line
from services.reading import Reading
from services.rendition import as_data
from services.review_list import RoundLine, list_rounds
from services.step_list import StageMark, list_steps
from states.exceptions import Lang


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """What the register knows of the community beside its numbers; `extra` are the columns of the list it came from."""

    name: str
    source: str | None
    note: str | None
    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    """Everything about one project; days are in the city's zone, clocks and rounds newest first.

    `holder_seat` is the seat that has the matter now; `names` gives people by login.
    """

    line: ProjectLine
    community: CommunityLine
    pack_label: str
    holder_seat: str
    stages: tuple[StageMark, ...]
    clocks: tuple[ClockSheet, ...]
    moves: tuple[MoveLine, ...]
    documents: DocumentList
    facts: tuple[FactLine, ...]
    milestones: tuple[MilestoneLine, ...]
    findings: tuple[FindingLine, ...]
    rounds: tuple[RoundLine, ...]
    history: History
    names: dict[str, str]


def project_sheet(session: Session, reading: Reading, code: str, *, page: int = 1) -> ProjectSheet:
    """The sheet of one project with the given page of its history. Raises ProjectMissing."""
    return sheet_of(session, reading, find_project(session, code), page=page)


def sheet_of(
    session: Session, reading: Reading, project: Project, *, page: int = 1, actor: Actor | None = None
) -> ProjectSheet:
    """The sheet of a project that was found, its moves as `actor` may make them, or whoever asks."""
    pack, tree = pack_of(project.pack_version), load_tree(session)
    clocks = list_sheets(session, reading, project, tree)
    rounds = list_rounds(session, reading, project, pack, clocks)
    documents = list_documents(session, reading, project, pack)
    facts, findings = list_facts(session, reading, project, pack), list_findings(session, reading, project, pack)
    head, community = pack.document.pack, project.community
    seat = pack.procedure.step[project.resume_step or project.step].held_by
    return ProjectSheet(
        line=project_line(reading, tree, project, clocks),
        community=CommunityLine(community.name, community.source, community.note, community.extra),
        pack_label=reading.say(head.label, head.en or head.label),
        holder_seat=reading.text(seat.label) if seat else "",
        stages=list_steps(session, reading, project, pack),
        clocks=tuple(clocks),
        moves=list_moves(session, reading, project, pack, actor),
        documents=documents,
        facts=facts,
        milestones=list_milestones(session, reading, project, pack),
        findings=findings,
        rounds=rounds,
        history=list_history(session, reading, project, pack, page=page),
        names=person_names(session, reading, _logins(documents, facts, findings, rounds)),
    )


def _logins(
    documents: DocumentList,
    facts: tuple[FactLine, ...],
    findings: tuple[FindingLine, ...],
    rounds: tuple[RoundLine, ...],
) -> set[str]:
    found = {filed.by for line in documents.lines for filed in line.versions}
    found |= {fact.by for fact in facts} | {finding.by for finding in findings}
    return found | {task.by for one in rounds for task in one.tasks if task.by}


def sheet_data(sheet: ProjectSheet, lang: Lang = "zh") -> dict[str, Any]:
    """The sheet as one JSON-safe object: the project's line, then its parts; the history has a command of its own."""
    community = sheet.community
    parts = {
        "community": {**community.extra, "source": community.source, "note": community.note},
        "pack_label": sheet.pack_label,
        "holder_seat": sheet.holder_seat,
        "stages": sheet.stages,
        "facts": sheet.facts,
        "milestones": sheet.milestones,
        "documents": [filed for line in sheet.documents.lines for filed in line.versions],
        "needed": [line for line in sheet.documents.lines if line.needed_for],
        "findings": sheet.findings,
        "clocks": sorted(
            (clock for clock in sheet.clocks if clock.is_live), key=lambda clock: (clock.due_on, clock.id)
        ),
        "ended_clocks": [clock for clock in sheet.clocks if not clock.is_live],
        "reviews": sheet.rounds,
        "moves": sheet.moves,
        "names": sheet.names,
    }
    return {**as_data(sheet.line, lang), **as_data(parts, lang)}
