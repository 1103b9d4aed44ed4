"""Findings, reviews, clocks, notifications and the audit trail from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.outbox import Incident, OutboxEvent
from services.outbox import BACK_OFF, claim, fail
from tests.cli.conftest import Jiugai, installed, settle, tamper
from tests.world import World

CODE = "SN-2026-001"


@pytest.fixture
def reviewed(jiugai: Jiugai, world: World, tmp_path: Path) -> Jiugai:
    """幸福里小区 in joint review, both departments asked."""
    world.enrol()
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district")
    world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")
    world.advance(CODE, "submit_plan", "wang.district")
    world.react()
    settle(world, tmp_path / "home")
    return jiugai


class TestFinding:
    def test_is_raised_rectified_and_closed_after_reinspection(self, enrolled: Jiugai) -> None:
        raised = enrolled("finding", "raise", CODE, "objection", "停车位太少", "--as", "li.street", "--json")
        number = raised.json["id"]
        assert enrolled("finding", "reinspect", number, "--passed", "--as", "wang.district").code == 3
        assert enrolled("finding", "rectify", number, "已增加 12 个", "--as", "li.street").code == 0
        assert enrolled("finding", "reinspect", number, "--passed", "--as", "li.street").code == 6
        assert enrolled("finding", "reinspect", number, "--failed", "--as", "wang.district").code == 2
        assert enrolled("finding", "reinspect", number, "--passed", "--as", "wang.district").code == 0
        (found,) = enrolled("finding", "list", CODE, "--json").json
        assert (found["status"], found["answer"]) == ("closed", "已增加 12 个")
        assert "已办结" in enrolled("finding", "list", CODE).out
        assert enrolled("finding", "rectify", 99, "?", "--as", "li.street").code == 4


class TestReview:
    def test_shows_who_is_asked_and_takes_their_opinion(self, reviewed: Jiugai) -> None:
        (one,) = reviewed("review", "show", CODE, "--json").json
        tasks = {task["member"]: task["task"] for task in one["tasks"]}
        assert set(tasks) == {"planning", "fire"}
        decide = ("review", "decide", tasks["fire"])
        assert reviewed(*decide, "approve", "--as", "sun.planning").code == 6
        assert reviewed(*decide, "reject", "--as", "qian.fire").code == 2
        assert reviewed(*decide, "maybe", "--as", "qian.fire").code == 2
        done = reviewed(*decide, "reject", "--as", "qian.fire", "--reasons", "消防车道宽度不足", "--json")
        assert (done.code, done.json["opinion"]) == (0, "reject")
        assert reviewed(*decide, "approve", "--as", "qian.fire").code == 3
        assert "消防车道宽度不足" in reviewed("review", "show", CODE).out
        assert reviewed("review", "decide", 999, "approve", "--as", "qian.fire").code == 4


class TestClock:
    def test_lists_what_is_due_and_explains_it(self, enrolled: Jiugai) -> None:
        (clock,) = enrolled("clock", "list", "--due-within", "5", "--json").json  # started in March, long over
        assert (clock["project"], clock["holder"]) == (CODE, "花园街道")
        explained = enrolled("clock", "explain", clock["id"], "--json").json
        assert explained["derivation"].startswith("2026-03-02 → +10 工作日")
        assert [rung["rung"] for rung in explained["rungs"]] == ["remind", "overdue", "supervise"]
        assert "督办" in enrolled("clock", "explain", clock["id"]).out
        assert enrolled("clock", "list", "--light", "grey", "--json").json == []
        assert enrolled("clock", "explain", 999).code == 4

    def test_the_sweep_is_offered_where_the_flows_are(self, enrolled: Jiugai) -> None:
        assert "sweep" in enrolled("clock", "--help").out


class TestNotify:
    def test_an_incident_is_shown_and_tried_again(self, enrolled: Jiugai, world: World, tmp_path: Path) -> None:
        world.database.close()
        at = World(installed(tmp_path / "home"), tmp_path, world.pack)
        now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
        with at.write() as session:
            row = {"kind": "project_moved", "title": "完成调查 · 幸福里小区", "payload": {}, "status": "waiting"}
            session.add(OutboxEvent(**row, created_at=now, available_at=now, attempt=0, failures=0))
            session.flush()
            (event,) = claim(session, "test", now=now)
            session.get_one(OutboxEvent, event.id).failures = len(BACK_OFF)  # every try used up
            fail(session, event.id, "邮件服务器拒绝", now=now)
            session.flush()
            number = session.query(Incident.id).scalar()
        at.database.close()
        state = enrolled("notify", "outbox", "--json").json
        assert (state["events"]["parked"], state["incidents"][0]["error"]) == (1, "邮件服务器拒绝")
        assert "邮件服务器拒绝" in enrolled("notify", "outbox").out
        assert enrolled("notify", "retry", number, "--as", "wu.system").code == 0
        after = enrolled("notify", "outbox", "--json").json
        assert (after["events"]["parked"], after["incidents"]) == (0, [])
        assert enrolled("notify", "retry", number, "--as", "wu.system").code == 4

    def test_a_trial_leaves_through_the_channel_or_says_why_not(
        self, jiugai: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert jiugai("notify", "test", "file", "--to", "wang@sunny.example").code == 0
        assert len(list((tmp_path / "home" / "messages").rglob("*.json"))) == 1
        assert jiugai("notify", "test", "pigeon", "--to", "wang@sunny.example").code == 2
        monkeypatch.setenv("JIUGAI_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("JIUGAI_SMTP_PORT", "9")
        assert jiugai("notify", "test", "smtp", "--to", "wang@sunny.example").code == 1


class TestAudit:
    def test_names_the_first_bad_entry(self, enrolled: Jiugai, tmp_path: Path) -> None:
        assert enrolled("audit", "verify", "--json").json["ok"]
        tamper(tmp_path / "home", "UPDATE audit_entry SET actor = 'somebody' WHERE action = 'facts_recorded'")
        done = enrolled("audit", "verify", CODE, "--json")
        assert (done.code, done.json["breaks"][0]["seq"]) == (1, 2)
        assert f"项目 {CODE} 第 2 条" in done.err
        assert enrolled("audit", "verify", "NOPE").code == 4


class TestDoctor:
    def test_a_sound_installation_has_no_failure(self, jiugai: Jiugai) -> None:
        done = jiugai("doctor", "--json")
        bad = [one for one in done.json["checks"] if one["level"] == "fail" and one["name"] != "政策包"]
        assert bad == []
        assert {one["name"] for one in done.json["checks"]} >= {"设置", "数据库", "工作日历", "发件箱", "Prefect"}

    def test_every_failure_comes_with_advice_and_exit_code_1(
        self, empty: Jiugai, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JIUGAI_CHANNELS", "pigeon")
        done = empty("doctor")
        assert done.code == 1
        assert "jiugai db upgrade" in done.out
        assert "JIUGAI_CHANNELS" in done.out
        monkeypatch.setenv("JIUGAI_BATCH", "-1")
        assert empty("doctor", "--json").json["checks"][0]["level"] == "fail"
