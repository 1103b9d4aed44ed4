"""Votes and postings of a pack (表决、公示): decisions by class and date, what a poll is about, what is posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, cast

from pydantic import Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_entry import Code, Entry, Labelled, Names, SeatText, Share, Words
from states.label import Label
from states.vote import Base, Measure, Threshold

Scope = Literal["community", "building", "entrance"]
"""Who votes: all owners, those of one building, those of one entrance (一单元一策)."""
Tolerance = Annotated[Decimal, PlainSerializer(str), Field(ge=0, le=1000)]
"""How far the roll's area may be from the declared one, in m²."""


class RuleVersion(Entry):
    """What a class of decision takes from `effective_from` to `effective_to`, both included; none: open end.

    `quorum` of everybody takes part and `share` of the `base` agrees, by each of `measures`: `owners` by head, `area`
    by exclusive floor area.
    """

    effective_from: date
    effective_to: date | None = None
    quorum: Share
    share: Share
    inclusive: bool
    base: Base = Base.voters
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)] = (Measure.owners, Measure.area)
    source: Annotated[Code, Names("source")]

    @model_validator(mode="after")
    def _in_order(self) -> RuleVersion:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise PydanticCustomError("rule_days", "`effective_to` is before `effective_from`")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the version is the rule on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    @property
    def threshold(self) -> Threshold:
        """The numbers as the count takes them."""
        return Threshold(self.quorum, self.share, self.inclusive, self.base, self.measures)


class VoteRuleEntry(Labelled):
    """A class of owners' decision (表决类别), each version with its days: who votes now votes by the rule of now."""

    versions: Annotated[tuple[RuleVersion, ...], Field(min_length=1)]

    def on(self, day: date) -> RuleVersion | None:
        """The version that is the rule on a day; None when there is none."""
        return next((version for version in self.versions if version.holds_on(day)), None)


class About(Entry):
    """What a decision is about: papers and facts. When one of them changes afterwards, the vote no longer holds."""

    documents: Annotated[tuple[Code, ...], Names("document")] = ()
    facts: Annotated[tuple[Code, ...], Names("fact")] = ()


class PollEntry(Entry):
    """How a consent is voted on in the system, household by household.

    The roll's area has to be what the fact `total_area` declares (`tolerance` in m²), the number of owners what
    `total_owners` declares. One unit is one head, however many own it, and who holds several units is one head
    (法释〔2009〕7号 article 9); with `heads: co_owner` every co-owner counts.
    """

    rule: Annotated[Code, Names("vote_rule")]
    scope: Scope = "community"
    about: About = About()
    total_area: Annotated[Code | None, Names("fact")] = None
    total_owners: Annotated[Code | None, Names("fact")] = None
    tolerance: Tolerance = Decimal(0)
    heads: Literal["unit", "co_owner"] = "unit"


class Tally(Entry):
    """The facts of one denominator of an owners' vote: all, taking part, in favour."""

    label: Words
    en: str = ""
    total: Annotated[Code, Names("fact")]
    voted: Annotated[Code, Names("fact")]
    agreed: Annotated[Code, Names("fact")]

    @property
    def name(self) -> Label:
        """The denominator in both languages."""
        return Label(self.label, self.en)


class ConsentEntry(Labelled):
    """Owners' consent (业主表决) to one thing, shown in one of two ways.

    - by a `poll` in the system: a closed round that passes and whose papers have not changed since;
    - by `tallies` counted elsewhere and recorded as facts, with `quorum`, `share` and `inclusive` beside them.
    """

    poll: PollEntry | None = None
    tallies: tuple[Tally, ...] = ()
    quorum: Share = cast("Fraction", None)  # goes with tallies, which always have it
    share: Share = cast("Fraction", None)
    inclusive: bool = cast("bool", None)
    owed_by: SeatText
    source: Annotated[Code, Names("source")]

    @model_validator(mode="after")
    def _one_way(self) -> ConsentEntry:
        numbers = [self.quorum is not None, self.share is not None, self.inclusive is not None]
        if all(numbers) != bool(self.tallies) or any(numbers) == bool(self.poll):
            raise PydanticCustomError("consent_form", "either a poll, or tallies with quorum, share and inclusive")
        return self


class PostingEntry(Labelled):
    """A public posting (公示): which papers, at which `step`, for the days of which `limit`.

    Of `documents` those on file are posted, at least one. `objection` is the kind of finding that is raised against
    it; where one is upheld, the first move of `on_upheld` that leaves the step sends the matter back. `evidence` is
    the document (photo, record) that shows it was posted.
    """

    step: Annotated[Code, Names("step")]
    limit: Annotated[Code, Names("limit")]
    documents: Annotated[tuple[Code, ...], Field(min_length=1), Names("document")]
    objection: Annotated[Code, Names("finding")]
    on_upheld: Annotated[tuple[Code, ...], Names("trigger")] = ()
    evidence: Annotated[Code | None, Names("document")] = None
    owed_by: SeatText
