"""每日提要 (the flow): once each working day, what everybody has before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from prefect import flow
from prefect.logging import get_run_logger

from flows.handling import office
from notifications.digest import DailyDigest
from runtime.office import Office
from services.digest import close_run, is_due, open_run, plan, scope_of, send

BATCH = 100
"""People in one transaction: nobody waits long for the digest, and a crash repeats little."""


@flow(name="digest", description="每日提要", flow_run_name="每日提要", persist_result=False)
def digest(now: datetime | None = None) -> dict[str, int]:
    """Send today's digest where it is due and was not sent yet; returns how many people were told.

    `now` is for demonstrations and simulations; deployments run it every few minutes and leave it away.
    """
    at, moment = office(), now or Office.now()
    if not digest_is_due(at, moment):
        return {"told": 0}
    settings = at.settings
    with at.database.write() as session:
        open_run(session, at.city, moment)
    with at.database.read() as session:
        scope = scope_of(session, at.city, moment, days=settings.digest_days, lang=settings.lang)
        planned = plan(session, scope)
    told = 0
    for some in _batches(planned):
        with at.database.write() as session:
            told += send(session, scope, some)
    with at.database.write() as session:
        close_run(session, at.city, Office.now() if now is None else now, told=told)
    get_run_logger().info("提要 %d 人", told)
    return {"told": told}


def digest_is_due(at: Office, now: datetime) -> bool:
    """Whether today's digest is still to be sent; cheap, and starts no run."""
    with at.database.read() as session:
        return is_due(session, at.city, now, at=at.settings.digest_at)


def _batches(planned: Sequence[tuple[int, DailyDigest]]) -> Iterator[Sequence[tuple[int, DailyDigest]]]:
    for start in range(0, len(planned), BATCH):
        yield planned[start : start + BATCH]
