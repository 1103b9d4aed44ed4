"""The form of routing (路由): the permits of a pack and its decision tables (决策表), each rule with its source."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_entry import Code, Entry, Labelled, Names, SeatText, Statement, Words
from states.category import Category
from states.label import Label


class HitPolicy(StrEnum):
    """How the rules of a table go together: all that hold, the first that holds, or the only one that holds."""

    collect = "collect"
    first = "first"
    unique = "unique"

    @property
    def label(self) -> Label:
        """The policy in words."""
        return _POLICIES[self]


_POLICIES = {
    HitPolicy.collect: Label("成立的都算", "every rule that holds"),
    HitPolicy.first: Label("取最先成立的一条", "the first rule that holds"),
    HitPolicy.unique: Label("只有一条成立", "the only rule that holds"),
}


class PermitEntry(Labelled):
    """A permit or formality (许可手续) a project may need, the department that issues it, what it is about."""

    department: Annotated[Code | None, Names("department")] = None
    category: Category | None = None


class DayWindow(Entry):
    """When a member's turn is: `from` day `to` day of the review, the day after its opening being day 1."""

    starts: Annotated[int, Field(alias="from", ge=1, le=365)]
    ends: Annotated[int, Field(alias="to", ge=1, le=365)]
    unit: Literal["working_day", "calendar_day"] = "working_day"

    @model_validator(mode="after")
    def _in_order(self) -> DayWindow:
        if self.ends < self.starts:
            days = {"from": self.starts, "to": self.ends}
            raise PydanticCustomError("window_reversed", "day {from} is after day {to}", days)
        return self


class AskEntry(Entry):
    """Who is asked, written as a department's code or a seat alone, or with what differs from the review's member.

    `after` names the members of the same review whose answers have to be in before.
    """

    department: Annotated[Code | None, Names("department")] = None
    seat: SeatText | None = None
    matter: Words | None = None
    limit: Annotated[Code | None, Names("limit")] = None
    window: DayWindow | None = None
    after: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        """The member's name in its review: the department's code, else the seat."""
        return self.department or str(self.seat)

    @model_validator(mode="after")
    def _department_or_seat(self) -> AskEntry:
        if (self.department is None) == (self.seat is None):
            raise PydanticCustomError("member_kind", "a member is either a `department` or a `seat`")
        return self


class MergeEntry(Entry):
    """Permits that are not applied for on their own but handled together with another."""

    permits: Annotated[tuple[Code, ...], Field(min_length=1), Names("permit")]
    into: Annotated[Code, Names("permit")]


def _ask(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {"seat": value} if "@" in value else {"department": value}


class RuleEntry(Entry):
    """One line of a table: `when` it holds (always, without), what follows, and its `source`.

    `needs`, `exempt` and `merge` are about permits; `asks` about members; `limit` is the limit of every member of the
    same review who is asked without one of their own.
    """

    label: Words
    en: str = ""
    when: Annotated[Words | None, Statement()] = None
    needs: Annotated[tuple[Code, ...], Names("permit")] = ()
    exempt: Annotated[tuple[Code, ...], Names("permit")] = ()
    merge: tuple[MergeEntry, ...] = ()
    asks: tuple[Annotated[AskEntry, BeforeValidator(_ask)], ...] = ()
    limit: Annotated[Code | None, Names("limit")] = None
    documents: Annotated[tuple[Code, ...], Names("document")] = ()
    source: Annotated[Code, Names("source")]

    @property
    def name(self) -> Label:
        """The rule in both languages."""
        return Label(self.label, self.en)


class TableEntry(Labelled):
    """A decision table (决策表): rules in order, and how those that hold go together."""

    hit: HitPolicy
    rules: Annotated[tuple[RuleEntry, ...], Field(min_length=1)]
