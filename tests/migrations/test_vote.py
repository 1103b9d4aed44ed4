"""Votes on PostgreSQL: the same as on SQLite, and with people at it at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from models.posting import Posting
from models.vote import Ballot, Poll
from runtime.database import upgrade
from services.audit import verify
from services.vote_error import PollNotOpen, PollOpenAlready
from states.exceptions import JiugaiError
from states.vote import Choice
from tests.services.test_posting import posted
from tests.services.voting import ballot, cast, closed, general_city, opened, stand
from tests.world import World

PLACES = ("1-1-101", "1-1-102", "1-1-201", "1-2-102")


@pytest.fixture
def town(postgres: str, tmp_path: Path) -> Iterator[World]:
    upgrade(postgres)
    world = general_city(tmp_path, postgres)
    yield world
    world.database.close()


def at_once(act: Callable[[int], object]) -> list[object]:
    """Two people do it at the same moment; what each got, or the error."""
    start = Barrier(2)

    def run(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except JiugaiError as problem:
            return problem

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_a_round_from_its_opening_to_its_frozen_result(town: World) -> None:
    poll = opened(town)
    cast(town, poll, *[ballot(town, place) for place in PLACES])
    done = closed(town, poll)
    assert done.result is not None
    assert done.result["passed"]
    stand(town, "posting")
    assert posted(town).clock.due_on.isoformat() == "2026-03-09"
    with town.read() as session:
        assert list(verify(session)) == []
        assert session.scalar(select(func.count(Posting.id))) == 1


def test_of_two_ballots_for_one_unit_at_once_one_counts(town: World) -> None:
    poll = opened(town)
    choices = (Choice.agree, Choice.against)
    results = at_once(lambda number: cast(town, poll, ballot(town, "1-1-101", choices[number])).recorded)
    assert sorted(results, key=str) == [0, 1]
    with town.read() as session:
        assert session.scalar(select(func.count(Ballot.id))) == 1


def test_of_two_openings_at_once_one_is_refused(town: World) -> None:
    results = at_once(lambda _: opened(town).round)
    assert sorted(type(one).__name__ for one in results) == sorted(["int", PollOpenAlready.__name__])
    with town.read() as session:
        assert session.scalar(select(func.count(Poll.id))) == 1


def test_a_ballot_at_the_moment_of_closing_is_in_the_result_or_refused(town: World) -> None:
    poll = opened(town)
    acts = (lambda: cast(town, poll, ballot(town, "1-1-101")), lambda: closed(town, poll))
    results = at_once(lambda number: acts[number]())
    with town.read() as session:
        ballots = session.scalar(select(func.count(Ballot.id)))
        result = session.get_one(Poll, poll.id).result
    assert result is not None
    assert result["counts"]["owners"]["voted"] == ballots
    assert isinstance(results[0], PollNotOpen) is (ballots == 0)
