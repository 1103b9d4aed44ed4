"""The event log (事件日志): the history as cases, events and objects, the way process mining reads it; streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditEntry
from models.clock import Clock
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from services.eventlog_event import Source, Trace
from services.eventlog_trace import Tracer
from services.history_entry import Basis, Told, told
from services.organisation import OrganisationMissing
from services.organisation_tree import OrganisationTree, load_tree
from services.pack import pack_of
from services.project import ProjectMissing
from services.reading import Reading

BATCH = 200
"""Projects read together: so many are held in memory."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What goes into a log: of one project, or of what lies under an organisation; everything where neither is given.

    `basis` orders the events: as they were recorded, which is the order the procedure moved in, or as they happened.
    """

    project: str | None = None
    place: str | None = None
    basis: Basis = Basis.recorded


@dataclass(frozen=True)
class Log:
    """A log that can be read more than once from one snapshot: writers that list objects before events do."""

    session: Session
    reading: Reading
    extract: Extract = Extract()

    def traces(self) -> Iterator[Trace]:
        """Every case, by the project's code. Raises ProjectMissing, OrganisationMissing for what nobody knows."""
        tree = load_tree(self.session)
        tracer = Tracer(self.reading, tree, _units(self.session), self.extract.basis)
        for projects in self._batches(tree):
            for source in self._sources(projects):
                yield tracer.trace(source)

    def activities(self) -> list[str]:
        """Every action there is among the entries, in order."""
        query = select(AuditEntry.action).where(AuditEntry.subject == "project").distinct()
        if self.extract.project or self.extract.place:
            query = query.where(AuditEntry.subject_id.in_(self._wanted(load_tree(self.session))))
        return sorted(self.session.scalars(query))

    def _wanted(self, tree: OrganisationTree) -> Select[tuple[str]]:
        query = select(Project.code)
        if self.extract.place:
            under = tree.under(self.extract.place)
            if not under:
                raise OrganisationMissing(organisation=self.extract.place)
            query = query.where(Project.organisation_id.in_(under))
        return query.where(Project.code == self.extract.project) if self.extract.project else query

    def _batches(self, tree: OrganisationTree) -> Iterator[Sequence[Project]]:
        wanted, last, found = self._wanted(tree), "", False
        query = select(Project).options(joinedload(Project.pack_version), joinedload(Project.organisation))
        query = query.order_by(Project.code).limit(BATCH).where(Project.code.in_(wanted))
        while projects := self.session.scalars(query.where(Project.code > last)).all():
            last, found = projects[-1].code, True
            yield projects
        if self.extract.project and not found:
            raise ProjectMissing(project=self.extract.project)

    def _sources(self, projects: Sequence[Project]) -> Iterator[Source]:
        codes, ids = [project.code for project in projects], [project.id for project in projects]
        basis = AuditEntry.recorded_at if self.extract.basis is Basis.recorded else AuditEntry.occurred_at
        query = select(AuditEntry.subject_id, *_COLUMNS).where(AuditEntry.subject == "project")
        query = query.where(AuditEntry.subject_id.in_(codes)).order_by(AuditEntry.subject_id, basis, AuditEntry.seq)
        entries: dict[str, list[Told]] = {code: [] for code in codes}
        for row in self.session.execute(query):
            entries[row.subject_id].append(told(row))
        clocks: dict[int, list[Clock]] = {number: [] for number in ids}
        for clock in self.session.scalars(select(Clock).where(Clock.project_id.in_(ids)).order_by(Clock.id)):
            clocks[clock.project_id].append(clock)
        for project in projects:
            pack_of(project.pack_version)
            yield Source(project, entries[project.code], clocks[project.id])


_COLUMNS = tuple(getattr(AuditEntry, name) for name in Told.__dataclass_fields__)


def _units(session: Session) -> dict[str, str]:
    """The unit of every person by login."""
    query = select(Person.login, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id)
    return dict(session.execute(query).tuples().all())
