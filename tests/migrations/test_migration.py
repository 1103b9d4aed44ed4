"""Migrations: from nothing to exactly the models' tables, on both databases, and never over a newer one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

import models.tables  # noqa: F401 - so that the metadata knows every table
from models.audit import AuditEntry
from models.base import Base
from models.clock import ClockRung
from models.engine import open_engine
from runtime.database import (
    MIGRATIONS,
    Database,
    DatabaseBehind,
    DatabaseNewer,
    TextUnstorable,
    current_revision,
    open_database,
    upgrade,
)
from services.audit import Act, record, verify
from services.outbox import claim, enqueue
from services.review import Answer, answer
from services.sweep import sweep
from states.clock import ClockStatus
from states.review import Opinion
from tests.way import CODE, clocks, designed, hand_over, opened, reviewer, rounds
from tests.world import World

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["url"] = url
    return made


class TestUpgrade:
    def test_from_nothing_makes_exactly_the_models_tables(self, url: str) -> None:
        upgrade(url)
        engine = open_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
            assert compare_metadata(context, Base.metadata) == []
        engine.dispose()

    def test_twice_is_harmless_and_says_where_it_stands(self, url: str) -> None:
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        assert upgrade(url) == upgrade(url) == current_revision(url) == head
        open_database(url).close()

    def test_is_refused_over_a_newer_database_which_stays_as_it_is(self, url: str) -> None:
        upgrade(url)
        database = Database(url)
        with database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(DatabaseNewer, match="9999"):
            upgrade(url)
        with pytest.raises(DatabaseNewer, match="9999"):
            open_database(url)
        assert current_revision(url) == "9999"
        database.close()

    def test_an_empty_database_is_behind(self, url: str) -> None:
        with pytest.raises(DatabaseBehind):
            open_database(url)

    def test_goes_back_to_nothing(self, url: str) -> None:
        upgrade(url)
        command.downgrade(config(url), "base")
        engine = open_engine(url)
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
        engine.dispose()
        assert upgrade(url)


class TestGuards:
    @pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"])
    def test_the_database_refuses_to_change_history(self, url: str, statement: str) -> None:
        upgrade(url)
        database = Database(url)
        with database.write() as session:
            record(session, Act("project", CODE, "noted", "li.street", "test", NOW, after={"理由": "按方案"}))
        with pytest.raises(DatabaseError, match="audit entries are never"), database.write() as session:
            session.execute(text(statement))
        with database.read() as session:
            assert list(verify(session)) == []
            assert len(session.scalars(select(AuditEntry)).all()) == 1
        database.close()

    def test_postgres_refuses_to_empty_it_too(self, postgres: str) -> None:
        upgrade(postgres)
        database = Database(postgres)
        with pytest.raises(DatabaseError, match="audit entries are never"), database.write() as session:
            session.execute(text("TRUNCATE audit_entry"))
        database.close()


class TestOnPostgres:
    def test_a_text_it_cannot_keep_is_refused_in_words_and_nothing_is_saved(self, city: World) -> None:
        city.enrol()
        with pytest.raises(TextUnstorable, match="空字符"):
            city.advance(CODE, "suspend", "wang.district", reason="管线\x00冲突")
        assert city.project().step == "survey"
        assert city.advance(CODE, "suspend", "wang.district", reason="管线冲突")

    def test_everything_read_in_one_go_is_of_one_moment(self, city: World) -> None:
        with city.read() as session:
            before = len(session.scalars(select(AuditEntry.id)).all())
            city.enrol()
            assert len(session.scalars(select(AuditEntry.id)).all()) == before

    def test_a_case_goes_its_whole_way(self, city: World) -> None:
        for task in opened(city):
            city.answer(task.id, reviewer(task), Opinion.approve)
        city.react()
        city.to("2026-03-10")
        city.advance(CODE, "close_posting", "li.street")
        city.facts(CODE, takeover_on="2026-03-10")
        hand_over(city, "2026-03-10")
        city.advance(CODE, "strike_off", "wang.district")
        city.react()
        assert city.project().step == "struck_off"
        assert {clock.status for clock in clocks(city)} == {ClockStatus.met}
        with city.read() as session:
            assert list(verify(session)) == []

    def test_two_last_opinions_at_once_settle_the_round_once(self, city: World) -> None:
        tasks = opened(city)
        start = Barrier(2)

        def run(number: int) -> None:
            task = tasks[number]
            actor = city.actor(reviewer(task))
            start.wait()
            with city.database.write() as session:
                given = Answer(task.id, actor, Opinion.approve, "", f"press-{number}", city.now, "test")
                answer(session, city.city, given)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, range(2)))
        city.react()
        assert rounds(city) == [(1, "passed")]
        with city.read() as session:
            assert list(verify(session)) == []

    def test_two_presses_of_the_same_button_move_once(self, city: World) -> None:
        designed(city)
        start = Barrier(2)

        def run(_: int) -> bool:
            start.wait()
            return city.advance(CODE, "submit_plan", "wang.district", request_id="press-1").repeated

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(run, range(2))) == [False, True]

    def test_people_writing_into_the_same_record_at_once_all_get_through(self, city: World) -> None:
        city.enrol()
        start = Barrier(3)

        def run(number: int) -> None:
            start.wait()
            for value in range(5):
                city.facts(CODE, owners=str(100 * number + value + 1))

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(run, range(3)))
        with city.read() as session:
            assert list(verify(session)) == []
            recorded = session.scalars(select(AuditEntry.seq).where(AuditEntry.action == "facts_recorded")).all()
        assert len(recorded) == 15

    def test_sweepers_and_movers_at_once_neither_lose_nor_wait_for_each_other(self, city: World) -> None:
        codes = [city.enrol(f"SN-2026-{n:03}", f"幸福里{n}区") for n in range(8)]
        city.to("2026-03-13")
        start = Barrier(3)

        def sweeper(_: int) -> int:
            start.wait()
            fired = 0
            for _ in range(3):
                with city.database.write() as session:
                    fired += sweep(session, city.city, now=city.now).fired
            return fired

        def mover(_: int) -> int:
            start.wait()
            for code in codes:
                city.advance(code, "suspend", "wang.district", reason="汛期停工")
                city.advance(code, "resume", "wang.district")
            return 0

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda job: job(0), [sweeper, sweeper, mover]))
        with city.write() as session:  # what a sweeper left to the next one because it was just being moved
            sweep(session, city.city, now=city.now)
        with city.read() as session:
            fired = session.execute(select(ClockRung.clock_id, ClockRung.rung)).all()
        assert sorted(clock for clock, _ in fired) == sorted(clock.id for clock in clocks(city))

    def test_two_relays_claim_disjoint_sets(self, city: World) -> None:
        with city.write() as session:
            for number in range(30):
                enqueue(session, "project_moved", f"第{number}件", {}, now=city.now)
        start = Barrier(2)

        def run(relay: str) -> list[int]:
            mine: list[int] = []
            start.wait()
            for _ in range(8):
                with city.database.write() as session:
                    mine += [event.id for event in claim(session, relay, now=city.now, limit=5)]
            return mine

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(run, ["甲", "乙"])
        assert set(first) & set(second) == set()
        assert len(first) + len(second) == 30
