"""Tables and reviews checked against each other (成员表检查): who is asked is a member, turns and windows fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from policy.critical_path import calendar_days
from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.schema import ReviewEntry
from policy.schema_route import AskEntry, HitPolicy, TableEntry


class _Asking(NamedTuple):
    """An ask, and where it stands."""

    path: Path
    table: str
    ask: AskEntry


def member_table_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault in how tables choose the members of reviews, and the warnings about it."""
    tables = {table.code: (i, table) for i, table in enumerate(inspection.document.tables)}
    for i, review in enumerate(inspection.document.reviews):
        if review.members_from:
            chosen = [tables[code] for code in review.members_from]
            asked = [asking for index, table in chosen for asking in _asking(index, table)]
            yield from _members(inspection, i, review, asked)
            yield from _turns(inspection, asked)
            yield from _limits(inspection, review, asked)
            if not any(_always_asks(table) for _, table in chosen):
                yield inspection.fault("review_may_be_empty", ("reviews", i, "members_from"), review.code)
    used = {code for review in inspection.document.reviews for code in review.members_from}
    for code, (i, table) in tables.items():
        if code not in used and any(rule.asks or rule.limit for rule in table.rules):
            yield inspection.fault("ask_without_review", ("tables", i), code)


def _asking(index: int, table: TableEntry) -> Iterator[_Asking]:
    for j, rule in enumerate(table.rules):
        for k, ask in enumerate(rule.asks):
            yield _Asking(("tables", index, "rules", j, "asks", k), table.code, ask)


def _always_asks(table: TableEntry) -> bool:
    """Whether somebody is asked whatever the facts are; gaps are told elsewhere."""
    if table.hit is HitPolicy.collect:
        return any(rule.asks and rule.when is None for rule in table.rules)
    return all(rule.asks for rule in table.rules)


def _members(inspection: Inspection, index: int, review: ReviewEntry, asked: list[_Asking]) -> Iterator[Fault]:
    roster = {member.key for member in review.members}
    for path, table, ask in asked:
        for name in (name for name in (ask.member, *ask.after) if name not in roster):
            yield inspection.fault("ask_not_member", path, name, table=table, review=review.code)
    named = {asking.ask.member for asking in asked}
    for j, member in enumerate(review.members):
        here: Path = ("reviews", index, "members", j)
        if member.when is not None:
            yield inspection.fault("when_beside_table", here, member.key, review=review.code)
        if member.key not in named:
            yield inspection.fault("member_never_asked", here, member.key, review=review.code)


def _turns(inspection: Inspection, asked: list[_Asking]) -> Iterator[Fault]:
    after = {asking.ask.member: set[str]() for asking in asked}
    ends = {asking.ask.member: asking.ask.window.ends for asking in asked if asking.ask.window}
    for path, table, ask in asked:
        after[ask.member].update(ask.after)
        if ask.member in _before(ask.member, after):
            yield inspection.fault("after_circle", path, ask.member, table=table)
        for earlier in ask.after if ask.window else ():
            if ask.window and ends.get(earlier, 0) >= ask.window.starts:
                data = {"starts": ask.window.starts, "earlier": earlier, "ends": ends[earlier]}
                yield inspection.fault("window_order", path, ask.member, **data)


def _before(member: str, after: Mapping[str, set[str]]) -> set[str]:
    """Everybody who has to answer before `member`."""
    found: set[str] = set()
    waiting = [member]
    while waiting:
        new = after.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def _limits(inspection: Inspection, review: ReviewEntry, asked: list[_Asking]) -> Iterator[Fault]:
    span = inspection.pack.limit(review.limit).span
    if span.is_dated:
        return  # a day of its own is not counted from the opening
    for path, _, ask in asked:
        needed = calendar_days(inspection.pack.limit(ask.limit).span) if ask.limit else 0
        if needed > calendar_days(span):
            yield inspection.fault("member_slower", path, review.code, review=calendar_days(span), members=needed)
        if ask.window and ask.window.unit == span.unit and ask.window.ends > span.days:
            days = {"ends": ask.window.ends, "days": span.days}
            yield inspection.fault("window_too_long", path, ask.member, review=review.code, **days)
