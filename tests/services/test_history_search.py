"""Searching the history: by who, unit, what, project, when and why, page after page without gaps."""

from __future__ import annotations

from typing import Any

import pytest

from services.audit import Act, record
from services.history_search import CursorInvalid, Page, Wanted, search
from services.organisation import OrganisationMissing
from services.reading import Reading
from tests.services.test_history_as_of import at, rejected_once
from tests.way import CODE
from tests.world import World


def found(world: World, cursor: str | None = None, size: int = 50, **wanted: Any) -> Page:
    with world.read() as session:
        return search(session, Reading(world.city, world.now), Wanted(**wanted), cursor=cursor, size=size)


def actions(page: Page) -> list[str]:
    return [one.action for one in page.entries]


class TestSearch:
    def test_by_person_action_unit_reason_and_time(self, world: World) -> None:
        rejected_once(world)
        assert actions(found(world, person="qian.fire", project=CODE)) == ["opinion_given"]
        assert len(found(world, action="opinion_given").entries) == 3
        assert {one.actor for one in found(world, unit="sunny-nan-hua", project=CODE).entries} == {"li.street"}
        district = {one.actor for one in found(world, unit="南山区", project=CODE).entries}
        assert district == {"li.street", "wang.district", "sun.planning", "qian.fire"}
        (reason,) = found(world, reason="消防 4米", person="qian.fire").entries
        assert (reason.subject_name, reason.action_label, reason.actor_name) == ("幸福里小区", "出具意见", "钱消防")
        day: dict[str, Any] = {"since": at("2026-03-04T00:00"), "until": at("2026-03-05T00:00")}
        assert actions(found(world, project=CODE, **day)) == ["opinion_given"]

    def test_a_percent_sign_in_the_words_means_itself(self, world: World) -> None:
        rejected_once(world)
        assert found(world, reason="%", project=CODE).entries == ()

    def test_pages_follow_each_other_while_entries_are_written(self, world: World) -> None:
        rejected_once(world)
        whole = [one.id for one in found(world, project=CODE).entries]
        seen: list[int] = []
        cursor: str | None = None
        while True:
            page = found(world, cursor, 3, project=CODE)
            seen += [one.id for one in page.entries]
            world.facts(CODE, households=str(200 + len(seen)))  # somebody writes meanwhile
            cursor = page.next
            if cursor is None:
                break
        assert seen == whole

    def test_late_ones_only(self, world: World) -> None:
        world.enrol()
        world.to("2026-03-09")
        late = {"reason": "当日断网，事后补录", "occurred_at": at("2026-03-03T09:00")}
        minutes = {"occurred_at": at("2026-03-09T09:55")}
        with world.write() as session:
            for extra in (late, minutes):
                record(session, Act("project", CODE, "visited", "li.street", "test", world.now, **extra))
        (one,) = found(world, late=True).entries
        assert (one.reason, one.is_late, one.action_label) == ("当日断网，事后补录", True, "visited")

    def test_what_nobody_knows_is_refused(self, world: World) -> None:
        with pytest.raises(OrganisationMissing):
            found(world, unit="月球街道")
        with pytest.raises(CursorInvalid):
            found(world, "第二页")
