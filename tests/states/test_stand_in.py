"""Circles of stand-ins: found exactly where some day has one, compared with looking at every day for itself."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from states.stand_in import Cover, circle

MONDAY = date(2026, 3, 2)
PEOPLE = ("wang", "li", "zhao", "sun", "qian")

days = st.integers(0, 9)
covers = st.builds(
    lambda absent, other, first, length: Cover(
        absent, other, MONDAY + timedelta(first), MONDAY + timedelta(first + length)
    ),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    days,
    days,
).filter(lambda one: one.absent != one.substitute)


def has_circle_on(day: date, new: Cover, others: list[Cover]) -> bool:
    """Whether the absent one can be reached again on that day: everybody reachable, step by step."""
    today = [one for one in (new, *others) if one.first <= day <= one.last]
    if new not in today:
        return False
    reached = {new.substitute}
    for _ in today:
        reached |= {one.substitute for one in today if one.absent in reached}
    return new.absent in reached


@given(covers, st.lists(covers, max_size=8))
def test_there_is_one_exactly_when_some_day_has_one(new: Cover, others: list[Cover]) -> None:
    expected = any(has_circle_on(MONDAY + timedelta(day), new, others) for day in range(20))
    assert bool(circle(new, others)) == expected


@given(covers, st.lists(covers, max_size=8))
def test_what_is_named_is_a_circle_of_one_day(new: Cover, others: list[Cover]) -> None:
    chain = circle(new, others)
    if chain:
        assert chain[:2] == (new.absent, new.substitute)
        links = [
            [one for one in (new, *others) if (one.absent, one.substitute) == link]
            for link in zip(chain, (*chain[1:], chain[0]), strict=True)
        ]
        possible = [
            day
            for day in (MONDAY + timedelta(number) for number in range(20))
            if all(any(one.first <= day <= one.last for one in link) for link in links)
        ]
        assert possible
