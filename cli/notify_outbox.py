"""`jiugai notify outbox`: what waits, how long already, what failed, and what was kept back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cli.language import say
from cli.office import office
from cli.option import AsJson
from cli.output import emit, grid
from runtime.settings import Settings
from services.delivery import DeliveryStatus
from services.outbox_state import outbox_state

_DAY = 24


def outbox(as_json: AsJson = False) -> None:
    """Counts by status, the queue of each channel with its age, incidents, deliveries given up, notices kept back."""
    with office() as at, at.database.read() as session:
        state, now = outbox_state(session), at.now()
    counts = "，".join(f"{_EVENTS[name]()} {count}" for name, count in state["events"].items())
    tables = [_queue(state, now), _incidents(state), _dead(state), _suppressed(state)]
    emit(state, as_json=as_json, text=[counts, *(table for table in tables if table is not None)])


def _queue(state: dict[str, Any], now: datetime) -> Any:  # noqa: ANN401 - a table of rich
    if not state["queue"]:
        return None
    heads = [say("渠道", "channel"), *(_STATUSES[status]() for status in DeliveryStatus)]
    heads += [say("最久已等", "oldest"), say("下次发送", "next due")]
    rows = [
        [
            line["channel"], *(line[status] for status in DeliveryStatus),
            _age(line["oldest"], now), _moment(line["next_due"], now),
        ]
        for line in state["queue"]
    ]  # fmt: skip
    return grid(heads, rows, title=say("各渠道排队", "queues"))


def _incidents(state: dict[str, Any]) -> Any:  # noqa: ANN401
    if not state["incidents"]:
        return None
    zone = Settings().zone
    rows = [
        [one["incident"], one["title"], f"{one['opened_at'].astimezone(zone):%m-%d %H:%M}", one["error"]]
        for one in state["incidents"]
    ]
    heads = [say("故障", "incident"), say("事件", "event"), say("时间", "opened"), say("原因", "error")]
    return grid(heads, rows, title=say("未处理故障（notify retry 重试）", "open incidents (notify retry)"))


def _dead(state: dict[str, Any]) -> Any:  # noqa: ANN401
    if not state["dead"]:
        return None
    rows = [[one["delivery"], one["channel"], one["person"], one["detail"]] for one in state["dead"]]
    heads = ["#", say("渠道", "channel"), say("收件人", "person"), say("原因", "why")]
    zh, en = "未送达的通知（notify resend 重发）", "dead deliveries (notify resend)"
    return grid(heads, rows, title=say(zh, en) + _more(state["dead_count"], len(rows)))


def _suppressed(state: dict[str, Any]) -> Any:  # noqa: ANN401
    if not state["suppressed"]:
        return None
    rows = [
        [one["notice"], one["person"], one["label"], one["about"], _REASONS[one["reason"]](), one["repeats"]]
        for one in state["suppressed"]
    ]
    heads = ["#", say("收件人", "person"), say("通知", "notice"), say("项目", "about")]
    heads += [say("原因", "why"), say("已有消息", "repeats")]
    zh, en = "合并的通知（列入次日提要）", "notices kept back (in the next digest)"
    return grid(heads, rows, title=say(zh, en) + _more(state["suppressed_count"], len(rows)))


def _more(total: int, shown: int) -> str:
    return say(f"，共 {total}，列出最近 {shown}", f", {total} in all, newest {shown}") if total > shown else ""


def _age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    minutes = max(int((now - since).total_seconds()) // 60, 0)
    hours, minutes = divmod(minutes, 60)
    if hours >= _DAY:
        return say(f"{hours // _DAY} 天 {hours % _DAY} 小时", f"{hours // _DAY} d {hours % _DAY} h")
    return say(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min") if hours else f"{minutes} {say('分', 'min')}"


def _moment(due: datetime | None, now: datetime) -> str:
    if due is None:
        return ""
    return say("立即", "now") if due <= now else due.astimezone(Settings().zone).strftime("%m-%d %H:%M")


_EVENTS = {
    "waiting": lambda: say("等待", "waiting"),
    "claimed": lambda: say("处理中", "claimed"),
    "parked": lambda: say("搁置", "parked"),
    "done": lambda: say("已办", "done"),
}
_STATUSES = {
    DeliveryStatus.waiting: lambda: say("等待", "waiting"),
    DeliveryStatus.sending: lambda: say("发送中", "sending"),
    DeliveryStatus.sent: lambda: say("已送达", "sent"),
    DeliveryStatus.failed: lambda: say("待重试", "to retry"),
    DeliveryStatus.dead: lambda: say("未送达", "dead"),
}
_REASONS = {
    "repeated": lambda: say("当日已通知", "told today"),
    "budget": lambda: say("超出提醒次数", "over the budget"),
}
