"""留痕锚定 (the flow): sign the root over all entries and hand it out."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.logging import get_run_logger

from flows.handling import office
from runtime.anchoring import anchor_record
from runtime.office import Office

TAKEN_BY = "system:audit_anchor"


@flow(name="audit_anchor", description="留痕锚定", flow_run_name="留痕锚定", persist_result=False)
def audit_anchor(now: datetime | None = None) -> dict[str, int | bool]:
    """Take an anchor where something is new and hand out what has not left yet.

    Returns the newest anchor's number and size, and whether it is new. Raises HandoutFailed: the anchor is kept and
    goes out with the next one.
    """
    done = anchor_record(office(), taken_by=TAKEN_BY, now=now or Office.now())
    said = done.taken.anchor.statement
    get_run_logger().info("第 %d 号锚点，%d 条记录，交存 %d 处", said.number, said.size, len(done.places))
    done.require_handed()
    return {"number": said.number, "size": said.size, "is_new": done.taken.is_new}
