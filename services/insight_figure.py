"""Figures over the record (统计数字), typed, and of what they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from states.exceptions import JiugaiError, Kind


class CountsMissing(JiugaiError):
    """The counts have never been filled."""

    code = "counts_missing"
    kind = Kind.missing
    zh = "统计数据还没有汇总。请执行 jiugai insight refresh 后再查。"
    en = "The counts have not been filled yet. Run `jiugai insight refresh`."


class Compare(StrEnum):
    """What figures are put side by side for."""

    district = "district"
    year = "year"


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what the figures are: None means any. `district` is a district's code or name, `year` that of the end."""

    district: str | None = None
    year: int | None = None
    compare: Compare | None = None


ALL = Scope()
"""Everything, nothing compared."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took: `ended` times, of them `late`; days are working days.

    `code` is the limit, for a department its organisation's code. `group` is the district or year compared, else None.
    `share` is that of all days of its kind in the same group, `late_share` that of all ended.
    """

    code: str
    label: str
    group: str | None
    ended: int
    days: int
    median: int
    p90: int
    late: int
    share: Fraction
    late_share: Fraction


@dataclass(frozen=True, slots=True)
class Returns:
    """Rounds of one review: how many ended, how many returned or withdrawn, and in which round it passed at last."""

    review: str
    label: str
    group: str | None
    rounds: int
    passed: int
    rejected: int
    withdrawn: int
    rejected_share: Fraction
    passed_at_once: int


@dataclass(frozen=True, slots=True)
class Rework:
    """A step or review projects came back to: `projects` came to it, `again` of them twice or more, `most` at most."""

    code: str
    label: str
    group: str | None
    projects: int
    again: int
    entries: int
    most: int
    again_share: Fraction


@dataclass(frozen=True, slots=True)
class Variant:
    """One way ended projects took: the steps in order, how many took it, and their share."""

    steps: tuple[str, ...]
    labels: tuple[str, ...]
    group: str | None
    projects: int
    share: Fraction
