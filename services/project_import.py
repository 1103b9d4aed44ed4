"""Importing a project list (导入项目清单): enrols what is new, follows what the list changed, names what failed.

A project is known by its code, so the same list may come again at any time. What the list then says of name, year,
money and community replaces what the register says; what it leaves empty, and the step, are never touched. A fact
follows the list only as long as it still is what the register said before: what somebody recorded since stays, and the
result names it. Where projects of several years share a community, its numbers are those of the newest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.pack_version import PackVersion
from models.project import Project
from policy.pack import Pack
from services.audit import Act, record
from services.chunk import chunks
from services.city import City
from services.fact import record_facts
from services.identity import Actor
from services.import_fact import listed_facts, registered_facts
from services.import_ledger import Ledger
from services.import_place import Places
from services.import_result import CodeCollides, DistrictDiffers, ImportResult, Outcome, RowNotStored
from services.keeping import Keeping, require_keeper
from services.organisation import Entering
from services.pack import pack_of
from services.project_column import fold
from services.project_row import ProjectRow, generate_code
from services.register import Enrolment, update_community, update_project
from services.register_batch import NewProject, enrol_many
from states.case import FactValue
from states.exceptions import JiugaiError

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Importing:
    """Who imports under which city, when (an aware instant), and whether missing places are entered."""

    root: Organisation
    actor: Actor
    now: datetime
    source: str = "import"
    create_organisations: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that has found its place."""

    line: int
    row: ProjectRow
    enrolment: Enrolment


def import_rows(
    session: Session, city: City, version: PackVersion, rows: Sequence[tuple[int, ProjectRow]], importing: Importing
) -> list[ImportResult]:
    """Import checked rows with their lines, each for itself, and say what became of each, in the order given.

    New projects begin under `version`. A row that fails takes nothing with it (a savepoint each); a dry run is the
    same call in a transaction the caller rolls back. Raises only what concerns all rows, as a full disk does.
    """
    return _Import(session, city, version, importing).run(rows)


class _Import:
    def __init__(self, session: Session, city: City, version: PackVersion, importing: Importing) -> None:
        self.session, self.city, self.version = session, city, version
        self.keeping = Keeping(importing.actor, importing.now, importing.source)
        entering = Entering(importing.actor.login, importing.source, importing.now)
        create = importing.create_organisations
        self.places = Places(session, importing.root, importing.actor, entering, create=create)
        self.results: dict[int, ImportResult] = {}

    def run(self, rows: Sequence[tuple[int, ProjectRow]]) -> list[ImportResult]:
        lines = [found for line, row in rows if (found := self._placed(line, row))]
        self.ledger = Ledger(self.session, [one.enrolment for one in lines])
        new: dict[int, list[_Line]] = {}
        for one in lines:
            project = self.ledger.projects.get(one.enrolment.code)
            if project is None:
                new.setdefault(one.enrolment.organisation.id, []).append(one)
            else:
                self._update_one(project, one)
        for of_place in new.values():
            for some in chunks(of_place):
                self._enrol(some)
        return [self.results[line] for line, _ in rows]

    def _placed(self, line: int, row: ProjectRow) -> _Line | None:
        row = row if row.code else row.model_copy(update={"code": generate_code(row)})
        try:
            return _Line(line, row, enrolment_of(row, self.places.find(row)))
        except JiugaiError as error:
            self._note(line, row, Outcome.failed, error=error)
            return None

    def _enrol(self, lines: Sequence[_Line]) -> None:
        """All at once; where that fails, one by one, so that only the culprit is left out."""
        pack = pack_of(self.version)
        new = [NewProject(self.ledger.governed(one.enrolment), listed_facts(pack, one.row)) for one in lines]
        error: JiugaiError | None = None
        try:
            with self.session.begin_nested():
                enrol_many(self.session, self.city, self.version, new, self.keeping)
        except (JiugaiError, IntegrityError, DataError) as problem:
            error = _as_error(problem)
        if error is not None and len(lines) > 1:
            for one in lines:
                self._enrol([one])
            return
        for one in lines:
            self._note(one.line, one.row, Outcome.failed if error else Outcome.added, error=error)

    def _update_one(self, project: Project, one: _Line) -> None:
        try:
            self._require_same(project, one.row)
            with self.session.begin_nested():
                changed, kept = self._follow(project, one)
        except (JiugaiError, IntegrityError, DataError) as problem:
            self._note(one.line, one.row, Outcome.failed, error=_as_error(problem))
        else:
            self._note(one.line, one.row, Outcome.updated if changed else Outcome.unchanged, kept=kept)

    def _require_same(self, project: Project, row: ProjectRow) -> None:
        district = self.places.district(row)
        elsewhere = not project.organisation.path.startswith(district.path)
        generated = row.code == generate_code(row)
        if generated and (elsewhere or fold(project.name) != fold(row.name)):
            raise CodeCollides(project=project.code, name=project.name, place=project.organisation.name)
        if elsewhere:
            raise DistrictDiffers(project=project.code, place=project.organisation.name, listed=district.name)

    def _follow(self, project: Project, one: _Line) -> tuple[bool, tuple[str, ...]]:
        """Take over what the list changed; whether anything did, and the facts left alone."""
        pack = pack_of(project.pack_version)
        registered = registered_facts(pack, project)
        enrolment = self.ledger.governed(replace(one.enrolment, community=project.community.name))
        changed = {**update_project(project, enrolment), **update_community(project.community, enrolment)}
        facts, kept = self._facts_to_follow(pack, project, listed_facts(pack, one.row), registered)
        if changed:
            self._record(pack, project, changed)
        if facts:
            record_facts(self.session, project, facts, self.keeping)
        self.session.flush()
        return bool(changed or facts), kept

    def _facts_to_follow(
        self, pack: Pack, project: Project, listed: Mapping[str, FactValue], registered: Mapping[str, FactValue]
    ) -> tuple[dict[str, FactValue], tuple[str, ...]]:
        known = self.ledger.facts.get(project.id, {})
        differ = {code: value for code, value in listed.items() if known.get(code) != pack.dump_fact(value)}
        follow = {
            code: value
            for code, value in differ.items()
            if code not in known or (code in registered and known[code] == pack.dump_fact(registered[code]))
        }
        return follow, tuple(code for code in differ if code not in follow)

    def _record(self, pack: Pack, project: Project, changed: Mapping[str, tuple[Any, Any]]) -> None:
        before = {name: _plain(old) for name, (old, _) in changed.items()}
        after = {name: _plain(new) for name, (_, new) in changed.items()}
        signed = (self.keeping.actor.login, self.keeping.source, self.keeping.now)
        capacity = require_keeper(project, self.keeping.actor)
        record(
            self.session,
            Act("project", project.code, "list_imported", *signed, before=before, after=after, pack=pack.id,
                on_behalf_of=capacity.on_behalf_of),
        )  # fmt: skip

    def _note(
        self,
        line: int,
        row: ProjectRow,
        outcome: Outcome,
        *,
        error: JiugaiError | None = None,
        kept: tuple[str, ...] = (),
    ) -> None:
        self.results[line] = ImportResult(line, row.code or "", row.name, outcome, error, kept)


def enrolment_of(row: ProjectRow, organisation: Organisation) -> Enrolment:
    """What the row says, as the register keeps it; days and the residents' committee go into `extra`."""
    days = {"start_on": row.start_on, "finish_on": row.finish_on}
    extra = {name: str(value) for name, value in {"neighbourhood": row.community, **days}.items() if value}
    return Enrolment(
        code=row.code or generate_code(row),
        name=row.name,
        organisation=organisation,
        community=row.name,
        street=row.street,
        plan_year=row.plan_year,
        buildings=row.buildings,
        households=row.households,
        floor_area_m2=None if row.floor_area_m2 is None else row.floor_area_m2.quantize(CENT),
        built_year=row.built_year,
        investment_fen=row.investment_fen,
        investment_note=row.investment_note,
        source=row.source,
        note=row.note,
        extra={**row.extra, **extra},
    )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def _as_error(problem: JiugaiError | IntegrityError | DataError) -> JiugaiError:
    if isinstance(problem, JiugaiError):
        return problem
    return RowNotStored(problem=str(problem.orig).strip().splitlines()[0])
