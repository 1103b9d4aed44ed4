"""审批 (the flow): open a chain of approvers, call the next one, settle the chain, fire the next move."""

from __future__ import annotations

from prefect import flow

from flows.answer_table import show_answers
from flows.handling import Handled, carry


@flow(name="approval", description="审批", flow_run_name="{title}", persist_result=False)
def approval(title: str, event_ids: list[int], at_event_time: bool = False) -> list[Handled]:
    """Open a chain of approvers, call the next one, settle the chain, fire the next move.

    `event_ids` are outbox events of this flow's kinds; `title` names the run after its case.
    """
    try:
        return carry(event_ids, at_event_time)
    finally:
        show_answers(event_ids)
