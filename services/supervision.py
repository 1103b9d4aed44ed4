"""Supervision (督查): the pack's rule for it, who supervises whom, who answers for a unit, papers that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.document import Document
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from policy.pack import Pack
from policy.schema_supervision import SupervisionEntry
from services.chain import path_ids
from services.city import City
from services.identity import Actor, Capacity, capacities_by, people_at, seat_in_charge
from services.person_list import person_names
from services.reading import Reading
from states.exceptions import JiugaiError, Kind
from states.role import Level, Role

HANDLING = (Role.coordinator, Role.reviewer)
"""The roles that do the supervised work."""


class SupervisionOff(JiugaiError):
    """The pack the project runs under has no rule for it."""

    code = "supervision_off"
    kind = Kind.refused
    zh = "政策包 {pack} 没有规定{what}，不能办理。请在政策包的 supervision 中写明并启用新版本，或请督查部门另行处理。"
    en = "The pack {pack} has no rule for {what_en}. Add it under `supervision` and activate a new version."


class SupervisorNeeded(JiugaiError):
    """Only supervisors above the unit act on orders, and nobody on what they did themselves."""

    code = "supervisor_needed"
    kind = Kind.forbidden
    zh = "{actor} 不能办理督查事项“{matter}”。请由{place}的督查员办理。"
    en = '{actor} may not act on "{matter}"; a supervisor of {place} may.'


class UnitNeeded(JiugaiError):
    """Only the supervised unit answers for itself."""

    code = "unit_needed"
    kind = Kind.forbidden
    zh = "{actor} 不能代“{unit}”办理“{matter}”。请由该单位的经办人、审查人，或其上级的项目专员办理。"
    en = '{actor} may not act for "{unit}" on "{matter}"; its own people or the coordinators above it may.'


class FirstStaffRecused(JiugaiError):
    """Whoever took part the first time does not look at it the second time (四眼、回避)."""

    code = "first_staff_recused"
    kind = Kind.refused
    zh = "{actor} {why}，须回避。请由另一名督查员办理。"
    en = "{actor} {why_en} and is recused. Another supervisor has to do this."


class WordsMissing(JiugaiError):
    """The act takes words."""

    code = "words_missing"
    kind = Kind.invalid
    zh = "请写明{what}，再提交。"
    en = "Say {what_en} before you submit."


class PaperMissing(JiugaiError):
    """The document named is not on file for the project."""

    code = "paper_missing"
    kind = Kind.missing
    zh = "“{project}”没有在案的材料“{document}”。请先提交该材料，再引用。"
    en = '"{project}" has no document "{document}" on file. Attach it first.'


def rule_of(pack: Pack) -> SupervisionEntry:
    """The pack's rule of supervision. Raises SupervisionOff."""
    if pack.document.supervision is None:
        raise SupervisionOff(pack=pack.id, what="督查（supervision）", what_en="supervision")
    return pack.document.supervision


def issuer_of(session: Session, pack: Pack, organisation: Organisation) -> Organisation:
    """The organisation whose supervisors sign what concerns `organisation`. Raises SupervisionOff."""
    issuer = rule_of(pack).issuer
    return seat_in_charge(session, organisation, issuer.level or Level.city, issuer.role)


def require_supervisor(actor: Actor, place: Organisation, matter: str) -> tuple[Capacity, ...]:
    """In which capacities the actor is a supervisor at or above `place`. Raises SupervisorNeeded."""
    held = capacities_by(actor, lambda one: one.role is Role.supervisor and place.path.startswith(one.path))
    if actor.is_system or not held:
        raise SupervisorNeeded(actor=actor.name or actor.login, matter=matter, place=place.name)
    return held


def answering_for(actor: Actor, unit: Organisation) -> tuple[Capacity, ...]:
    """In which capacities the actor handles matters at the unit or above it; nothing for none."""
    return capacities_by(actor, lambda one: one.role in HANDLING and unit.path.startswith(one.path))


def require_unit(actor: Actor, unit: Organisation, matter: str) -> Capacity:
    """In which capacity the actor answers for the unit. Raises UnitNeeded."""
    held = answering_for(actor, unit)
    if actor.is_system or not held:
        raise UnitNeeded(actor=actor.name or actor.login, unit=unit.name, matter=matter)
    return held[0]


def took_part(session: Session, subject: str, subject_id: str, actions: Sequence[str]) -> frozenset[str]:
    """The logins of everybody who did one of these acts, and of those on whose behalf it was done."""
    query = select(AuditEntry.actor, AuditEntry.on_behalf_of)
    mine = (AuditEntry.subject == subject, AuditEntry.subject_id == subject_id, AuditEntry.action.in_(actions))
    rows = session.execute(query.where(*mine)).tuples()
    return frozenset(login for row in rows for login in row if login)


def require_words(text: str, what: str, what_en: str) -> str:
    """The words without the white around them. Raises WordsMissing."""
    if not text.strip():
        raise WordsMissing(what=what, what_en=what_en)
    return text.strip()


def unit_people(session: Session, unit: Organisation, *, on: date | None = None) -> list[Person]:
    """Everybody who handles matters at the unit, on a day also stand-ins; else the nearest coordinators above it."""
    found = {person.id: person for role in HANDLING for person in people_at(session, unit.id, role, on=on)}
    return list(found.values()) or list(coordinators_above(session, unit, on=on))


def coordinators_above(session: Session, unit: Organisation, *, on: date | None = None) -> Sequence[Person]:
    """The coordinators of the nearest organisation above the unit that has any."""
    for organisation_id in reversed(path_ids(unit.path)[:-1]):
        people = people_at(session, organisation_id, Role.coordinator, on=on)
        if people:
            return people
    return ()


def supervisors_at(session: Session, place: Organisation, *, on: date | None = None) -> Sequence[Person]:
    """The supervisors of the organisation, else of the nearest one above it."""
    for organisation_id in reversed(path_ids(place.path)):
        people = people_at(session, organisation_id, Role.supervisor, on=on)
        if people:
            return people
    return ()


def signed_name(session: Session, city: City, login: str, now: datetime) -> str:
    """The name behind a login, also of a rule of the system."""
    return person_names(session, Reading(city, now), [login])[login]


def papers_of(session: Session, project: Project, kinds: Sequence[str]) -> dict[str, Any]:
    """The newest document on file of each kind, with the hash that proves which one it was. Raises PaperMissing."""
    return {"documents": [_paper(session, project, kind) for kind in kinds]}


def _paper(session: Session, project: Project, kind: str) -> dict[str, Any]:
    on_file = (Document.project_id == project.id, Document.kind == kind, Document.withdrawn_at.is_(None))
    found = session.scalar(select(Document).where(*on_file).order_by(Document.version.desc()).limit(1))
    if found is None:
        raise PaperMissing(document=kind, project=project.name)
    return {"id": found.id, "kind": kind, "version": found.version, "file": found.filename, "sha256": found.sha256}
