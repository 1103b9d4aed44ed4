"""Handling one event (处理事件): effect and acknowledgement in one transaction; a failure stops only its own event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import TagsContext
from prefect.logging import get_run_logger
from prefect.runtime import flow_run, task_run

from flows.sending import send, waits_of
from notifications.channel import DeliveryFailed, DeliveryPostponed
from runtime.office import Office, open_office
from runtime.settings import Settings
from services.outbox import BACK_OFF, Event, acknowledge, fail, is_acknowledged, load_events, release
from services.reaction import REACTIONS
from states.exceptions import JiugaiError

CHUNKS = 10
"""More events than this share their task runs: a task costs more than the work of a small event."""


class Handled(NamedTuple):
    """What became of one event: done (with a result in words), or failed and to be tried again, or parked."""

    event: int
    title: str
    done: bool
    result: str


class ReactionFailed(Exception):
    """Some events of a flow run failed; they are tried again or parked, the others are done."""


_open: list[Office] = []


def office() -> Office:
    """The installation of this process, opened once; a resident runner and a worker's child both use it."""
    if not _open:
        _open.append(open_office(Settings()))
    return _open[0]


def use(at: Office) -> None:
    """Work with an office that is already open: what demonstrations and tests do."""
    _open[:] = [at]


def forget() -> None:
    """Open the installation anew at the next flow."""
    _open.clear()


def carry(event_ids: Sequence[int], at_event_time: bool) -> list[Handled]:
    """Handle events in task runs named after them; raises ReactionFailed at the end when some failed.

    `at_event_time` handles each event as of the moment it was due, which is when it was written unless it had to wait:
    for demonstrations and simulations, whose time is not ours.
    """
    with office().database.read() as session:
        events = load_events(session, event_ids)
    size = -(-len(events) // CHUNKS) or 1
    chunks = [events[start : start + size] for start in range(0, len(events), size)]
    # a task that inherits the run's tags asks the server for each of them whether it may start
    with TagsContext(current_tags=set()):
        handled = [one for chunk in chunks for one in _handle_chunk(chunk, at_event_time)]
    failed = [one for one in handled if not one.done]
    if failed:
        raise ReactionFailed("；".join(f"{one.title}：{one.result}" for one in failed))
    return handled


def _task_name() -> str:
    events: list[Event] = task_run.parameters["events"]
    return events[0].title + (f" 等 {len(events)} 件" if len(events) > 1 else "")


@task(
    name="handle", task_run_name=_task_name, persist_result=False, cache_policy=NO_CACHE,
    retries=2, retry_delay_seconds=[1, 5], retry_jitter_factor=0.5,
)  # fmt: skip
def _handle_chunk(events: list[Event], at_event_time: bool) -> list[Handled]:
    # an event that fails waits in the outbox; the task itself fails, and is retried, only when the database is away
    run = flow_run.get_id()
    done = [handle(office(), event, event.available_at if at_event_time else Office.now(), run) for event in events]
    logger = get_run_logger()
    for one in done:
        logger.log(20 if one.done else 40, "%s：%s", one.title, one.result)
    return done


def handle(at: Office, event: Event, now: datetime, run: str | None) -> Handled:
    """Handle one event once: its effect and its acknowledgement are one transaction."""
    try:
        if event.kind not in REACTIONS:
            return Handled(event.id, event.title, True, send(at, event, now, run))
        return Handled(event.id, event.title, True, _react(at, event, now, run))
    except DeliveryPostponed as held_back:  # nothing was tried, so nothing failed
        with at.database.write() as session:
            release(session, [event.id], until=now + timedelta(seconds=held_back.after_seconds or 0))
        return Handled(event.id, event.title, True, held_back.text("zh"))
    except Exception as problem:
        return Handled(event.id, event.title, False, write_down(at, event, problem, now))


def _react(at: Office, event: Event, now: datetime, run: str | None) -> str:
    with at.database.write() as session:
        if is_acknowledged(session, event.id):
            return "已处理过"
        result = REACTIONS[event.kind].handle(session, at.city, event, now)
        acknowledge(session, event.id, now=now, flow_run=run, result=result)
    return result


def write_down(at: Office, event: Event, problem: Exception, now: datetime) -> str:
    """Put a failed event back or park it, at once when waiting will not mend it; returns the failure in words."""
    words = problem.text("zh") if isinstance(problem, JiugaiError) else f"{type(problem).__name__}: {problem}"
    asked_for = problem.after_seconds or 0 if isinstance(problem, DeliveryFailed) else 0
    with at.database.write() as session:
        parked = fail(session, event.id, words, now=now, at_least=asked_for, waits=_waits(at, event, problem))
    return f"{words}（{'已搁置，待人工处理' if parked else '稍后自动重试'}）"


def _waits(at: Office, event: Event, problem: Exception) -> Sequence[int]:
    if event.kind not in REACTIONS and isinstance(problem, JiugaiError):
        return waits_of(at, event)
    return () if isinstance(problem, JiugaiError) and not problem.may_pass else BACK_OFF
