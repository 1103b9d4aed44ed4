"""Limits of a pack (期限): how long, counted how or until which day, how far prolonged, when yellow."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_entry import Code, Entry, Labelled, MonthDay, Names, Share

Unit = Literal["working_day", "calendar_day", "month"]
SpanKind = Literal["counted", "fixed", "before", "share"]

_FORMS: dict[frozenset[str], SpanKind] = {
    frozenset({"days", "unit"}): "counted",
    frozenset({"on"}): "fixed",
    frozenset({"fact"}): "fixed",
    frozenset({"days", "unit", "before_fact"}): "before",
    frozenset({"days", "unit", "before_milestone"}): "before",
    frozenset({"share", "of"}): "share",
}


class Span(Entry):
    """How long a limit is, with its source, in one of four ways.

    - counted: `days` of a `unit` after the start;
    - fixed: `on`, the MM-DD of the project's plan year, or the day a `fact` of type date holds;
    - before: `days` of a `unit` before the day of `before_fact`, or before the due day of `before_milestone`;
    - share: a `share` `of` another limit counted in working or calendar days, rounded down, at least one day.

    As `Pack.limit` gives it, a share is already so many `days` of a `unit`, and a fixed one is in calendar days.
    """

    days: Annotated[int, Field(ge=1, le=3700)] = 0
    unit: Unit = cast("Unit", None)  # as written a share or a fixed one has none; what Pack.limit gives always has
    on: MonthDay | None = None
    fact: Annotated[Code | None, Names("fact")] = None
    before_fact: Annotated[Code | None, Names("fact")] = None
    before_milestone: Annotated[Code | None, Names("milestone")] = None
    share: Annotated[Share, Field(gt=0)] | None = None
    of: Annotated[Code | None, Names("limit")] = None
    source: Annotated[Code, Names("source")]

    @property
    def kind(self) -> SpanKind:
        """Which of the four ways it is written in."""
        if self.share is not None:
            return "share"
        if self.on or self.fact:
            return "fixed"
        return "before" if self.before_fact or self.before_milestone else "counted"

    @property
    def is_dated(self) -> bool:
        """Whether it hangs on a day of its own instead of being counted from the start."""
        return self.kind in ("fixed", "before")

    @model_validator(mode="after")
    def _one_form(self) -> Span:
        names = ("days", "unit", "on", "fact", "before_fact", "before_milestone", "share", "of")
        given = frozenset(name for name in names if getattr(self, name))
        if given not in _FORMS or (self.kind == "before" and self.unit == "month"):
            raise PydanticCustomError("span_form", "found {given}", {"given": "、".join(sorted(given)) or "-"})
        return self


class Extension(Entry):
    """How far a limit may be prolonged (延期): each time at most `days` of the limit's unit, at most `times` times."""

    days: Annotated[int, Field(ge=1, le=3700)]
    times: Annotated[int, Field(ge=1, le=20)] = 1
    source: Annotated[Code, Names("source")]


class LimitEntry(Labelled):
    """A limit (期限): its span, its prolongation, when its light turns yellow, and the ladder it climbs.

    `yellow_share` of the span used and `yellow_days` before the end (same unit): the earlier one turns it yellow.
    Without `extension` it cannot be prolonged.
    """

    span: Span
    extension: Extension | None = None
    yellow_share: Share | None = None
    yellow_days: Annotated[int, Field(ge=0)] | None = None
    yellow_source: Annotated[Code | None, Names("source")] = None
    ladder: Annotated[Code | None, Names("ladder")] = None
