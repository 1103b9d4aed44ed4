"""Routing (路由): from a project's facts to the permits, members and documents it takes, each with its citation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from policy.expression import Facts
from policy.pack import Pack
from policy.route_table import COUNTED, Line, Router, Rule, Said, Standing, Table, Verdict
from policy.schema import MemberEntry
from policy.schema_route import AskEntry, DayWindow, HitPolicy

_STRICT = (Verdict.needed, Verdict.merged, Verdict.exempt)


@dataclass(frozen=True, slots=True)
class PermitAnswer:
    """A permit (许可手续) and what becomes of it, with the rules that say so."""

    permit: str
    verdict: Verdict
    into: str | None
    rules: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """Who is asked in a review: `entry` with the matter and the limit that hold, and after which members.

    `phase` counts from 1; `after` names only members who are asked. `certain` is False while nobody has shown that the
    matter is not touched: it is asked all the same.
    """

    review: str
    member: str
    entry: MemberEntry
    window: DayWindow | None
    after: tuple[str, ...]
    phase: int
    certain: bool
    rules: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    """A document (材料) the rules ask for; `certain` is False while an unknown fact may do away with it."""

    document: str
    certain: bool
    rules: tuple[Line, ...]


Part = tuple[str, str]
"""A part of an answer: `("permit", code)`, `("member", "review/member")` or `("document", code)`."""


@dataclass(frozen=True, slots=True)
class Routing:
    """The answer: what matched, what did not and why, what follows, and the facts whose absence leaves it open."""

    pack: str
    facts: Facts
    matched: tuple[Line, ...]
    not_matched: tuple[Line, ...]
    permits: tuple[PermitAnswer, ...]
    members: tuple[MemberAnswer, ...]
    documents: tuple[DocumentAnswer, ...]
    unknown: tuple[str, ...]

    def parts(self) -> dict[Part, object]:
        """The answer part by part, for comparing two answers."""
        found: dict[Part, object] = {("permit", one.permit): (one.verdict, one.into) for one in self.permits}
        for member in self.members:
            entry = member.entry
            # whom it waits for follows from who else is asked
            said = (entry.matter, entry.limit, member.window, member.certain)
            found["member", f"{member.review}/{member.member}"] = said
        found.update({("document", one.document): one.certain for one in self.documents})
        return found


def route(pack: Pack, facts: Facts) -> Routing:
    """The routing of a project with these facts; pure, well under a millisecond.

    An unknown fact leaves a rule open, and what is open is asked for: a member is asked and a document wanted unless
    shown not to be needed, a permit is `open` where the rules that may hold differ. Facts the pack does not declare
    are ignored.
    """
    router = pack.router
    judged = {table: table.judge(facts) for table in router.tables}
    counted = {table: [line for line in lines if line.standing in COUNTED] for table, lines in judged.items()}
    every = [line for lines in judged.values() for line in lines]
    return Routing(
        pack=pack.id,
        facts=facts,
        matched=tuple(line for line in every if line.standing is Standing.holds),
        not_matched=tuple(line for line in every if line.standing is not Standing.holds),
        permits=tuple(_permits(router, counted)),
        members=tuple(one for code in router.reviews for one in _members(router, code, counted)),
        documents=tuple(_documents(counted)),
        unknown=tuple(_unknown(every)),
    )


def members_of(pack: Pack, review: str, facts: Facts) -> tuple[MemberAnswer, ...]:
    """Who is asked in a review, in its members' order, by its `members_from` tables or its members' `when`.

    A member is asked unless the facts show that its matter is not touched. Raises PackEntryUnknown.
    """
    code = pack.review(review).code
    judged = {table: table.judge(facts) for table in pack.router.serving[code]}
    counted = {table: [line for line in lines if line.standing in COUNTED] for table, lines in judged.items()}
    return tuple(_members(pack.router, code, counted))


_Counted = Mapping[Table, list[Line]]


def _unknown(lines: Iterable[Line]) -> dict[str, None]:
    return {
        code: None
        for line in lines
        if line.standing is Standing.unknown
        for reason in line.because
        for code, value in reason.values
        if value is None
    }


def _is_certain(table: Table, lines: list[Line], line: Line, gives: Callable[[Rule], bool]) -> bool:
    """Whether what a rule gives follows whatever the unknown facts are: one of `first` and `unique` will hold."""
    if table.hit is HitPolicy.collect or len(lines) == 1:
        return line.standing is Standing.holds
    return all(gives(other.rule) for other in lines)


def _permits(router: Router, counted: _Counted) -> Iterator[PermitAnswer]:
    """Every permit some rule that counts speaks of; the others have nothing to do with the project."""
    for permit, table in router.deciding:
        lines = counted[table]
        speaking = tuple(line for line in lines if permit in line.rule.permits)
        if speaking:
            verdict, into = _verdict(table, [(line.rule.permits.get(permit), line.standing) for line in lines])
            yield PermitAnswer(permit, verdict, into, speaking)


def _verdict(table: Table, said: list[tuple[Said | None, Standing]]) -> Said:
    """One rule of `first` and `unique` will hold: all that may have to agree. Of `collect` the strictest counts."""
    if table.hit is HitPolicy.collect:
        sure = _strictest(what for what, standing in said if standing is Standing.holds)
        found = {sure, _strictest(what for what, _ in said)}
    else:
        found = {what for what, _ in said}
    only = found.pop()
    return only if only and not found else (Verdict.open, None)


def _strictest(said: Iterable[Said | None]) -> Said | None:
    return min((one for one in said if one), key=lambda one: _STRICT.index(one[0]), default=None)


def _documents(counted: _Counted) -> Iterator[DocumentAnswer]:
    wanted: dict[str, list[Line]] = {}
    certain: set[str] = set()
    for table, lines in counted.items():
        for line in (line for line in lines if line.rule.entry.documents):
            for code in line.rule.entry.documents:
                wanted.setdefault(code, []).append(line)
                if _is_certain(table, lines, line, partial(_wants, code)):
                    certain.add(code)
    for code, rules in wanted.items():
        yield DocumentAnswer(code, code in certain, tuple(rules))


def _wants(code: str, rule: Rule) -> bool:
    return code in rule.entry.documents


@dataclass(slots=True)
class _Asked:
    """What the rules say of one member: what each asks, and whether it is asked whatever is unknown."""

    asks: list[tuple[Line, AskEntry]]
    certain: bool = False


def _members(router: Router, review: str, counted: _Counted) -> Iterator[MemberAnswer]:
    tables = [(table, counted[table]) for table in router.serving[review]]
    asked = _asked(tables)
    limits = {line.rule.entry.limit for _, lines in tables for line in lines} - {None}
    common = limits.pop() if len(limits) == 1 else None
    after = {member: _after(said, asked) for member, said in asked.items()}
    for member in router.rosters[review]:
        if member in asked:
            said = asked[member]
            yield MemberAnswer(
                review=review,
                member=member,
                entry=router.member(review, [(line.rule, ask) for line, ask in said.asks], common),
                window=next((ask.window for _, ask in said.asks if ask.window), None),
                after=after[member],
                phase=_phase(member, after),
                certain=said.certain,
                rules=tuple(line for line, _ in said.asks),
            )


def _asked(tables: Iterable[tuple[Table, list[Line]]]) -> dict[str, _Asked]:
    asked: dict[str, _Asked] = {}
    for table, lines in tables:
        for line in lines:
            for member, ask in line.rule.asks:
                said = asked.setdefault(member, _Asked([]))
                said.asks.append((line, ask))
                said.certain = said.certain or _is_certain(table, lines, line, partial(_asks, member))
    return asked


def _asks(member: str, rule: Rule) -> bool:
    return any(member == one for one, _ in rule.asks)


def _after(said: _Asked, asked: Mapping[str, _Asked]) -> tuple[str, ...]:
    if not any(ask.after for _, ask in said.asks):
        return ()
    return tuple(dict.fromkeys(name for _, ask in said.asks for name in ask.after if name in asked))


def _phase(member: str, after: Mapping[str, tuple[str, ...]]) -> int:
    """One more than the latest phase before it; the check has refused circles."""
    return 1 + max(_phase(earlier, after) for earlier in after[member]) if after[member] else 1
