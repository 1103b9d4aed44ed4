"""联审联批 (the flow): open a round for its departments, settle it when it is decided, fire the next move."""

from __future__ import annotations

from prefect import flow

from flows.answer_table import show_answers
from flows.handling import Handled, carry


@flow(
    name="joint_review",
    description="联审联批",
    flow_run_name="{title}",
    validate_parameters=False,
    persist_result=False,
)
def joint_review(title: str, event_ids: list[int], at_event_time: bool = False) -> list[Handled]:
    """Open a round of joint review for its departments, settle it when it is decided, fire the next move.

    The run carries an artifact with who has answered and who has not.

    `event_ids` are outbox events of this flow's kinds; `title` names the run after its case.
    """
    try:
        return carry(event_ids, at_event_time)
    finally:
        show_answers(event_ids)
