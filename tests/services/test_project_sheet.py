"""The project sheet: one answer for the page and for `--json`, in either language."""

from __future__ import annotations

import json
from datetime import timedelta

from services.clock_sheet import explain_clock
from services.pack import pack_of
from services.project import find_project
from services.project_history import History, list_history
from services.project_sheet import project_sheet, sheet_data
from services.reading import Reading
from services.sweep import sweep
from tests.way import CODE
from tests.world import World


def history(world: World, **asked: int | None) -> History:
    with world.read() as session:
        project = find_project(session, CODE)
        look = Reading(world.city, world.now, "en")
        return list_history(session, look, project, pack_of(project.pack_version), **asked)


class TestSheetData:
    def test_every_version_of_a_document_is_listed_and_the_missing_one_is_named(self, world: World) -> None:
        world.enrol()
        with world.read() as session:
            before = sheet_data(project_sheet(session, Reading(world.city, world.now), CODE))
        world.document(CODE, "survey_report")
        world.document(CODE, "survey_report")
        with world.read() as session:
            after = sheet_data(project_sheet(session, Reading(world.city, world.now), CODE))
        assert [(one["code"], one["versions"]) for one in before["needed"]] == [("survey_report", [])]
        assert [(one["kind"], one["version"]) for one in after["documents"]] == [
            ("survey_report", 1),
            ("survey_report", 2),
        ]
        assert after["names"] == {"li.street": "李街道"}

    def test_is_json_as_it_stands_and_parts_live_clocks_from_ended_ones(self, world: World) -> None:
        world.enrol()
        world.advance(CODE, "terminate", "zhao.city")
        with world.read() as session:
            data = sheet_data(project_sheet(session, Reading(world.city, world.now, "en"), CODE), "en")
        assert json.loads(json.dumps(data)) == data
        assert (data["clocks"], [clock["left"] for clock in data["ended_clocks"]]) == ([], ["no longer counted"])


class TestExplainClock:
    def test_names_the_rule_and_which_rungs_have_fired(self, world: World) -> None:
        world.enrol()
        world.tick(days=20)
        with world.write() as session:
            sweep(session, world.city, now=world.now)
        with world.read() as session:
            sheet = explain_clock(session, Reading(world.city, world.now), 1)
        assert (sheet.label, sheet.holder, sheet.left) == ("调查期限", "花园街道", "逾期 4 个工作日")
        assert [(rung.rung, rung.is_past, rung.fired) for rung in sheet.rungs] == [
            ("remind", True, True),
            ("overdue", True, True),
            ("supervise", False, False),
        ]


class TestListHistory:
    def test_all_of_it_comes_at_once_without_a_size(self, world: World) -> None:
        world.enrol()
        for households in range(100, 135):
            world.facts(CODE, households=str(households))
        assert (len(history(world).lines), history(world).pages) == (30, 2)
        everything = history(world, size=None)
        assert [line.seq for line in everything.lines] == list(range(36, 0, -1))

    def test_is_told_in_english_too_with_what_is_kept_beside_it(self, world: World) -> None:
        world.enrol()
        world.now += timedelta(hours=1)
        world.facts(CODE, households="120")
        facts, enrolled = history(world).lines
        assert (facts.action, facts.action_label, facts.after) == (
            "facts_recorded",
            "facts recorded",
            {"households": 120},
        )
        assert (enrolled.action_label, enrolled.actor, enrolled.actor_name) == (
            "entered into the register",
            "wang.district",
            "王专员",
        )


class TestLedger:
    def test_a_suspension_says_in_words_what_was_left_and_why(self, world: World) -> None:
        world.enrol()
        world.advance(CODE, "suspend", "wang.district", reason="汛期停工")
        with world.read() as session:
            (entry,) = explain_clock(session, Reading(world.city, world.now), 1).ledger
        assert (entry.text, entry.days) == ("2026-03-02 暂停计时，余 10 日：汛期停工", 10)
