"""Decision tables ready to run (决策表装配): each rule taken apart, judged against the facts by its table's hit policy.

A review without `members_from` is a table too: each of its members is a rule that asks for that member.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from policy.expression import Facts
from policy.route_condition import Leaf, Tree, take_apart
from policy.schema import MemberEntry, PackDocument, ReviewEntry
from policy.schema_entry import FactEntry
from policy.schema_route import AskEntry, HitPolicy, RuleEntry
from states.case import FactValue
from states.label import Label


class Standing(StrEnum):
    """How a rule stands for a project: it holds, it fails, nobody can say yet, or another rule came before it."""

    holds = "holds"
    fails = "fails"
    unknown = "unknown"
    passed_over = "passed_over"

    @property
    def label(self) -> Label:
        """The standing in words."""
        return _STANDINGS[self]


_STANDINGS = {
    Standing.holds: Label("成立", "holds"),
    Standing.fails: Label("不成立", "does not hold"),
    Standing.unknown: Label("未定", "not known yet"),
    Standing.passed_over: Label("已由前面的规则决定", "an earlier rule decides"),
}
_STANDING = {True: Standing.holds, False: Standing.fails, None: Standing.unknown}
COUNTED = (Standing.holds, Standing.unknown)
"""Rules whose outcome counts: those that hold, and those nobody has shown not to."""


class Verdict(StrEnum):
    """What becomes of a permit; `open` while an unknown fact may change it. The stricter of two is the earlier."""

    needed = "needed"
    merged = "merged"
    exempt = "exempt"
    open = "open"

    @property
    def label(self) -> Label:
        """The verdict in words."""
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.needed: Label("需办", "needed"),
    Verdict.merged: Label("并入", "merged into"),
    Verdict.exempt: Label("免办", "not needed"),
    Verdict.open: Label("未定", "not known yet"),
}

Said = tuple[Verdict, str | None]
"""What a rule says of a permit, and the permit it is merged into."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One line of a table, `number` counted from 1; `source` is the code of its citation, None where none is named."""

    table: str
    number: int
    name: Label
    when: str | None
    tree: Tree | None
    source: str | None
    entry: RuleEntry
    permits: Mapping[str, Said]
    asks: tuple[tuple[str, AskEntry], ...]

    @property
    def leaves(self) -> Iterator[Leaf]:
        """Every comparison and flag of its condition."""
        return self.tree.leaves() if self.tree else iter(())


class Reason(NamedTuple):
    """A comparison that makes a rule stand as it does, and the values it looked at; None for a fact not known."""

    text: str
    values: tuple[tuple[str, FactValue | None], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as it stands for these facts."""

    rule: Rule
    standing: Standing
    facts: Facts = field(compare=False, repr=False)

    @property
    def because(self) -> tuple[Reason, ...]:
        """What makes it stand so; nothing for a rule without condition or one that was passed over."""
        if self.rule.tree is None or self.standing is Standing.passed_over:
            return ()
        leaves = self.rule.tree.because(self.facts)
        return tuple(Reason(leaf.text, tuple((code, self.facts.get(code)) for code in leaf.uses)) for leaf in leaves)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A decision table with its rules; one that stands for the members of a review has the review's code."""

    code: str
    name: Label
    hit: HitPolicy
    rules: tuple[Rule, ...]

    def judge(self, facts: Facts) -> list[Line]:
        """Every rule with how it stands."""
        truths = [True if rule.tree is None else rule.tree.holds(facts) for rule in self.rules]
        standings = [_STANDING[truth] for truth in truths]
        if self.hit is not HitPolicy.collect and True in truths:
            decided = truths.index(True)
            # the check has proved of a `unique` table that no other can hold
            rest = range(0 if self.hit is HitPolicy.unique else decided + 1, len(truths))
            for i in (i for i in rest if i != decided and truths[i] is not False):
                standings[i] = Standing.passed_over
        return [Line(rule, standing, facts) for rule, standing in zip(self.rules, standings, strict=True)]


class Router:
    """The tables of a pack, taken apart once and shared; raises ConditionInvalid for a condition that is none."""

    def __init__(self, document: PackDocument) -> None:
        self.facts = {entry.code: entry for entry in document.facts}
        self.reviews = {entry.code: entry for entry in document.reviews}
        self.rosters = {code: {one.key: one for one in review.members} for code, review in self.reviews.items()}
        named = {t.code: self._table(t.code, t.name, t.hit, t.rules) for t in document.tables}
        rosters = {r.code: self._roster(r) for r in document.reviews if not r.members_from}
        self.tables = (*named.values(), *rosters.values())
        self.serving = {
            code: tuple(named[table] for table in review.members_from) or (rosters[code],)
            for code, review in self.reviews.items()
        }
        """The tables that choose the members of each review."""
        self.deciding = tuple(
            (permit.code, table)
            for permit in document.permits
            for table in self.tables
            if any(permit.code in rule.permits for rule in table.rules)
        )
        """Each permit with the table that decides it."""
        self._merged: dict[tuple[str, str, str, str, str | None], MemberEntry] = {}

    @cached_property
    def marks(self) -> dict[str, tuple[FactValue, ...]]:
        """Every fact a rule looks at, with the values it is compared with; a fact compared with facts has none."""
        return marks_of([rule for table in self.tables for rule in table.rules])

    def member(self, review: str, asks: Sequence[tuple[Rule, AskEntry]], common: str | None) -> MemberEntry:
        """A member of a review as the rules ask for it: their matters, the first limit one of them names, else the
        `common` one of its tables, else the member's own.
        """
        own = self.rosters[review][asks[0][1].member]
        if not self.reviews[review].members_from:
            return own
        matter = "；".join(dict.fromkeys(ask.matter or own.matter for _, ask in asks))
        limit = next((ask.limit for _, ask in asks if ask.limit), common or own.limit)
        source = asks[0][0].source
        at = (review, own.key, matter, limit, source)
        if at not in self._merged:
            changed = {"matter": matter, "limit": limit, "source": source}
            self._merged[at] = own.model_copy(update=changed)
        return self._merged[at]

    def _table(self, code: str, name: Label, hit: HitPolicy, entries: tuple[RuleEntry, ...]) -> Table:
        return Table(code, name, hit, tuple(_rule(code, i, entry, self.facts) for i, entry in enumerate(entries, 1)))

    def _roster(self, review: ReviewEntry) -> Table:
        """A review's own members as a table: each is asked when its condition holds."""
        entries = tuple(_asking(member, review) for member in review.members)
        return self._table(review.code, review.name, HitPolicy.collect, entries)


def marks_of(rules: list[Rule]) -> dict[str, tuple[FactValue, ...]]:
    """Every fact the rules look at, with the values they compare it with."""
    found: dict[str, dict[FactValue, None]] = {}
    for leaf in (leaf for rule in rules for leaf in rule.leaves):
        for code in leaf.uses:
            found.setdefault(code, {}).update(dict.fromkeys(leaf.marks if leaf.fact == code else ()))
    return {code: tuple(marks) for code, marks in found.items()}


def _rule(table: str, number: int, entry: RuleEntry, facts: Mapping[str, FactEntry]) -> Rule:
    tree = take_apart(entry.when, facts) if entry.when else None
    asks = tuple((ask.member, ask) for ask in entry.asks)
    return Rule(table, number, entry.name, entry.when, tree, entry.source or None, entry, _permits(entry), asks)


def _permits(entry: RuleEntry) -> dict[str, Said]:
    """What a rule says of each permit: the strictest, where it says more than one thing."""
    said: dict[str, Said] = dict.fromkeys(entry.exempt, (Verdict.exempt, None))
    said.update({code: (Verdict.merged, merge.into) for merge in entry.merge for code in merge.permits})
    return {**said, **dict.fromkeys(entry.needs, (Verdict.needed, None))}


def _asking(member: MemberEntry, review: ReviewEntry) -> RuleEntry:
    """A member of a review as a rule that asks for it; without a source of its own the review's counts."""
    ask = AskEntry(department=member.department, seat=member.seat)
    source = member.source or review.source or ""
    # model_construct: the source may be missing here, which no table is allowed
    return RuleEntry.model_construct(label=member.matter, en="", when=member.when, asks=(ask,), source=source)
