"""The tree and its anchors on PostgreSQL: guarded, fed by writers at once, verified as on SQLite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from models.anchor import AuditLeaf
from models.audit import AuditEntry
from services.anchor import take_anchor
from services.anchor_statement import SignedAnchor
from services.audit import Act, record
from services.audit_chain import Break
from services.audit_check import Against, check, extent
from services.evidence import Scope, gather
from services.evidence_pack import evidence_pack
from services.reading import Reading
from tests.services.tampering import Key
from tests.way import CODE, surveyed
from tests.world import World

KEY = Key()


def anchored(city: World) -> SignedAnchor:
    with city.write() as session:
        return take_anchor(session, city.city, KEY, taken_by="zhou.audit", now=city.now).anchor


def breaks(city: World, *handed: SignedAnchor) -> list[Break]:
    with city.read() as session:
        return list(check(session, Against(handed)))


def force(city: World, *statements: str) -> None:
    with city.write() as session:
        for table in ("audit_entry", "audit_leaf", "audit_node", "audit_anchor"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement))


def test_a_record_holds_and_whatever_is_changed_is_named(city: World) -> None:
    surveyed(city)
    kept = anchored(city)
    assert breaks(city, kept) == []
    force(city, f"UPDATE audit_entry SET after = '{{}}' WHERE subject_id = '{CODE}' AND seq = 3")
    assert [(b.subject_id, b.seq, b.problem) for b in breaks(city, kept)] == [(CODE, 3, "内容与哈希不符")]
    force(city, f"DELETE FROM audit_entry WHERE subject_id = '{CODE}' AND seq = 3")
    assert (CODE, 3, "锚定过的这条记录不见了") in {(b.subject_id, b.seq, b.problem) for b in breaks(city, kept)}
    force(city, "DELETE FROM audit_leaf WHERE seq = 3", "DELETE FROM audit_anchor")
    assert any("最新的" in b.problem or "根哈希" in b.problem or "片叶" in b.problem for b in breaks(city, kept))


@pytest.mark.parametrize("table", ["audit_tree", "audit_leaf", "audit_anchor"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_what_proves_history(city: World, table: str, statement: str) -> None:
    anchored(city)
    column = {"audit_tree": "system", "audit_leaf": "hash", "audit_anchor": "root"}[table]
    with pytest.raises(DatabaseError, match="only added to"), city.write() as session:
        session.execute(text(statement.format(table, column, column)))


def test_writers_and_anchors_at_once_neither_fork_a_chain_nor_lose_an_entry(city: World) -> None:
    anchored(city)
    start = Barrier(4)

    def run(job: int) -> None:
        start.wait()
        for number in range(15):
            with city.database.write() as session:
                if job < 2:
                    take_anchor(session, city.city, KEY, taken_by="zhou.audit", now=city.now)
                else:
                    record(session, Act("note", f"chain-{job}", f"noted_{number}", "li.street", "test", city.now))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    anchored(city)
    assert breaks(city) == []
    with city.read() as session:
        assert extent(session).unanchored == 0


def test_two_writers_of_one_chain_at_once_never_fork_it(city: World) -> None:
    start = Barrier(2)

    def run(actor: str) -> int:
        done = 0
        start.wait()
        for number in range(20):
            try:
                with city.database.write() as session:
                    record(session, Act("note", "one chain", f"noted_{number}", actor, "test", city.now))
                done += 1
            except DatabaseError:  # the second one fails whole: services lock their subject first
                continue
        return done

    with ThreadPoolExecutor(2) as pool:
        written = sum(pool.map(run, ["li.street", "wang.district"]))
    anchored(city)
    assert breaks(city) == []
    with city.read() as session:
        seqs = session.scalars(select(AuditEntry.seq).where(AuditEntry.subject_id == "one chain")).all()
    assert sorted(seqs) == list(range(1, written + 1))


def test_an_entry_committed_after_later_ones_gets_its_place_at_the_next_anchor(city: World) -> None:
    written, proceed = Event(), Event()

    def slow() -> None:
        with city.database.write() as session:
            record(session, Act("note", "slow", "noted", "li.street", "test", city.now))
            written.set()
            assert proceed.wait(30)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(slow)
        assert written.wait(30)
        with city.write() as session:
            record(session, Act("note", "quick", "noted", "li.street", "test", city.now))
        first = anchored(city).statement
        proceed.set()
        job.result()
    assert anchored(city).statement.size == first.size + 1
    assert breaks(city) == []
    with city.read() as session:
        order = session.scalars(select(AuditLeaf.subject_id).order_by(AuditLeaf.position.desc()).limit(2)).all()
    assert list(order) == ["slow", "quick"]


def test_an_evidence_pack_is_the_same_to_the_byte(city: World) -> None:
    surveyed(city)
    anchored(city)
    packs = []
    for _ in range(2):
        with city.read() as session:
            found = gather(session, city.city, Scope(CODE))
            packs.append(evidence_pack(session, Reading(city.city, city.now), found, KEY).content)
    assert packs[0] == packs[1]
