"""`jiugai notify inbox|digest|preference|outbox|retry|resend`: what a person sees of their messages and may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.delivery import Delivery
from models.person import Person
from notifications.channel import DeliveryFailed
from runtime.office import Office
from services.delivery import begin, break_off
from services.message import post
from services.outbox import claim, enqueue, fail
from tests.cli.conftest import Jiugai, installed
from tests.services.test_preference import MOVED, OVER
from tests.world import World


@pytest.fixture
def told(jiugai: Jiugai, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jiugai:
    """`jiugai` in a city where 李街道 has two messages, one repeated; mail was refused and a reaction failed."""
    monkeypatch.setenv("JIUGAI_CHANNELS", "smtp,file")
    monkeypatch.setenv("JIUGAI_SMTP_HOST", "mail.sunny.example")
    world.database.close()
    database = installed(tmp_path / "home")
    long_ago = Office.now() - timedelta(days=60)  # the command line reads the real clock: by now it is overdue
    here = replace(world, database=database, channels=("smtp", "file"), now=long_ago)
    here.enrol()
    with here.write() as session:
        people = session.scalars(select(Person).where(Person.login == "li.street")).all()
        for number, message in enumerate((MOVED, OVER, OVER), start=1):
            post(session, here.city, message, people, once=f"event:{number}", now=here.now)
        refused = DeliveryFailed(channel="smtp", provider_code="550", provider_text="no such user", retryable=False)
        number = session.scalars(select(Delivery.id).where(Delivery.channel == "smtp")).first() or 0
        begin(session, here.city, number, now=here.now)
        break_off(session, number, refused, now=here.now, over=True)
        enqueue(session, "project_moved", "推进 · 幸福里小区", {}, now=here.now)
        session.flush()
        event = next(one for one in claim(session, "test", now=here.now) if one.title == "推进 · 幸福里小区")
        fail(session, event.id, "没有对应的机构", now=here.now, waits=())
    here.database.close()
    return jiugai


class TestInbox:
    def test_lists_the_unread_marks_and_lists_again(self, told: Jiugai) -> None:
        shown = told("notify", "inbox", "--login", "li.street")
        assert shown.code == 0
        assert all(title in shown.out for title in ("【进展】", "【红灯·逾期】"))
        messages = told("notify", "inbox", "--login", "li.street", "--json").json["messages"]
        assert [one["kind"] for one in messages] == ["deadline_breached", "project_moved"]
        left = told("notify", "inbox", "--login", "li.street", "--read", messages[1]["id"], "--json").json
        assert (left["marked"], len(left["messages"])) == (1, 1)
        told("notify", "inbox", "--login", "li.street", "--read-all")
        assert told("notify", "inbox", "--login", "li.street").out.strip() == "没有未读的消息"
        assert len(told("notify", "inbox", "--login", "li.street", "--all", "--json").json["messages"]) == 2

    def test_a_number_of_somebody_else_is_not_found(self, told: Jiugai) -> None:
        assert told("notify", "inbox", "--login", "wang.district", "--read", 1).code == 4


class TestDigest:
    def test_shows_without_sending_and_sends_once(self, told: Jiugai) -> None:
        shown = told("notify", "digest", "--login", "li.street", "--dry-run")
        assert shown.code == 0
        assert "李街道：逾期1项" in shown.out
        assert "幸福里小区（SN-2026-001）" in shown.out
        assert told("notify", "digest", "--login", "li.street", "--json").json["sent"] == 1
        assert told("notify", "digest", "--login", "li.street", "--json").json["sent"] == 0

    def test_of_a_unit_is_shown_and_never_sent(self, told: Jiugai) -> None:
        shown = told("notify", "digest", "--unit", "sunny-nan-hua", "--json").json
        assert (shown["sent"], shown["digests"][0]["to_whom"]) == (0, "花园街道")
        assert shown["digests"][0]["overdue"]["total"] == 1

    def test_of_who_has_nothing_is_nothing(self, told: Jiugai) -> None:
        shown = told("notify", "digest", "--login", "zhou.audit", "--dry-run")
        assert (shown.code, shown.out.strip(), shown.err.strip()) == (0, "", "没有事项，不发提要")

    def test_of_nobody_is_not_found(self, told: Jiugai) -> None:
        assert told("notify", "digest", "--login", "nobody").code == 4
        assert told("notify", "digest", "--unit", "nowhere").code == 4


class TestPreference:
    def test_each_kind_is_shown_with_its_way(self, told: Jiugai) -> None:
        shown = told("notify", "preference", "show", "--login", "li.street")
        assert shown.code == 0
        assert "语言：随本市；免打扰：22:00-07:00（随本市）；每日提要：经渠道发送" in shown.out
        assert "必须送达" in shown.out

    def test_a_kind_is_set_and_dropped(self, told: Jiugai) -> None:
        done = told("notify", "preference", "set", "project_moved", "digest", "--as", "li.street", "--json").json
        mine = {one["kind"]: one for one in done["kinds"]}["project_moved"]
        assert (mine["way"], mine["channels"], mine["own"]) == ("digest", [], True)
        done = told(
            "notify",
            "preference",
            "set",
            "project_moved",
            "channels",
            "--channel",
            "file",
            "--as",
            "li.street",
            "--json",
        ).json
        assert {one["kind"]: one["channels"] for one in done["kinds"]}["project_moved"] == ["file"]
        done = told("notify", "preference", "drop", "project_moved", "--as", "li.street", "--json").json
        assert {one["kind"]: one["channels"] for one in done["kinds"]}["project_moved"] == ["smtp", "file"]

    @pytest.mark.parametrize(
        ("args", "code"),
        [
            (("set", "deadline_breached", "inbox", "--as", "li.street"), 3),
            (("set", "lift_accepted", "inbox", "--as", "li.street"), 4),
            (("set", "project_moved", "channels", "--channel", "fax", "--as", "li.street"), 2),
            (("set", "project_moved", "sometimes", "--as", "li.street"), 2),
            (("set", "project_moved", "inbox", "--as", "li.street", "--login", "wang.district"), 6),
            (("manner", "--quiet", "late", "--as", "li.street"), 2),
            (("manner", "--language", "fr", "--as", "li.street"), 2),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_code(self, told: Jiugai, args: tuple[str, ...], code: int) -> None:
        done = told("notify", "preference", *args)
        assert done.code == code
        assert done.err

    def test_language_hours_and_digest_change_one_by_one(self, told: Jiugai) -> None:
        def manner(*args: str) -> object:
            done = told("notify", "preference", "manner", *args, "--as", "li.street", "--json").json
            return done["lang"], done["quiet"], done["digest"]

        own = {"from": "20:30", "until": "08:00", "rest_days": True, "own": True}
        city = {"from": "22:00", "until": "07:00", "rest_days": False, "own": False}
        assert manner("--language", "en") == ("en", city, True)
        assert manner("--quiet", "20:30-08:00", "--quiet-rest-days") == ("en", own, True)
        assert manner("--no-digest") == ("en", own, False)
        assert manner("--quiet", "city", "--language", "city", "--digest") == (None, city, True)
        assert manner("--quiet", "none")[1] == {"from": "00:00", "until": "00:00", "rest_days": False, "own": True}  # type: ignore[index]


class TestOutbox:
    def test_shows_queues_incidents_dead_letters_and_what_was_kept_back(self, told: Jiugai) -> None:
        shown = told("notify", "outbox")
        assert shown.code == 0
        for words in ("各渠道排队", "未处理故障", "未送达的通知", "合并的通知", "当日已通知", "550"):
            assert words in shown.out, words
        state = told("notify", "outbox", "--json").json
        assert (state["dead_count"], state["suppressed_count"]) == (1, 1)
        assert {line["channel"]: (line["waiting"], line["dead"]) for line in state["queue"]} == {
            "file": (2, 0),
            "smtp": (1, 1),
        }

    def test_resend_is_for_administrators_and_one_or_all(self, told: Jiugai) -> None:
        dead = told("notify", "outbox", "--json").json["dead"][0]["delivery"]
        assert told("notify", "resend", dead, "--as", "wang.district").code == 6
        assert told("notify", "resend", "--as", "wu.system").code == 2
        assert told("notify", "resend", dead, "--all", "--as", "wu.system").code == 2
        assert told("notify", "resend", "--all", "--channel", "smtp", "--as", "wu.system", "--json").json["count"] == 1
        assert told("notify", "resend", dead, "--as", "wu.system").code == 5
        assert told("notify", "outbox", "--json").json["dead"] == []

    def test_retry_takes_every_incident(self, told: Jiugai) -> None:
        assert told("notify", "retry", "--as", "wu.system").code == 2
        assert told("notify", "retry", "--all", "--as", "wu.system", "--json").json["count"] == 1
        assert told("notify", "outbox", "--json").json["incidents"] == []
