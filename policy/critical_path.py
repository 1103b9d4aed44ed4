"""The longest route of limits through a stage (关键路径): it has to fit the stage's window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from policy.fault import Fault
from policy.inspection import Inspection
from policy.schema import ReviewEntry, Window
from policy.schema_limit import Span
from states.procedure import Move, Nature, StartKind
from states.review import ReviewMode

_LONGEST_MONTH = 31
_PLAIN_YEAR = 2023


class Route(NamedTuple):
    """A way through a stage: the calendar days its limits add up to, and the steps on it."""

    days: int
    steps: tuple[str, ...]


def window_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every stage whose limits do not fit its window."""
    for i, stage in enumerate(inspection.document.stages):
        if stage.window is None:
            continue
        route = longest_route(inspection, stage.code)
        window = window_days(stage.window)
        if route.days > window:
            labels = "→".join(inspection.procedure.step[step].label.zh for step in route.steps)
            path = ("stages", i, "window")
            yield inspection.fault("window_too_short", path, stage.code, window=window, needed=route.days, route=labels)


def longest_route(inspection: Inspection, stage: str) -> Route:
    """The longest way over forward moves inside `stage`, wherever entered. The table has no forward cycle."""
    procedure = inspection.procedure
    inside = {step.code for step in procedure.steps if step.stage == stage}
    known: dict[str, Route] = {}

    def onward(step: str) -> Route:
        if step not in known:
            moves = [m for m in procedure.moves_from(step) if m.nature is Nature.forward and m.target in inside]
            known[step] = max((entered(move, move.target) for move in moves), default=Route(0, ()))
        return known[step]

    def entered(move: Move | None, step: str) -> Route:
        rest = onward(step)
        return Route(_spent(inspection, move, step) + rest.days, (step, *rest.steps))

    entries = [entered(None, step) for step in inside & {procedure.start}]
    forward = [move for move in procedure.moves if move.nature is Nature.forward and move.target in inside]
    entries.extend(entered(move, move.target) for move in forward if not inside.issuperset(move.sources))
    return max(entries, default=Route(0, ()))


def calendar_days(span: Span) -> int:
    """An upper estimate in calendar days that needs no calendar: working days by the week, months by the longest.

    Public holidays come on top; a window that only just fits is for the real calendar to judge, case by case. A limit
    that hangs on a day takes no days of its own.
    """
    if span.is_dated:
        return 0
    match span.unit:
        case "working_day":
            return -(-span.days * 7 // 5)
        case "month":
            return span.days * _LONGEST_MONTH
        case _:
            return span.days


def window_days(window: Window) -> int:
    """How many days the window has, both ends included, in a year without 29 February."""
    first, last = _day(window.starts), _day(window.ends)
    if last < first:
        last = last.replace(year=last.year + 1)
    return (last - first).days + 1


def _day(text: str) -> date:
    return date.fromisoformat(f"{_PLAIN_YEAR}-{'02-28' if text == '02-29' else text}")


def _spent(inspection: Inspection, move: Move | None, step: str) -> int:
    """The days of a step: its limit and what entering it starts run from the same day, so the longest counts."""
    pack = inspection.pack
    limit = inspection.procedure.step[step].limit
    started = [
        pack.review(start.code).limit if start.kind is StartKind.review else start.code
        for start in (move.starts if move else ())
    ]
    limits = [*started, limit] if limit else started
    return max((calendar_days(pack.limit(code).span) for code in limits), default=0)


def members_days(inspection: Inspection, review: ReviewEntry) -> int:
    """The calendar days the members of a review may take: together when asked at once, in a row when ordered.

    A lead who decides is asked when the others have answered.
    """
    days = [calendar_days(inspection.pack.limit(member.limit).span) for member in review.members]
    lead = review.lead_index(review.members) if review.mode is ReviewMode.lead else None
    if lead is not None:
        return days.pop(lead) + max(days, default=0)
    return sum(days) if review.mode is ReviewMode.ordered else max(days)
