"""Sending (发送): a delivery lies between two transactions, so that a crash is seen and the message not lost."""

from __future__ import annotations

from datetime import datetime

from notifications.channel import DeliveryPostponed
from notifications.render import render
from runtime.channel import open_channel
from runtime.office import Office
from services.delivery import Letter, begin, break_off, finish, hold_back, is_last_try, waits
from services.outbox import Event, acknowledge, is_acknowledged
from states.exceptions import JiugaiError


def send(at: Office, event: Event, now: datetime, run: str | None) -> str:
    """Hand one delivery to its channel; what will not pass, or was tried often enough, ends it as dead.

    Raises DeliveryPostponed when nothing was tried, and any other failure for a retry.
    """
    delivery_id = event.payload["delivery"]
    try:
        with at.database.write() as session:
            if is_acknowledged(session, event.id):
                return "已送达"
            letter = begin(session, at.city, delivery_id, now=now, at_most=at.settings.channel_concurrency)
            if letter is None:
                acknowledge(session, event.id, now=now, flow_run=run, result="无需再送")
                return "无需再送"
        return _hand_over(at, letter, now, event, run)
    except DeliveryPostponed:
        raise
    except JiugaiError as problem:
        if not _given_up(at, event, problem, now, run):
            raise
        return problem.text("zh")


def waits_of(at: Office, event: Event) -> tuple[int, ...]:
    """Seconds between the tries of one delivery, as the settings have it."""
    return waits(at.settings.delivery_retry_hours, str(event.payload["delivery"]))


def _hand_over(at: Office, letter: Letter, now: datetime, event: Event, run: str | None) -> str:
    channel = at.channels.get(letter.channel) or open_channel(at.settings, letter.channel, at.database)
    lang = letter.lang or at.settings.lang
    rendered = render(letter.message, base_url=at.settings.site, lang=lang, zone=at.settings.zone)
    try:
        receipt = channel.send(rendered, letter.receiver, letter.message_id, now)
    except DeliveryPostponed:
        with at.database.write() as session:
            hold_back(session, letter.delivery_id, now=now)
        raise
    with at.database.write() as session:
        finish(session, letter.delivery_id, receipt, now=now)
        acknowledge(session, event.id, now=now, flow_run=run, result=f"已送达 {receipt.code}")
    return f"已送达 {receipt.code}"


def _given_up(at: Office, event: Event, problem: JiugaiError, now: datetime, run: str | None) -> bool:
    """Write down why a letter was not taken; True when it is over: a lasting refusal, or the last of its tries."""
    with at.database.write() as session:
        over = not problem.may_pass or is_last_try(session, event.id, waits_of(at, event))
        break_off(session, event.payload["delivery"], problem, now=now, over=over)
        if over:
            acknowledge(session, event.id, now=now, flow_run=run, result="未送达，已列入失败记录")
    return over
