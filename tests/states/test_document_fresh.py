"""Papers newer than a return (退回后的新版): the same papers do not serve a second round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from states.case import Case, Paper, Papers
from states.label import Label
from states.refusal import Refusal
from states.requirement import DocumentsFresh, Named

RETURNED = datetime(2026, 3, 20, 9, tzinfo=UTC)
PLAN = Named("plan", Label("改造方案", "plan"), Label("区县"))
FRESH = DocumentsFresh((PLAN,), (("return_plan", Label("联审退回", "returned")), ("refuse", Label("不予备案"))))


def unmet(papers: Papers) -> list[Refusal]:
    case = Case("幸福里小区", "design", date(2026, 3, 21), documents=frozenset(papers.newest), papers=papers)
    return list(FRESH.unmet(case))


def test_before_any_return_the_first_version_serves() -> None:
    assert unmet(Papers({"plan": Paper(1, RETURNED)})) == []


def test_a_version_from_before_the_return_is_refused_by_name_version_and_move() -> None:
    old = Papers({"plan": Paper(2, RETURNED - timedelta(hours=1))}, moved_at={"return_plan": RETURNED})
    (refusal,) = unmet(old)
    assert refusal.code == "document_stale"
    assert refusal.says.zh == "材料“改造方案”仍是“联审退回”之前的第2版，请提交修改后的新版"
    assert refusal.data == {"document": "plan", "version": 2}


def test_of_two_returns_the_later_one_counts() -> None:
    moved = {"return_plan": RETURNED, "refuse": RETURNED + timedelta(days=9)}
    between = Papers({"plan": Paper(2, RETURNED + timedelta(days=1))}, moved_at=moved)
    assert "不予备案" in unmet(between)[0].says.zh
    assert unmet(Papers({"plan": Paper(3, RETURNED + timedelta(days=10))}, moved_at=moved)) == []


def test_a_missing_paper_is_missing_and_a_promised_one_is_neither() -> None:
    assert [one.code for one in unmet(Papers(moved_at={"return_plan": RETURNED}))] == ["document_missing"]
    assert unmet(Papers(promised=frozenset(["plan"]), moved_at={"return_plan": RETURNED})) == []
