"""`jiugai order`, `alert`, `contest` as the office types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai, settle
from tests.supervised import survey, swept
from tests.way import CODE, surveyed
from tests.world import World


@pytest.fixture
def ordered(empty: Jiugai, supervised: World, tmp_path: Path) -> Jiugai:
    """`jiugai` in 阳光市, where the survey of 幸福里小区 is overdue and a blue order has gone out."""
    surveyed(supervised)
    swept(supervised, "2026-03-23")
    assert survey(supervised).id == 1
    settle(supervised, tmp_path / "home")
    return empty


class TestOrder:
    def test_goes_from_the_list_to_the_close(self, ordered: Jiugai) -> None:
        (one,) = ordered("order", "list", "--json").json
        assert (one["code"], one["colour"], one["status_label"]) == ("阳光督〔2026〕1号", "blue", "待签收")
        assert ordered("order", "receive", one["code"], "--as", "li.street").code == 0
        assert ordered("order", "rectify", 1, "增派人手", "--as", "li.street").code == 0
        done = ordered("order", "reply", 1, "已完成", "--as", "li.street", "--document", "survey_report")
        assert done.out.strip() == "阳光督〔2026〕1号 调查期限：已反馈，待审核"
        refused = ordered("order", "accept", 1, "--as", "li.street")
        assert (refused.code, "督查员" in refused.err) == (6, True)
        assert ordered("order", "send-back", 1, "--as", "zhou.audit").code == 2
        assert ordered("order", "send-back", 1, "--as", "zhou.audit", "--reason", "缺说明").code == 0
        ordered("order", "reply", 1, "补充说明", "--as", "li.street")
        assert ordered("order", "accept", 1, "--as", "zhou.audit", "--json").json["status"] == "accepted"
        assert ordered("order", "close", 1, "--as", "zhou.audit").code == 0
        shown = ordered("order", "show", 1).out
        for words in ("阳光督〔2026〕1号", "签发督办单", "缺说明", "督办单销号", "补充说明"):
            assert words in shown
        assert ordered("order", "receive", 1, "--as", "li.street").code == 3
        assert ordered("order", "show", "阳光督〔2026〕7号").code == 4

    def test_a_supervisor_issues_and_withdraws_by_hand(self, ordered: Jiugai) -> None:
        given = ("order", "issue", CODE, "orange", "--as", "zhou.audit", "--clock", 1, "--reason", "久拖不决", "--json")
        assert ordered(*given).json["order"] == "阳光督〔2026〕2号"
        assert [one["status"] for one in ordered("order", "list", "--json").json] == ["issued", "superseded"]
        assert ordered("order", "list", "--status", "issued", "--colour", "orange", "--json").json[0]["id"] == 2
        assert ordered("order", "withdraw", 2, "--as", "zhou.audit", "--reason", "签发有误").code == 0
        assert ordered("order", "circulars").code == ordered("order", "ranking").code == 0


class TestAlert:
    def test_is_listed_acknowledged_and_not_put_off_once_overdue(self, ordered: Jiugai) -> None:
        (one,) = ordered("alert", "list", "--as", "li.street", "--json").json
        assert (one["rung"], one["status"], one["skipped"]) == ("蓝色督办", "open", ["临期提醒", "逾期通知"])
        refused = ordered("alert", "snooze", one["id"], "--until", "2099-01-01", "--as", "li.street", "--reason", "忙")
        assert (refused.code, "已经逾期" in refused.err) == (3, True)
        assert ordered("alert", "acknowledge", one["id"], "--as", "zhou.audit").code == 4
        assert ordered("alert", "acknowledge", one["id"], "--as", "li.street").code == 0
        assert "已知悉" in ordered("alert", "list", "--as", "li.street").out


class TestContest:
    def test_of_an_order_is_filed_and_decided_by_another(self, ordered: Jiugai) -> None:
        assert ordered("contest", "file", "理由", "--as", "li.street").code == 2
        late = ordered("contest", "file", "系统停机", "--as", "li.street", "--clock", 1)
        assert (late.code, "2026-04-16" in late.err) == (3, True)
        assert ordered("contest", "list", "--json").json == []
        assert ordered("contest", "decide", 1, "--upheld", "--as", "chen.audit", "--reasons", "属实").code == 4
