"""The form of reviews in a pack (审查条目): who is asked, how the opinions add up, and what the outcome fires."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_entry import Code, Entry, Labelled, Names, SeatText, Statement, Words, fraction, listed
from policy.schema_round import DissentTerms, SupplementTerms, TacitEntry, WatchEntry
from states.category import Category
from states.decision_rule import Rule, Terms, make_rule
from states.review import ReviewMode, Settle
from states.round import Again, Reopening

Passing = Annotated[Fraction, BeforeValidator(fraction), PlainSerializer(str)]
"""A number of votes or of weight (`3`), or an exact share (`2/3`); never a decimal number."""


class MemberEntry(Entry):
    """Who is asked in a review: a department of the pack, or a seat of the chain of command, each for its matter.

    `when` limits the member to projects whose facts make it true. `weight` is what its vote counts in mode `weight`;
    members of one `group` have one vote together in the modes `count` and `share`.

    `category` is what its matter is about, else its department's. A rejection with `veto: final` cannot be overruled:
    that is so for protected categories (states.category) unless the pack says `ordinary`. An `advisory` member is asked
    for advice (征求意见); only such a one may have `tacit`. `watches` is what its matter hangs on beside `when`, and
    `again: always` has it asked in every round.
    """

    department: Annotated[Code | None, Names("department")] = None
    seat: SeatText | None = None
    matter: Words
    limit: Annotated[Code, Names("limit")]
    when: Annotated[Words | None, Statement()] = None
    weight: Annotated[int, Field(ge=0, le=1000)] | None = None
    group: Code | None = None
    category: Category | None = None
    veto: Literal["final", "ordinary"] | None = None
    advisory: bool = False
    tacit: TacitEntry | None = None
    watches: WatchEntry | None = None
    again: Literal["affected", "always"] = "affected"
    source: Annotated[Code | None, Names("source")] = None

    @property
    def key(self) -> str:
        """The department's code or the seat, as a review task keeps it."""
        return self.department or str(self.seat)

    @model_validator(mode="after")
    def _department_or_seat(self) -> MemberEntry:
        if (self.department is None) == (self.seat is None):
            raise PydanticCustomError("member_kind", "a member is either a `department` or a `seat`")
        return self


class ReviewEntry(Labelled):
    """A review (联审联批) or a chain of approvers (审批): members, mode, and the moves its outcome fires.

    `pass` belongs to the modes `count`, `share` and `weight`, where the pack has to say it; `veto: false` to `all`.
    What they mean stands in states.decision_rule.Terms; whether they fit each other is for policy.review_rule.
    With `members_from`, `members` are all who may be asked, and the decision tables named there choose among them.

    `again` is whom the next round asks, `carries` another review whose opinions stand too (a design change: only the
    touched matters are reviewed again), `reopen` with what time a task returned to one unit goes on. `on_withdraw`
    recalls the review (撤回申请). `supplement` and `dissent` say how long the applicant and the lead have; without them
    a demand or a rejection returns the round at once.
    """

    kind: Literal["joint_review", "approval"]
    lead: Annotated[Code | None, Names("department")] = None
    mode: ReviewMode = ReviewMode.all
    passing: Annotated[Passing | None, Field(alias="pass")] = None
    veto: bool = True
    settle: Settle = Settle.when_all_answered
    limit: Annotated[Code, Names("limit")]
    members: Annotated[tuple[MemberEntry, ...], Field(min_length=1)]
    members_from: Annotated[tuple[Code, ...], BeforeValidator(listed), Names("table")] = ()
    on_pass: Annotated[Code, Names("trigger")]
    on_reject: Annotated[Code, Names("trigger")]
    on_withdraw: Annotated[Code | None, Names("trigger")] = None
    again: Again = Again.all
    carries: Annotated[Code | None, Names("review")] = None
    reopen: Reopening = Reopening.remaining
    supplement: SupplementTerms | None = None
    dissent: DissentTerms | None = None
    source: Annotated[Code | None, Names("source")] = None

    def rule(self, members: Sequence[MemberEntry]) -> Rule:
        """The rule by which `members` of it decide. Raises the subclasses of states.decision_rule.RuleInvalid."""
        weighted = self.mode is ReviewMode.weight
        return make_rule(
            self.mode,
            len(members),
            Terms(
                passing=self.passing,
                veto=self.veto,
                weights=[Fraction(member.weight or 0) for member in members] if weighted else None,
                groups=[member.group for member in members],
                lead=self.lead_index(members) if self.mode is ReviewMode.lead else None,
            ),
        )

    @property
    def kept_rule(self) -> dict[str, Any]:
        """What a round keeps of it beside the mode: `pass`, `veto`, `lead`, as JSON, each only where it was said."""
        kept = {"passing", "veto", "lead"}
        return self.model_dump(mode="json", by_alias=True, include=kept, exclude_defaults=True)

    def lead_index(self, members: Sequence[MemberEntry]) -> int | None:
        """Where the lead stands among `members`; None when it is not one of them."""
        return next((i for i, member in enumerate(members) if self.lead and member.department == self.lead), None)
