"""预警升级 (the flow): tell the receivers of a rung that a deadline nears or has passed."""

from __future__ import annotations

from prefect import flow

from flows.handling import Handled, carry


@flow(name="escalation", description="预警升级", flow_run_name="{title}", persist_result=False)
def escalation(title: str, event_ids: list[int], at_event_time: bool = False) -> list[Handled]:
    """Tell the receivers of a rung that a deadline nears or has passed.

    `event_ids` are outbox events of this flow's kinds; `title` names the run after its case.
    """
    return carry(event_ids, at_event_time)
