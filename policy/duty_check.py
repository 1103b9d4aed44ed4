"""Whether the separated duties of a pack can be kept (职责分离检查)."""

from __future__ import annotations

from collections.abc import Iterator

from policy.fault import Fault
from policy.inspection import Inspection


def duty_faults(inspection: Inspection) -> Iterator[Fault]:
    """Duties that bar somebody from doing the same thing again: every return would then need another person."""
    for i, duty in enumerate(inspection.document.duties):
        for kind, done, barred in (
            ("moves", duty.done.moves, duty.bars.moves),
            ("reviews", duty.done.reviews, duty.bars.reviews),
        ):
            for code in done:
                if code in barred:
                    yield inspection.fault("duty_itself", ("duties", i, "bars", kind), code, duty=duty.label)
