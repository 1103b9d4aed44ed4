"""The values worth trying for a fact (边界取值): one of each kind its conditions tell apart, and those at a mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from policy.schema_entry import FactEntry
from states.case import FactValue

_ORDERED = frozenset(["integer", "decimal", "money", "share", "date"])
_GRAIN = {"integer": Fraction(1), "date": Fraction(1), "money": Fraction(1, 100), "decimal": Fraction(1, 10**9)}
_STEP = {"share": Fraction(1, 1000)}
_HUNDREDTH = Fraction(1, 100)
OTHER_TEXT = "其他"


def representatives(entry: FactEntry, marks: Iterable[FactValue]) -> list[FactValue]:
    """One value of every kind the `marks` tell apart, within the fact's bounds, in order."""
    if entry.type == "flag":
        return [False, True]
    if entry.type == "choice":
        return list(entry.choices or {})
    if entry.type == "text":
        return [*dict.fromkeys(marks), OTHER_TEXT]
    return [_value(entry, number) for number in _cells(entry, sorted({_number(mark) for mark in marks}))]


def neighbours(entry: FactEntry, marks: Iterable[FactValue], value: FactValue) -> list[FactValue]:
    """The other values worth trying for a fact that is `value`, the nearest first, upwards before downwards.

    Beside the representatives these are each mark and the smallest step to either side of it: 1, or 0.01 (yuan, square
    metres …) where the value or the mark is no whole number; a thousandth for a share; a day.
    """
    marks = list(marks)
    if entry.type not in _ORDERED:
        return [one for one in representatives(entry, marks) if one != value]
    here = _number(value)
    tried = {_number(one) for one in representatives(entry, marks)}
    for mark in map(_number, marks):
        step = _step(entry, here, mark)
        tried.update((mark - step, mark, mark + step))
    found = [number for number in tried if number != here and _fits(entry, number)]
    return [_value(entry, number) for number in sorted(found, key=lambda one: (abs(one - here), -one))]


def difference(entry: FactEntry, before: FactValue, after: FactValue) -> Fraction | None:
    """How far a change goes, in the fact's unit (days for a day); None where there is no more or less."""
    return _number(after) - _number(before) if entry.type in _ORDERED else None


def _step(entry: FactEntry, *numbers: Fraction) -> Fraction:
    whole = all(number.denominator == 1 for number in numbers)
    return _STEP.get(entry.type, Fraction(1) if whole or entry.type in ("integer", "date") else _HUNDREDTH)


def _cells(entry: FactEntry, marks: list[Fraction]) -> Iterator[Fraction]:
    low, high = _bounds(entry)
    if not marks:
        yield low if low is not None else Fraction(0)
        return
    first, last = marks[0], marks[-1]
    tried: list[Fraction | None] = [Fraction(ceil(first) - 1) if low is None else max(low, Fraction(ceil(first) - 1))]
    for mark, following in pairwise(marks):
        tried += [mark, _between(entry, mark, following)]
    tried += [last, Fraction(floor(last) + 1) if high is None else min(high, Fraction(floor(last) + 1))]
    yield from dict.fromkeys(number for number in tried if number is not None and _fits(entry, number))


def _between(entry: FactEntry, low: Fraction, high: Fraction) -> Fraction | None:
    """A value strictly between two marks: a whole one where there is one; None where the type knows none."""
    whole = Fraction(floor(low) + 1)
    if whole < high:
        return whole
    grain, middle = _GRAIN.get(entry.type), (low + high) / 2
    snapped = floor(middle / grain) * grain if grain else middle
    return snapped if low < snapped < high else None


def _fits(entry: FactEntry, number: Fraction) -> bool:
    low, high = _bounds(entry)
    grain = _GRAIN.get(entry.type)
    on_grain = grain is None or (number / grain).denominator == 1
    return on_grain and (low is None or number >= low) and (high is None or number <= high)


def _bounds(entry: FactEntry) -> tuple[Fraction | None, Fraction | None]:
    if entry.type == "date":
        return Fraction(date.min.toordinal()), Fraction(date.max.toordinal())
    low, high = (None if bound is None else Fraction(bound) for bound in (entry.minimum, entry.maximum))
    if entry.type != "share":
        return low, high
    return max(low or Fraction(0), Fraction(0)), Fraction(1) if high is None else min(high, Fraction(1))


def _number(value: FactValue) -> Fraction:
    return Fraction(value.toordinal()) if isinstance(value, date) else Fraction(value)


def _value(entry: FactEntry, number: Fraction) -> FactValue:
    match entry.type:
        case "integer":
            return int(number)
        case "date":
            return date.fromordinal(int(number))
        case "share":
            return number
        case _:
            return Decimal(number.numerator) / Decimal(number.denominator)
