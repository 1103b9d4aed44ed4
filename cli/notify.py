"""`jiugai notify`: the outbox (发件箱), incidents, and a trial of a channel."""

from __future__ import annotations

import getpass
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.language import say
from cli.lazy import group
from cli.office import office
from cli.option import As, AsJson
from cli.output import emit, grid
from notifications.channel import Channel, Receipt, Receiver
from notifications.render import render
from notifications.trial import ChannelTest
from runtime.channel import open_channel
from runtime.office import Office
from runtime.settings import CHANNELS, Settings
from services.identity import find_actor
from services.outbox import retry_incident
from services.outbox_state import outbox_state

app = group(say("通知：发件箱、故障重试、渠道试发。", "Notifications: outbox, incidents, a trial."))


@app.command("outbox", help=say("待办事件、未处理故障、未送达的通知。", "Events, open incidents, dead deliveries."))
def outbox(as_json: AsJson = False) -> None:
    """Counts by status, every open incident, every delivery given up."""
    with office() as at, at.database.read() as session:
        state = outbox_state(session)
    counts = "，".join(f"{_EVENTS[name]()} {count}" for name, count in state["events"].items())
    parts: list[Any] = [counts]
    if state["incidents"]:
        rows = [[one["incident"], one["title"], one["opened_at"], one["error"]] for one in state["incidents"]]
        heads = [say("故障", "incident"), say("事件", "event"), say("时间", "opened"), say("原因", "error")]
        parts.append(grid(heads, rows, title=say("未处理故障（notify retry 重试）", "open incidents")))
    if state["dead"]:
        rows = [[one["delivery"], one["channel"], one["person"], one["detail"]] for one in state["dead"]]
        heads = ["#", say("渠道", "channel"), say("收件人", "person"), say("原因", "why")]
        parts.append(grid(heads, rows, title=say("未送达的通知", "dead deliveries")))
    emit(state, as_json=as_json, text=parts)


_EVENTS = {
    "waiting": lambda: say("等待", "waiting"),
    "claimed": lambda: say("处理中", "claimed"),
    "parked": lambda: say("搁置", "parked"),
    "done": lambda: say("已办", "done"),
}


@app.command("retry", help=say("关闭一个故障并重新处理其事件。", "Close an incident and try its event again."))
def retry(
    incident: Annotated[
        int, typer.Argument(metavar="INCIDENT", help=say("故障编号，见 notify outbox", "see notify outbox"))
    ],
    login: As,
    as_json: AsJson = False,
) -> None:
    """The resident process or `jiugai react --once` takes it up."""
    with office() as at, at.database.write() as session:
        actor = find_actor(session, login)
        retry_incident(session, incident, actor=actor.login, now=at.now())
    emit(
        {"incident": incident, "retried": True},
        as_json=as_json,
        text=say(f"故障 {incident} 已重新排队", f"incident {incident} is queued again"),
    )


@app.command("test", help=say("经一个渠道试发一条消息。", "Send a trial through one channel."))
def test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help=" | ".join(CHANNELS))],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="ADDRESS",
            help=say(
                "收件人的邮箱或手机号；群机器人可以不填",
                "the receiver's mail address or mobile number; groups need none",
            ),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Exit code 1 with the provider's answer when it is not taken."""
    settings = Settings()
    receipt = _sent(open_channel(settings, channel), settings, to)
    data = {"channel": channel, "to": to, "code": receipt.code, "detail": receipt.detail}
    emit(
        data,
        as_json=as_json,
        text=say(f"已发出：{receipt.code} {receipt.detail}", f"sent: {receipt.code} {receipt.detail}"),
    )


def _sent(channel: Channel, settings: Settings, to: str) -> Receipt:
    now = Office.now()
    message = ChannelTest(link="/", channel=channel.name, sent_by=getpass.getuser(), sent_at=now)
    rendered = render(message, base_url=settings.site, lang=settings.lang, zone=settings.zone)
    receiver = Receiver(name=to or say("各位", "all"), email=to or None, mobile=to or None)
    return channel.send(rendered, receiver, f"test:{uuid4()}", now)
