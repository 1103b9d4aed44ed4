"""The parts of a project under reconstruction (还原的各部分): each with the entry it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.history_entry import Told
from states.finding import FindingStatus
from states.review import Opinion, ReviewStatus

RoundKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A value with the entry it comes from."""

    value: Any
    entry: Told


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one document."""

    entry: Told
    file: str
    sha256: str
    size: int
    withdrawn: Told | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """One finding."""

    kind: str
    title: str
    status: FindingStatus
    raised: Told
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one member was asked and has said; `opinion` is None while it has not. `is_off` was taken off the round."""

    opinion: Opinion | None = None
    entry: Told | None = None
    tacit: bool = False
    overruled: bool = False
    carried: bool = False
    is_off: bool = False


@dataclass(slots=True)
class Round:
    """One round. `returning` marks one that somebody returns: the next move ends it."""

    opened: Told
    status: ReviewStatus = ReviewStatus.open
    closed: Told | None = None
    returning: bool = False
    members: dict[str, Said] = field(default_factory=dict)
