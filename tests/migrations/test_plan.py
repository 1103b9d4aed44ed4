"""How PostgreSQL finds what is due among much that is done: over the partial indexes, whatever its plan was made for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, text

from models.engine import open_engine
from runtime.database import Database
from services.outbox import Lanes, claim, has_due
from services.sweep import sweep
from tests.world import World

DONE = 20_000


@pytest.fixture
def busy(city: World) -> World:
    """Twenty thousand events done and clocks ended, a handful of each still to be looked at."""
    city.enrol()
    city.to("2027-03-01")
    with city.write() as session:
        for status, count in (("done", DONE), ("waiting", 20), ("claimed", 5)):
            session.execute(
                text(
                    "INSERT INTO outbox_event (kind, lane, title, payload, created_at, status, attempt, failures, "
                    "available_at, claimed_until) SELECT 'project_moved', 'reaction', n::text, '{}', now(), :status, "
                    "1, 0, '2026-01-01', '2026-01-01' FROM generate_series(1, :count) AS n"
                ),
                {"status": status, "count": count},
            )
        columns = "project_id, subject, limit_code, label, kind, unit, length, started_on, due_on, provisional, derivation, light"
        session.execute(
            text(
                f"INSERT INTO clock ({columns}, status, next_check_on) SELECT {columns}, 'met', next_check_on "
                f"FROM clock, generate_series(1, {DONE})"
            )
        )
    with city.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return city


@pytest.fixture
def sent(busy: World) -> Iterator[list[tuple[str, dict[str, object]]]]:
    """What the database is sent, with its values."""
    found: list[tuple[str, dict[str, object]]] = []

    def note(_connection: object, _cursor: object, statement: str, given: dict[str, object], *_rest: object) -> None:
        found.append((statement, given))

    event.listen(busy.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(busy.database.engine, "before_cursor_execute", note)


def plan(database: Database, statement: str, given: dict[str, object]) -> str:
    """The plan made for any values at all, which is what a statement repeated often enough may get."""
    engine = open_engine(database.url)
    with engine.connect() as connection:
        found = _generic(connection, statement, given)
    engine.dispose()
    return found


def _generic(connection: Connection, statement: str, given: dict[str, object]) -> str:
    names: list[str] = []

    def place(match: re.Match[str]) -> str:
        names.append(match[1])
        return f"${len(names)}"

    numbered = re.sub(r"%\((\w+)\)s", place, statement)
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.exec_driver_sql(f"PREPARE asked AS {numbered}")
    values = ", ".join("NULL" if given[name] is None else f"'{given[name]}'" for name in names)
    rows = connection.exec_driver_sql(f"EXPLAIN EXECUTE asked{f'({values})' if names else ''}").scalars()
    return "\n".join(rows)


def test_the_relay_finds_what_is_due_over_the_waiting_and_the_claimed_alone(
    busy: World, sent: list[tuple[str, dict[str, object]]]
) -> None:
    with busy.read() as session:
        assert has_due(session, now=busy.now)
    with busy.write() as session:
        assert len(claim(session, "甲", now=busy.now, lanes=Lanes(but=("smtp",)))) == 25
    asked = [(one, given) for one, given in sent if one.startswith("SELECT") and "outbox_event" in one]
    assert len(asked) == 2
    assert "FOR UPDATE SKIP LOCKED" in asked[1][0]
    for statement, given in asked:
        found = plan(busy.database, statement, given)
        assert "ix_outbox_event_waiting" in found, found
        assert "ix_outbox_event_claimed" in found, found
        assert "Seq Scan" not in found, found


def test_the_sweep_finds_what_is_due_over_the_running_clocks_alone(
    busy: World, sent: list[tuple[str, dict[str, object]]]
) -> None:
    with busy.write() as session:
        assert sweep(session, busy.city, now=busy.now).checked == 1
    statement, given = next((one, given) for one, given in sent if "next_check_on" in one)
    found = plan(busy.database, statement, given)
    assert "ix_clock_due" in found, found
    assert "Seq Scan" not in found, found
    assert any("FOR UPDATE SKIP LOCKED" in one for one, _ in sent)
