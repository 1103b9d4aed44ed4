"""`jiugai notify`: the outbox (发件箱), incidents, letters given up, the inbox, the digest, a trial of a channel."""

from __future__ import annotations

import getpass
from typing import Annotated, ClassVar
from uuid import uuid4

import typer

from cli.language import say
from cli.lazy import Entry, LazyGroup, group
from cli.notify_outbox import outbox
from cli.office import SOURCE, new_request, office
from cli.option import As, AsJson, Reason, RequestId
from cli.output import emit
from notifications.channel import Channel, Receipt, Receiver
from notifications.render import render
from notifications.trial import ChannelTest
from runtime.channel import open_channel
from runtime.database import DatabaseBehind, open_database
from runtime.office import Office
from runtime.settings import CHANNELS, Settings
from services.identity import find_actor
from services.keeping import Keeping
from services.outbox import retry_incident, retry_incidents
from services.resend import resend, resend_all


class Notices(LazyGroup):
    """What people ask of their own messages is loaded when it is called."""

    table: ClassVar[dict[str, Entry]] = {
        "inbox": Entry("cli.notify_inbox:inbox_", lambda: say("收件箱：查看、标为已读。", "Inbox: list, mark read.")),
        "digest": Entry("cli.notify_digest:digest", lambda: say("每日提要：查看、发送。", "The digest: show, send.")),
        "preference": Entry(
            "cli.notify_preference:app", lambda: say("通知偏好：方式、渠道、免打扰、语言。", "Notice preferences.")
        ),
    }


app = group(
    say(
        "通知：发件箱、故障与失败重试、收件箱、每日提要、偏好、渠道试发。",
        "Notifications: outbox, incidents, resending, inbox, digest, preferences, a trial.",
    ),
    Notices,
)
All = Annotated[bool, typer.Option("--all", help=say("全部", "all of them"))]


app.command(
    "outbox", help=say("待办事件、各渠道排队、故障、未送达与合并的通知。", "Events, queues, incidents, dead letters.")
)(outbox)


@app.command("retry", help=say("关闭故障并重新处理其事件。", "Close incidents and try their events again."))
def retry(
    login: As,
    incident: Annotated[
        int | None, typer.Argument(metavar="INCIDENT", help=say("故障编号，见 notify outbox", "see notify outbox"))
    ] = None,
    everything: All = False,
    as_json: AsJson = False,
) -> None:
    """The resident process or `jiugai react --once` takes them up."""
    _one_or_all(incident, everything)
    with office() as at, at.database.write() as session:
        actor, now = find_actor(session, login), at.now()
        if incident is None:
            count = retry_incidents(session, actor=actor.login, now=now)
        else:
            retry_incident(session, incident, actor=actor.login, now=now)
            count = 1
    zh = f"故障 {incident} 已重新排队" if incident else f"{count} 个故障已重新排队"
    en = f"incident {incident} is queued again" if incident else f"{count} incident(s) queued again"
    emit({"incident": incident, "count": count, "retried": True}, as_json=as_json, text=say(zh, en))


@app.command("resend", help=say("重发未送达的通知。", "Send again what was given up."))
def resend_(
    login: As,
    delivery: Annotated[
        int | None, typer.Argument(metavar="DELIVERY", help=say("发件编号，见 notify outbox", "see notify outbox"))
    ] = None,
    everything: All = False,
    channel: Annotated[
        str | None, typer.Option("--channel", help=say("与 --all 同用：只重发这一渠道的", "with --all: this channel"))
    ] = None,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Own letters by their receiver, any by a system administrator; the address is the one known now."""
    _one_or_all(delivery, everything)
    with office() as at, at.database.write() as session:
        keeping = Keeping(find_actor(session, login), at.now(), SOURCE, new_request(request_id), reason)
        if delivery is None:
            count = resend_all(session, keeping, channel=channel)
        else:
            resend(session, delivery, keeping)
            count = 1
    text = say(f"{count} 条通知已重新排队", f"{count} letter(s) queued again")
    emit({"delivery": delivery, "channel": channel, "count": count}, as_json=as_json, text=text)


def _one_or_all(number: int | None, everything: bool) -> None:
    if (number is None) is not everything:
        raise typer.BadParameter(say("请给出一个编号，或用 --all", "give one number, or --all"))


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
    """Exit code 1 with the provider's answer when it is not taken; counts towards the bot's shared rate."""
    settings = Settings()
    receipt = _tried(settings, channel, to)
    data = {"channel": channel, "to": to, "code": receipt.code, "detail": receipt.detail}
    emit(
        data,
        as_json=as_json,
        text=say(f"已发出：{receipt.code} {receipt.detail}", f"sent: {receipt.code} {receipt.detail}"),
    )


def _tried(settings: Settings, channel: str, to: str) -> Receipt:
    try:
        database = open_database(settings.url)
    except DatabaseBehind:  # a channel can be tried before anything is set up
        return _sent(open_channel(settings, channel), settings, to)
    try:
        return _sent(open_channel(settings, channel, database), settings, to)
    finally:
        database.close()


def _sent(channel: Channel, settings: Settings, to: str) -> Receipt:
    now = Office.now()
    message = ChannelTest(link="/", channel=channel.name, sent_by=getpass.getuser(), sent_at=now)
    rendered = render(message, base_url=settings.site, lang=settings.lang, zone=settings.zone)
    receiver = Receiver(name=to or say("各位", "all"), email=to or None, mobile=to or None)
    return channel.send(rendered, receiver, f"test:{uuid4()}", now)
