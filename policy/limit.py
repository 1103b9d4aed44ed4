"""The limits of a pack resolved (期限换算): a share of another limit becomes days."""

from __future__ import annotations

from collections.abc import Iterator

from policy.fault import Path
from policy.schema import PackDocument
from policy.schema_limit import LimitEntry, Span


def resolved(document: PackDocument) -> dict[str, LimitEntry]:
    """Every limit by its code, with the days and the unit its clock is counted in. The names all resolve."""
    spans = {entry.code: entry.span for entry in document.limits}
    return {entry.code: entry.model_copy(update={"span": _resolved(entry.span, spans)}) for entry in document.limits}


def _resolved(span: Span, spans: dict[str, Span]) -> Span:
    if span.kind == "fixed":
        return span.model_copy(update={"unit": "calendar_day"})
    if span.share is None:
        return span
    whole = spans[str(span.of)]
    days = max(span.share.numerator * whole.days // span.share.denominator, 1)
    return span.model_copy(update={"days": days, "unit": whole.unit})


def span_faults(document: PackDocument) -> Iterator[tuple[str, Path, str]]:
    """(code of the fault, where, culprit) for what keeps limits from being resolved; names may still be wrong."""
    spans = {entry.code: entry.span for entry in document.limits}
    dues = {entry.code: entry.due for entry in document.milestones}
    for i, entry in enumerate(document.limits):
        whole = spans.get(entry.span.of or "")
        if whole is not None and (whole.kind != "counted" or whole.unit == "month"):
            yield "share_unfit", ("limits", i, "span", "of"), str(entry.span.of)
        milestone = entry.span.before_milestone
        if milestone in dues and dues[milestone] is None:
            yield "milestone_undated", ("limits", i, "span", "before_milestone"), str(milestone)
