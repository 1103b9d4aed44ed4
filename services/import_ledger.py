"""What the register already knows of a list (台账现状), read in a few statements for all its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.community import Community
from models.fact import Fact
from models.project import Project
from services.chunk import chunks
from services.register import COMMUNITY_NUMBERS, Enrolment

_Age = tuple[int, str]


class Ledger:
    """The projects of the list that are enrolled, with their facts, and which project speaks for each community."""

    def __init__(self, session: Session, enrolments: Sequence[Enrolment]) -> None:
        self.projects = dict(_projects(session, [one.code for one in enrolments]))
        self.facts = _facts(session, [project.id for project in self.projects.values()])
        self._newest = _newest(session, {one.organisation.id for one in enrolments})
        for one in enrolments:
            self._weigh(one)

    def _weigh(self, one: Enrolment) -> None:
        known = self.projects.get(one.code)
        name = known.community.name if known else one.community
        place = known.community.organisation_id if known else one.organisation.id
        self._newest[place, name] = max(self._newest.get((place, name), _age(one)), _age(one))

    def governed(self, one: Enrolment) -> Enrolment:
        """The enrolment as it is where its project is the newest of its community; else without the numbers.

        So two years of one community do not overwrite each other at every import.
        """
        known = self.projects.get(one.code)
        place = known.community.organisation_id if known else one.organisation.id
        if self._newest.get((place, one.community), _age(one)) <= _age(one):
            return one
        nothing: dict[str, Any] = dict.fromkeys(COMMUNITY_NUMBERS)
        return replace(one, **nothing, extra={})


def _age(one: Enrolment) -> _Age:
    return one.plan_year or 0, one.code


def _projects(session: Session, codes: Sequence[str]) -> Iterator[tuple[str, Project]]:
    options = [joinedload(Project.community), joinedload(Project.organisation), joinedload(Project.pack_version)]
    for chunk in chunks(codes):
        for project in session.scalars(select(Project).where(Project.code.in_(chunk)).options(*options)):
            yield project.code, project


def _facts(session: Session, project_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for chunk in chunks(project_ids):
        query = select(Fact.project_id, Fact.code, Fact.value).where(Fact.project_id.in_(chunk))
        for row in session.execute(query):
            found.setdefault(row.project_id, {})[row.code] = row.value
    return found


def _newest(session: Session, places: set[int]) -> dict[tuple[int, str], _Age]:
    query = select(Community.organisation_id, Community.name, Project.plan_year, Project.code).join(
        Project, Project.community_id == Community.id
    )
    found: dict[tuple[int, str], _Age] = {}
    for row in session.execute(query.where(Community.organisation_id.in_(places))):
        key, age = (row.organisation_id, row.name), (row.plan_year or 0, row.code)
        found[key] = max(found.get(key, age), age)
    return found
