"""Rules about hands (经手类异常): recorded late, one person on both sides, opinions in a hurry, repeated silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import or_, select

from models.audit import AuditEntry
from models.organisation import Organisation
from models.review import ReviewTask
from policy.schema_anomaly import AnomalyEntry
from services.anomaly_rule import Look, Suspicion, logins
from states.label import Label

_OPINION, _SILENCE = "opinion_given", "silence_taken"
_FOR_APPLICANT = ("document_attached", "facts_recorded")
_OPENINGS = ("review_opened", "task_returned", "supplement_handed_in", "opinion_withdrawn")
"""What asks a member: to begin with, or anew."""
_RECTIFIED, _CLOSED = "_rectified", "_closed"


def backdated(look: Look, rule: AnomalyEntry) -> Iterator[Suspicion]:
    """Entries of one person about one project written down more than so many days after they happened."""
    limit = timedelta(days=rule.days or 0)
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in look.entries(AuditEntry.occurred_at < AuditEntry.recorded_at):
        if row.recorded_at - row.occurred_at > limit:
            found[row.subject_id, row.actor].append(row)
    for (code, actor), rows in found.items():
        longest = max(row.recorded_at - row.occurred_at for row in rows).days
        words = Label(
            f"{actor} 在项目 {code} 补录 {len(rows)} 条，最长的事后 {longest} 天才登记，超过 {rule.days} 天",
            f"{actor} recorded {len(rows)} entries of {code} late, up to {longest} days after, over {rule.days}",
        )
        yield Suspicion(words, _ids(rows))


def both_sides(look: Look, rule: AnomalyEntry) -> Iterator[Suspicion]:
    """A person who acted for the applicant of a project and gave an opinion on it, or closed what they put right."""
    del rule  # it has no numbers
    triggers = look.pack.procedure.triggers
    wanted = or_(
        AuditEntry.action.in_([*triggers, *_FOR_APPLICANT, _OPINION]),
        AuditEntry.action.endswith(_RECTIFIED, autoescape=True),
        AuditEntry.action.endswith(_CLOSED, autoescape=True),
    )
    projects: dict[str, list[Any]] = defaultdict(list)
    for row in look.entries(wanted):
        projects[row.subject_id].append(row)
    for code, rows in projects.items():
        yield from _applied_and_judged(code, rows, triggers)
        yield from _rectified_and_closed(code, rows)


def _applied_and_judged(code: str, rows: list[Any], triggers: frozenset[str]) -> Iterator[Suspicion]:
    judged = {login for row in rows if row.action == _OPINION for login in logins(row)}
    applied = [row for row in rows if row.action in triggers or row.action in _FOR_APPLICANT]
    for login in sorted(judged & {login for row in applied for login in logins(row)}):
        acts = [row for row in applied if login in logins(row)]
        opinions = [row for row in rows if row.action == _OPINION and login in logins(row)]
        words = Label(
            f"{login} 在项目 {code} 既为申报方办理 {len(acts)} 件，又出具审查意见 {len(opinions)} 次",
            f"{login} acted {len(acts)} time(s) for the applicant of {code} and gave {len(opinions)} opinion(s) on it",
        )
        yield Suspicion(words, _ids([*acts, *opinions]))


def _rectified_and_closed(code: str, rows: list[Any]) -> Iterator[Suspicion]:
    rectified = {row.after.get("finding"): row for row in rows if row.action.endswith(_RECTIFIED)}
    for row in rows:
        first = rectified.get(row.after.get("finding")) if row.action.endswith(_CLOSED) else None
        for login in sorted(logins(row) & logins(first)) if first is not None else ():
            words = Label(
                f"{login} 在项目 {code} 对同一事项既整改又复验",
                f"{login} put a finding of {code} right and closed it after re-inspection",
            )
            yield Suspicion(words, _ids([first, row]))


def hasty_opinions(look: Look, rule: AnomalyEntry) -> Iterator[Suspicion]:
    """Opinions given within so many seconds of being asked for; the first possible moment counts."""
    limit = timedelta(seconds=rule.seconds or 0)
    asked: dict[tuple[Any, ...], Any] = {}
    for row in look.entries(AuditEntry.action.in_([*_OPENINGS, _OPINION])):
        of_round = (row.subject_id, row.after.get("review"), row.after.get("round"))
        if row.action != _OPINION:
            members = [row.after["member"]] if "member" in row.after else row.after.get("members", ())
            asked |= {(*of_round, member): row for member in members}
            continue
        opening = asked.get((*of_round, row.after.get("member")))
        if opening is None or not logins(row) or row.recorded_at - opening.recorded_at >= limit:
            continue
        seconds = int((row.recorded_at - opening.recorded_at).total_seconds())
        words = Label(
            f"{row.actor} 在送审 {seconds} 秒后就出具意见（项目 {row.subject_id}），少于 {rule.seconds} 秒",
            f"{row.actor} gave an opinion on {row.subject_id} {seconds} seconds after it was asked for,"
            f" less than {rule.seconds}",
        )
        yield Suspicion(words, _ids([opening, row]))


def repeated_silences(look: Look, rule: AnomalyEntry) -> Iterator[Suspicion]:
    """The silences of one unit taken for approval, where so many lie within so many days."""
    rows = list(look.entries(AuditEntry.action == _SILENCE))
    units = _units(look, [row.after.get("task") for row in rows])
    named = sorted(((units.get(row.after.get("task"), str(row.after.get("member"))), row) for row in rows), key=_unit)
    for unit, group in groupby(named, key=_unit):
        widest = _widest([row for _, row in group], timedelta(days=rule.days or 0))
        if len(widest) >= (rule.times or 0):
            words = Label(
                f"{unit} 在 {rule.days} 天内 {len(widest)} 次逾期不答复、按默认同意处理，达到 {rule.times} 次",
                f"{unit} was silent {len(widest)} times within {rule.days} days and taken to approve",
            )
            yield Suspicion(words, _ids(widest))


def _unit(named: tuple[str, Any]) -> str:
    return named[0]


def _units(look: Look, tasks: list[Any]) -> dict[Any, str]:
    query = select(ReviewTask.id, Organisation.name).join(Organisation).where(ReviewTask.id.in_(set(tasks)))
    return dict(look.session.execute(query).tuples().all())


def _widest(rows: list[Any], span: timedelta) -> list[Any]:
    """The most rows that lie within a span of each other."""
    rows = sorted(rows, key=attrgetter("recorded_at"))
    runs = [
        [row for row in rows[first:] if _within(rows[first].recorded_at, row.recorded_at, span)]
        for first in range(len(rows))
    ]
    return max(runs, key=len, default=[])


def _within(first: datetime, last: datetime, span: timedelta) -> bool:
    return last - first <= span


def _ids(rows: list[Any]) -> tuple[int, ...]:
    return tuple(sorted({row.id for row in rows}))
