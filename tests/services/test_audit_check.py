"""The whole record verified: every field of every entry changed, rows removed, swapped and lost, each found and named."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from services.anchor import find_anchor, signed, take_anchor
from services.anchor_statement import SignedAnchor
from services.audit import Act, Break, record
from services.audit_check import Against, check, check_project, extent, project_extent
from services.project import ProjectMissing
from tests.database import ON_POSTGRES, ONLY_SQLITE
from tests.services.tampering import Key, force, unguard
from tests.way import CODE, posted, surveyed
from tests.world import World

KEY = Key()
OURS = base64.b64encode(KEY.public).decode()
COLUMNS = [column.name for column in AuditEntry.__table__.columns]
FORGED: dict[str, list[Any]] = {
    "id": [99_999],
    "seq": [99, 0, -1, "甲", None],
    "before": ['{"step":"posting"}', "{}  ", "{", "null", '{"a": 1, "a": 2}', b"\xff"],
    "after": ['{"step": "struck_off"}', "[]", "不是", "[" * 3000, '{"n": NaN}', b"{}"],
    "occurred_at": ["2026-01-01 00:00:00.000000", "2026-03-02 01:00:00", "昨天", "infinity", "", 7, b"\x00"],
    "recorded_at": ["2026-01-01 00:00:00.000000", "2026-03-02T01:00:00.000000", "now", 7, b"\x00"],
    "algorithm": ["rot13", "sm3", "SHA256", b"sha256"],
    "hash": ["0" * 64, "", "zz", b"\xff\xfe"],
    "previous_hash": ["0" * 64, "forged", b"\xff\xfe"],
    "actor": ["somebody.else", b"\xff\xfe"],
}


def anchored(world: World) -> SignedAnchor:
    with world.write() as session:
        return take_anchor(session, world.city, KEY, taken_by="zhou.audit", now=world.now).anchor


def breaks(session: Session, *handed: SignedAnchor, since: SignedAnchor | None = None) -> list[Break]:
    return list(check(session, Against(handed, OURS, since)))


@contextmanager
def tampered(world: World, *statements: str, **data: Any) -> Iterator[Session]:
    """What the record looks like to a verification after this was done to it; undone at the end."""
    with world.database.engine.connect() as connection, Session(connection) as session:
        if not ON_POSTGRES:
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        unguard(session)
        for statement in statements:
            session.execute(text(statement), data)
        yield session
        session.rollback()


def entries(world: World, subject_id: str = CODE) -> list[AuditEntry]:
    with world.read() as session:
        query = select(AuditEntry).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.seq)
        return list(session.scalars(query))


class TestWhole:
    def test_holds_after_a_case_with_anchors_between(self, world: World) -> None:
        surveyed(world)
        first = anchored(world)
        world.tick(hours=2)
        posted_after(world)
        second = anchored(world)
        with world.read() as session:
            assert breaks(session, first, second) == []
            assert breaks(session, since=first) == []
            assert extent(session).unanchored == 0

    def test_says_how_far_it_has_come(self, world: World) -> None:
        surveyed(world)
        anchored(world)
        told: list[int] = []
        with world.read() as session:
            assert list(check(session, Against(), report=told.append)) == []
            assert sum(told) == 2 * extent(session).entries


def posted_after(world: World) -> None:
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district")
    world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")
    world.advance(CODE, "submit_plan", "wang.district")
    world.react()


class TestEveryField:
    def test_of_every_entry_of_a_project_changed_is_found_and_the_entry_named(self, world: World) -> None:
        posted(world)
        kept = anchored(world)
        rows = entries(world)
        assert len(rows) >= 9
        missed = []
        for entry in rows:
            for column in COLUMNS:
                for value in FORGED.get(column, ["forged", "", b"\xff\xfe"]):
                    if getattr(entry, column) == value or (column == "seq" and value is None):
                        continue
                    if not self.found(world, entry, column, value, kept):
                        missed.append((entry.seq, column, value))
        assert missed == []

    @staticmethod
    def found(world: World, entry: AuditEntry, column: str, value: Any, kept: SignedAnchor) -> bool:
        """Named by itself, by the next of its chain, by its new name, or, where not even that reads, by its row."""
        forged = f"UPDATE audit_entry SET {column} = :value WHERE id = {entry.id}"
        same = f"SELECT id FROM audit_entry WHERE id = {entry.id} AND CAST({column} AS TEXT) = :before"
        try:
            with tampered(world) as session:
                before = session.scalar(text(f"SELECT CAST({column} AS TEXT) FROM audit_entry WHERE id = {entry.id}"))
                session.execute(text(forged), {"value": value})
                if ON_POSTGRES and session.scalar(text(same), {"before": before}) is not None:
                    return True  # another way to write the same value, of which its column keeps nothing
                named = {(b.subject_id, b.seq) for b in breaks(session, kept) if b.problem}
        except DBAPIError:
            return ON_POSTGRES  # its columns have types: they do not take such a value
        own = {
            (CODE, entry.seq),
            (CODE, entry.seq + 1),
            (str(value), entry.seq),
            ("\\xfffe", entry.seq),
            (CODE, value),
            (CODE, 0),
            ("forged", entry.seq),
            ("", entry.seq),
        }
        return bool(named & own) or (f"数据库编号 {entry.id}", 0) in named

    def test_of_the_newest_entries_changed_before_any_anchor_is_found_by_the_chain_alone(self, world: World) -> None:
        surveyed(world)
        last = entries(world)[-1]
        values = {"after": '{"forged": 1}', "occurred_at": "2026-01-01 00:00:00.000000"}
        for column in ("actor", "reason", "after", "occurred_at", "source", "pack"):
            forged = f"UPDATE audit_entry SET {column} = :value WHERE id = {last.id}"
            with tampered(world, forged, value=values.get(column, "forged")) as session:
                assert (CODE, last.seq) in {(b.subject_id, b.seq) for b in breaks(session)}

    @ONLY_SQLITE
    def test_a_record_full_of_unreadable_rows_is_gone_through_to_its_end(self, world: World) -> None:
        posted(world)
        with tampered(world, "UPDATE audit_entry SET reason = CAST(x'fffe' AS TEXT)") as session:
            found = breaks(session)
            assert len(found) >= extent(session).entries


class TestRemoved:
    def test_every_single_row_taken_away_is_found_and_named(self, world: World) -> None:
        posted(world)
        anchored(world)
        for entry in entries(world):
            with tampered(world, f"DELETE FROM audit_entry WHERE id = {entry.id}") as session:
                found = breaks(session)
            assert (CODE, entry.seq, "锚定过的这条记录不见了") in {(b.subject_id, b.seq, b.problem) for b in found}

    def test_every_two_rows_swapped_are_found(self, world: World) -> None:
        posted(world)
        anchored(world)
        rows = entries(world)
        for first, second in pairwise(rows):
            swapped = ", ".join(
                f"{c} = (SELECT {c} FROM kept WHERE id = :other)" for c in COLUMNS if c not in ("id", "seq")
            )
            with tampered(
                world, "CREATE TEMP TABLE kept AS SELECT * FROM audit_entry", "UPDATE audit_entry SET request_id = NULL"
            ) as session:
                for one, other in ((first, second), (second, first)):
                    session.execute(text(f"UPDATE audit_entry SET {swapped} WHERE id = {one.id}"), {"other": other.id})
                assert {first.seq, second.seq} <= {b.seq for b in breaks(session) if b.subject_id == CODE}
                session.execute(text("DROP TABLE kept"))

    def test_ids_swapped_without_a_change_of_content_are_found(self, world: World) -> None:
        posted(world)
        anchored(world)
        first, second, *_ = entries(world)
        swap = (
            f"UPDATE audit_entry SET id = -1 WHERE id = {first.id}",
            f"UPDATE audit_entry SET id = {first.id} WHERE id = {second.id}",
            f"UPDATE audit_entry SET id = {second.id} WHERE id = -1",
        )
        with tampered(world, *swap) as session:
            assert {(b.seq, b.problem) for b in breaks(session)} >= {
                (1, "与锚定时的哈希不符"),
                (2, "与锚定时的哈希不符"),
            }

    def test_the_newest_taken_away_is_named_entry_by_entry(self, world: World) -> None:
        posted(world)
        kept = anchored(world)
        *_, last = entries(world)
        with tampered(world, f"DELETE FROM audit_entry WHERE id >= {last.id}") as session:
            assert (CODE, last.seq) in {(b.subject_id, b.seq) for b in breaks(session)}
        gone = "DELETE FROM audit_leaf WHERE entry_id NOT IN (SELECT id FROM audit_entry)"
        with tampered(
            world, f"DELETE FROM audit_entry WHERE id >= {last.id}", gone, "DELETE FROM audit_anchor"
        ) as session:
            assert any("最新的" in b.problem and "不见了" in b.problem for b in breaks(session, kept))

    def test_a_whole_project_gone_is_named_however_thoroughly_it_was_done(self, world: World) -> None:
        surveyed(world)
        kept = anchored(world)
        with tampered(world, f"DELETE FROM audit_entry WHERE subject_id = '{CODE}'") as session:
            found = breaks(session)
            assert {b.seq for b in found if b.subject_id == CODE} == {0, 1, 2, 3}
            assert any("一条记录也没有" in b.problem for b in found)
        with tampered(world, f"DELETE FROM project WHERE code = '{CODE}'") as session:
            assert [(b.subject_id, b.problem) for b in breaks(session)] == [(CODE, "留痕里有这个项目，台账里却没有")]
        everything = (
            f"DELETE FROM project WHERE code = '{CODE}'",
            f"DELETE FROM audit_entry WHERE subject_id = '{CODE}'",
            f"DELETE FROM audit_leaf WHERE subject_id = '{CODE}'",
            "DELETE FROM audit_anchor",
        )
        with tampered(world, *everything) as session:
            assert any(b.subject == "anchor" for b in breaks(session, kept))

    def test_a_row_slipped_in_afterwards_is_named(self, world: World) -> None:
        posted(world)
        world.tick(days=3)
        anchored(world)
        last = entries(world)[-1]
        world.now = last.recorded_at
        with world.write() as session:  # a well-formed entry, only too late
            record(session, Act("project", CODE, "noted", "li.street", "test", world.now))
        with world.read() as session:
            assert [(b.subject_id, b.seq) for b in breaks(session)] == [(CODE, last.seq + 1)]

    def test_a_clock_set_back_is_named(self, world: World) -> None:
        surveyed(world)
        world.tick(days=-2)
        world.facts(CODE, households="121")
        with world.read() as session:
            (found,) = breaks(session)
        assert (found.subject_id, found.seq) == (CODE, 4)
        assert "时钟被回拨" in found.problem

    def test_clocks_of_two_machines_may_differ_a_little(self, world: World) -> None:
        surveyed(world)
        world.tick(minutes=-10)
        world.facts(CODE, households="121")
        with world.read() as session:
            assert breaks(session) == []


class TestProject:
    def test_is_verified_alone_and_against_the_newest_anchor(self, world: World) -> None:
        posted(world)
        anchored(world)
        with world.read() as session:
            assert list(check_project(session, CODE)) == []
            assert project_extent(session, CODE).unanchored == 0
        with tampered(world, "UPDATE audit_entry SET actor = 'x' WHERE subject = 'person'") as session:
            assert list(check_project(session, CODE)) == []
        with tampered(world, f"DELETE FROM audit_entry WHERE subject_id = '{CODE}'") as session:
            assert {b.seq for b in check_project(session, CODE)} == {e.seq for e in entries(world)}

    def test_a_tree_that_does_not_hold_it_is_found(self, world: World) -> None:
        posted(world)
        anchored(world)
        with tampered(world, f"UPDATE audit_anchor SET root = '{'0' * 64}'") as session:
            assert {b.problem for b in check_project(session, CODE)} == {"不在第 1 号锚点之内"}

    def test_nobody_knows_is_missing(self, world: World) -> None:
        with world.read() as session, pytest.raises(ProjectMissing):
            project_extent(session, "NOPE")


class TestSince:
    def test_an_anchor_only_later_entries_are_read_and_their_links_checked(self, world: World) -> None:
        surveyed(world)
        first = anchored(world)
        posted_after(world)
        anchored(world)
        early, late = entries(world)[1], entries(world)[-2]
        with tampered(world, f"UPDATE audit_entry SET actor = 'x' WHERE id = {early.id}") as session:
            assert breaks(session, since=first) == []
        with tampered(world, f"UPDATE audit_entry SET actor = 'x' WHERE id = {late.id}") as session:
            assert [(b.subject_id, b.seq) for b in breaks(session, since=first)] == [(CODE, late.seq)]
        with tampered(world, f"DELETE FROM audit_entry WHERE id = {entries(world)[3].id}") as session:
            assert any(b.problem == "缺少第 4 条" for b in breaks(session, since=first))

    def test_of_another_keys_record_is_named(self, world: World) -> None:
        surveyed(world)
        with world.write() as session:
            take_anchor(session, world.city, Key(b"\x09" * 32), taken_by="?", now=world.now)
        with world.read() as session:
            assert [b.problem for b in breaks(session)] == ["不是用本机的签名密钥签署的"]
            assert signed(find_anchor(session)).is_signed


def test_a_record_in_sm3_verifies_and_mixes_with_sha256(world: World) -> None:
    from runtime.database import Database

    surveyed(world)
    sm3 = Database(world.database.url, audit_algorithm="sm3")
    with sm3.write() as session:
        record(session, Act("project", CODE, "noted", "li.street", "test", world.now))
        anchor = take_anchor(session, world.city, KEY, taken_by="?", now=world.now, algorithm="sm3").anchor
    sm3.close()
    assert anchor.statement.algorithm == "sm3"
    assert [e.algorithm for e in entries(world)] == ["sha256"] * 3 + ["sm3"]
    with world.read() as session:
        assert breaks(session, anchor) == []
    force(world, f"UPDATE audit_entry SET actor = 'x' WHERE id = {entries(world)[-1].id}")
    with world.read() as session:
        assert [(b.subject_id, b.seq) for b in breaks(session)] == [(CODE, 4)]
