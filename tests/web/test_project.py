"""The register as a list, and the page of one project."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from services.project import Command, advance
from states.review import Opinion
from tests.web.conftest import VISITOR, Statements, task_of
from tests.world import World


def names(client: TestClient, address: str) -> list[str]:
    """The projects a list shows, in order."""
    return re.findall(r'<th scope="row"><a href="/projects/[^"]+">([^<]+)</a>', client.get(address).text)


class TestShowProjects:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("stage=mobilization", {"幸福里小区", "惠德花园", "新华村"}),
            ("step=survey", {"幸福里小区", "惠德花园"}),
            ("step=suspended", {"新华村"}),
            ("district=sunny-bei", {"河边村"}),
            ("light=grey", {"新华村"}),
            ("light=green&district=sunny-nan", {"幸福里小区", "惠德花园", "东苑小区"}),
            ("state=ended", {"河边村"}),
            ("q=花园", {"惠德花园"}),
            ("q=sn-2026-00 小区", {"幸福里小区", "东苑小区"}),
            ("q=%25", set()),
            ("stage=handover", set()),
            ("stage=nowhere", set()),
        ],
    )
    def test_shows_what_the_filter_names(self, busy: World, client: TestClient, query: str, expected: set[str]) -> None:
        assert set(names(client, f"/projects?{query}")) == expected

    def test_is_sorted_both_ways(self, busy: World, client: TestClient) -> None:
        upward = names(client, "/projects?sort=code")
        assert upward[0] == "幸福里小区"
        assert names(client, "/projects?sort=-code") == upward[::-1]

    def test_a_page_past_the_end_is_the_last_one(self, busy: World, client: TestClient) -> None:
        assert len(names(client, "/projects?page=9")) == 5

    def test_pages_hold_fifty_and_lead_on(self, world: World, client: TestClient) -> None:
        for number in range(53):
            world.enrol(f"SN-{number:03}", f"第{number:03}小区")
        first = client.get("/projects?sort=code").text
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following
        assert names(client, following[1].replace("&amp;", "&")) == ["第050小区", "第051小区", "第052小区"]

    def test_empty_fields_of_the_form_lead_to_the_address_without_them(self, client: TestClient) -> None:
        answer = client.get("/projects?q=&stage=mobilization&step=&sort=urgent", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/projects?stage=mobilization")

    def test_each_condition_can_be_taken_away(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects?stage=mobilization&district=sunny-nan").text
        assert 'href="/projects?district=sunny-nan"' in page
        assert "阶段：宣传动员" in page


class TestShowProject:
    def test_shows_where_it_stands_and_who_holds_it(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects/SN-2026-001").text
        assert re.search(r'<li class="current" aria-current="step"><b>摸底调查</b>', page)
        assert re.search(r'<li class="current" aria-current="step"><b>宣传动员</b>', page)
        assert "花园街道" in page
        assert "剩 10 个工作日" in page

    def test_names_every_unmet_requirement_with_who_owes_it(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects/SN-2026-001").text
        assert "缺少材料“调查报告”</span><em>街道项目专员</em>" in page
        assert "尚未填报“户数”" in page
        assert "完成调查 <span>→ 方案设计</span>" in page

    def test_shows_each_units_opinion_and_clock(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects/SN-2026-004").text
        assert "1/2 个单位已出意见" in page
        assert re.search(r"南山区自然资源局.*?同意", page, re.S)
        assert re.search(r"南山区消防救援大队.*?待出意见.*?剩 10 个工作日", page, re.S)
        assert "行政许可法第四十二条" in page
        assert "等 1 个单位的意见" in page

    def test_writes_figures_as_people_do(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects/SN-2026-004").text
        assert "1,200 户" in page
        assert "123.456789 万元" in page
        assert "砖混" in page

    def test_tells_the_history_in_words_newest_first(self, busy: World, client: TestClient) -> None:
        busy.answer(task_of(busy, "fire"), "qian.fire", Opinion.reject, "消防车道宽度不足4米")
        busy.react()
        history = client.get("/projects/SN-2026-004").text.split('id="history"')[1].split("</ol>")[0]
        told = re.findall(r"<b>([^<]+)</b>", history)
        assert told[:3] == ["联审退回", "出具意见", "出具意见"]
        assert told[-1] == "录入台账"
        assert "系统（规则 plan_review@" in history
        assert "消防车道宽度不足4米" in history
        assert "摸底调查 → 方案设计" in history

    def test_flags_what_was_written_down_late(self, busy: World, client: TestClient) -> None:
        actor = busy.actor("wang.district")
        command = Command(
            "SN-2026-001", "suspend", actor, "late-1", busy.now,
            reason="管网抢修", occurred_at=busy.now - timedelta(days=2),
        )  # fmt: skip
        with busy.write() as session:
            advance(session, busy.city, command)
        assert "补录，2026-03-02 09:00 记入" in client.get("/projects/SN-2026-001").text

    def test_a_suspended_project_stands_where_it_was_suspended(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects/SN-2026-003").text
        assert "项目已暂停" in page
        assert "暂停，剩 10 个工作日" in page
        assert re.search(r'aria-current="step"><b>摸底调查', page)

    def test_a_terminated_project_has_no_next_step(self, busy: World, client: TestClient) -> None:
        page = client.get("/projects/SN-2026-005").text
        assert "已办结，没有下一步" in page
        assert 'aria-current="step"' not in page

    def test_history_turns_its_pages(self, busy: World, client: TestClient) -> None:
        for households in range(100, 140):
            busy.facts("SN-2026-001", households=str(households))
        assert "户数：138 户 → 139 户" in client.get("/projects/SN-2026-001").text
        older = client.get("/projects/SN-2026-001?page=2").text
        assert "录入台账" in older
        assert "户数：138 户 → 139 户" not in older.split('id="history"')[1]

    def test_names_are_shown_as_text_never_as_markup(self, world: World, client: TestClient) -> None:
        world.enrol("SN-<b>", "<script>alert('旧改')</script>小区")
        for address in ("/", "/projects", "/projects/SN-%3Cb%3E", "/projects?q=%3Cscript%3E"):
            page = client.get(address).text
            assert "<script" not in page
            assert "SN-<b>" not in page
        assert "&lt;script&gt;" in client.get("/projects/SN-%3Cb%3E").text

    def test_takes_a_bounded_number_of_statements(self, busy: World, client: TestClient) -> None:
        for households in range(100, 160):
            busy.facts("SN-2026-004", "wang.district", households=str(households))
        with Statements(busy) as counted:
            assert client.get("/projects/SN-2026-004").status_code == 200
        assert 0 < len(counted.texts) <= 23 + VISITOR, counted.texts
