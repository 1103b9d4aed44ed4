"""Supervision in a pack (督查): how many notices, how long a snooze, the orders by colour, and how one is contested."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policy.schema_entry import Code, Colour, Entry, Names, SeatText, Words


class Budget(Entry):
    """At most `most` notices for each person, project and day (政府督查工作条例 15); an order always gets through."""

    most: Annotated[int, Field(ge=1, le=100)]
    source: Annotated[Code, Names("source")]


class Snooze(Entry):
    """How long a reminder may be put off: at most `days` working days, never past the last day in time."""

    days: Annotated[int, Field(ge=1, le=20)]
    source: Annotated[Code, Names("source")]


class OrderEntry(Entry):
    """The supervision order (督办单) of one colour: the limit for the reply, and what is demanded in it."""

    colour: Colour
    limit: Annotated[Code, Names("limit")]
    demand: Words
    source: Annotated[Code, Names("source")]


class ContestEntry(Entry):
    """How a red light or an order may be contested (复核): within `days` of it, decided within `limit`."""

    days: Annotated[int, Field(ge=1, le=365)]
    unit: Literal["working_day", "calendar_day"]
    limit: Annotated[Code, Names("limit")]
    source: Annotated[Code, Names("source")]


class SupervisionEntry(Entry):
    """Supervision as the authority wants it. `issuer` is the supervisors' seat whose organisation signs and numbers.

    `word` stands in the number of an order: with 督 and 阳光市 it is 阳光督〔2026〕12号.
    """

    issuer: SeatText
    word: Annotated[str, Field(min_length=1, max_length=10)]
    notices: Budget
    snooze: Snooze | None = None
    orders: tuple[OrderEntry, ...] = ()
    contest: ContestEntry | None = None

    def order(self, colour: str) -> OrderEntry | None:
        """The rule of the orders of a colour; None where the pack has none."""
        return next((entry for entry in self.orders if entry.colour == colour), None)
