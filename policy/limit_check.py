"""Whether the limits of a pack fit where they run (期限检查): dated ones, and how far one may be prolonged."""

from __future__ import annotations

from collections.abc import Iterator

from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.schema_review import ReviewEntry


def limit_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every dated limit that runs where only a counted one can, and the extensions longer than the limit itself."""
    dated = {entry.code for entry in inspection.document.limits if entry.span.is_dated}
    for path, code in _counted_only(inspection):
        if code in dated:
            yield inspection.fault("dated_limit_unfit", path, code)
    for i, entry in enumerate(inspection.document.limits):
        days = inspection.pack.limit(entry.code).span.days
        if entry.extension and days and entry.extension.days > days:
            data = {"extension": entry.extension.days, "days": days}
            yield inspection.fault("extension_longer", ("limits", i, "extension", "days"), entry.code, **data)


def _review_limits(review: ReviewEntry) -> Iterator[tuple[Path, str]]:
    yield ("limit",), review.limit
    yield from ((("members", j, "limit"), member.limit) for j, member in enumerate(review.members))
    waits = (("supplement", review.supplement), ("dissent", review.dissent))
    yield from (((key, "limit"), terms.limit) for key, terms in waits if terms)
    if review.supplement and review.supplement.tell:
        yield ("supplement", "tell"), review.supplement.tell


def _counted_only(inspection: Inspection) -> Iterator[tuple[Path, str]]:
    """Where a limit has to be counted from its start: many projects are enrolled alike, reviews follow each other."""
    document = inspection.document
    for i, step in enumerate(document.steps):
        if step.limit and step.code == document.start:
            yield ("steps", i, "limit"), step.limit
    for i, move in enumerate(document.moves):
        for j, start in enumerate(move.starts):
            if start.clock:
                yield ("moves", i, "starts", j, "clock"), start.clock
    for i, review in enumerate(document.reviews):
        yield from ((("reviews", i, *path), limit) for path, limit in _review_limits(review))
    yield from ((("promises", i, "limit"), promise.limit) for i, promise in enumerate(document.promises))
