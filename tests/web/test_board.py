"""The board: counts that match the record, links that lead to what was counted."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from services.board import board
from services.project_filter import Filter
from services.project_list import list_projects
from services.reading import Reading
from services.sweep import sweep
from states.clock import Light
from tests.web.conftest import VISITOR, Statements, sign_in
from tests.world import World


def count_in_list(client: TestClient, address: str) -> int:
    """What the list behind a link says it holds."""
    page = client.get(address).text
    found = re.search(r"共 <b>([\d,]+)</b> 个项目", page)
    assert found, address
    return int(found[1].replace(",", ""))


def overdue(busy: World) -> None:
    """Let the first survey limit run out for all but what has moved on."""
    busy.tick(days=20)
    with busy.write() as session:
        sweep(session, busy.city, now=busy.now)


class TestBoard:
    def test_counts_every_project_once_by_stage_and_light(self, busy: World) -> None:
        overdue(busy)
        with busy.read() as session:
            found = board(session)
        by_stage = {stage.code: stage.lights for stage in found.stages}
        assert found.total == 5
        assert found.running.total == 4
        assert (by_stage["mobilization"].red, by_stage["mobilization"].grey) == (2, 1)
        assert by_stage["preparation"].total == 1
        assert {end.code: end.count for end in found.ended} == {"struck_off": 0, "terminated": 1}

    def test_a_suspended_project_counts_in_the_stage_it_was_suspended_in(self, busy: World) -> None:
        with busy.read() as session:
            mobilization = board(session).stages[0]
        assert [(s.label, s.lights.grey) for s in mobilization.steps if s.is_halt] == [("暂停", 1)]

    def test_suspending_does_not_fade_a_red_light(self, busy: World) -> None:
        overdue(busy)
        busy.advance("SN-2026-001", "suspend", "wang.district", reason="等资金")
        with busy.read() as session:
            halted = next(s for s in board(session).stages[0].steps if s.is_halt)
            red = list_projects(session, Reading(busy.city, busy.now), Filter(light=Light.red, step="suspended"))
        assert (halted.lights.red, halted.lights.grey) == (1, 1)
        assert [row.code for row in red.lines] == ["SN-2026-001"]

    def test_districts_add_up_to_the_city(self, busy: World) -> None:
        with busy.read() as session:
            found = board(session)
        assert {row.name: row.total for row in found.districts} == {"南山区": 4, "北山区": 1}
        for index, stage in enumerate(found.stages):
            assert sum(row.cells[index].total for row in found.districts) == stage.lights.total


class TestShowBoard:
    def test_every_linked_number_is_the_length_of_its_list(self, busy: World, client: TestClient) -> None:
        overdue(busy)
        sign_in(busy, client, "zhou.audit")
        page = client.get("/").text
        links = re.findall(
            r'<a[^>]* href="(/projects[^"]*)"[^>]*>(?:<span[^>]*>.*?</span>|[^<]*)*?(?:<svg.*?</svg>)?\s*(?:<b>)?([\d,]+)(?:</b>|</a>)',
            page,
            re.S,
        )
        assert len(links) > 15
        for address, shown in links:
            assert count_in_list(client, address.replace("&amp;", "&")) == int(shown), address

    def test_names_the_overdue_projects_with_shape_word_and_days(self, busy: World, client: TestClient) -> None:
        overdue(busy)
        sign_in(busy, client, "zhou.audit")
        page = client.get("/").text
        assert "▲ 红灯 已逾期" in page
        assert "幸福里小区" in page
        assert re.search(r"逾期 \d+ 个工作日", page)

    def test_an_empty_register_says_how_to_fill_it(self, client: TestClient) -> None:
        assert "jiugai project import" in client.get("/").text

    def test_takes_eight_statements_beside_asking_who_is_there(self, busy: World, client: TestClient) -> None:
        with Statements(busy) as counted:
            assert client.get("/").status_code == 200
        assert 0 < len(counted.texts) <= 8 + VISITOR, counted.texts
