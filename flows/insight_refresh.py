"""统计汇总 (the flow): each night, what the statistics read is counted anew."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.logging import get_run_logger

from flows.handling import office
from runtime.office import Office
from services.insight_fill import gather, is_due, keep


@flow(name="insight_refresh", description="统计汇总", flow_run_name="统计汇总", persist_result=False)
def insight_refresh(now: datetime | None = None) -> dict[str, int]:
    """Count everything in a reading transaction, then put it in place of the older counts; projects and clocks counted.

    Nobody waits meanwhile: what is shown are the older counts until the newer ones are kept.
    """
    at, moment = office(), now or Office.now()
    with at.database.read() as session:
        counts = gather(session, at.city)
    with at.database.write() as session:
        keep(session, counts, now=moment)
    get_run_logger().info("汇总 %d 个项目、%d 个期限", counts.projects, counts.clocks)
    return {"projects": counts.projects, "clocks": counts.clocks}


def refresh_is_due(at: Office, now: datetime) -> bool:
    """Whether tonight's counting is still to come; cheap, and starts no run."""
    with at.database.read() as session:
        return is_due(session, at.city, now)
