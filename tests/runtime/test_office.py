"""The installation at work: a notice loaded by another process counts at once, without a restart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from runtime.office import Office
from runtime.settings import Settings
from tests.cli.test_calendar import NOTICE
from tests.world import World


class TestCity:
    def test_follows_the_calendar_folder(self, world: World, tmp_path: Path) -> None:
        office = Office(Settings(home=tmp_path), world.database, world.city)
        before = office.city
        assert before == world.city
        assert before.calendar.add_working_days(date(2026, 12, 31), 1).provisional
        (tmp_path / "calendar").mkdir()
        (tmp_path / "calendar" / "2027.yaml").write_text(NOTICE, encoding="utf-8")
        after = office.city
        assert after.calendar.add_working_days(date(2026, 12, 31), 1) == (date(2027, 1, 4), False)
        assert (after.zone, after.documents) == (before.zone, before.documents)
        assert office.city.calendar is after.calendar  # read once for each change
