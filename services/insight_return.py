"""Ways that were not straight (退回与返工统计): rounds returned, steps come back to, variants of the whole way."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import Table, case, func, select
from sqlalchemy.orm import Session

from models.insight import InsightPath, InsightTally
from services.insight_figure import ALL, Returns, Rework, Scope, Variant
from services.insight_fill import AGAIN, ARROW, ROUND
from services.insight_name import Names
from services.insight_scope import group, names_of, part_of, within
from services.reading import Reading
from states.review import ReviewStatus

_TALLY, _PATH = cast(Table, InsightTally.__table__), cast(Table, InsightPath.__table__)


def returns(session: Session, reading: Reading, scope: Scope = ALL) -> list[Returns]:
    """How the rounds of each review ended, most returned first. Raises CountsMissing, OrganisationMissing."""
    names, by = names_of(session, reading), group(scope)
    key = (_TALLY.c.code, by.label("part"), _TALLY.c.outcome, _TALLY.c.number)
    query = select(*key, func.sum(_TALLY.c.times).label("times"))
    query = query.where(_TALLY.c.kind == ROUND, *within(names, scope)).group_by(
        _TALLY.c.code, by, _TALLY.c.outcome, _TALLY.c.number
    )
    ended: dict[tuple[str, Any], dict[tuple[str, int], int]] = {}
    for row in session.execute(query):
        ended.setdefault((row.code, row.part), {})[row.outcome, row.number] = int(row.times)
    found = [_returns(names, scope, key, counts) for key, counts in ended.items()]
    return sorted(found, key=lambda one: (one.group or "", -one.rejected, one.review))


def _returns(names: Names, scope: Scope, key: tuple[str, Any], counts: Mapping[tuple[str, int], int]) -> Returns:
    code, part = key
    of = {status: sum(n for (outcome, _), n in counts.items() if outcome == status) for status in ReviewStatus}
    rounds = sum(counts.values())
    return Returns(
        review=code,
        label=names.review(code),
        group=part_of(names, scope, part),
        rounds=rounds,
        passed=of[ReviewStatus.passed],
        rejected=of[ReviewStatus.rejected],
        withdrawn=of[ReviewStatus.withdrawn],
        rejected_share=Fraction(of[ReviewStatus.rejected], rounds),
        passed_at_once=counts.get((ReviewStatus.passed.value, 1), 0),
    )


def rework(session: Session, reading: Reading, scope: Scope = ALL) -> list[Rework]:
    """Steps and reviews projects came back to, most often first. Raises CountsMissing, OrganisationMissing."""
    names, by, number, times = names_of(session, reading), group(scope), _TALLY.c.number, _TALLY.c.times
    query = select(
        _TALLY.c.code, by.label("part"), func.sum(times).label("projects"),
        func.sum(case((number > 1, times), else_=0)).label("again"), func.sum(number * times).label("entries"),
        func.max(number).label("most"),
    ).where(_TALLY.c.kind == AGAIN, *within(names, scope)).group_by(_TALLY.c.code, by)  # fmt: skip
    found = [
        Rework(
            code=row.code,
            label=names.limit(row.code),
            group=part_of(names, scope, row.part),
            projects=int(row.projects),
            again=int(row.again),
            entries=int(row.entries),
            most=row.most,
            again_share=Fraction(int(row.again), int(row.projects)),
        )
        for row in session.execute(query)
        if row.again
    ]
    return sorted(found, key=lambda one: (one.group or "", -one.again_share, one.code))


def variants(session: Session, reading: Reading, scope: Scope = ALL, *, most: int = 20) -> list[Variant]:
    """The ways ended projects took, the most trodden first, `most` of each group. Raises as `steps` does."""
    names = names_of(session, reading)
    by = group(scope, _PATH)
    query = select(_PATH.c.path, by.label("part"), func.sum(_PATH.c.times).label("times"))
    counted = query.where(*within(names, scope, _PATH)).group_by(_PATH.c.path, by).subquery()
    mine = counted.c.part
    place = func.row_number().over(partition_by=mine, order_by=(counted.c.times.desc(), counted.c.path))
    ranked = select(
        counted, place.label("place"), func.sum(counted.c.times).over(partition_by=mine).label("total")
    ).subquery()
    rows = session.execute(select(ranked).where(ranked.c.place <= most).order_by(ranked.c.place)).all()
    found = [
        Variant(
            steps=tuple(row.path.split(ARROW)),
            labels=tuple(names.limit(code) for code in row.path.split(ARROW)),
            group=part_of(names, scope, row.part),
            projects=int(row.times),
            share=Fraction(int(row.times), int(row.total)),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.group or "")
