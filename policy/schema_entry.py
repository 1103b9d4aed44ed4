"""The entries of a pack (政策包条目): what moves and reviews name: facts, documents, limits, ladders, sources …"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from states.category import Category
from states.label import Label
from states.role import Seat

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=400)]

HOLDER = "holder"
"""In a rung: whoever holds the matter whose clock it is."""
UNIT_HEAD = "unit_head"
"""In a rung: who answers for the holder's unit: its own coordinators, else those of the nearest unit above."""
LEAD = "lead"
"""In a rung: the lead department of the review whose clock it is; the district's coordinators for everything else."""
RECEIVERS = (HOLDER, UNIT_HEAD, LEAD)

_SHARE = re.compile(r"\d{1,18}(/\d{1,18})?")
_LEAP_YEAR = 2024


class Names(NamedTuple):
    """Marks a field whose value names an entry of another register of the pack; the loader resolves it."""

    register: str


class Statement(NamedTuple):
    """Marks a field that holds a condition over facts; the loader compiles it."""


def _seat(value: object) -> object:
    try:
        return Seat.parse(value) if isinstance(value, str) else _only_seat(value)
    except ValueError:
        raise PydanticCustomError("seat_form", "{given} is not role@level", {"given": str(value)}) from None


def _only_seat(value: object) -> Seat:
    if isinstance(value, Seat):
        return value
    raise ValueError(value)


def fraction(value: object) -> object:
    """The exact fraction someone wrote as `2/3` or as a whole number. Raises share_form for anything else."""
    if isinstance(value, Fraction):
        return value
    text = str(value).strip()
    if isinstance(value, (bool, float)) or not _SHARE.fullmatch(text) or text.endswith("/0"):
        raise PydanticCustomError("share_form", "{given} is not a fraction such as 2/3", {"given": text})
    return Fraction(text)


def listed(value: object) -> object:
    """One name alone as a list of one."""
    return (value,) if isinstance(value, str) else value


def _month_day(value: str) -> str:
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{value}")
    except ValueError:
        raise PydanticCustomError("month_day_form", "{given} is not MM-DD", {"given": value}) from None
    return value


SeatText = Annotated[Seat, BeforeValidator(_seat), PlainSerializer(str)]
"""A role at a level, written `coordinator@district`; `system` alone for what only rules do."""
Recipient = Annotated[
    Seat | str, PlainValidator(lambda value: value if value in RECEIVERS else _seat(value)), PlainSerializer(str)
]
"""Who is told: a seat, or one of `RECEIVERS`."""
Colour = Literal["blue", "orange", "red"]
"""The colour of a supervision order (states.order.OrderColour)."""
Share = Annotated[Fraction, BeforeValidator(fraction), PlainSerializer(str), Field(ge=0, le=1)]
"""An exact share, written as a fraction (`2/3`, `9/10`), 0 or 1; never as a decimal number."""
MonthDay = Annotated[str, AfterValidator(_month_day)]
"""A day of any year, written MM-DD."""


class Entry(BaseModel):
    """Base of everything in a pack: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Labelled(Entry):
    """Something with a code and a name: `label` Chinese, `en` English."""

    code: Code
    label: Words
    en: str = ""

    @property
    def name(self) -> Label:
        """The name in both languages."""
        return Label(self.label, self.en)


class Source(Labelled):
    """A text a number comes from: its title and number (文号). `assumed: true` marks a number without a source."""

    assumed: bool = False


class FactEntry(Labelled):
    """A fact (情况) somebody records about a project, with its type; money is in yuan, shares are fractions."""

    type: Literal["integer", "decimal", "money", "share", "text", "flag", "date", "choice"]
    unit: str = ""
    owed_by: SeatText
    choices: dict[Code, Words] | None = None
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="after")
    def _choices_fit(self) -> FactEntry:
        if (self.type == "choice") != bool(self.choices):
            raise PydanticCustomError("choices_type", "`choices` goes with `type: choice`, and only with it")
        return self


class DocumentEntry(Labelled):
    """A document (材料) and who has to bring it."""

    owed_by: SeatText
    media: tuple[Literal["pdf", "image", "word", "sheet", "drawing", "any"], ...] = ("any",)


class MilestoneEntry(Labelled):
    """A milestone (节点) of the works, with the MM-DD it should be reached by where the authority sets one."""

    owed_by: SeatText
    due: MonthDay | None = None
    source: Annotated[Code | None, Names("source")] = None


class FindingEntry(Labelled):
    """A kind of finding (事项): an objection, a defect, a request. `closed_by` may close one after re-inspection."""

    owed_by: SeatText
    closed_by: SeatText


class DepartmentEntry(Labelled):
    """A department or utility unit (部门、管线单位) that can be asked; `category` is what it looks after."""

    level: Literal["department", "utility"] = "department"
    category: Category | None = None


class RungEntry(Labelled):
    """One rung (预警层级): when, who is told, and whether an order or a circular goes out.

    `at: warning` with `plus: 2` is two working days after the light turned yellow, the last day in time at the latest.
    `at: breach` without `plus` is the day the light turns red; with `plus: 5` it is the fifth working day over.
    `act: order` issues a supervision order of a `colour`, `act: circular` a circular; `to` then gets a copy.
    """

    at: Literal["warning", "breach"]
    plus: Annotated[int, Field(ge=0, le=365)] = 0
    to: Annotated[tuple[Recipient, ...], Field(min_length=1)]
    act: Literal["notify", "order", "circular"] = "notify"
    colour: Colour | None = None
    source: Annotated[Code, Names("source")]


class LadderEntry(Labelled):
    """An escalation ladder (预警阶梯), from the mildest rung to the sternest."""

    rungs: Annotated[tuple[RungEntry, ...], Field(min_length=1)]
