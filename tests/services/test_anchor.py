"""Anchors: roots over all entries, signed, chained, grown in steps; what is taken away afterwards shows."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from models.anchor import AuditAnchor, AuditLeaf, AuditNode
from models.audit import AuditEntry
from runtime.database import Database
from services.anchor import AnchorMissing, find_anchor, is_due, newest, signed, take_anchor, tree_under
from services.anchor_chain import check_anchors, check_handed
from services.anchor_check import check_tree
from services.anchor_statement import AnchorUnreadable, SignedAnchor, anchor_of, read_anchor
from services.audit import Act, record
from services.merkle import Head, is_consistent, is_included, leaf_hash
from tests.database import ONLY_SQLITE
from tests.services.tampering import Key, force
from tests.services.test_merkle import naive_root
from tests.way import CODE, posted, restart, surveyed
from tests.world import World

KEY = Key()


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def anchor(world: World) -> SignedAnchor:
    with world.write() as session:
        return take_anchor(session, world.city, KEY, taken_by="zhou.audit", now=world.now).anchor


def write(world: World, count: int, subject_id: str = CODE) -> None:
    with world.write() as session:
        for number in range(count):
            record(session, Act("note", subject_id, f"noted_{number}", "li.street", "test", world.now))


def found(world: World, *handed: SignedAnchor, since: int = 0) -> list[str]:
    with world.read() as session:
        breaks = [*check_handed(session, handed), *check_tree(session, handed=handed, since=since)]
        breaks += check_anchors(session)
    return [f"{one.subject} {one.subject_id} {one.seq} {one.problem}" for one in breaks]


class TestTaking:
    def test_its_root_is_the_rfcs_over_every_entry_in_order(self, world: World) -> None:
        posted(world)
        taken = anchor(world).statement
        with world.read() as session:
            hashes = session.scalars(select(AuditEntry.hash).order_by(AuditEntry.id)).all()
        assert (taken.number, taken.size) == (1, len(hashes))
        assert taken.root == naive_root([bytes.fromhex(one) for one in hashes]).hex()

    def test_grown_over_many_anchors_and_chunks_every_root_is_the_rfcs(self, world: World) -> None:
        taken = []
        for count in (1, 255, 3, 700, 0, 64, 1):
            write(world, count)
            taken.append(anchor(world).statement)
            restart(world)
        with world.read() as session:
            hashes = session.scalars(select(AuditEntry.hash).order_by(AuditEntry.id)).all()
            nodes = session.scalars(select(AuditNode)).all()
        leaves = [bytes.fromhex(one) for one in hashes]
        for one in taken:
            assert one.root == naive_root(leaves[: one.size]).hex()
        assert {(node.level, node.number) for node in nodes} == {
            (8, 0),
            (8, 1),
            (8, 2),
            (8, 3),
            (9, 0),
            (9, 1),
            (10, 0),
        }
        for node in nodes:
            start = node.number << node.level
            assert node.hash == naive_root(leaves[start : start + (1 << node.level)]).hex()
        assert found(world) == []

    def test_with_nothing_new_none_is_taken(self, world: World) -> None:
        first = anchor(world)
        world.tick(hours=2)
        with world.write() as session:
            taken = take_anchor(session, world.city, KEY, taken_by="zhou.audit", now=world.now)
        assert (taken.anchor, taken.is_new) == (first, False)

    def test_each_names_the_one_before_and_carries_a_signature_that_holds(self, world: World) -> None:
        first = anchor(world)
        write(world, 1)
        second = anchor(world)
        assert second.statement.previous == first.statement.hash
        assert first.statement.system == second.statement.system
        assert first.is_signed
        assert second.is_signed
        assert not replace(second, signature=first.signature).is_signed
        assert not replace(second, statement=replace(second.statement, size=1)).is_signed

    def test_the_first_of_a_day_in_the_city_is_the_daily_one(self, world: World) -> None:
        daily = []
        for hours in (0, 1, 14, 1):  # from nine in the morning over midnight
            world.tick(hours=hours)
            write(world, 1)
            anchor(world)
        with world.read() as session:
            daily = session.scalars(select(AuditAnchor.daily).order_by(AuditAnchor.number)).all()
        assert list(daily) == [True, False, True, False]

    def test_every_entry_is_proven_against_it_and_every_earlier_one_leads_to_it(self, world: World) -> None:
        surveyed(world)
        earlier = anchor(world).statement
        write(world, 300)
        anchor(world)
        with world.read() as session:
            row = find_anchor(session)
            tree, root = tree_under(session, row), bytes.fromhex(row.root)
            for leaf in session.scalars(select(AuditLeaf)):
                hashed = leaf_hash(sha, bytes.fromhex(leaf.hash))
                assert is_included(sha, hashed, leaf.position, row.size, tree.inclusion(leaf.position), root)
            then = Head(earlier.size, bytes.fromhex(earlier.root))
            assert is_consistent(sha, then, Head(row.size, root), tree.consistency(earlier.size))

    def test_an_entry_that_appears_below_those_already_numbered_gets_the_next_place(self, world: World) -> None:
        write(world, 3)
        with world.read() as session:
            rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
            late = {c.key: getattr(rows[-2], c.key) for c in AuditEntry.__table__.columns}
        force(world, f"DELETE FROM audit_entry WHERE id = {late['id']}")  # committed only after the anchor
        first = anchor(world).statement
        with world.write() as session:
            session.add(AuditEntry(**late))
        second = anchor(world).statement
        assert second.size == first.size + 1
        with world.read() as session:
            assert session.scalar(select(AuditLeaf.entry_id).where(AuditLeaf.position == first.size)) == late["id"]
        assert found(world) == []

    def test_after_days_of_anchors_a_new_entry_is_still_found(self, world: World) -> None:
        for _ in range(4):
            write(world, 2)
            anchor(world)
            world.tick(days=2)
        with world.read() as session:
            assert session.scalar(select(AuditEntry.id).where(AuditEntry.id.not_in(select(AuditLeaf.entry_id)))) is None
        assert found(world) == []

    def test_is_due_when_something_was_written_and_the_time_has_come(self, world: World) -> None:
        def due() -> bool:
            with world.read() as session:
                return is_due(session, minutes=60, now=world.now)

        assert not due()  # no project yet
        surveyed(world)
        assert due()
        anchor(world)
        world.tick(minutes=59)
        write(world, 1)
        assert not due()
        world.tick(minutes=1)
        assert due()
        anchor(world)
        world.tick(hours=5)
        assert not due()

    def test_of_none_there_is_none(self, world: World) -> None:
        with world.read() as session:
            assert newest(session) is None
            with pytest.raises(AnchorMissing):
                find_anchor(session)


class TestConcurrency:
    def test_writers_and_anchors_at_once_neither_fork_a_chain_nor_lose_an_entry(self, world: World) -> None:
        start, url = Barrier(3), world.database.url

        def run(job: int) -> None:
            database = Database(url)
            start.wait()
            for number in range(12):
                with database.write() as session:
                    if job == 0:
                        take_anchor(session, world.city, KEY, taken_by="zhou.audit", now=world.now)
                    else:
                        record(session, Act("note", CODE, f"noted_{number}", f"writer{job}", "test", world.now))
            database.close()

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(run, range(3)))
        anchor(world)
        assert found(world) == []
        with world.read() as session:
            assert session.scalars(select(AuditLeaf.entry_id).order_by(AuditLeaf.position)).all() == list(
                session.scalars(select(AuditEntry.id).order_by(AuditEntry.id))
            )


class TestGuards:
    @pytest.mark.parametrize("table", ["audit_tree", "audit_leaf", "audit_node", "audit_anchor", "audit_handout"])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {} SET {} = {}",
            "DELETE FROM {}",
            pytest.param("INSERT OR REPLACE INTO {} SELECT * FROM {}", marks=ONLY_SQLITE),
        ],
    )
    def test_the_database_refuses_to_change_what_proves_history(self, world: World, table: str, statement: str) -> None:
        write(world, 300)
        anchor(world)
        with world.write() as session:
            session.execute(text("INSERT INTO audit_handout VALUES (1, 1, 'file', 'x', '2026-03-02 01:00:00.000000')"))
        column = {"audit_tree": "system", "audit_anchor": "root", "audit_handout": "place"}.get(table, "hash")
        with pytest.raises(DatabaseError, match="only added to"), world.write() as session:
            session.execute(text(statement.format(table, *((column, column) if "UPDATE" in statement else (table,)))))


class TestForms:
    def test_the_file_and_the_short_code_both_read_back_the_same(self, world: World) -> None:
        first = anchor(world)
        write(world, 1)
        for one in (first, anchor(world)):
            assert read_anchor(json.dumps(one.as_dict(), indent=2), file="锚点.json") == one
            assert read_anchor(f"  {one.code}\n", file="code.txt") == one
            assert len(one.code) < 300

    @pytest.mark.parametrize(
        "text_",
        [
            "",
            "{",
            "[]",
            "{}",
            "null",
            "JIUGAI1.",
            "JIUGAI1.甲",
            "JIUGAI1.AAAA",
            '{"format": "jiugai-anchor/1"}',
            "[" * 100_000,
        ],
    )
    def test_what_is_no_anchor_is_said_to_be_none(self, text_: str) -> None:
        with pytest.raises(AnchorUnreadable, match="锚点"):
            read_anchor(text_, file="锚点.json")

    def test_every_field_is_needed_and_of_its_type(self, world: World) -> None:
        whole = anchor(world).as_dict()
        for name in whole:
            for damaged in ({k: v for k, v in whole.items() if k != name}, whole | {name: None}, whole | {name: [1]}):
                with pytest.raises(AnchorUnreadable):
                    read_anchor(json.dumps(damaged), file="锚点.json")


class TestHandedOut:
    def test_one_of_this_system_holds(self, world: World) -> None:
        early = anchor(world)
        surveyed(world)
        late = anchor(world)
        assert found(world, early, late) == []

    def test_the_loss_of_the_newest_entries_shows_against_any_earlier_one(self, world: World) -> None:
        surveyed(world)
        early = anchor(world)
        write(world, 5)
        late = anchor(world)
        gone = late.statement.size - early.statement.size + 1
        force(
            world,
            f"DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf ORDER BY position DESC LIMIT {gone})",
            "DELETE FROM audit_leaf WHERE entry_id NOT IN (SELECT id FROM audit_entry)",
            "DELETE FROM audit_node",
            "DELETE FROM audit_anchor",
        )
        assert found(world) == []  # by itself the record is whole again
        for one in (early, late):
            (_, lost) = found(world, one)
            assert "最新的" in lost
        assert "不见了" in found(world, late)[-1]
        assert f"最新的 {gone} 条" in found(world, late)[-1]

    def test_a_rewritten_past_shows_even_when_everything_was_made_again_and_signed_again(self, world: World) -> None:
        surveyed(world)
        kept = anchor(world)
        force(
            world,
            "DELETE FROM audit_leaf", "DELETE FROM audit_anchor", "DELETE FROM audit_node",
            "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)",
        )  # fmt: skip
        world.facts(CODE, households="99")
        anchor(world)
        assert found(world) == []
        changed, root = found(world, kept)
        assert "历史被改写" in changed
        assert "根哈希与现有记录不符" in root

    def test_one_of_another_system_a_changed_one_and_one_of_another_key_are_named(self, world: World) -> None:
        surveyed(world)
        good = anchor(world)
        other = replace(good, statement=replace(good.statement, system="f" * 32))
        assert "另一系统" in found(world, other)[0]
        assert "签名不符" in found(world, replace(good, statement=replace(good.statement, size=3)))[0]
        from services.anchor_statement import sign

        stranger = Key(b"\x02" * 32)
        import base64

        forged = sign(replace(good.statement, key=base64.b64encode(stranger.public).decode()), stranger)
        assert "不是用本系统的签名密钥" in found(world, forged)[0]


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "named"),
        [
            ("UPDATE audit_anchor SET root = 'ff' WHERE number = 1", "anchor 1 1 锚点内容与登记不符"),
            ("UPDATE audit_anchor SET size = 3 WHERE number = 1", "anchor 1 1 锚点内容与登记不符"),
            (
                "UPDATE audit_anchor SET taken_at = '2026-01-01 00:00:00.000000' WHERE number = 1",
                "anchor 1 1 锚点内容与登记不符",
            ),
            (
                "UPDATE audit_anchor SET statement = replace(statement, 'system', 'sistem') WHERE number = 1",
                "anchor 1 1 锚点内容无法读取",
            ),
            (
                "UPDATE audit_anchor SET statement = replace(statement, ',', ', ') WHERE number = 1",
                "anchor 1 1 锚点内容与哈希不符",
            ),
            ("UPDATE audit_anchor SET hash = 'ff' WHERE number = 1", "anchor 1 1 锚点内容与哈希不符"),
            ("UPDATE audit_anchor SET signature = 'ff' WHERE number = 2", "anchor 2 2 签名不符，锚点被改动"),
            ("DELETE FROM audit_anchor WHERE number = 1", "anchor 2 2 缺少第 1 号锚点"),
            ("UPDATE audit_tree SET system = 'other'", "anchor 1 1 是另一系统的锚点"),
            (
                "UPDATE audit_node SET hash = 'ff' WHERE level = 8 AND number = 0",
                "tree node 0 第 8 层第 0 个节点与记录不符",
            ),
            ("DELETE FROM audit_leaf WHERE position = 7", "tree leaf 8 第 8 片叶不见了"),
            ("UPDATE audit_leaf SET hash = 'ff' WHERE position = 7", "与锚定时的哈希不符"),
            ("UPDATE audit_entry SET hash = 'ff' WHERE id = 7", "与锚定时的哈希不符"),
            ("DELETE FROM audit_entry WHERE id = 7", "锚定过的这条记录不见了"),
        ],
    )
    def test_whatever_is_changed_is_named(self, world: World, statement: str, named: str) -> None:
        write(world, 300)
        anchor(world)
        write(world, 1)
        anchor(world)
        force(world, statement)
        assert any(named in one for one in found(world)), found(world)

    def test_the_clock_set_back_shows_between_two_anchors(self, world: World) -> None:
        write(world, 1)
        anchor(world)
        world.tick(hours=-5)
        write(world, 1, "another")
        assert "时钟被回拨" in found(world)[0]
        world.tick(hours=6)
        anchor(world)
        assert "note another 1" in found(world)[0]

    def test_a_forged_tree_gives_no_proof(self, world: World) -> None:
        write(world, 600)
        anchor(world)
        force(world, "UPDATE audit_node SET hash = '" + "5a" * 32 + "' WHERE number = 1")
        with world.read() as session:
            row = find_anchor(session)
            tree = tree_under(session, row)
            path = tree.inclusion(3)
            leaf = session.get_one(AuditLeaf, 3)
            hashed = leaf_hash(sha, bytes.fromhex(leaf.hash))
            assert not is_included(sha, hashed, 3, row.size, path, bytes.fromhex(row.root))

    def test_only_what_came_since_an_anchor_is_looked_at_when_asked(self, world: World) -> None:
        write(world, 300)
        first = anchor(world)
        write(world, 10)
        anchor(world)
        assert found(world, first, since=first.statement.size) == []
        force(world, f"UPDATE audit_leaf SET hash = 'ff' WHERE position = {first.statement.size + 3}")
        assert found(world, first, since=first.statement.size)


def test_an_anchor_survives_its_row(world: World) -> None:
    one = anchor(world)
    with world.read() as session:
        assert signed(find_anchor(session, 1)) == one == anchor_of(one.as_dict())
