"""The timetable (定时任务): flows that nobody asks for, and when the resident runner starts each.

As deployments the same flows have their schedules in prefect.yaml.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flows.audit_anchor import audit_anchor
from flows.deadline_sweep import deadline_sweep
from flows.digest import digest, digest_is_due
from flows.insight_refresh import insight_refresh, refresh_is_due
from runtime.anchoring import anchoring_is_due
from runtime.office import Office
from runtime.settings import Settings


def _always(_at: Office, _now: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """One flow of the timetable: looked at every so many seconds, started when it is due.

    `is_due` is cheap and starts no run: a daily flow says there whether today's run is still to come.
    """

    name: str
    seconds: Callable[[Settings], float]
    run: Callable[[], object]
    is_due: Callable[[Office, datetime], bool] = _always


JOBS: tuple[Job, ...] = (
    Job("deadline_sweep", lambda settings: settings.sweep_seconds, deadline_sweep),
    Job("digest", lambda _: 20, digest, digest_is_due),
    Job("audit_anchor", lambda _: 60, audit_anchor, anchoring_is_due),
    Job("insight_refresh", lambda _: 60, insight_refresh, refresh_is_due),
)
"""Every scheduled flow."""
