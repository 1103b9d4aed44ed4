"""Rules about days (时间类异常): many acts outside working hours, and matters always ended on their last day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from models.audit import AuditEntry
from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from policy.schema_anomaly import AnomalyEntry
from services.anomaly_rule import MACHINE_SOURCES, Look, Suspicion, logins
from services.clock_count import ONE
from states.clock import ClockStatus, ClockSubject
from states.label import Label

_OPINION = "opinion_given"


def outside_hours(look: Look, rule: AnomalyEntry) -> Iterator[Suspicion]:
    """More than so many acts of one person on one day before, after, or on a day that is not worked."""
    found: dict[tuple[str, date], list[int]] = defaultdict(list)
    for row in look.entries(AuditEntry.source.not_in(MACHINE_SOURCES), _by_people()):
        at = row.recorded_at.astimezone(look.reading.city.zone)
        is_in_hours = str(rule.starts) <= f"{at:%H:%M}" <= str(rule.ends)
        if not (is_in_hours and _is_worked(look, at.date())):
            found[row.actor, at.date()].append(row.id)
    for (actor, day), ids in sorted(found.items(), key=lambda item: item[1][0]):
        if len(ids) > (rule.most or 0):
            words = Label(
                f"{actor} 于 {day} 在工作时间（{rule.starts}至{rule.ends}）之外办理 {len(ids)} 条，超过 {rule.most} 条",
                f"{actor} acted {len(ids)} times on {day} outside {rule.starts}-{rule.ends}, over {rule.most}",
            )
            yield Suspicion(words, tuple(ids))


def _by_people() -> ColumnElement[bool]:
    return ~AuditEntry.actor.startswith("system:") & ~AuditEntry.actor.startswith("operator:")


def _is_worked(look: Look, day: date) -> bool:
    # also answers, provisionally, for a year without a notice
    return look.reading.city.calendar.working_days_between(day - ONE, day) == 1


def last_moments(look: Look, rule: AnomalyEntry) -> Iterator[Suspicion]:
    """Units that ended so many steps or tasks in time, yet hardly before the last day, by the hand of a person."""
    ended = _ended_late_in_time(look, rule.days or 0)
    acts = _acts(look, {code for code, *_ in ended})
    units: dict[str, list[int]] = defaultdict(list)
    for code, clock, unit in ended:
        act = acts.get((code, "task", clock.subject_id)) or acts.get((code, clock.subject, clock.ended_on))
        if act is not None:
            units[unit].append(act)
    for unit, ids in sorted(units.items()):
        if len(ids) >= (rule.times or 0):
            words = Label(
                f"{unit} 有 {len(ids)} 件在期限{_last(rule, '最后一天')}才办结，达到 {rule.times} 件",
                f"{unit} ended {len(ids)} matters no earlier than {rule.days} working day(s) before the last day",
            )
            yield Suspicion(words, tuple(sorted(set(ids))))


def _last(rule: AnomalyEntry, words: str) -> str:
    return f"{words}前 {rule.days} 个工作日内" if rule.days else words


def _ended_late_in_time(look: Look, days: int) -> list[tuple[str, Clock, str]]:
    """Clocks met on the last day, or so many working days before: the project's code, the clock, the unit."""
    query = (
        select(Project.code, Clock, Organisation.name)
        .join(Project, Project.id == Clock.project_id)
        .join(Organisation, Organisation.id == Clock.holder_id)
        .where(Project.pack_version_id == look.version, Clock.status == ClockStatus.met)
        .where(Clock.subject.in_((ClockSubject.step, ClockSubject.task)), Clock.started_on < Clock.ended_on)
        .where(Clock.ended_on <= Clock.due_on if days else Clock.ended_on == Clock.due_on)
    )
    if look.since is not None:
        query = query.where(Clock.ended_on >= look.reading.city.day(look.since))
    between = look.reading.city.calendar.working_days_between
    rows = look.session.execute(query.order_by(Clock.id)).tuples()
    return [row for row in rows if row[1].ended_on and between(row[1].ended_on, row[1].due_on) <= days]


def _acts(look: Look, codes: set[str]) -> dict[tuple[str, str, Any], int]:
    """The entries of people that ended a task, by the task, or left a step, by the day."""
    found: dict[tuple[str, str, Any], int] = {}
    for row in look.entries(AuditEntry.action.in_([*look.pack.procedure.triggers, _OPINION])):
        if row.subject_id not in codes or not logins(row):
            continue
        if row.action == _OPINION:
            found[row.subject_id, "task", row.after.get("task")] = row.id
        else:
            found[row.subject_id, "step", look.reading.city.day(row.recorded_at)] = row.id
    return found
