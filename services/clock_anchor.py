"""The day a clock hangs on (期限依据日期): a day of the plan year, a recorded fact, or the due day of a milestone."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fact import Fact
from models.project import Project
from policy.pack import Pack
from policy.schema import LimitEntry

_LAST_OF_FEBRUARY = "02-28"


def anchor_day(session: Session, project: Project, pack: Pack, limit: LimitEntry, *, on: date) -> date | None:
    """The day a dated limit hangs on; None while the fact is not recorded.

    An MM-DD lies in the project's plan year, else it is the first such day not before `on`.
    """
    span = limit.span
    code = span.fact or span.before_fact
    if code:
        return _recorded(session, project, pack, code)
    text = span.on or pack.milestone(str(span.before_milestone)).due
    if project.plan_year:
        return _day(project.plan_year, str(text))
    this_year = _day(on.year, str(text))
    return this_year if this_year >= on else _day(on.year + 1, str(text))


def _recorded(session: Session, project: Project, pack: Pack, code: str) -> date | None:
    value = session.scalar(select(Fact.value).where(Fact.project_id == project.id, Fact.code == code))
    found = None if value is None else pack.load_fact(code, value)
    return found if isinstance(found, date) else None


def _day(year: int, text: str) -> date:
    try:
        return date.fromisoformat(f"{year}-{text}")
    except ValueError:  # 29 February of a year that has none
        return date.fromisoformat(f"{year}-{_LAST_OF_FEBRUARY}")
