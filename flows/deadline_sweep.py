"""期限巡检 (the flow): turn lights, fire the rungs and call the tasks that are due, in batches of one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from prefect import flow
from prefect.logging import get_run_logger

from flows.handling import office
from runtime.office import Office
from services.sweep import Swept, sweep
from services.task_opening import call_due

BATCH = 500


@flow(name="deadline_sweep", description="期限巡检", flow_run_name="期限巡检", persist_result=False)
def deadline_sweep(now: datetime | None = None) -> dict[str, int]:
    """Sweep until nothing is due; returns how many were looked at, turned, fired, skipped, broken, and tasks called."""
    at, moment, total = office(), now or Office.now(), Swept()
    while True:
        with at.database.write() as session:
            done = sweep(session, at.city, now=moment, limit=BATCH)
        total += done
        if done.checked < BATCH:
            break
    called = 0
    while True:
        with at.database.write() as session:
            tasks = call_due(session, at.city, now=moment, limit=BATCH)
        called += tasks
        if tasks < BATCH:
            break
    told = (total.checked, total.turned, total.fired, total.skipped, total.broken, called)
    get_run_logger().info("检查 %d 个期限，变灯 %d，预警 %d，补记 %d，无法计算 %d；到日开启任务 %d", *told)
    return asdict(total) | {"called": called}
