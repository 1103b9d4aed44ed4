"""期限巡检 (the flow): turn lights and fire the rungs that are due, in batches of one transaction each."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.logging import get_run_logger

from flows.handling import office
from runtime.office import Office
from services.sweep import Swept, sweep

BATCH = 500


@flow(name="deadline_sweep", description="期限巡检", flow_run_name="期限巡检", persist_result=False)
def deadline_sweep(now: datetime | None = None) -> dict[str, int]:
    """Sweep until nothing is due; returns how many clocks were looked at, turned, fired and skipped."""
    at, moment, total = office(), now or Office.now(), Swept()
    while True:
        with at.database.write() as session:
            done = sweep(session, at.city, now=moment, limit=BATCH)
        total += done
        if done.checked < BATCH:
            break
    get_run_logger().info(
        "检查 %d 个期限，变灯 %d，预警 %d，补记 %d", total.checked, total.turned, total.fired, total.skipped
    )
    return {"checked": total.checked, "turned": total.turned, "fired": total.fired, "skipped": total.skipped}
