"""Anomalies in a pack (异常规则): what in the history a person has to look at, and the numbers that make it so."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_entry import Code, Labelled, Names

PARAMETERS: dict[str, tuple[str, ...]] = {
    "outside_hours": ("from", "to", "most"),
    "backdated": ("days",),
    "both_sides": (),
    "hasty_opinion": ("seconds",),
    "repeated_silence": ("times", "days"),
    "last_moment": ("times", "days"),
}
"""What each kind of rule needs, and nothing else."""
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day in the city, HH:MM."""


class AnomalyEntry(Labelled):
    """One rule. A flag is a question to a person, never a finding; `source` says who set the numbers.

    `outside_hours`: more than `most` entries of one person on one day before `from`, after `to` or on a rest day.
    `backdated`: written down more than `days` days after it happened. `both_sides`: one person acted for the applicant
    and gave an opinion, or put right and closed the same finding. `hasty_opinion`: an opinion less than `seconds`
    seconds after it was asked for. `repeated_silence`: `times` or more silences of one unit taken for approval within
    `days` days. `last_moment`: a unit ended `times` or more matters at most `days` working days before their last day.
    """

    kind: Literal["outside_hours", "backdated", "both_sides", "hasty_opinion", "repeated_silence", "last_moment"]
    starts: Annotated[Hour | None, Field(alias="from")] = None
    ends: Annotated[Hour | None, Field(alias="to")] = None
    most: Annotated[int | None, Field(ge=0, le=1000)] = None
    days: Annotated[int | None, Field(ge=0, le=366)] = None
    seconds: Annotated[int | None, Field(ge=1, le=86_400)] = None
    times: Annotated[int | None, Field(ge=2, le=1000)] = None
    source: Annotated[Code, Names("source")]

    @model_validator(mode="after")
    def _parameters_fit(self) -> AnomalyEntry:
        values = {
            "from": self.starts, "to": self.ends, "most": self.most, "days": self.days, "seconds": self.seconds,
            "times": self.times,
        }  # fmt: skip
        given = [name for name, value in values.items() if value is not None]
        needed = PARAMETERS[self.kind]
        if set(given) != set(needed):
            data = {"kinds": "、".join(needed) or "（无）", "given": "、".join(given) or "（无）"}
            raise PydanticCustomError("anomaly_parameters", "it takes {kinds}; found {given}", data)
        if self.starts and self.ends and self.starts >= self.ends:
            data = {"given": f"{self.starts}–{self.ends}"}
            raise PydanticCustomError("anomaly_hours", "`from` is not before `to`: {given}", data)
        return self
