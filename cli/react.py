"""Reactions from the command line (联动): the one module here that reaches the flows, and only when asked to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from cli.output import emit
from runtime.office import Office, open_office
from runtime.prefect_process import environment, prefect_at_hand
from runtime.settings import Settings


class Reactor:
    """Drives the outbox and the sweep in this process, through real flow runs."""

    def __init__(self, office: Office) -> None:
        from flows import handling

        self.office = office
        self.flow_runs = 0
        handling.use(office)

    def react(self, now: datetime | None = None) -> int:
        """Handle what is due until nothing is left; returns how many events were claimed."""
        from flows.relay import relay_once

        total = 0
        while (relayed := relay_once(self.office, f"cli:{os.getpid()}", now=now)).events:
            total += relayed.events
            self.flow_runs += relayed.runs
        return total

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """For the length of the block messages only go into inboxes, through no channel."""
        from flows import handling

        handling.use(replace(self.office, opened=replace(self.office.opened, channels=())))
        yield
        handling.use(self.office)

    def sweep(self, now: datetime | None = None) -> dict[str, int]:
        """Run the sweep flow once; returns clocks checked, turned, fired and skipped."""
        from flows.deadline_sweep import deadline_sweep

        self.flow_runs += 1
        return deadline_sweep(now=now)


@contextmanager
def reactor(settings: Settings) -> Iterator[Reactor]:
    """A reactor with a Prefect API at hand: the one that answers, else an embedded one for the length of the block.

    Raises PrefectUnavailable.
    """
    with prefect_at_hand(settings):
        os.environ.update(environment(settings))
        from flows.resident import at_work

        office = open_office(settings)
        try:
            with at_work():
                yield Reactor(office)
        finally:
            office.close()


def react(
    once: Annotated[bool, typer.Option("--once", help="处理完当前到期的事件即结束（目前唯一方式）")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出打印 JSON")] = False,
) -> None:
    """在本进程里处理发件箱中到期的事件（真实的 Prefect 流程运行）。"""
    with reactor(Settings()) as at:
        events = at.react()
        done = {"events": events, "flow_runs": at.flow_runs}
    emit(done, as_json=as_json, text=f"处理事件 {events} 个，流程运行 {done['flow_runs']} 次")


def sweep(as_json: Annotated[bool, typer.Option("--json", help="在标准输出打印 JSON")] = False) -> None:
    """立即巡检一次期限：变灯、预警。"""
    with reactor(Settings()) as at:
        done = at.sweep()
    text = f"检查 {done['checked']} 个期限，变灯 {done['turned']}，预警 {done['fired']}，补记 {done['skipped']}"
    emit(done, as_json=as_json, text=text)
