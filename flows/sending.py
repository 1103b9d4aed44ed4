"""Sending (发送): a delivery lies between two transactions, so that a crash is seen and the message not lost."""

from __future__ import annotations

from datetime import datetime

from notifications.channel import DeliveryFailed
from notifications.render import render
from runtime.channel import open_channel
from runtime.office import Office
from services.delivery import Letter, begin, break_off, finish
from services.outbox import Event, acknowledge, is_acknowledged


def send(at: Office, event: Event, now: datetime, run: str | None) -> str:
    """Hand one delivery to its channel; a lasting refusal ends it as dead, any other is raised for a retry."""
    with at.database.write() as session:
        if is_acknowledged(session, event.id):
            return "已送达"
        letter = begin(session, event.payload["delivery"], now=now)
        if letter is None:
            acknowledge(session, event.id, now=now, flow_run=run, result="无需再送")
            return "无需再送"
    try:
        code = _hand_over(at, letter, now, event, run)
    except DeliveryFailed as failure:
        _give_up_or_raise(at, letter, failure, event, now, run)
        return failure.text("zh")
    return code


def _hand_over(at: Office, letter: Letter, now: datetime, event: Event, run: str | None) -> str:
    channel = at.channels.get(letter.channel) or open_channel(at.settings, letter.channel)
    rendered = render(letter.message, base_url=at.settings.site, lang=at.settings.lang, zone=at.settings.zone)
    receipt = channel.send(rendered, letter.receiver, letter.message_id, now)
    with at.database.write() as session:
        finish(session, letter.delivery_id, receipt, now=now)
        acknowledge(session, event.id, now=now, flow_run=run, result=f"已送达 {receipt.code}")
    return f"已送达 {receipt.code}"


def _give_up_or_raise(
    at: Office, letter: Letter, failure: DeliveryFailed, event: Event, now: datetime, run: str | None
) -> None:
    with at.database.write() as session:
        break_off(session, letter.delivery_id, failure, now=now)
        if not failure.retryable:
            acknowledge(session, event.id, now=now, flow_run=run, result="未送达，已列入失败记录")
    if failure.retryable:
        raise failure
