"""消息送达 (the flow): hand messages to their channels."""

from __future__ import annotations

from prefect import flow

from flows.handling import Handled, carry


@flow(name="delivery", description="消息送达", flow_run_name="{title}", persist_result=False)
def delivery(title: str, event_ids: list[int], at_event_time: bool = False) -> list[Handled]:
    """Hand messages to their channels.

    `event_ids` are outbox events of this flow's kinds; `title` names the run after its case.
    """
    return carry(event_ids, at_event_time)
