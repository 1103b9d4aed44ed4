"""The audit trail: chains hold, the database refuses changes, and whatever is changed by force is found and named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from models.audit import AuditEntry
from runtime.database import Database
from services.audit import Act, Break, RequestReused, done_before, record, verify
from tests.database import ONLY_SQLITE
from tests.services.tampering import force
from tests.way import CODE, posted, restart, surveyed
from tests.world import World

COLUMNS = [column.key for column in inspect(AuditEntry).columns if column.key != "id"]
FORGED: dict[str, Any] = {
    "seq": 40,
    "before": '{"step": "posting"}',
    "after": '{"step": "struck_off"}',
    "occurred_at": "2026-01-01 00:00:00.000000",
    "recorded_at": "2026-01-01 00:00:00.000000",
    "algorithm": "rot13",
}


def breaks(world: World) -> list[Break]:
    with world.read() as session:
        return list(verify(session))


def ids(world: World) -> list[int]:
    """The entries of the project, oldest first."""
    with world.read() as session:
        query = select(AuditEntry.id).where(AuditEntry.subject_id == CODE).order_by(AuditEntry.seq)
        return list(session.scalars(query))


class TestChain:
    def test_holds_over_a_whole_case_and_a_restart(self, world: World) -> None:
        posted(world)
        restart(world)
        assert breaks(world) == []
        with world.read() as session:
            entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == CODE)).all()
        assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
        assert [e.previous_hash for e in entries] == ["", *(e.hash for e in entries[:-1])]

    def test_of_one_subject_can_be_verified_alone(self, world: World) -> None:
        surveyed(world)
        force(world, "UPDATE audit_entry SET actor = 'nobody' WHERE subject = 'person' AND subject_id = 'li.street'")
        with world.read() as session:
            assert list(verify(session, subject="project", subject_id=CODE)) == []
            assert {b.subject_id for b in verify(session, subject="person")} == {"li.street"}

    def test_keeps_chinese_words_and_exact_values(self, world: World) -> None:
        with world.write() as session:
            after = {"理由": "同意——“按方案”", "share": "2/3", "list": [1, {"甲": None}], "flag": True}
            act = Act(
                "project", "幸福里", "noted", "li.street", "test", world.now, reason="  换行\n制表\t", after=after
            )
            record(session, act)
        restart(world)
        assert breaks(world) == []


class TestRefusal:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_entry SET reason = 'x'",
            "DELETE FROM audit_entry",
            "UPDATE audit_entry SET id = id + 1000",
            "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE true ON CONFLICT (id) DO UPDATE SET reason = 'x'",
            pytest.param("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry", marks=ONLY_SQLITE),
        ],
    )
    def test_the_database_refuses_to_change_or_remove_an_entry(self, world: World, statement: str) -> None:
        surveyed(world)
        with pytest.raises(DatabaseError), world.write() as session:
            session.execute(text(statement))
        assert breaks(world) == []
        assert len(ids(world)) == 3


class TestTampering:
    @pytest.mark.parametrize("column", COLUMNS)
    def test_one_changed_field_is_found_and_named(self, world: World, column: str) -> None:
        surveyed(world)
        _, second, _ = ids(world)
        force(
            world, f"UPDATE audit_entry SET {column} = :forged WHERE id = {second}", forged=FORGED.get(column, "forged")
        )
        found = breaks(world)
        assert found
        assert all(b.problem for b in found)
        named = {(b.subject_id, b.seq) for b in found}
        assert named & {(CODE, 2), (CODE, 3), ("forged", 2), (CODE, 40)}

    def test_a_removed_entry_leaves_a_named_gap(self, world: World) -> None:
        surveyed(world)
        force(world, f"DELETE FROM audit_entry WHERE id = {ids(world)[1]}")
        assert [(b.seq, b.problem) for b in breaks(world)] == [(3, "缺少第 2 条")]

    def test_a_removed_first_entry_is_missed_too(self, world: World) -> None:
        surveyed(world)
        force(world, f"DELETE FROM audit_entry WHERE id = {ids(world)[0]}")
        assert [(b.seq, b.problem) for b in breaks(world)] == [(2, "缺少第 1 条")]

    def test_swapped_entries_are_found(self, world: World) -> None:
        surveyed(world)
        first, second, _ = ids(world)
        force(
            world,
            f"UPDATE audit_entry SET seq = -1 WHERE id = {first}",
            f"UPDATE audit_entry SET seq = 1 WHERE id = {second}",
            f"UPDATE audit_entry SET seq = 2 WHERE id = {first}",
        )
        assert {b.seq for b in breaks(world)} >= {1, 2}

    def test_a_rewritten_entry_with_a_fresh_hash_breaks_the_next_link(self, world: World) -> None:
        from services.audit import digest

        surveyed(world)
        _, second, _ = ids(world)
        with world.read() as session:
            entry = session.get_one(AuditEntry, second)
            row = {name: getattr(entry, name) for name in COLUMNS}
        row["actor"] = "somebody.else"
        force(
            world, "UPDATE audit_entry SET actor = :actor, hash = :hash WHERE id = :id",
            actor=row["actor"], hash=digest(row), id=second,
        )  # fmt: skip
        assert [(b.seq, b.problem) for b in breaks(world)] == [(3, "与上一条的哈希不衔接")]


class TestConcurrency:
    def test_two_writers_at_once_never_fork_a_chain(self, world: World) -> None:
        start, url, now = Barrier(2), world.database.url, world.now

        def run(actor: str) -> None:
            database = Database(url)
            start.wait()
            for number in range(15):
                with database.write() as session:
                    record(session, Act("project", CODE, f"noted_{number}", actor, "test", now))
            database.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, ["li.street", "wang.district"]))
        assert breaks(world) == []
        with world.read() as session:
            seqs = session.scalars(select(AuditEntry.seq).where(AuditEntry.subject_id == CODE)).all()
        assert sorted(seqs) == list(range(1, 31))


class TestDoneBefore:
    def test_finds_the_entry_of_a_request_and_refuses_its_id_for_another_act(self, world: World) -> None:
        with world.write() as session:
            record(session, Act("project", CODE, "noted", "li.street", "test", world.now, request_id="press-1"))
            found = done_before(session, "press-1", "project", CODE, "noted")
            assert found is not None
            assert found.actor == "li.street"
            assert done_before(session, "press-2", "project", CODE, "noted") is None
            assert done_before(session, None, "project", CODE, "noted") is None
            with pytest.raises(RequestReused, match="press-1"):
                done_before(session, "press-1", "project", "SN-2026-002", "noted")
