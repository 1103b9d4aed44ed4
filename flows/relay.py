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
from services.outbox import EVERY_LANE, LEASE, Event, Lanes, claim, has_due, release
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
DELIVERIES = 10
"""So many deliveries are claimed at once: as few as fit into one lease even when each waits for its time-out."""
WAIT_FOR_PREFECT = timedelta(seconds=5)
DEPLOYMENT_LEASE = timedelta(minutes=10)
"""A worker's child process may start late; only after this is the event driven again."""

log = logging.getLogger("jiugai.relay")


class Relayed(NamedTuple):
    """What one round of the relay did: events claimed, and flow runs started for them."""

    events: int
    runs: int


def relay_once(at: Office, name: str, *, now: datetime | None = None, lanes: Lanes = EVERY_LANE) -> Relayed:
    """Claim what is due in some lanes and start its flows; what Prefect did not take is given back untried.

    With `now`, which only demonstrations and simulations give, events are handled as of when they were written.
    """
    moment = now or Office.now()
    with at.database.read() as session:
        if not has_due(session, now=moment, lanes=lanes):
            return Relayed(0, 0)
    limit = min(DELIVERIES, at.settings.batch) if lanes.only else at.settings.batch
    with at.database.write() as session:
        events = claim(session, name, now=moment, limit=limit, lease=_lease(at), lanes=lanes)
    runs = 0
    for flow_name, batch in _batches(at, events):
        try:
            _START[at.settings.reactions](flow_name, batch, now is not None)
            runs += 1
        except Exception:
            log.exception("Prefect 没有接下 %s 的 %d 个事件，稍后再试", flow_name, len(batch))
            with at.database.write() as session:
                release(session, [event.id for event in batch], until=moment + WAIT_FOR_PREFECT, by=name)
    return Relayed(len(events), runs)


def _lease(at: Office) -> timedelta:
    if at.settings.reactions == "deployments":
        return DEPLOYMENT_LEASE
    return LEASE + DELIVERIES * timedelta(seconds=at.settings.channel_timeout_seconds)


def _batches(at: Office, events: list[Event]) -> Iterator[tuple[FlowName, list[Event]]]:
    """The events in the runs that carry them: alone where there are few of a flow, and always as deployments."""
    # deliveries last: where one relay takes every lane, a slow mail server must not keep a review waiting
    ordered = sorted(events, key=lambda event: (flow_of(event) is FlowName.delivery, flow_of(event), event.id))
    for name, group in groupby(ordered, key=flow_of):
        same = list(group)
        alone = len(same) <= SINGLE and name is not FlowName.delivery
        if alone or at.settings.reactions == "deployments":
            yield from ((name, [event]) for event in same)
        else:
            yield name, same


def flow_of(event: Event) -> FlowName:
    """Which flow carries an event; what no reaction knows is a delivery."""
    return REACTIONS[event.kind].flow if event.kind in REACTIONS else FlowName.delivery


def _here(name: FlowName, batch: list[Event], virtual: bool) -> None:
    try:
        with tags(*_case_tags(batch)):
            FLOWS[name](title=_title(name, batch), event_ids=[e.id for e in batch], at_event_time=virtual)
    except ReactionFailed as failed:  # each failed event is already written down; the run shows red
        log.warning("%s", failed)


def _deployed(name: FlowName, batch: list[Event], virtual: bool) -> None:
    (event,) = batch
    run_deployment(
        f"{name}/{name}",
        parameters={"title": event.title, "event_ids": [event.id], "at_event_time": virtual},
        flow_run_name=event.title,
        tags=_case_tags([event]),
        idempotency_key=f"outbox:{event.id}:{name}:{event.attempt}",
        timeout=0,
        as_subflow=False,
    )


_START: dict[str, Callable[[FlowName, list[Event], bool], None]] = {"resident": _here, "deployments": _deployed}


def _title(name: FlowName, batch: list[Event]) -> str:
    return batch[0].title if len(batch) == 1 else f"{FLOWS[name].description} · {len(batch)} 件"


def _case_tags(batch: list[Event]) -> list[str]:
    return [f"project:{batch[0].project_id}"] if len(batch) == 1 and batch[0].project_id else []
