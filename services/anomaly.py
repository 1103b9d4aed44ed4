"""Anomalies (异常标记): what in the history a person should look at, by the rules of the pack, each one explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.pack_version import PackVersion
from models.project import Project
from policy.pack import Pack
from policy.schema_anomaly import AnomalyEntry
from services.anomaly_rule import Look, Suspicion
from services.anomaly_rule_day import last_moments, outside_hours
from services.anomaly_rule_hand import backdated, both_sides, hasty_opinions, repeated_silences
from services.history_phrase import action_label
from services.pack import pack_of
from services.person_list import person_names
from services.project import find_project
from services.reading import Reading

__all__ = ["Evidence", "Flag", "find_anomalies"]

RULES: dict[str, Callable[[Look, AnomalyEntry], Iterable[Suspicion]]] = {
    "outside_hours": outside_hours,
    "backdated": backdated,
    "both_sides": both_sides,
    "hasty_opinion": hasty_opinions,
    "repeated_silence": repeated_silences,
    "last_moment": last_moments,
}
"""What looks for each kind of rule."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One entry a flag rests on."""

    id: int
    project: str
    seq: int
    action: str
    action_label: str
    actor: str
    actor_name: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at. `words` say what was seen and by which numbers; it is a question, not a finding.

    `source` is the text behind the numbers of the rule, `assumed` where there is none.
    """

    rule: str
    label: str
    kind: str
    pack: str
    words: str
    source: str
    assumed: bool
    projects: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def find_anomalies(
    session: Session, reading: Reading, *, project: str | None = None, since: datetime | None = None
) -> list[Flag]:
    """Every flag among the entries recorded from `since` on, by the rules of the pack each project started under.

    With `project` those that rest on one of its entries, though what is counted over several projects is still counted
    over all. Raises ProjectMissing.
    """
    only = find_project(session, project).pack_version_id if project else None
    flags: list[Flag] = []
    for version in session.scalars(select(PackVersion).order_by(PackVersion.id)):
        if only in (None, version.id) and _is_used(session, version):
            flags += _flags(session, reading, version, since)
    return [flag for flag in flags if project is None or project in flag.projects]


def _is_used(session: Session, version: PackVersion) -> bool:
    return session.scalar(select(Project.id).where(Project.pack_version_id == version.id).limit(1)) is not None


class _Seen(NamedTuple):
    rule: AnomalyEntry
    suspicion: Suspicion


def _flags(session: Session, reading: Reading, version: PackVersion, since: datetime | None) -> Iterator[Flag]:
    pack = pack_of(version)
    look = Look(session, reading, pack, version.id, since)
    seen = [_Seen(rule, one) for rule in pack.document.anomalies for one in RULES[rule.kind](look, rule)]
    evidence = _evidence(session, reading, pack, [number for one in seen for number in one.suspicion.entries])
    for rule, suspicion in seen:
        mine = tuple(evidence[number] for number in suspicion.entries)
        source = pack.source(rule.source)
        yield Flag(
            rule=rule.code,
            label=reading.text(rule.name),
            kind=rule.kind,
            pack=pack.id,
            words=reading.text(suspicion.words),
            source=reading.text(source.name),
            assumed=source.assumed,
            projects=tuple(dict.fromkeys(one.project for one in mine)),
            evidence=mine,
        )


CHUNK = 500


def _evidence(session: Session, reading: Reading, pack: Pack, ids: Sequence[int]) -> dict[int, Evidence]:
    wanted = sorted(set(ids))
    rows = [
        row
        for start in range(0, len(wanted), CHUNK)
        for row in _rows(session, AuditEntry.id.in_(wanted[start : start + CHUNK]))
    ]
    names = person_names(session, reading, [row.actor for row in rows])
    return {
        row.id: Evidence(
            id=row.id,
            project=row.subject_id,
            seq=row.seq,
            action=row.action,
            action_label=action_label(reading, pack, row.action),
            actor=row.actor,
            actor_name=names[row.actor],
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
        )
        for row in rows
    }


def _rows(session: Session, condition: ColumnElement[bool]) -> Sequence[AuditEntry]:
    return session.scalars(select(AuditEntry).where(condition).order_by(AuditEntry.id)).all()
