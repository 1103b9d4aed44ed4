"""通知 (the flow): tell people of a move or of an incident."""

from __future__ import annotations

from prefect import flow

from flows.handling import Handled, carry


@flow(name="announcement", description="通知", flow_run_name="{title}", persist_result=False)
def announcement(title: str, event_ids: list[int], at_event_time: bool = False) -> list[Handled]:
    """Tell people of a move or of an incident.

    `event_ids` are outbox events of this flow's kinds; `title` names the run after its case.
    """
    return carry(event_ids, at_event_time)
