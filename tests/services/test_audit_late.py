"""Late recordings: a reason is asked for, they are flagged where they are read, and counted per unit and month."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.audit import Act, LateUnexplained, NotYetHappened, Reading, record, record_reading
from services.audit_late import late_counts, late_entries
from services.pack import pack_of
from services.project import find_project
from services.project_history import list_history
from services.reading import Reading as Look
from tests.services.test_audit import breaks
from tests.way import CODE, surveyed
from tests.world import World


def note(world: World, *, ago: timedelta, actor: str = "li.street", reason: str = "") -> None:
    act = Act("project", CODE, "noted", actor, "test", world.now, reason=reason, occurred_at=world.now - ago)
    with world.write() as session:
        record(session, act)


class TestRecording:
    def test_what_happened_more_than_a_day_ago_needs_a_reason(self, world: World) -> None:
        surveyed(world)
        for reason in ("", "  \n"):
            with pytest.raises(LateUnexplained, match="补录"):
                note(world, ago=timedelta(days=1, seconds=1), reason=reason)
        note(world, ago=timedelta(days=1, seconds=1), reason="停电，次日补登")
        note(world, ago=timedelta(days=1))
        assert breaks(world) == []

    def test_what_has_not_happened_yet_is_refused(self, world: World) -> None:
        with pytest.raises(NotYetHappened):
            note(world, ago=-timedelta(hours=1), reason="提前登记")
        note(world, ago=-timedelta(minutes=5))


class TestReading:
    def test_is_an_entry_in_the_readers_own_chain_and_leaves_the_history_alone(self, world: World) -> None:
        surveyed(world)
        with world.write() as session:
            look = Reading("zhou.audit", "owner_phone", "project", CODE, "test", world.now, reason="核实投诉")
            record_reading(session, look)
            record_reading(session, look)
        with world.read() as session:
            from sqlalchemy import select

            from models.audit import AuditEntry

            rows = session.scalars(select(AuditEntry).where(AuditEntry.subject == "reading")).all()
        assert [(r.subject_id, r.seq, r.action, r.after["id"]) for r in rows] == [
            ("zhou.audit", 1, "owner_phone_read", CODE),
            ("zhou.audit", 2, "owner_phone_read", CODE),
        ]
        assert breaks(world) == []


class TestCounts:
    def test_are_per_unit_and_month_of_the_city_newest_first(self, world: World) -> None:
        surveyed(world)
        note(world, ago=timedelta(days=9, hours=3), reason="线下会签")
        note(world, ago=timedelta(days=2), reason="停电")
        note(world, ago=timedelta(hours=3))
        world.to("2026-04-01", hour=1)  # still March in UTC
        note(world, ago=timedelta(days=5), actor="sun.planning", reason="系统故障")
        note(world, ago=timedelta(days=5), actor="system:import@x", reason="历史数据")
        with world.read() as session:
            look = Look(world.city, world.now)
            counts = [(c.month, c.unit, c.entries, c.longest_days) for c in late_counts(session, look)]
            assert [e.reason for e in late_entries(session, look)] == ["线下会签", "停电", "系统故障", "历史数据"]
        assert counts == [
            ("2026-04", "南山区自然资源局", 1, 5),
            ("2026-04", "（无单位）", 1, 5),
            ("2026-03", "花园街道", 2, 9),
        ]

    def test_the_history_flags_them(self, world: World) -> None:
        surveyed(world)
        note(world, ago=timedelta(days=2), reason="停电")
        note(world, ago=timedelta(hours=2))
        with world.read() as session:
            project = find_project(session, CODE)
            history = list_history(session, Look(world.city, world.now), project, pack_of(project.pack_version))
        assert [line.is_late for line in history.lines[:3]] == [False, True, False]
