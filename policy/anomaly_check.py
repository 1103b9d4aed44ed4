"""Whether the rules of anomalies in a pack fit each other (异常规则检查)."""

from __future__ import annotations

from collections.abc import Iterator

from policy.fault import Fault
from policy.inspection import Inspection


def anomaly_faults(inspection: Inspection) -> Iterator[Fault]:
    """Two rules of one kind, which would flag the same thing twice."""
    seen: set[str] = set()
    for i, entry in enumerate(inspection.document.anomalies):
        if entry.kind in seen:
            yield inspection.fault("anomaly_twice", ("anomalies", i, "kind"), entry.code, kind=entry.kind)
        seen.add(entry.kind)
