"""Who held a project for how many working days of any span (时段内的经办天数), from the attribution of every day."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy.orm import Session

from models.project import Project
from services.attribution import Attribution, HolderDays, Side, days_by_holder
from services.city import City


def holding(session: Session, city: City, project: Project, since: date, until: date) -> Attribution:
    """Whose the working days in (since, until] were; days before the enrolment and after the end are nobody's.

    Each day belongs to one side whatever span it is looked at in, so a span is what is left of the longer one after
    the shorter one: spans that follow each other add up.
    """
    whole = days_by_holder(session, city, project, until=until)
    before = days_by_holder(session, city, project, until=min(since, until))
    days: Counter[tuple[Side, str]] = Counter({(one.side, one.holder): one.days for one in whole.holders})
    days.subtract({(one.side, one.holder): one.days for one in before.holders})
    lines = sorted(((side, name, count) for (side, name), count in days.items() if count), key=_first)
    return Attribution(
        project=project.code,
        since=min(max(since, whole.since), whole.until),
        until=whole.until,
        total=whole.total - before.total,
        applicant=whole.applicant - before.applicant,
        department=whole.department - before.department,
        excluded=whole.excluded - before.excluded,
        holders=tuple(HolderDays(*line) for line in lines),
    )


def _first(line: tuple[Side, str, int]) -> tuple[int, int, str]:
    side, name, days = line
    return list(Side).index(side), -days, name
