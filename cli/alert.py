"""`jiugai alert`: a person's alerts (预警通知), acknowledged or put off."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import keeping, new_request, office, reading
from cli.option import As, AsJson, Reason, RequestId, day
from cli.output import emit, grid
from services.alert_list import AlertLine, list_alerts
from services.identity import find_person
from services.rendition import as_data
from services.rung_answer import acknowledge, snooze

app = group(say("预警通知：本人的预警，知悉或推迟提醒。", "Alerts: a person's own, acknowledged or put off."))
Number = Annotated[int, typer.Argument(metavar="ID", help=say("预警编号，见 alert list", "the alert, see alert list"))]


@app.command("list", help=say("一个人的预警，先到期的在前。", "A person's alerts, soonest due first."))
def list_(
    login: As,
    every: Annotated[bool, typer.Option("--all", help=say("含已解除的", "also those whose matter is done"))] = False,
    as_json: AsJson = False,
) -> None:
    """What warns a person now, with what they acknowledged and put off."""
    with office() as at, at.database.read() as session:
        lines = list_alerts(session, reading(at), find_person(session, login), with_closed=every)
    emit(as_data(lines, lang()), as_json=as_json, text=_table(lines))


@app.command("acknowledge", help=say("已知悉：到下一层级前不再提醒本人。", "No more reminders until the next rung."))
def acknowledge_(number: Number, login: As, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Acknowledge one of one's own alerts."""
    with office() as at, at.database.write() as session:
        done = acknowledge(session, number, keeping(session, at, login, request_id=new_request(request_id)))
        data = {"alert": done.id, "acknowledged_at": done.acknowledged_at}
    emit(data, as_json=as_json, text=say("已知悉；期限照常计算。", "Acknowledged; the clock runs on."))


@app.command("snooze", help=say("推迟提醒：期满前，写明理由。", "Put a warning off, with a reason."))
def snooze_(
    number: Number,
    until: Annotated[
        date, typer.Option("--until", metavar="DAY", parser=day, help=say("哪天再提醒", "when to be told again"))
    ],
    login: As,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Put one of one's own warnings off, as far as the pack allows."""
    with office() as at, at.database.write() as session:
        by = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        done = snooze(session, at.city, number, until, by)
        data = {"alert": done.id, "snoozed_until": done.snoozed_until, "reason": done.snooze_reason}
    emit(
        data, as_json=as_json, text=say(f"{until} 再提醒；期限照常计算。", f"Told again on {until}; the clock runs on.")
    )


def _table(lines: list[AlertLine]) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [
        say("编号", "id"),
        say("状态", "status"),
        say("项目", "project"),
        say("事项", "matter"),
        say("层级", "rung"),
        say("期满日", "due"),
        say("剩余", "left"),
        say("说明", "note"),
    ]
    rows = [
        [
            one.id,
            one.status.label.text(lang()),
            one.project_name,
            one.matter,
            one.rung,
            one.due_on,
            one.left,
            _note(one),
        ]
        for one in lines
    ]
    return grid(heads, rows)


def _note(line: AlertLine) -> list[str]:
    parts = []
    if line.merged:
        parts.append(say("当日已有通知，并入", "came with another notice"))
    if line.skipped:
        parts.append(say(f"中断期间略过：{'、'.join(line.skipped)}", f"skipped: {', '.join(line.skipped)}"))
    if line.snoozed_until:
        parts.append(say(f"{line.snoozed_until} 再提醒：{line.snooze_reason}", f"until {line.snoozed_until}"))
    return parts
