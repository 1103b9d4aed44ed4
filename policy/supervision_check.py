"""Whether ladders and supervision can work (督查检查): receivers somebody can fill, orders with rules and an end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.schema_entry import LadderEntry, RungEntry
from policy.schema_supervision import SupervisionEntry
from states.order import OrderColour
from states.role import Level, Role, Seat

_TOLD = (Role.coordinator, Role.supervisor)
_CHAIN = (Level.city, Level.district, Level.street, Level.community)


def supervision_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault in what rungs do and whom they tell, and in the rules of orders and contests."""
    levels = set(_levels(inspection))
    for i, ladder in enumerate(inspection.document.ladders):
        yield from _same_days(inspection, i, ladder)
        yield from _milder(inspection, i, ladder)
        for j, rung in enumerate(ladder.rungs):
            yield from _receivers(inspection, ("ladders", i, "rungs", j), rung, levels)
            yield from _act(inspection, ("ladders", i, "rungs", j), rung)
    if inspection.document.supervision is not None:
        yield from _rules(inspection, inspection.document.supervision)


def _levels(inspection: Inspection) -> Iterator[Level]:
    """The levels at which somebody does something in this procedure."""
    seats = [seat for move in inspection.procedure.moves for seat in move.who]
    seats += [step.held_by for step in inspection.procedure.steps if step.held_by]
    yield from (seat.level for seat in seats if seat.level)


def _same_days(inspection: Inspection, index: int, ladder: LadderEntry) -> Iterator[Fault]:
    for j, (before, rung) in enumerate(pairwise(ladder.rungs), start=1):
        if (before.at, rung.at, before.plus, rung.plus) == ("breach", "breach", 0, 1):
            yield inspection.fault("rung_same_day", ("ladders", index, "rungs", j), ladder.code, number=j + 1)


def _milder(inspection: Inspection, index: int, ladder: LadderEntry) -> Iterator[Fault]:
    worst = 0
    for j, rung in enumerate(ladder.rungs):
        colour = OrderColour[rung.colour] if rung.colour and rung.act == "order" else None
        if colour is not None and colour <= worst:
            yield inspection.fault("rung_colour_milder", ("ladders", index, "rungs", j), ladder.code, number=j + 1)
        worst = max(worst, colour or 0)


def _receivers(inspection: Inspection, path: Path, rung: RungEntry, levels: set[Level]) -> Iterator[Fault]:
    for j, receiver in enumerate(rung.to):
        problem = _unfilled(receiver, levels) if isinstance(receiver, Seat) else None
        if problem:
            zh, en = problem
            data = {"number": int(path[3]) + 1, "receiver": str(receiver), "problem": zh, "problem_en": en}
            yield inspection.fault("rung_receiver_unfit", (*path, "to", j), _ladder(inspection, path), **data)


def _unfilled(seat: Seat, levels: set[Level]) -> tuple[str, str] | None:
    if seat.role not in _TOLD:
        return "只能是项目专员或督查员的席位，或 holder、unit_head、lead", "only coordinators and supervisors are told"
    if seat.level not in _CHAIN:
        return (
            "部门和单位不能按层级确定，请写 holder、unit_head 或 lead",
            "a level does not say which department: write holder, unit_head or lead",
        )
    if seat.role is Role.coordinator and seat.level not in levels:
        return "本流程没有这一层级的经办席位", "nobody acts at that level in this procedure"
    return None


def _act(inspection: Inspection, path: Path, rung: RungEntry) -> Iterator[Fault]:
    ladder, data = _ladder(inspection, path), {"number": int(path[3]) + 1}
    rule = inspection.document.supervision
    if rung.act == "order" and rung.colour is None:
        yield inspection.fault("rung_colour_missing", path, ladder, **data)
    elif rung.act != "order" and rung.colour is not None:
        yield inspection.fault("rung_colour_unfit", (*path, "colour"), ladder, **data)
    elif rung.act == "order" and (rule is None or rule.order(str(rung.colour)) is None):
        what = {"what": f"{rung.colour} 督办单", "what_en": f"an order in {rung.colour}"}
        yield inspection.fault("order_without_rule", path, ladder, **data, **what)
    elif rung.act == "circular" and rule is None:
        yield inspection.fault("order_without_rule", path, ladder, **data, what="通报", what_en="a circular")


def _ladder(inspection: Inspection, path: Path) -> str:
    return inspection.document.ladders[int(path[1])].code


def _rules(inspection: Inspection, rule: SupervisionEntry) -> Iterator[Fault]:
    if rule.issuer.role is not Role.supervisor or rule.issuer.level not in _CHAIN:
        yield inspection.fault("issuer_unfit", ("supervision", "issuer"), str(rule.issuer))
    colours = [entry.colour for entry in rule.orders]
    for i, entry in enumerate(rule.orders):
        if entry.colour in colours[:i]:
            yield inspection.fault("order_twice", ("supervision", "orders", i), entry.colour)
        yield from _loops(inspection, ("supervision", "orders", i), entry.colour, entry.limit)
    yield from _dated(inspection, rule)


def _loops(inspection: Inspection, path: Path, colour: str, limit: str) -> Iterator[Fault]:
    """An order that is overdue may bring a sterner one, never the same again: that would go on for ever."""
    code = inspection.pack.limit(limit).ladder
    for rung in inspection.pack.ladder(code).rungs if code else ():
        if rung.act == "order" and rung.colour and OrderColour[rung.colour] <= OrderColour[colour]:
            yield inspection.fault("order_loop", (*path, "limit"), colour, ladder=code, colour=rung.colour)


def _dated(inspection: Inspection, rule: SupervisionEntry) -> Iterator[Fault]:
    named: list[tuple[Path, str]] = [
        (("supervision", "orders", i, "limit"), entry.limit) for i, entry in enumerate(rule.orders)
    ]
    if rule.contest is not None:
        named.append((("supervision", "contest", "limit"), rule.contest.limit))
    for path, limit in named:
        if inspection.pack.limit(limit).span.is_dated:
            yield inspection.fault("supervision_limit_unfit", path, limit)
