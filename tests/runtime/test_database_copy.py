"""A lived-in city copied from one kind of database to the other: its history verifies there, and life goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from models.audit import AuditEntry
from models.engine import open_engine
from models.project import Project
from policy.pack import Pack
from runtime.database import Database, DatabaseBehind, upgrade
from runtime.database_copy import (
    Copied,
    CopyUnproven,
    TargetNotEmpty,
    copy_database,
    is_used,
    replace_database,
    shown,
    work_of,
)
from services.anchor import take_anchor
from services.audit_check import Against, check
from services.outbox import enqueue
from services.table_copy import tables
from states.review import Opinion
from tests.database import copy_of
from tests.services.tampering import Key, force
from tests.way import opened, reviewer
from tests.world import World, found_city

KEY = Key()
KINDS = [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql"), ("sqlite", "sqlite")]


def empty(kind: str, folder: Path, name: str = "target") -> str:
    return copy_of("template1") if kind == "postgresql" else f"sqlite:///{folder / name}.db"


def lived_in(url: str, folder: Path, pack: Pack) -> World:
    """A city with a case in review, messages, clocks, and two anchors over its history."""
    upgrade(url)
    world = World(Database(url), folder, pack)
    found_city(world)
    tasks = opened(world)
    anchor(world)
    world.tick(hours=2)
    world.answer(tasks[0].id, reviewer(tasks[0]), Opinion.approve)
    world.react()
    anchor(world)
    return world


def anchor(world: World) -> None:
    with world.write() as session:
        take_anchor(session, world.city, KEY, taken_by="zhou.audit", now=world.now)


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as the program reads it."""
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in tables()
        }


@pytest.fixture
def source(request: pytest.FixtureRequest, tmp_path: Path, pack: Pack) -> Iterator[World]:
    """A lived-in city on one kind of database."""
    world = lived_in(empty(request.param, tmp_path, "source"), tmp_path, pack)
    yield world
    world.database.close()


class TestCopyDatabase:
    @pytest.mark.parametrize(("source", "kind"), KINDS, indirect=["source"])
    def test_every_row_arrives_the_history_verifies_and_a_case_goes_on(
        self, source: World, kind: str, tmp_path: Path
    ) -> None:
        told: list[int] = []
        target = empty(kind, tmp_path)
        work = work_of(source.database.url)
        done = copy_database(source.database.url, target, report=told.append)
        assert sum(told) == work
        there = replace(source, database=Database(target))
        assert content(there.database) == content(source.database)
        assert done == Copied(sum(len(rows) for rows in content(there.database).values()), *extent_of(source))
        with there.read() as session:
            assert list(check(session, Against())) == []
        goes_on(there)
        there.database.close()

    @pytest.mark.parametrize("source", ["sqlite"], indirect=True)
    def test_there_and_back_again_nothing_has_changed(self, source: World, tmp_path: Path) -> None:
        middle, end = empty("postgresql", tmp_path), empty("sqlite", tmp_path, "end")
        copy_database(source.database.url, middle)
        copy_database(middle, end)
        raw = [dump(url) for url in (source.database.url, end)]
        assert raw[0] == raw[1]

    @pytest.mark.parametrize("source", ["postgresql"], indirect=True)
    def test_a_number_taken_back_is_not_given_again(self, source: World, tmp_path: Path) -> None:
        with source.write() as session:
            session.execute(text("SELECT nextval('outbox_event_id_seq') FROM generate_series(1, 50)"))
            last = session.scalar(text("SELECT last_value FROM outbox_event_id_seq"))
        target = empty("postgresql", tmp_path)
        copy_database(source.database.url, target)
        database = Database(target)
        with database.write() as session:
            enqueue(session, "project_moved", "下一件", {}, now=source.now)
            assert session.scalar(text("SELECT max(id) FROM outbox_event")) == (last or 0) + 1
        database.close()

    @pytest.mark.parametrize(("source", "kind"), KINDS[:2], indirect=["source"])
    def test_where_there_is_data_nothing_is_touched(self, source: World, kind: str, tmp_path: Path) -> None:
        target = empty(kind, tmp_path)
        copy_database(source.database.url, target)
        before = dump(target)
        with pytest.raises(TargetNotEmpty, match="已有数据"):
            copy_database(source.database.url, target)
        with pytest.raises(TargetNotEmpty):
            copy_database(source.database.url, source.database.url)
        assert dump(target) == before

    @pytest.mark.parametrize(("source", "kind"), KINDS[:2], indirect=["source"])
    def test_a_history_that_does_not_verify_is_not_kept(self, source: World, kind: str, tmp_path: Path) -> None:
        force(source, "UPDATE audit_entry SET actor = 'somebody' WHERE seq = 2")
        target = empty(kind, tmp_path)
        with pytest.raises(CopyUnproven, match="内容与哈希不符"):
            copy_database(source.database.url, target)
        assert not is_used(target)

    def test_a_source_that_is_not_there_is_behind(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseBehind):
            copy_database(empty("sqlite", tmp_path), empty("sqlite", tmp_path, "other"))
        assert not (tmp_path / "target.db").exists()


class TestReplaceDatabase:
    @pytest.mark.parametrize("source", ["sqlite"], indirect=True)
    def test_without_proof_what_is_there_stays(self, source: World, founded_postgres: str) -> None:
        target = copy_of(founded_postgres)
        before = dump(target)
        force(source, "UPDATE audit_entry SET actor = 'somebody' WHERE seq = 2")
        with pytest.raises(CopyUnproven):
            replace_database(source.database.url, target)
        assert dump(target) == before

    @pytest.mark.parametrize("source", ["sqlite"], indirect=True)
    def test_guards_and_numbers_are_the_new_ones(self, source: World, founded_postgres: str, tmp_path: Path) -> None:
        target = copy_of(founded_postgres)
        replace_database(source.database.url, target)
        there = replace(source, database=Database(target))
        assert content(there.database) == content(source.database)
        with pytest.raises(DatabaseError, match="never"), there.write() as session:
            session.execute(text("DELETE FROM audit_entry"))
        goes_on(there)
        there.database.close()


def test_a_password_is_never_printed() -> None:
    assert shown("postgresql+psycopg://jiugai:geheim@db/jiugai") == "postgresql+psycopg://jiugai:***@db/jiugai"


def goes_on(world: World) -> None:
    """The review is finished where it was copied to, by the same people, and its history still verifies."""
    with world.read() as session:
        highest = session.scalar(text("SELECT max(id) FROM audit_entry")) or 0
        tasks = session.execute(text("SELECT id FROM review_task WHERE status = 'open' ORDER BY id")).scalars().all()
    for number in tasks:
        world.answer(number, _reviewer(world, number), Opinion.approve)
    world.react()
    with world.read() as session:
        assert session.scalars(select(Project.step)).one() == "posting"
        assert session.scalars(select(AuditEntry.id).where(AuditEntry.id > highest)).all()
        assert list(check(session, Against())) == []
    anchor(world)
    with world.read() as session:
        assert list(check(session, Against())) == []


def _reviewer(world: World, number: int) -> str:
    from models.review import ReviewTask

    with world.read() as session:
        return reviewer(session.get_one(ReviewTask, number))


def extent_of(world: World) -> tuple[int, int, int]:
    from services.audit_check import extent

    with world.read() as session:
        found = extent(session)
    return found.chains, found.entries, found.anchors


def dump(url: str) -> dict[str, list[tuple[str, ...]]]:
    """Every row of every table that is there, as the driver gives it."""
    engine = open_engine(url)
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        found = {
            name: sorted(tuple(map(str, row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in names
        }
    engine.dispose()
    return found
