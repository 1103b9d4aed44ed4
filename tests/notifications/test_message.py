"""Messages: the registry is complete, and a payload is the message again."""

import json
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import pytest

from notifications.message import (
    MESSAGES,
    IncidentRaised,
    MessageInvalid,
    MessageKindUnknown,
    ReviewTaskOpened,
    from_payload,
    to_payload,
)
from tests.notifications.sample import SAMPLES, bare


def by_kind(kind):
    return next(sample for sample in SAMPLES if sample.kind == kind)


class TestRegistry:
    def test_every_kind_has_a_sample_that_leaves_nothing_out(self):
        assert [sample.kind for sample in SAMPLES] == list(MESSAGES)
        for sample in SAMPLES:
            assert all(getattr(sample, field.name) not in {"", None, ()} for field in fields(sample)), sample.kind

    @pytest.mark.parametrize("cls", list(MESSAGES.values()), ids=list(MESSAGES))
    def test_every_kind_says_in_chinese_what_it_is_when_it_is_sent_and_to_whom(self, cls):
        for words in (cls.label, cls.when, cls.to):
            assert any("\u4e00" <= character <= "\u9fff" for character in words)


class TestPayload:
    @pytest.mark.parametrize("message", [*SAMPLES, *map(bare, SAMPLES)], ids=lambda message: message.kind)
    def test_a_message_survives_the_outbox(self, message):
        stored = json.loads(json.dumps(to_payload(message)))
        assert from_payload(message.kind, stored) == message

    def test_days_and_instants_are_iso_text(self):
        assert to_payload(by_kind("review_task_opened"))["due_on"] == "2026-10-15"
        assert to_payload(by_kind("incident_raised"))["first_failed_at"] == "2026-09-24T01:30:00Z"

    def test_an_instant_keeps_its_meaning_whatever_zone_it_came_in(self):
        incident: IncidentRaised = by_kind("incident_raised")
        local = replace(incident, first_failed_at=incident.first_failed_at.astimezone(timezone(timedelta(hours=8))))
        assert from_payload("incident_raised", to_payload(local)) == incident

    def test_an_unknown_kind_is_named(self):
        with pytest.raises(MessageKindUnknown, match="lift_accepted"):
            from_payload("lift_accepted", {})

    def test_every_bad_field_is_named_but_no_value_is_repeated(self):
        payload = to_payload(by_kind("review_task_opened")) | {"round": "第二轮", "telephone": "13812345678"}
        del payload["matter"]
        with pytest.raises(MessageInvalid) as caught:
            from_payload("review_task_opened", payload)
        text = str(caught.value)
        assert all(field in text for field in ("round", "telephone", "matter"))
        assert "13812345678" not in text
        assert "第二轮" not in text


class TestMessage:
    @pytest.mark.parametrize("link", ["//evil.example", "https://evil.example", "@evil.example", "", "/a b", "/a\nb"])
    def test_a_link_that_may_leave_the_site_is_refused(self, link):
        with pytest.raises(MessageInvalid, match="link"):
            replace(by_kind("review_task_opened"), link=link)

    def test_an_instant_without_a_zone_is_refused(self):
        naive = datetime(2026, 9, 24, 9, 30)  # noqa: DTZ001 - the fault under test
        with pytest.raises(MessageInvalid, match="last_failed_at"):
            replace(by_kind("incident_raised"), last_failed_at=naive)

    def test_a_message_cannot_be_changed_once_written(self):
        message: ReviewTaskOpened = by_kind("review_task_opened")
        with pytest.raises(AttributeError):
            message.due_on = None
