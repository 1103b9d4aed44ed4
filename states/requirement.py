"""Gates (门槛): the closed set of requirements; each reads the case and says what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Protocol

from states.case import Case, FactValue, Paper, Part
from states.label import Label
from states.refusal import Refusal


class Requirement(Protocol):
    """A true statement the case has to satisfy; `reads` names the parts of the case it looks at."""

    reads: ClassVar[Part]

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """Every reason why the case does not satisfy it; nothing when it does."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """Something the pack names and somebody owes: a document, a fact, a milestone."""

    code: str
    label: Label
    owed_by: Label


@dataclass(frozen=True, slots=True)
class DocumentsPresent:
    """Every document is on file (材料齐全)."""

    reads: ClassVar[Part] = Part.documents
    documents: tuple[Named, ...]

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each missing document."""
        for named in self.documents:
            if named.code not in case.documents:
                says = Label(f"缺少材料“{named.label.zh}”", f'document missing: "{named.label.text("en")}"')
                yield Refusal("document_missing", says, named.owed_by, {"document": named.code})


@dataclass(frozen=True, slots=True)
class DocumentsFresh:
    """Every document is on file, newer than the last of these moves (退回后有新版): old papers do not serve twice."""

    reads: ClassVar[Part] = Part.papers
    documents: tuple[Named, ...]
    after: tuple[tuple[str, Label], ...]

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each document that is missing or still the version from before the move."""
        papers = case.papers
        moves = [(papers.moved_at[code], label) for code, label in self.after if code in papers.moved_at]
        for named in self.documents:
            paper = papers.newest.get(named.code)
            if named.code in papers.promised:
                continue
            if paper is None:
                yield from DocumentsPresent((named,)).unmet(case)
            elif moves and paper.filed_at <= max(moves, key=lambda made: made[0])[0]:
                yield _stale(named, paper, max(moves, key=lambda made: made[0])[1])


def _stale(named: Named, paper: Paper, move: Label) -> Refusal:
    says = Label(
        f"材料“{named.label.zh}”仍是“{move.zh}”之前的第{paper.version}版，请提交修改后的新版",
        f'"{named.label.text("en")}" is still version {paper.version} from before "{move.text("en")}"',
    )
    return Refusal("document_stale", says, named.owed_by, {"document": named.code, "version": paper.version})


@dataclass(frozen=True, slots=True)
class FactsKnown:
    """Every fact has been recorded (情况已填报)."""

    reads: ClassVar[Part] = Part.facts
    facts: tuple[Named, ...]

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each fact nobody has recorded."""
        for named in self.facts:
            if named.code not in case.facts:
                says = Label(f"尚未填报“{named.label.zh}”", f'not recorded yet: "{named.label.text("en")}"')
                yield Refusal("fact_missing", says, named.owed_by, {"fact": named.code})


@dataclass(frozen=True, slots=True)
class ConditionHolds:
    """A statement over facts is true (条件成立); `test` comes from the pack, checked when it was loaded."""

    reads: ClassVar[Part] = Part.facts
    expression: str
    test: Callable[[Mapping[str, FactValue]], bool]
    uses: tuple[Named, ...]
    says: Label
    owed_by: Label

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """The facts still unknown, else the condition's own words when it is false."""
        missing = list(FactsKnown(self.uses).unmet(case))
        if missing:
            yield from missing
        elif not self.test(case.facts):
            data = {"expression": self.expression, "facts": {n.code: str(case.facts[n.code]) for n in self.uses}}
            yield Refusal("condition_false", self.says, self.owed_by, data)


@dataclass(frozen=True, slots=True)
class ReviewPassed:
    """The latest round of a review has passed (审查通过)."""

    reads: ClassVar[Part] = Part.reviews
    review: str
    label: Label
    owed_by: Label
    status: str = "passed"

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """A refusal while the review is not there, open, or ended otherwise."""
        state = case.reviews.get(self.review)
        if state is None or state.status != self.status:
            standing = (
                {"open": "正在进行", "rejected": "未通过", "withdrawn": "已撤回"}.get(state.status, state.status)
                if state
                else "尚未开始"
            )
            says = Label(
                f"“{self.label.zh}”{standing}",
                f'"{self.label.text("en")}" is {state.status if state else "not opened"}',
            )
            yield Refusal("review_not_" + self.status, says, self.owed_by, {"review": self.review})


@dataclass(frozen=True, slots=True)
class NoOpenFinding:
    """No finding of a kind is open: no objection, no defect awaiting rectification (无未办结事项)."""

    reads: ClassVar[Part] = Part.findings
    finding: str
    label: Label
    owed_by: Label

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each open finding, by its title."""
        for title in case.findings.get(self.finding, ()):
            says = Label(f"{self.label.zh}未办结：{title}", f"open {self.label.text('en')}: {title}")
            yield Refusal("finding_open", says, self.owed_by, {"finding": self.finding, "title": title})


@dataclass(frozen=True, slots=True)
class Consent:
    """The fact names of an owners' vote, by area and by number (双过半、双四分之三 …)."""

    total: str
    voted: str
    agreed: str


@dataclass(frozen=True, slots=True)
class ConsentReached:
    """Owners' consent by both denominators (业主表决, 民法典 278): exact shares, never floats.

    Quorum is measured against all owners and all area, the pass share against those taking part.
    """

    reads: ClassVar[Part] = Part.facts
    label: Label
    tallies: tuple[tuple[Label, Consent], ...]
    quorum: Fraction
    share: Fraction
    inclusive: bool
    uses: tuple[Named, ...]
    owed_by: Label

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """The tallies still unknown, else each denominator that stays below its share."""
        missing = list(FactsKnown(self.uses).unmet(case))
        if missing:
            yield from missing
            return
        for label, tally in self.tallies:
            total, voted, agreed = (_exact(case.facts[name]) for name in (tally.total, tally.voted, tally.agreed))
            if not 0 <= agreed <= voted <= total or total == 0:
                says = Label(
                    f"{self.label.zh}：{label.zh}的票数不一致",
                    f"{self.label.text('en')}: {label.text('en')} does not add up",
                )
                yield Refusal("consent_inconsistent", says, self.owed_by, {"measure": label.zh})
            elif voted / total < self.quorum:
                yield self._short(label, "参与", "taking part", voted / total, self.quorum)
            elif not self._passes(agreed, voted):
                yield self._short(label, "同意", "in favour", agreed / voted if voted else Fraction(0), self.share)

    def _passes(self, agreed: Fraction, voted: Fraction) -> bool:
        share = agreed / voted if voted else Fraction(0)
        return share >= self.share if self.inclusive else share > self.share

    def _short(self, label: Label, what: str, what_en: str, got: Fraction, need: Fraction) -> Refusal:
        says = Label(
            f"{self.label.zh}：按{label.zh}{what}比例为 {got}，要求 {need}",
            f"{self.label.text('en')}: share {what_en} by {label.text('en')} is {got}, required {need}",
        )
        return Refusal("consent_short", says, self.owed_by, {"measure": label.zh, "got": str(got), "need": str(need)})


def _exact(value: FactValue) -> Fraction:
    return Fraction(str(value))


@dataclass(frozen=True, slots=True)
class ClockExpired:
    """A period has run its full length, such as a public posting (期限届满)."""

    reads: ClassVar[Part] = Part.clocks
    limit: str
    label: Label
    owed_by: Label

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """A refusal until the day after the period's last day."""
        state = case.clocks.get(self.limit)
        if state is None or state.due_on is None:
            says = Label(f"“{self.label.zh}”尚未开始", f'"{self.label.text("en")}" has not begun')
            yield Refusal("period_not_begun", says, self.owed_by, {"limit": self.limit})
        elif case.today <= state.due_on:
            says = Label(
                f"“{self.label.zh}”到 {state.due_on} 止，尚未期满",
                f'"{self.label.text("en")}" runs until {state.due_on}',
            )
            yield Refusal(
                "period_not_over", says, self.owed_by, {"limit": self.limit, "until": state.due_on.isoformat()}
            )


@dataclass(frozen=True, slots=True)
class DateReached:
    """A day recorded as a fact has come (日期已到)."""

    reads: ClassVar[Part] = Part.facts
    fact: Named

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """A refusal until the day named by the fact."""
        missing = list(FactsKnown((self.fact,)).unmet(case))
        if missing:
            yield from missing
            return
        day = str(case.facts[self.fact.code])
        if case.today.isoformat() < day:
            says = Label(
                f"“{self.fact.label.zh}”为 {day}，尚未到期", f'"{self.fact.label.text("en")}" is {day}, not reached'
            )
            yield Refusal("date_not_reached", says, self.fact.owed_by, {"fact": self.fact.code, "day": day})


@dataclass(frozen=True, slots=True)
class MilestonesReached:
    """Every milestone has been reached (节点完成)."""

    reads: ClassVar[Part] = Part.milestones
    milestones: tuple[Named, ...]

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each milestone not reached."""
        for named in self.milestones:
            if named.code not in case.milestones:
                says = Label(f"节点“{named.label.zh}”未完成", f'milestone not reached: "{named.label.text("en")}"')
                yield Refusal("milestone_open", says, named.owed_by, {"milestone": named.code})
