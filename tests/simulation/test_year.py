"""A simulated year: every invariant holds at its end, the same seed is the same history, holidays are kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.clock import Clock, ClockRung
from models.outbox import OutboxEvent
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.invariant import examine_record
from simulation.agenda import Agenda
from simulation.habit import Habits
from simulation.tally import fingerprint, tally
from simulation.year import Year

ZONE = ZoneInfo("Asia/Shanghai")


def simulated(home: Path, *, seed: int = 1, year: int = 2024, outage: tuple[date, date] | None = None) -> Office:
    """An office in whose city two projects had their year."""
    settings = Settings(_env_file=None, home=home, channels="")
    upgrade(settings.url)
    office = open_office(settings)
    town = Year(office, take_pack(settings, "default"), 2, year, seed, print, lambda *_: None, outage)
    town.run()
    assert town.stuck == []
    return office


@pytest.fixture(scope="module")
def leap_year(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """2024, whose New Year's Eve (9 February) was a working day."""
    return simulated(tmp_path_factory.mktemp("2024"))


OUT = (date(2020, 4, 14), date(2020, 4, 16))


@pytest.fixture(scope="module")
def epidemic_year(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """2020, whose spring holidays were prolonged at short notice; for three days in April nothing ran."""
    return simulated(tmp_path_factory.mktemp("2020"), year=2020, outage=OUT)


class TestYear:
    def test_projects_go_far_and_every_invariant_holds(self, leap_year: Office) -> None:
        with leap_year.database.read() as session:
            assert [verdict for verdict in examine_record(session, leap_year.city) if verdict.broken] == []
            counts = tally(session, take_pack(leap_year.settings, "default"))
        assert counts["projects"] == 2
        assert counts["transitions"] > 40

    def test_the_same_seed_gives_the_same_hashes_and_another_seed_others(
        self, leap_year: Office, tmp_path: Path
    ) -> None:
        again, other = simulated(tmp_path / "again"), simulated(tmp_path / "other", seed=2)
        with leap_year.database.read() as one, again.database.read() as same, other.database.read() as different:
            assert fingerprint(one) == fingerprint(same) != fingerprint(different)

    def test_people_act_on_working_days_only_and_so_on_new_years_eve_2024_but_not_after_it(
        self, leap_year: Office
    ) -> None:
        with leap_year.database.read() as session:
            acts = session.execute(select(AuditEntry.occurred_at, AuditEntry.actor)).all()
        days = {act.occurred_at.astimezone(ZONE).date() for act in acts if not act.actor.startswith("system:")}
        assert days
        assert [day for day in days if not leap_year.city.calendar.is_working_day(day)] == []
        assert leap_year.city.calendar.is_working_day(date(2024, 2, 9))
        assert not days & {date(2024, 2, 10) + timedelta(days=offset) for offset in range(8)}

    def test_an_outage_of_three_days_is_caught_up_with_the_highest_rung_only(self, epidemic_year: Office) -> None:
        office = epidemic_year
        with office.database.read() as session:
            fired = session.execute(select(ClockRung.clock_id, ClockRung.fired_at, ClockRung.skipped)).all()
            events = session.scalars(select(OutboxEvent.created_at).where(OutboxEvent.kind == "rung_fired")).all()
            assert [verdict for verdict in examine_record(session, office.city) if verdict.broken] == []
        assert not [row for row in fired if OUT[0] <= row.fired_at.astimezone(ZONE).date() <= OUT[1]]
        told = [(row.clock_id, row.fired_at) for row in fired if not row.skipped]
        assert len(told) == len(set(told)) == len(events)

    def test_the_holidays_of_2020_moved_at_short_notice_are_in_every_count(self, epidemic_year: Office) -> None:
        office = epidemic_year
        with office.database.read() as session:
            due = set(session.scalars(select(Clock.due_on).where(Clock.unit == "working_day")))
        assert not due & {
            date(2020, 1, 31),
            date(2020, 2, 1),
            date(2020, 2, 2),
        }  # rest days by the notice of 26 January
        assert not office.city.calendar.is_working_day(date(2020, 1, 31))


class TestAgenda:
    def test_goes_in_the_order_of_moments_and_of_planning(self) -> None:
        agenda, seen = Agenda(), []
        start = datetime(2024, 1, 1, tzinfo=ZONE)
        for name, hours in (("second", 2), ("first", 1), ("also second", 2), ("too late", 9)):
            agenda.plan(start + timedelta(hours=hours), lambda _now, name=name: seen.append(name))  # type: ignore[misc]
        for at, act in agenda.until(start + timedelta(hours=5)):
            act(at)
        assert seen == ["first", "second", "also second"]


class TestHabits:
    def test_nobody_comes_back_on_a_rest_day_or_before_now(self, leap_year: Office) -> None:
        habits, now = Habits(7, leap_year.city), datetime(2024, 2, 8, 15, tzinfo=ZONE)
        for number in range(200):
            moment = habits.next_time(f"person {number}", "answer", now)
            assert moment > now
            assert leap_year.city.calendar.is_working_day(moment.astimezone(ZONE).date())
