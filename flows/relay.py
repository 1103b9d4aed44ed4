"""The relay (转交): claims events from the outbox and starts their flows, here or as deployments."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from prefect import Flow, tags
from prefect.deployments import run_deployment

from flows.announcement import announcement
from flows.approval import approval
from flows.delivery import delivery
from flows.escalation import escalation
from flows.handling import ReactionFailed
from flows.joint_review import joint_review
from runtime.office import Office
from services.outbox import Event, claim, has_due, release
from services.reaction import REACTIONS, FlowName

FLOWS: dict[FlowName, Flow[Any, Any]] = {
    FlowName.joint_review: joint_review,
    FlowName.approval: approval,
    FlowName.announcement: announcement,
    FlowName.escalation: escalation,
    FlowName.delivery: delivery,
}
SINGLE = 5
"""Up to so many events of one flow get a run each, named after its case; more share one run with tasks for them.

Deliveries always share: their case is the person, and one move easily makes a dozen of them.
"""
WAIT_FOR_PREFECT = timedelta(seconds=5)
DEPLOYMENT_LEASE = timedelta(minutes=10)
"""A worker's child process may start late; only after this is the event driven again."""

log = logging.getLogger("jiugai.relay")


class Relayed(NamedTuple):
    """What one round of the relay did: events claimed, and flow runs started for them."""

    events: int
    runs: int


Starter = Callable[[FlowName, list[Event], bool], int]


def relay_once(at: Office, name: str, *, now: datetime | None = None) -> Relayed:
    """Claim what is due and start its flows; events whose flow could not even start are given back untried.

    With `now`, which only demonstrations and simulations give, events are handled as of when they were written.
    """
    moment = now or Office.now()
    starter, lease = _STARTERS[at.settings.reactions]
    with at.database.read() as session:
        if not has_due(session, now=moment):
            return Relayed(0, 0)
    with at.database.write() as session:
        events = claim(session, name, now=moment, limit=at.settings.batch, lease=lease)
    runs = 0
    for flow_name, group in _by_flow(events):
        try:
            runs += starter(flow_name, group, now is not None)
        except Exception:
            log.exception("Prefect 没有接下 %s 的 %d 个事件，稍后再试", flow_name, len(group))
            with at.database.write() as session:
                release(session, [event.id for event in group], until=moment + WAIT_FOR_PREFECT)
    return Relayed(len(events), runs)


def _by_flow(events: list[Event]) -> Iterator[tuple[FlowName, list[Event]]]:
    # deliveries last: a slow mail server must not keep a review waiting
    ordered = sorted(events, key=lambda event: (flow_of(event) is FlowName.delivery, flow_of(event), event.id))
    for name, group in groupby(ordered, key=flow_of):
        yield name, list(group)


def flow_of(event: Event) -> FlowName:
    """Which flow carries an event; what no reaction knows is a delivery."""
    return REACTIONS[event.kind].flow if event.kind in REACTIONS else FlowName.delivery


def _here(name: FlowName, events: list[Event], virtual: bool) -> int:
    alone = len(events) <= SINGLE and name is not FlowName.delivery
    batches = [[event] for event in events] if alone else [events]
    for batch in batches:
        try:
            with tags(*_case_tags(batch)):
                FLOWS[name](title=_title(name, batch), event_ids=[e.id for e in batch], at_event_time=virtual)
        except ReactionFailed as failed:  # each failed event is already written down; the run shows red
            log.warning("%s", failed)
    return len(batches)


def _deployed(name: FlowName, events: list[Event], virtual: bool) -> int:
    for event in events:
        run_deployment(
            f"{name}/{name}",
            parameters={"title": event.title, "event_ids": [event.id], "at_event_time": virtual},
            flow_run_name=event.title,
            tags=_case_tags([event]),
            idempotency_key=f"outbox:{event.id}:{name}:{event.attempt}",
            timeout=0,
            as_subflow=False,
        )
    return len(events)


_STARTERS: dict[str, tuple[Starter, timedelta]] = {
    "resident": (_here, timedelta(minutes=2)),
    "deployments": (_deployed, DEPLOYMENT_LEASE),
}


def _title(name: FlowName, batch: list[Event]) -> str:
    return batch[0].title if len(batch) == 1 else f"{FLOWS[name].description} · {len(batch)} 件"


def _case_tags(batch: list[Event]) -> list[str]:
    return [f"project:{batch[0].project_id}"] if len(batch) == 1 and batch[0].project_id else []
