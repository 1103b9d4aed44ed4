"""From the document to the machine's table (流程装配): steps, moves and requirements with their names resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from policy.duty import duties_of_move
from policy.expression import compile_condition
from policy.schema import ANY, MoveEntry, PackDocument, Requires, ReviewEntry
from policy.schema_entry import DocumentEntry, FactEntry, MilestoneEntry
from policy.schema_vote import ConsentEntry
from states.case import DeedKind
from states.condition_requirement import ConditionsMet
from states.duty import FourEyes
from states.label import Label
from states.procedure import Move, Procedure, Stage, Start, StartKind, Step, StepKind
from states.requirement import (
    ClockExpired,
    ConditionHolds,
    Consent,
    ConsentReached,
    DateReached,
    DocumentsFresh,
    DocumentsPresent,
    FactsKnown,
    MilestonesReached,
    Named,
    NoOpenFinding,
    Requirement,
    ReviewPassed,
)
from states.role import Role
from states.vote_requirement import PollPassed, Posted


def build_procedure(document: PackDocument) -> Procedure:
    """The procedure of a document whose names all resolve; raises KeyError or ConditionInvalid for any other."""
    return _Builder(document).procedure()


class _Builder:
    def __init__(self, document: PackDocument) -> None:
        self.document = document
        self.facts = {entry.code: entry for entry in document.facts}
        self.documents = {entry.code: entry for entry in document.documents}
        self.milestones = {entry.code: entry for entry in document.milestones}
        self.departments = {entry.code: entry for entry in document.departments}

    @cached_property
    def _kinds(self) -> dict[str, Callable[[Requires, MoveEntry], Requirement]]:
        return {
            "documents": lambda r, _: self._documents(r),
            "facts": lambda r, _: FactsKnown(self._facts(r.facts or ())),
            "condition": lambda r, _: self._condition(r),
            "review": lambda r, _: self._review(r),
            "conditions_met": lambda r, _: self._conditions(r),
            "no_open": lambda r, _: self._no_open(r),
            "consent": lambda r, _: self._consent(r),
            "expired": self._expired,
            "posted": lambda r, _: self._posted(r),
            "date_reached": lambda r, _: DateReached(self._facts([str(r.date_reached)])[0]),
            "milestones": lambda r, _: MilestonesReached(_named(self.milestones[c] for c in r.milestones or ())),
            "four_eyes": self._four_eyes,
        }

    def procedure(self) -> Procedure:
        document = self.document
        return Procedure(
            stages=tuple(Stage(stage.code, stage.name) for stage in document.stages),
            steps=tuple(Step(s.code, s.stage, s.name, s.kind, s.held_by, s.limit) for s in document.steps),
            moves=tuple(self._move(move) for move in document.moves),
            start=document.start,
        )

    def _move(self, entry: MoveEntry) -> Move:
        return Move(
            trigger=entry.trigger,
            label=entry.name,
            sources=self._sources(entry),
            target=entry.target,
            nature=entry.nature,
            who=entry.who,
            requirements=(
                *(self._kinds[one.kind](one, entry) for one in entry.requires),
                *duties_of_move(self.document, entry.trigger, _mover(entry)),
            ),
            starts=tuple(
                Start(StartKind.review, one.review) if one.review else Start(StartKind.clock, str(one.clock))
                for one in entry.starts
            ),
            needs_reason=entry.reason == "required",
        )

    def _sources(self, entry: MoveEntry) -> tuple[str, ...]:
        if entry.sources != (ANY,):
            return entry.sources
        # a move from anywhere to an ordinary step (退回储备) is no move when the project already stands there
        steps = (step for step in self.document.steps if step.kind is StepKind.ordinary)
        return tuple(step.code for step in steps if step.code != entry.target)

    def _documents(self, requires: Requires) -> Requirement:
        named = _named(self.documents[code] for code in requires.documents or ())
        moves = {move.trigger: move.name for move in self.document.moves}
        after = tuple((trigger, moves[trigger]) for trigger in requires.fresh_after)
        return DocumentsFresh(named, after) if after else DocumentsPresent(named)

    def _facts(self, codes: Iterable[str]) -> tuple[Named, ...]:
        return _named(self.facts[code] for code in codes)

    def _condition(self, requires: Requires) -> ConditionHolds:
        compiled = compile_condition(str(requires.condition), self.facts)
        return ConditionHolds(
            expression=compiled.text,
            test=compiled.test,
            uses=self._facts(compiled.uses),
            says=Label(str(requires.says), requires.says_en),
            owed_by=_owed(requires, Label("")),
        )

    def _review(self, requires: Requires) -> ReviewPassed:
        review = next(entry for entry in self.document.reviews if entry.code == requires.review)
        return ReviewPassed(review.code, review.name, _owed(requires, self._lead(review)))

    def _conditions(self, requires: Requires) -> ConditionsMet:
        review = next(entry for entry in self.document.reviews if entry.code == requires.conditions_met)
        return ConditionsMet(review.code, review.name)

    def _lead(self, review: ReviewEntry) -> Label:
        """Who owes a review: its lead, else the first who is asked."""
        first = review.members[0]
        department = review.lead or first.department
        if department:
            return self.departments[department].name
        return first.seat.label if first.seat else review.name

    def _no_open(self, requires: Requires) -> NoOpenFinding:
        finding = next(entry for entry in self.document.findings if entry.code == requires.no_open)
        return NoOpenFinding(finding.code, finding.name, _owed(requires, finding.owed_by.label))

    def _consent(self, requires: Requires) -> Requirement:
        entry = next(entry for entry in self.document.consents if entry.code == requires.consent)
        if entry.poll is not None:
            return PollPassed(entry.code, entry.name, _owed(requires, entry.owed_by.label))
        return self._tallied(requires, entry)

    def _tallied(self, requires: Requires, entry: ConsentEntry) -> ConsentReached:
        uses = dict.fromkeys(code for t in entry.tallies for code in (t.total, t.voted, t.agreed))
        return ConsentReached(
            label=entry.name,
            tallies=tuple((tally.name, Consent(tally.total, tally.voted, tally.agreed)) for tally in entry.tallies),
            quorum=entry.quorum,
            share=entry.share,
            inclusive=entry.inclusive,
            uses=self._facts(uses),
            owed_by=_owed(requires, entry.owed_by.label),
        )

    def _expired(self, requires: Requires, move: MoveEntry) -> ClockExpired:
        limit = next(entry for entry in self.document.limits if entry.code == requires.expired)
        return ClockExpired(limit.code, limit.name, _owed(requires, _mover(move)))

    def _posted(self, requires: Requires) -> Posted:
        entry = next(entry for entry in self.document.postings if entry.code == requires.posted)
        finding = next(one for one in self.document.findings if one.code == entry.objection)
        return Posted(
            posting=entry.code,
            label=entry.name,
            objection=finding.name,
            objection_owed_by=finding.owed_by.label,
            evidence=_named([self.documents[entry.evidence]])[0] if entry.evidence else None,
            owed_by=_owed(requires, entry.owed_by.label),
        )

    def _four_eyes(self, requires: Requires, move: MoveEntry) -> FourEyes:
        earlier = next(entry for entry in self.document.moves if entry.trigger == requires.four_eyes)
        return FourEyes((DeedKind.move, earlier.trigger), earlier.name, _owed(requires, _mover(move)))


def _named(entries: Iterable[DocumentEntry | FactEntry | MilestoneEntry]) -> tuple[Named, ...]:
    return tuple(Named(entry.code, entry.name, entry.owed_by.label) for entry in entries)


def _owed(requires: Requires, otherwise: Label) -> Label:
    return requires.owed_by.label if requires.owed_by else otherwise


def _mover(move: MoveEntry) -> Label:
    """The first person who may make the move; the system where only it may."""
    return next((seat for seat in move.who if seat.role is not Role.system), move.who[0]).label
