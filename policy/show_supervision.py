"""Supervision of a pack as a table (督查一览): who signs, the noise budget, snoozing, orders by colour, contests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from policy.schema import PackDocument
from policy.schema_anomaly import AnomalyEntry
from policy.schema_supervision import Budget, ContestEntry, OrderEntry, Snooze, SupervisionEntry
from policy.show_table import Part, Row, Table, Telling, register
from policy.show_words import length_words
from states.label import Label
from states.order import OrderColour

_APART = ("notices", "snooze", "orders", "contest")
_KINDS = {
    "outside_hours": Label("非工作时间集中操作", "many entries outside working hours"),
    "backdated": Label("事后补记", "written down late"),
    "both_sides": Label("同一人办两头", "one person on both sides"),
    "hasty_opinion": Label("意见出得过快", "hasty opinion"),
    "repeated_silence": Label("多次超时默认", "repeated silence"),
    "last_moment": Label("屡次压线办结", "ended at the last moment"),
}


def _parts(document: PackDocument) -> list[Part]:
    return list(_rules(document.supervision)) if document.supervision else []


def _rules(rule: SupervisionEntry) -> Iterator[Part]:
    yield Part("issuer", rule, apart=_APART)
    yield Part("notices", rule.notices)
    if rule.snooze:
        yield Part("snooze", rule.snooze)
    if rule.contest:
        yield Part("contest", rule.contest)
    yield from (Part(f"order_{one.colour}", one) for one in rule.orders)


def _row(telling: Telling, part: Part) -> Row:
    what, says = _words(telling, part)
    return {
        "code": part.key,
        "rule": what.text(telling.lang),
        "says": says.text(telling.lang),
        "source": telling.source(getattr(part.entry, "source", None)),
    }


def _words(telling: Telling, part: Part) -> tuple[Label, Label]:
    match part.entry:
        case Budget(most=most):
            said = Label(f"每人每项目每天 {most} 条", f"{most} for each person, project and day")
            return Label("通知上限", "noise budget"), said
        case Snooze(days=days):
            said = Label(f"至多 {days} 个工作日，不过期满日", f"at most {days} working day(s), never past the last day")
            return Label("推迟提醒", "snooze"), said
        case ContestEntry() as contest:
            return Label("复核", "contest"), _contest(telling, contest)
        case OrderEntry() as order:
            return _order(telling, order)
    rule = cast("SupervisionEntry", part.entry)
    seat = rule.issuer.label
    said = Label(f"{seat.zh}所在机构签发，文号用“{rule.word}”", f'signed by the {seat.en}, numbered "{rule.word}"')
    return Label("督办单签发", "issuer of orders"), said


def _contest(telling: Telling, contest: ContestEntry) -> Label:
    length, within = length_words(contest.days, contest.unit), telling.limit(contest.limit)
    return Label(f"{length.zh}内申请，{within}内决定", f"within {length.en}, decided within {within}")


def _order(telling: Telling, order: OrderEntry) -> tuple[Label, Label]:
    colour, within = OrderColour[order.colour].label, telling.limit(order.limit)
    demand = order.demand.strip()
    said = Label(f"{within}内反馈。{demand}", f"reply within {within}. {demand}")
    return Label(f"督办单 {colour.zh}", f"order, {colour.text('en')}"), said


def _anomaly(telling: Telling, part: Part) -> Row:
    rule = cast("AnomalyEntry", part.entry)
    return {
        "code": rule.code,
        "label": rule.name.text(telling.lang),
        "kind": _KINDS[rule.kind].text(telling.lang),
        "says": _numbers(rule).text(telling.lang),
        "source": telling.source(rule.source),
    }


def _numbers(rule: AnomalyEntry) -> Label:
    match rule.kind:
        case "outside_hours":
            hours = f"{rule.starts}–{rule.ends}"
            return Label(
                f"{hours} 以外或休息日，一人一天多于 {rule.most} 笔",
                f"outside {hours} or on a rest day, more than {rule.most} of one person a day",
            )
        case "backdated":
            return Label(f"晚于发生日 {rule.days} 天以上", f"more than {rule.days} day(s) after it happened")
        case "hasty_opinion":
            return Label(f"送达后不足 {rule.seconds} 秒", f"less than {rule.seconds} second(s) after it was asked for")
        case "repeated_silence":
            return Label(f"{rule.days} 天内满 {rule.times} 次", f"{rule.times} time(s) within {rule.days} day(s)")
        case "last_moment":
            return Label(
                f"距期满至多 {rule.days} 个工作日才办结，满 {rule.times} 次",
                f"{rule.times} time(s) at most {rule.days} working day(s) before the last day",
            )
    return Label(
        "既为申请人办理又出具意见，或既整改又销结同一事项",
        "acted for the applicant and answered, or put right and closed the same finding",
    )


SUPERVISION = Table("supervision", Label("督查", "supervision"), ("supervision",), _parts, _row)
ANOMALIES = Table("anomalies", Label("异常规则", "anomaly rules"), ("anomalies",), register("anomalies"), _anomaly)
